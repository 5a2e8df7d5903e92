"""A subject's own page over the interface, and what everybody may read of firms."""

import pytest

from backend.app.assessments.models import Programme
from backend.app.assessments.subjects import exit_operations
from backend.app.assessments.subjects.staff_operations import invite_staff
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from tests.app.assessments.seeds.test_ningbo_subjects import BAD, GOOD, SHOPS, sell
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.assessed import at
from tests.factories.county import make_county, make_person
from tests.factories.subjects import Rated, make_rated, night, score_all


@pytest.fixture
def shops(app) -> Rated:
    return make_rated(make_county(), "ningbo_shop", SHOPS)


def owner_of(shops: Rated, client, *names: str) -> Phone:
    """Somebody who typed in a code for each of these."""
    phone = open_phone(client, make_person())
    for name in names:
        with transaction():
            code = invite_staff(shops.clerk, shops.county.id, shops.subjects[name])
        assert phone.call("POST", "/me/subjects", json={"code": code}).status_code == 204
    return phone


def test_the_owner_sees_score_light_losses_and_what_to_do(shops: Rated, client) -> None:
    sell(shops, BAD, "否", month=11)
    score_all(shops, BAD, "0.5", 11, but=("GF03",))
    night(at(11, 29))
    told = owner_of(shops, client, BAD).call("GET", "/subject").json
    assert [row["name"] for row in told["subjects"]] == [BAD]
    card = told["card"]
    # Half of 72 points that owners gave and nothing of 18 by trades, of 90.
    assert (card["points"], card["light"]["code"]) == ("40.00", "red")
    assert (card["light"]["word"], card["light"]["icon"]) == ("差", "■")
    assert card["activity"] == "0.00"
    assert card["officer"] == "李干事"
    assert card["lost"][0]["name"] == "农药实名销售率"
    assert all(line["words"] for line in card["lost"])
    assert any("抽检合格率" in line for line in card["todo"])
    assert any("连续两次" in line for line in card["todo"])
    assert card["months"][-1] == {"month": "2026-11", "points": "40.00"}


def test_one_who_runs_two_chooses_and_nobody_reads_anothers(shops: Rated, client) -> None:
    both, bad = owner_of(shops, client, GOOD, BAD), {"subject": shops.subjects[BAD]}
    assert both.call("GET", "/subject", query_string=bad).json["card"]["name"] == BAD
    one = owner_of(shops, client, GOOD)
    assert one.call("GET", "/subject", query_string=bad).status_code == 404
    assert open_phone(client, make_person()).call("GET", "/subject").status_code == 403


def test_half_years_and_exits_are_published_with_names_of_firms(shops: Rated, client) -> None:
    address = "/p/610528/assessments/subjects"
    assert client.get(address).status_code == 404, "nothing is over yet"
    score_all(shops, GOOD, "0.9", 6)
    score_all(shops, BAD, "0.3", 6)
    night(at(6, 30))
    programme = db.session.get_one(Programme, shops.programme_id)
    words = "8月1日卖禁用农药，渭农罚〔2026〕3号"
    with clock_at(at(8, 2)), transaction():
        exit_id = exit_operations.propose_violation(
            shops.clerk, programme, shops.units[BAD], words
        ).id
    with clock_at(at(8, 2)):
        assert words not in client.get(address).text, "proposed is not published"
    with clock_at(at(8, 3)), transaction():
        exit_operations.decide_exit(shops.boss, exit_id, 0, confirmed=True)
    with clock_at(at(8, 4)):
        page = client.get(address).text
    assert "2026年6月" in page
    assert "● 良好" in page
    assert words in page
    assert "李干事" not in page
