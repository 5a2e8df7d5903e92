"""What a county decides about its tickets is its own: another clerk neither sees nor turns it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.core.errors import NotAllowed
from backend.app.places.queries import settings_of
from backend.app.tickets.city.queries import topics_of
from backend.app.tickets.clocks import working_calendar
from backend.app.tickets.intake.hotline import ORDERS
from backend.app.tickets.rules import operations as rules
from backend.app.tickets.rules.categories import list_categories
from tests.factories.console import make_staff, sit_down
from tests.factories.county import County, make_county
from tests.factories.imports import Desk
from tests.factories.tickets import Offices, as_actor, forget, make_offices, submit, villager


@pytest.fixture
def leping(offices: Offices) -> Offices:
    """A second county of the same instance, prepared like the first."""
    return make_offices(make_county(code="360281", name="乐平市"), "-lp")


def boss_of(offices: Offices, name: str) -> int:
    return make_staff(Role.COUNTY_MANAGER, offices.county.id, name)


def names(county: County) -> dict[str, str]:
    forget()
    return {one.code: one.name for one in list_categories(county.id)}


def test_a_clerk_of_one_county_changes_no_other_countys_categories(
    client: FlaskClient, offices: Offices, leping: Offices
) -> None:
    desk = sit_down(client, boss_of(offices, "boss"))
    before = names(leping.county)
    desk.post(
        "/console/tickets/rules/category",
        code="light", name="亮化", urgency="urgent", synonyms="灯杆 摸黑",
    )  # fmt: skip
    assert names(offices.county)["light"] == "亮化"
    assert names(leping.county) == before
    assert before["light"] == "路灯"


def test_every_list_of_categories_is_the_countys_own(
    client: FlaskClient, offices: Offices, leping: Offices
) -> None:
    boss_id, there_id = boss_of(offices, "boss"), boss_of(leping, "boss2")
    boss = as_actor(boss_id, Role.COUNTY_MANAGER, offices.county.id)
    with transaction():
        rules.change_category(boss, offices.county.id, "light", "亮化", "urgent", ["灯杆"])
    app = client.application
    here, there = (
        villager(app.test_client(), offices.county),
        villager(app.test_client(), leping.county),
    )
    for phone, expected in ((here, "亮化"), (there, "路灯")):
        options = phone.call("GET", "/ticket-options").json["categories"]
        assert next(one["name"] for one in options if one["code"] == "light") == expected
    said = {"words": "村口灯杆倒了"}
    assert here.call("POST", "/ticket-suggestions", json=said).json["category"] == "light"
    assert there.call("POST", "/ticket-suggestions", json=said).json["category"] is None
    for person_id, own, other in ((boss_id, "亮化", "路灯"), (there_id, "路灯", "亮化")):
        desk = sit_down(app.test_client(), person_id)
        for page in ("", "/rules", "/new"):
            seen = desk.get(f"/console/tickets{page}").text
            assert own in seen, page
            assert f">{other}<" not in seen, page
    assert topics_of({leping.village_id}).categories["light"] == "路灯"


def test_a_ticket_has_a_category_of_its_own_county_only(
    client: FlaskClient, offices: Offices, leping: Offices, scalar
) -> None:
    phone = villager(client.application.test_client(), leping.county)
    ticket_id = submit(phone, leping, category="light").json["id"]
    county = scalar(
        "SELECT c.county_id FROM ticket t JOIN ticket_category c ON c.id = t.category_id"
        " WHERE t.id = :id", id=ticket_id,
    )  # fmt: skip
    assert county == leping.county.id
    wrong = scalar("SELECT min(id) FROM ticket_category WHERE county_id = :id",
                   id=offices.county.id)  # fmt: skip
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text("UPDATE ticket SET category_id = :wrong"), {"wrong": wrong})


def test_an_import_reads_the_categories_of_its_own_county(
    offices: Offices, leping: Offices, scalar
) -> None:
    boss = as_actor(boss_of(offices, "boss"), Role.COUNTY_MANAGER, offices.county.id)
    with transaction():
        rules.change_category(boss, offices.county.id, "clean", "路灯", "ordinary", [])
    importer = Desk(leping.desk, leping.county.id, ORDERS)
    importer.bring("编号,内容,村,分类\nB1,门口黑,第1村,路灯\n")
    assert scalar("SELECT c.code FROM ticket t JOIN ticket_category c ON c.id = t.category_id") == (
        "light"
    )


def test_no_rule_of_another_county_can_be_set(offices: Offices, leping: Offices) -> None:
    boss = as_actor(boss_of(offices, "boss"), Role.COUNTY_MANAGER, offices.county.id)
    there = leping.county.id
    before = settings_of(there)
    for act in (
        lambda: rules.change_category(boss, there, "light", "亮化", "urgent", []),
        lambda: rules.set_routing(boss, there, "light", "village"),
        lambda: rules.drop_routing(boss, there, None, None),
        lambda: rules.set_template(boss, there, "已收到", "马上去看", None),
        lambda: rules.set_policy(boss, there, {**vars(before), "silent_days": 9}),
        lambda: working_calendar.fill_year(boss, there, 2027, {}),
        lambda: working_calendar.set_limit(boss, there, "ordinary", "sign", 1, "working_days"),
    ):
        with pytest.raises(NotAllowed), transaction():
            act()
    db.session.rollback()
    assert settings_of(there) == before
    assert names(leping.county)["light"] == "路灯"


def test_a_county_that_is_prepared_later_gets_its_own(app, offices: Offices, scalar) -> None:
    make_county(code="360281", name="乐平市")
    done = app.test_cli_runner().invoke(args=["tickets", "prepare", "360281000000"])
    assert done.exit_code == 0, done.output
    counted = "SELECT count(*) FROM ticket_category GROUP BY county_id ORDER BY county_id"
    assert scalar(f"SELECT array_agg(n) FROM ({counted}) AS own (n)") == [15, 15]
    assert done.output.startswith("新分类 15 个")
