"""Every point a village lost leads to its case."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from backend.app.access import Actor, Role
from backend.app.core import clock as county_clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import NotFound
from backend.app.scorecards.explanation import explain_village
from backend.app.scorecards.operations import recompute_month
from backend.app.tickets import author, handling
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.intake.operations import TicketRequest, submit
from backend.app.tickets.kinds import TicketKind
from backend.app.tickets.models import Ticket
from tests.factories.county import County, actor_with, make_county, make_person
from tests.factories.locks import lock_month
from tests.factories.moving_clock import MovingClock
from tests.factories.ratings import LAST_MONTH, rate_village
from tests.factories.tickets import Offices, make_offices


@pytest.fixture
def county(app) -> County:
    return make_county(villages=3)


@pytest.fixture
def offices(county: County) -> Offices:
    return make_offices(county)


def test_a_bad_rating_is_named_as_a_case_without_its_author_or_day(county: County) -> None:
    rate_village(county, 0, [1] * 10 + [5, 4])
    rate_village(county, 1, [1, 2] * 8)
    found = explain_village(county.village_ids[0], LAST_MONTH)
    (line,) = [one for one in found.lines if one.measure.code == "satisfaction_mean"]
    named = [reason for reason in line.reasons if reason.kind == "rating"]
    assert len(named) == 2
    assert "被评非常不满意" in named[0].words
    assert named[0].lost > named[1].lost > 0
    assert sum(reason.lost for reason in line.reasons) == line.lost
    assert f"{LAST_MONTH:%Y-%m}" not in named[0].words


def test_lost_points_and_the_total_are_a_hundred(county: County) -> None:
    rate_village(county, 0, [1, 3, 5, 2] * 5)
    rate_village(county, 1, [1, 2] * 8)
    for village_id in county.village_ids[:2]:
        found = explain_village(village_id, LAST_MONTH)
        assert found.total + sum(line.lost for line in found.lines) == 100


def test_a_village_without_a_word_is_not_started_and_not_zero(county: County) -> None:
    rate_village(county, 0, [1])
    found = explain_village(county.village_ids[2], LAST_MONTH)
    assert (found.total, found.light.word) == (None, "无数据")
    assert len(found.unmeasured) == len(found.lines)


def test_a_ticket_that_was_answered_late_is_the_case_of_the_response_rate(
    county: County, offices: Offices, stop_clock
) -> None:
    clock = MovingClock(stop_clock, county_clock.midnight(LAST_MONTH) + timedelta(days=4, hours=9))
    villager = make_person()
    with transaction():
        said = TicketRequest(TicketKind.HELP, "村口路灯不亮三天了", county.village_ids[0])
        ticket = submit(villager, uuid4(), said)
        ticket_id, number = ticket.id, ticket.number
    clock.move(days=9)
    with transaction():
        ticket = handling.sign(offices.cadre, ticket_id, stored(ticket_id).version)
        handling.reply(
            offices.cadre, ticket_id, ticket.version, "done", WrittenReply("换了灯泡，今晚就亮")
        )
    clock.move(days=1)
    with transaction():
        version = stored(ticket_id).version
        author.give_verdict(Actor(villager), ticket_id, version, "partly", 3)
    stop_clock(None)
    with transaction():
        recompute_month(LAST_MONTH)
    found = explain_village(county.village_ids[0], LAST_MONTH)
    lines = {line.measure.code: line for line in found.lines}
    late = lines["response_rate"]
    assert (late.score.n, late.score.value) == (1, 0)
    assert [(one.kind, one.case_id) for one in late.reasons] == [("ticket", ticket_id)]
    assert number in late.reasons[0].words
    assert "首次回应晚了" in late.reasons[0].words
    assert lines["resolution_rate"].score.value == 500_000
    assert "只解决了一部分" in lines["resolution_rate"].reasons[0].words
    # 首次回应 nine days later: its length in working hours is the median of one.
    assert lines["median_first_response"].score.n == 1
    assert lines["median_first_response"].reasons[0].case_id == ticket_id
    assert found.total + sum(line.lost for line in found.lines) == 100


def stored(ticket_id: int) -> Ticket:
    return db.session.get_one(Ticket, ticket_id)


def test_a_locked_month_is_explained_by_its_own_scheme(county: County) -> None:
    rate_village(county, 0, [1, 3, 5, 2] * 5)
    before = explain_village(county.village_ids[0], LAST_MONTH)
    lock_month(actor_with(Role.COUNTY_STAFF, county.id), county.id, "先锁")
    after = explain_village(county.village_ids[0], LAST_MONTH)
    assert after.locked
    assert [line.reasons for line in after.lines] == [line.reasons for line in before.lines]


def test_a_month_without_a_card_is_said_plainly(county: County) -> None:
    with pytest.raises(NotFound, match="还没有算过得分"):
        explain_village(county.village_ids[0], LAST_MONTH)


def test_decimals_are_hundredths(county: County) -> None:
    rate_village(county, 0, [1, 4] * 7)
    found = explain_village(county.village_ids[0], LAST_MONTH)
    assert found.total == found.total.quantize(Decimal("0.01"))
