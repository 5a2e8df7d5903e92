"""The scorecard on the phone: a cadre's with every case, a villager's in plain words."""

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import event

from backend.app.core.db import db, transaction
from backend.app.publications import operations as publications
from backend.app.scorecards.locks import operations as locks
from backend.app.scorecards.objections import operations as objections
from backend.app.scorecards.phone.public_cases import case_of
from tests.app.ratings.conftest import open_phone
from tests.factories.county import make_person
from tests.factories.objections import Bench, make_bench, object_to
from tests.factories.ratings import LAST_MONTH
from tests.factories.tickets import forget

MONTH = f"{LAST_MONTH:%Y-%m}"


@pytest.fixture
def bench(app) -> Bench:
    return make_bench()


@pytest.fixture
def cadre(client, bench: Bench):
    return open_phone(client, bench.cadre.person_id)


def card(phone, bench: Bench, village: int = 0, **query):
    where = f"/cadre/villages/{bench.county.village_ids[village]}/scorecard"
    return phone.call("GET", where, query_string=query)


def test_lost_points_add_up_to_what_is_missing_from_a_hundred(cadre, bench: Bench) -> None:
    found = card(cadre, bench).json
    assert found["month"] == MONTH
    lost = sum(Decimal(one["lost"]) for one in found["indicators"] if one["lost"])
    assert Decimal(found["total"]) + lost == 100
    for one in found["indicators"]:
        if one["lost"]:
            assert sum(Decimal(r["lost"]) for r in one["reasons"]) == Decimal(one["lost"])
    assert found["light"]["word"]
    assert found["light"]["icon"]


def test_light_and_place_say_what_each_is_measured_by(cadre, bench: Bench) -> None:
    words = "灯看本村自己的分，名次是和同类村比：第 1 档"
    assert card(cadre, bench).json["standing"].startswith(words)


def test_a_reason_leads_to_its_case_and_shows_what_was_said_against_it(cadre, bench: Bench) -> None:
    object_to(bench)
    (mean,) = [one for one in card(cadre, bench).json["indicators"]
               if one["code"] == "satisfaction_mean"]  # fmt: skip
    named = {case_of(UUID(r["case_id"])): r for r in mean["reasons"] if r["kind"] == "rating"}
    forget()
    wanted = [("rating", one) for one in (bench.case_id, bench.second_id, bench.third_id)]
    assert set(named) == set(wanted)
    assert named["rating", bench.case_id]["objection"]["words"] == "等裁决"
    asked = {"month": MONTH, "id": named["rating", bench.second_id]["case_id"]}
    where = f"/cadre/villages/{bench.village_id}/case"
    assert cadre.call("GET", where, query_string=asked).json["case"]["title"]
    counted = [r["words"] for r in mean["reasons"] if r["kind"] is None]
    assert any("9 条" in words for words in counted)


def test_an_upheld_case_stays_in_sight_beside_the_corrected_total(cadre, bench: Bench) -> None:
    before = card(cadre, bench).json["total"]
    found = object_to(bench)
    with transaction():
        locks.lock_month(bench.staff, bench.county.id, LAST_MONTH, "先锁")
    with transaction():
        objections.decide_objection(bench.staff, found, True, "停电不怪村里")
    after = card(cadre, bench).json
    assert (after["correction"], after["locked"]) == (1, True)
    assert Decimal(after["total"]) > Decimal(before)
    assert after["trend"][-1]["total"] == after["total"]
    assert after["struck"][0]["words"] == "申诉成立，不计入得分"


def test_nobody_else_sees_a_villages_cases(client, cadre, bench: Bench) -> None:
    assert card(cadre, bench, village=1).status_code == 403
    assert card(open_phone(client, make_person()), bench).status_code == 403
    assert card(cadre, bench, month="2099-01").status_code == 422
    assert card(cadre, bench, month="2020-01").status_code == 404


def test_villagers_read_three_plain_sentences(client, bench: Bench) -> None:
    phone = open_phone(client, make_person())

    def plain(village: int):
        where = f"/villages/{bench.county.village_ids[village]}/scorecard?month={MONTH}"
        return phone.call("GET", where).json["plain"]

    first = plain(0)
    assert first["sentences"][0].startswith("大伙评了 20 次，满意度 ")
    assert first["sentences"][1] == "这个月没有人提诉求。"
    assert "丢分最多的是满意度" in first["sentences"][2]
    silent = plain(2)
    assert (silent["total"], silent["light"]["word"]) == (None, "无数据")
    assert silent["sentences"][0] == "这个月还没有人评，没声音不是零分。"


def test_a_village_tells_which_months_can_be_read(client, bench: Bench) -> None:
    phone = open_phone(client, make_person())
    where = f"/villages/{bench.village_id}/scorecard"
    months = phone.call("GET", where).json["months"]
    assert months == sorted(months)
    assert MONTH in months
    assert phone.call("GET", where, query_string={"month": MONTH}).json["months"] == months


def test_a_published_month_says_where_it_is_read(client, bench: Bench) -> None:
    phone = open_phone(client, make_person())
    where = f"/villages/{bench.village_id}/scorecard?month={MONTH}"
    assert phone.call("GET", where).json["plain"]["published"] is None
    for month in (MONTH, "November"):
        refused = phone.call("GET", f"/villages/{bench.village_id}/publications/{month}")
        assert (refused.status_code, refused.json["message"]) == (404, "这个月还没有公示")
    with transaction():
        locks.lock_month(bench.staff, bench.county.id, LAST_MONTH, "到期")
    with transaction():
        publications.publish(bench.staff, bench.county.id, LAST_MONTH)
    path = phone.call("GET", where).json["plain"]["published"]
    told = phone.call("GET", f"/villages/{bench.village_id}/publications/{MONTH}").json
    assert told["path"] == path
    assert told["said"][0].startswith("20 人次评价，满意度 ")
    assert told["done"] == ["这个月没有人提诉求"]
    assert told["corrections"] == []
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/cadre/villages/{}/scorecard", "/villages/{}/scorecard"])
def test_a_card_takes_few_questions(cadre, bench: Bench, path: str) -> None:
    forget()
    seen: list[str] = []
    count = lambda *given: seen.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert cadre.call("GET", path.format(bench.village_id)).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert len(seen) <= 18, seen
