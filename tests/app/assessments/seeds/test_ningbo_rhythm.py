"""宁波 肥药两制: the rhythm of week, month, quarter and year, and what bigger assessments take."""

import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from backend.app.access import Actor, Role
from backend.app.assessments.acceptance import operations as acceptance
from backend.app.assessments.acceptance.queries import ItemScore, items_of
from backend.app.assessments.models import (
    AssessedUnit,
)
from backend.app.assessments.year_end.operations import close_programme
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.jobs import assessments as jobs
from tests.app.assessments.acting import evaluate_month, open_month
from tests.app.assessments.closing_year import (
    MEETING,
    PUBLISHED,
    boss_of,
    decide_all,
    lock,
    propose,
    publish,
)
from tests.app.assessments.result_year import Year
from tests.app.assessments.seeds.pilot_counties import (
    PAGE,
    draft_pilot,
    feed,
    run_pilot,
    unit_ids,
)
from tests.app.assessments.test_report_pages import seat
from tests.app.exports.test_open_results import ask, token_of
from tests.factories.assessed import Assessed, at
from tests.factories.county import actor_with
from tests.factories.tickets import forget


@pytest.fixture
def running(app) -> Assessed:
    return run_pilot(draft_pilot())


def week_notices(scalar, person_id: int) -> int:
    return scalar(
        "SELECT count(*) FROM notice WHERE person_id = :id AND dedup LIKE 'week:%'", id=person_id
    )


def test_nb05_on_monday_only_those_with_open_entries_hear_of_them_once(running, scalar) -> None:
    for day in (4, 4, 11):
        with clock_at(at(5, day, hour=8)):
            jobs.send_week()
    assert week_notices(scalar, running.owner.person_id) == 2, "one a week"
    assert week_notices(scalar, running.office.person_id) == 2
    assert week_notices(scalar, running.town.person_id) == 0, "nothing is given to the township"
    words = scalar(
        "SELECT words FROM notice WHERE person_id = :id AND dedup LIKE 'week:%' LIMIT 1",
        id=running.owner.person_id,
    )
    assert words == ("肥药两制改革试点，最先到期的是「施用定额」，请在考核页面的「清单」里答复。")


def test_nb05_after_a_quarter_the_meeting_has_its_papers(app, running, scalar) -> None:
    for unit_id, value in zip(unit_ids(running), ("20", "50", "95"), strict=True):
        feed(running, "HJ01", unit_id, 3, value)
    open_month(3)
    evaluate_month(3)
    with clock_at(at(4, 28)):
        jobs.evaluate_period()
        desk = seat(app, running.office)
        address = f"{PAGE}/results/{running.programme_id}/meetings"
        book = CalamineWorkbook.from_filelike(io.BytesIO(desk.get(f"{address}/2026-03.xlsx").data))
        assert book.sheet_names == [
            "到本季得分", "共性问题", "各单位短板", "本季红黄牌", "没有销号的清单", "培训",
        ]  # fmt: skip
        assert len(book.get_sheet_by_name("没有销号的清单").to_python()) >= 20
        assert desk.get(f"{address}/2026-03.pdf").data.startswith(b"%PDF")
        assert desk.get(f"{address}/2026-04.pdf").status_code == 404, "no quarter ends"
        assert seat(app, running.town).get(f"{address}/2026-03.pdf").status_code == 403
    told = "SELECT count(*) FROM notice WHERE person_id = :id AND title LIKE '%季度会议材料%'"
    assert scalar(told, id=running.office.person_id) == 1


def test_nb08_nb12_a_bigger_assessment_takes_the_published_indices(app, client, running) -> None:
    with clock_at(at(12, 2)):
        for unit_id in unit_ids(running):
            for step, actor in enumerate(steps_of_unit(running, unit_id), 1):
                with transaction():
                    given = {
                        item.target_id: ItemScore(Decimal(90), "") for item in items_of(unit_id)
                    }
                    acceptance.record_step(actor, unit_id, step, given)
    year = Year(running)
    for month in range(1, 13):
        open_month(month)
        evaluate_month(month)
    with clock_at(MEETING), transaction():
        close_programme(running.office, running.programme_id)
    propose(year)
    decide_all(year)
    lock(year)
    publish(year)
    with clock_at(PUBLISHED):
        token = token_of(running.county.id)
        units = ask(client, token, f"/assessments/{running.programme_id}/units").json["items"]
        elements = ask(client, token, f"/assessments/{running.programme_id}/lost").json["items"]
    assert {row["unit"]: row["total"] for row in units} == dict.fromkeys(
        ("庄里镇", "薛镇", "曹村镇"), "90.00"
    )
    assert {"实名购买活跃指数", "断面水质达标率"} <= {row["name"] for row in elements}


def steps_of_unit(made: Assessed, unit_id: int) -> tuple[Actor, Actor, Actor]:
    """Its own clerk, the office, and who decides."""
    unit = db.session.get_one(AssessedUnit, unit_id)
    region_id = unit.region_id
    forget()
    clerk = made.town if unit_id == made.town_unit else actor_with(Role.TOWNSHIP_STAFF, region_id)
    return clerk, made.office, boss_of(made)
