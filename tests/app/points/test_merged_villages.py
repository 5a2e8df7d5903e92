"""Points and chances of who lived in a village that went into another one."""

from datetime import date

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.accounts.queries import actor_today
from backend.app.core import clock as county_clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict
from backend.app.places.operations import keep_settings
from backend.app.places.reorganisation import merge_villages
from backend.app.points import queries
from backend.app.points.activities import operations as activities
from backend.app.points.draws import operations as draws
from backend.app.points.draws.draw_rule import SeedFormat
from backend.app.points.ledger import credit
from backend.app.points.rules import operations as rules
from tests.app.points.voting import MEETING, RATING, put_in_force
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.county import actor_with, bind, make_person

LATER = date(2026, 12, 10)
PLAN = draws.Plan(
    "十月参与抽奖", date(2026, 10, 1), date(2026, 10, 1), (("食用油", 1),), "双色球第 2026135 期",
    county_clock.midnight(date(2026, 11, 24)), SeedFormat(7, 2, 6),
)  # fmt: skip


@pytest.fixture
def people(county, clock) -> list[int]:
    """Two of each village who took part in October."""
    clock.set(date(2026, 10, 9))
    people = [make_person() for _ in range(4)]
    for nth, person in enumerate(people):
        bind(person, county, county.village_ids[nth // 2])
        with transaction():
            assert credit(person, county.id, "rating", "rating", nth + 1) == 2
    clock.set(date(2026, 11, 20))
    return people


def merge(county) -> None:
    with transaction():
        merge_villages(actor_with(Role.COUNTY_MANAGER, county.id), *county.village_ids[:2])


@pytest.mark.parametrize("of", [0, 1])
def test_everybody_of_both_villages_has_a_chance_in_the_draw_of_either(
    clerk, county, people, of: int
) -> None:
    with transaction():
        keep_settings(
            county.id, {"draws_on": True}, note_read_by_id=clerk.person_id,
            note_read_at=county_clock.now(),
        )  # fmt: skip
        draw = draws.save(clerk, county.village_ids[of], PLAN)
        assert draws.count_chances(draw) == 2
    merge(county)
    with transaction():
        published = draws.publish(clerk, draw.id)
        assert draws.own_chances(people[0], draw.id)
        assert published.entries == 4


def test_the_office_of_the_new_township_sees_the_accounts(county, people, clock) -> None:
    with transaction() as session:
        other = session.execute(
            text("INSERT INTO region (level, code, name, parent_id, county_id, opened_on)"
                 " VALUES ('township', '610528101000', '张桥镇', :county, :county, '2020-01-01')"
                 " RETURNING id"), {"county": county.id},
        ).scalar_one()  # fmt: skip
        session.execute(
            text("UPDATE region SET parent_id = :t, township_id = :t WHERE id = :id"),
            {"t": other, "id": county.village_ids[1]},
        )
    staff = actor_today(make_staff(Role.TOWNSHIP_STAFF, other, "town"))
    within = staff.region_ids
    assert queries.account_of(county.id, within, people[0]) is None
    merge(county)
    assert queries.account_of(county.id, within, people[0]).village_name == "第2村"
    assert queries.find_entries(county.id, within, None, people[0])


def test_what_is_earned_after_the_merge_for_an_older_matter_is_the_new_villages(
    county, people, scalar
) -> None:
    gone, into = county.village_ids[:2]
    merge(county)
    with transaction():
        credit(people[0], county.id, "rating", "rating", 99, gone)
    assert scalar("SELECT village_id FROM points_entry WHERE cause_id = 99") == into


def test_a_deed_that_waits_is_decided_in_the_village_of_today(
    clerk, second, county, people, scalar, clock
) -> None:
    gone, into = county.village_ids[:2]
    put_in_force(clerk, county.id)
    clock.set(LATER)
    rule = next(r for r in activities.deed_rules(gone, LATER) if r.label == MEETING.label)
    with transaction():
        deed = activities.enter(clerk, gone, rule.id, LATER, "村民代表会", people[:2]).id
    merge(county)
    assert [one.id for one in activities.list_deeds(frozenset({into}), 0)] == [deed]
    with transaction():
        assert activities.decide(second, deed, confirm=True) == 2
    assert scalar(
        "SELECT array_agg(DISTINCT village_id) FROM points_entry WHERE cause_kind = 'deed'"
    ) == [into]


@pytest.fixture
def left_draft(clerk, county) -> int:
    """Of the first village, which then went into the second."""
    with transaction():
        draft = rules.save_draft(clerk, county.village_ids[0], "第1村积分办法", [RATING], 1000).id
    merge(county)
    return draft


def settle(desk: Desk, county, draft: int, act: str):
    region = str(county.village_ids[1])
    return desk.post(f"/console/points/rules/left/{draft}", region=region, act=act)


def test_a_draft_of_the_rules_is_read_and_used_by_the_village_it_became(
    client, clerk, county, left_draft: int, scalar
) -> None:
    desk, (gone, into) = sit_down(client, clerk.person_id), county.village_ids
    assert f"region={into}" in desk.get("/console/points/rules").text
    page = desk.get(f"/console/points/rules?region={into}").text
    assert "第1村留下的草稿：第1村积分办法" in page
    assert "表决通过，定下来" not in desk.get(f"/console/points/rules?region={gone}").text
    assert settle(desk, county, left_draft, "take").status_code == 302
    assert scalar("SELECT region_id FROM points_rule_set WHERE id = :id", id=left_draft) == into
    assert "还没表决" in desk.get(f"/console/points/rules?region={into}").text
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'take_over_points_draft'") == 1
    assert settle(desk, county, left_draft, "take").status_code == 404


def test_an_own_draft_stays_and_the_left_one_waits_or_goes(
    client, clerk, county, left_draft: int, scalar
) -> None:
    desk, into = sit_down(client, clerk.person_id), county.village_ids[1]
    with transaction():
        own = rules.save_draft(clerk, into, "第2村积分办法", [RATING], 1000).id
    refused = settle(desk, county, left_draft, "take")
    assert (refused.status_code, "已有一份草稿" in refused.text) == (409, True)
    assert settle(desk, county, own, "drop").status_code == 404
    assert settle(desk, county, left_draft, "drop").status_code == 302
    assert scalar("SELECT array_agg(id) FROM points_rule_set") == [own]


def test_the_rules_of_a_village_that_is_gone_are_not_written_any_more(
    clerk, county, left_draft: int
) -> None:
    with pytest.raises(Conflict, match="请到并入的村接着办"), transaction():
        rules.save_draft(clerk, county.village_ids[0], "第1村积分办法", [RATING], 2000)
