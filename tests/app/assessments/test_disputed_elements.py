"""360° whose raters differ too much feeds no value until a second person said so, with a reason."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Actor
from backend.app.assessments.appraisals import dispute_operations, operations
from backend.app.assessments.appraisals.counting import BallotQuestion
from backend.app.assessments.appraisals.errors import AppraisalMoved, SameCloser
from backend.app.assessments.appraisals.operations import RaterGroup, RoundDraft
from backend.app.assessments.appraisals.queries import get_round, result_of
from backend.app.assessments.locks.checklist import lock_checklist
from backend.app.assessments.models import Programme
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.states.appraisals import AppraisalKind, DisputeState
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from tests.app.assessments.acting import decider
from tests.app.assessments.rating import close
from tests.app.assessments.test_appraisals import PAGE, group_ids
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import Assessed, add_target, issue
from tests.factories.console import as_shown
from tests.factories.tickets import forget

pytestmark = pytest.mark.usefixtures("december")
GROUPS = [RaterGroup("同级", Decimal(40), 5), RaterGroup("群众", Decimal(60), 5)]
ELEMENTS = ("D1", "D2", "D3")
# Best first: peers order the three elements alike, of the public no two do.
ALIKE = [(1, 3, 5)] * 4 + [(1, 3, 4)]
APART = [(1, 5, 1), (5, 1, 5), (1, 1, 5), (5, 5, 1), (1, 5, 5)]


@pytest.fixture
def running(assessed: Assessed) -> Assessed:
    add_target(assessed)
    for code in ELEMENTS:
        add_target(assessed, code, kind="level", source="ballot:360", value=None)
    issue(assessed)
    return assessed


@pytest.fixture
def boss(running: Assessed) -> Actor:
    return decider(running)


@pytest.fixture
def second_boss(running: Assessed) -> Actor:
    return decider(running, "second-boss")


def closed_round(running: Assessed, boss: Actor, said: Sequence[Sequence[int]], scalar) -> int:
    with transaction():
        draft = RoundDraft("担当作为", GROUPS, AppraisalKind.ELEMENTS)
        held = operations.open_round(running.office, running.programme_id, draft).id
    asked = [
        BallotQuestion(
            running.town_unit, scalar(f"SELECT id FROM programme_element WHERE code = '{code}'")
        )
        for code in ELEMENTS
    ]
    for group_id, ballots in zip(group_ids(held), (ALIKE, said), strict=True):
        slips = {
            str(number): dict(zip(asked, levels, strict=True))
            for number, levels in enumerate(ballots)
        }
        for actor in (running.office, running.other_office):
            with transaction():
                operations.enter_slips(actor, group_id, slips)
            forget()
    close(boss, held)
    forget()
    return held


@pytest.fixture
def disputed(running: Assessed, boss: Actor, scalar) -> int:
    return closed_round(running, boss, APART, scalar)


def settle(actor: Actor, round_id: int, answer: DisputeState, reason: str = "两拨服务对象") -> None:
    with transaction():
        dispute_operations.settle_dispute(actor, group_ids(round_id)[1], answer, reason)
    forget()


def values(scalar) -> dict[str, Decimal]:
    listed = scalar(
        "SELECT json_object_agg(e.code, f.value::text) FROM measure_fact f"
        " JOIN programme_element e ON e.id = f.element_id WHERE f.source = 'ballot'"
    )
    return {code: Decimal(value) for code, value in (listed or {}).items()}


def unit_page(app, running: Assessed) -> str:
    with transaction():
        recompute_results(running.programme_id)
    forget()
    address = f"/console/assessments/results/{running.programme_id}/units/{running.town_unit}"
    return as_shown(seat(app, running.town).get(address))


def test_raters_who_agree_feed_the_value_at_once(running, boss, scalar) -> None:
    closed_round(running, boss, ALIKE, scalar)
    assert values(scalar) == {"D1": 100, "D2": 60, "D3": 6}


def test_a_disputed_group_feeds_nothing_and_the_unit_reads_why(
    app, running, disputed, scalar
) -> None:
    assert values(scalar) == {}
    words = "担当作为「群众」5 张票看法差别大（一致性 α = -0.125，不到 0.667），是否计入还没有定"
    assert words in unit_page(app, running)
    home = f"/console/assessments/units/{running.town_unit}"
    assert words in as_shown(seat(app, running.town).get(home))


def test_nobody_reads_a_mean_before_it_is_decided(app, running, boss, disputed) -> None:
    result = result_of(get_round(disputed, running.county.id))
    assert result.is_pending
    assert {result.score_of(question) for question in result.groups} == {None}
    page = as_shown(seat(app, boss).get(f"{PAGE}/{disputed}"))
    assert "看法差别大，等人定" in page
    assert "100.00" not in page


def test_used_with_a_reason_it_feeds_by_its_weight(
    app, running, second_boss, disputed, scalar
) -> None:
    settle(second_boss, disputed, DisputeState.USED)
    # 40 × 100 + 60 × (3 × 100 + 2 × 0) ÷ 5, of 100.
    assert values(scalar)["D1"] == Decimal("76")
    assert "照样计入：两拨服务对象" in unit_page(app, running)
    assert scalar(
        "SELECT detail->>'reason' FROM audit_entry WHERE action = 'settle_dispute'"
    ) == "两拨服务对象"  # fmt: skip


def test_dropped_its_weight_goes_to_the_other_group(
    app, running, second_boss, disputed, scalar
) -> None:
    settle(second_boss, disputed, DisputeState.DROPPED)
    assert values(scalar) == {"D1": 100, "D2": 60, "D3": 6}
    assert "没有计入，权重归其他组：两拨服务对象" in unit_page(app, running)


def test_it_is_settled_once_by_another_than_who_closed(
    running, boss, second_boss, disputed, scalar
) -> None:
    with pytest.raises(SameCloser):
        settle(boss, disputed, DisputeState.USED)
    with pytest.raises(NotAllowed):
        settle(running.office, disputed, DisputeState.USED)
    for answer, reason in ((DisputeState.OPEN, "是"), (DisputeState.USED, " ")):
        with pytest.raises(InvalidInput):
            settle(second_boss, disputed, answer, reason)
    assert values(scalar) == {}
    settle(second_boss, disputed, DisputeState.USED)
    with pytest.raises(AppraisalMoved):
        settle(second_boss, disputed, DisputeState.DROPPED)


def test_the_database_refuses_the_hand_that_closed(boss, disputed) -> None:
    with pytest.raises(DBAPIError, match="one hand"), transaction() as session:
        session.execute(
            text("UPDATE appraisal_group SET dispute = 'used', dispute_reason = '是',"
                 " settled_by_id = :boss, settled_at = now() WHERE dispute = 'open'"),
            {"boss": boss.person_id},
        )  # fmt: skip


def test_the_form_names_what_is_missing_and_settles(app, running, second_boss, disputed) -> None:
    desk = seat(app, second_boss)
    address = f"{PAGE}/groups/{group_ids(disputed)[1]}/dispute"
    refused = desk.post(address, reason="")
    assert refused.status_code == 422
    assert "请选计入还是不计入" in as_shown(refused)
    assert "请写明为什么" in as_shown(refused)
    settled = desk.post(address, answer="dropped", reason="两拨服务对象")
    assert settled.status_code == 303
    assert "看法差别大，不计入" in as_shown(desk.get(settled.headers["Location"]))


def test_the_year_is_not_quietly_locked_before(running, second_boss, disputed) -> None:
    def waiting() -> int:
        programme = db.session.get_one(Programme, running.programme_id)
        return next(row.open for row in lock_checklist(programme) if row.code == "disputes")

    assert waiting() == 1
    settle(second_boss, disputed, DisputeState.DROPPED)
    assert waiting() == 0
