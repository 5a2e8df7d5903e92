"""审核: owner, then office; never one's own, never one's own unit; of two at once one wins."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Actor, Role
from backend.app.assessments.reports import operations, review_operations, window_operations
from backend.app.assessments.reports.errors import (
    NotYourReview,
    NotYourUnit,
    OwnReport,
    ReportMoved,
)
from backend.app.assessments.reports.operations import ReportLine
from backend.app.assessments.reports.review_queries import is_jump, review_rows
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import DomainError, InvalidInput, NotAllowed, NotFound
from backend.jobs import assessments as jobs
from tests.app.assessments.acting import OCTOBER, accept_all, open_month, send, window_of
from tests.factories.assessed import Assessed, add_target, at, issue
from tests.factories.county import make_county, make_person
from tests.factories.tickets import as_actor, forget


@pytest.fixture
def report(assessed: Assessed, scalar) -> int:
    """Sent by the township, waiting for the owner."""
    target = add_target(assessed)
    issue(assessed)
    open_month(10)
    send(assessed, ReportLine(target, 0, Decimal(980)))
    return scalar("SELECT id FROM target_report")


def stored(scalar, column: str = "state") -> object:
    return scalar(f"SELECT {column} FROM target_report")


def test_the_owner_passes_then_the_office_accepts(assessed: Assessed, report, scalar) -> None:
    with transaction():
        review_operations.pass_report(assessed.owner, report, 1)
    assert stored(scalar) == "owner_passed"
    with transaction():
        review_operations.pass_report(assessed.office, report, 2)
    assert stored(scalar) == "accepted"
    assert scalar("SELECT array_agg(step ORDER BY id) FROM report_review") == ["owner", "office"]


def test_a_changed_value_is_kept_with_the_old_one_and_told_to_the_unit(
    assessed: Assessed, report: int, scalar
) -> None:
    with pytest.raises(InvalidInput):
        review_operations.change_report(assessed.owner, report, 1, Decimal(900), " ")
    with pytest.raises(InvalidInput):
        review_operations.change_report(assessed.owner, report, 1, Decimal(-1), "台账是 900")
    forget()
    with transaction():
        review_operations.change_report(assessed.owner, report, 1, Decimal(900), "台账是 900")
    assert (stored(scalar), stored(scalar, "value")) == ("owner_passed", 900)
    assert scalar("SELECT value_before FROM report_review") == 980
    told = scalar("SELECT words FROM notice WHERE subject_kind = 'target_report' LIMIT 1")
    assert told == "由 980 改为 900：台账是 900"


def test_a_return_needs_a_reason_and_goes_back_to_the_unit(assessed, report, scalar) -> None:
    with pytest.raises(InvalidInput):
        review_operations.return_report(assessed.owner, report, 1, "")
    forget()
    with clock_at(at(10, 27)), transaction():
        review_operations.return_report(assessed.owner, report, 1, "单位写错了")
    assert stored(scalar) == "returned"
    assert stored(scalar, "returned_until") == at(10, 29, 18)


def test_reviews_are_append_only(assessed: Assessed, report: int) -> None:
    with transaction():
        review_operations.pass_report(assessed.owner, report, 1)
    for statement in ("DELETE FROM report_review", "UPDATE report_review SET reason = 'x'"):
        with pytest.raises(DBAPIError), transaction() as session:
            session.execute(text(statement))


def test_of_two_reviewers_at_once_one_wins(assessed: Assessed, report, at_once, scalar) -> None:
    outcome = at_once(
        lambda: review_operations.pass_report(assessed.owner, report, 1),
        lambda: review_operations.return_report(assessed.owner, report, 1, "单位写错了"),
    )
    assert sorted(outcome) == ["done", "report_moved"]
    assert scalar("SELECT count(*) FROM report_review") == 1


def test_nobody_reviews_what_he_sent_himself(assessed: Assessed, report: int) -> None:
    with transaction() as session:
        session.execute(
            text("UPDATE target_report SET submitted_by_id = :id"),
            {"id": assessed.owner.person_id},
        )
    with pytest.raises(OwnReport):
        review_operations.pass_report(assessed.owner, report, 1)
    forget()


def test_nobody_reviews_one_report_for_owner_and_office(assessed: Assessed, report: int) -> None:
    both = Actor(assessed.office.person_id, (*assessed.owner.grants, *assessed.office.grants))
    with transaction():
        review_operations.pass_report(both, report, 1)
    with pytest.raises(OwnReport):
        review_operations.pass_report(both, report, 2)
    forget()


def test_unreviewed_after_the_owners_last_day_goes_to_the_office(assessed, report, scalar) -> None:
    with clock_at(at(11, 9, 17)):
        jobs.escalate_targets()
    assert stored(scalar) == "submitted"
    with clock_at(at(11, 10, 8)):
        jobs.escalate_targets()
        jobs.escalate_targets()
    assert (stored(scalar), stored(scalar, "owner_late")) == ("owner_passed", True)
    assert stored(scalar, "version") == 2


def test_a_move_beyond_three_usual_steps_is_a_jump() -> None:
    assert not is_jump(Decimal(40), [])
    assert not is_jump(Decimal(40), [Decimal(10)])
    assert not is_jump(Decimal(60), [Decimal(10), Decimal(20), Decimal(30)])
    assert is_jump(Decimal(61), [Decimal(10), Decimal(20), Decimal(30)])
    assert is_jump(None, [Decimal(1), Decimal(2)]) is False


def test_passing_all_leaves_marked_ones_out_on_the_page(assessed: Assessed, scalar) -> None:
    target = add_target(assessed)
    issue(assessed)
    for month, value in ((7, 100), (8, 110), (9, 120), (10, 500)):
        open_month(month)
        send(assessed, ReportLine(target, 0, Decimal(value)), month=month)
        if month < 10:
            accept_all(assessed, month)
    (row,) = review_rows(assessed.owner, OCTOBER)
    assert (row.last_value, row.value, row.is_marked) == (120, 500, True)


def test_another_county_knows_nothing_of_a_report(assessed: Assessed, report: int) -> None:
    elsewhere = make_county(code="610529", name="蒲城县")
    stranger = as_actor(make_person(), Role.ASSESSOR, elsewhere.id)
    with pytest.raises(NotFound):
        review_operations.pass_report(stranger, report, 1)
    forget()


# Which acts each may do: written down a second time. "owner" and "office" are the two steps.
MAY = {
    "town": {"send"},
    "bureau": set(),
    "owner": {"owner"},
    "office": {"office", "reopen"},
    "office_of_the_unit": {"send", "reopen"},
    "desk": set(),
    "leader": set(),
    "manager": set(),
    "auditor": set(),
    "system": set(),
}


def people(assessed: Assessed) -> dict[str, Actor]:
    county = assessed.county.id
    both = Actor(make_person(), (*assessed.town.grants, *assessed.office.grants))
    named = {
        "town": assessed.town_colleague, "bureau": assessed.bureau, "owner": assessed.owner,
        "office": assessed.office, "office_of_the_unit": both,
    }  # fmt: skip
    roles = {
        "desk": Role.COUNTY_STAFF, "leader": Role.LEADER, "manager": Role.COUNTY_MANAGER,
        "auditor": Role.AUDITOR, "system": Role.SYSTEM_ADMIN,
    }  # fmt: skip
    return named | {name: as_actor(make_person(), role, county) for name, role in roles.items()}


def test_every_act_by_everybody(assessed: Assessed, report: int, scalar) -> None:
    """Each act tried by each person, and rolled back."""
    other = scalar("SELECT target_id FROM target_report")
    with clock_at(at(11, 4, 18)):
        jobs.close_windows()
    window = window_of(assessed, OCTOBER)

    def send_again(actor: Actor) -> None:
        db.session.execute(
            text("UPDATE target_report SET state = 'returned', returned_until = :until"),
            {"until": at(11, 9)},
        )
        line = ReportLine(other, 1, Decimal(5), correction="写错了")
        operations.submit_reports(actor, assessed.town_unit, OCTOBER, [line])

    def review(actor: Actor, state: str) -> None:
        db.session.execute(text("UPDATE target_report SET state = :state"), {"state": state})
        review_operations.pass_report(actor, report, 1)

    acts = {
        "send": send_again,
        "owner": lambda actor: review(actor, "submitted"),
        "office": lambda actor: review(actor, "owner_passed"),
        "reopen": lambda actor: window_operations.reopen_window(actor, window, "停电两天"),
    }
    refusals = (NotAllowed, NotYourUnit, NotYourReview, NotFound)
    for name, actor in people(assessed).items():
        for act, do in acts.items():
            with clock_at(at(11, 6)):
                try:
                    do(actor)
                    result = True
                except refusals:
                    result = False
                finally:
                    forget()
            assert result is (act in MAY[name]), (name, act)


def test_what_stands_elsewhere_is_reviewed_by_nobody(assessed: Assessed, report: int) -> None:
    for state in ("draft", "missed", "accepted"):
        db.session.execute(text("UPDATE target_report SET state = :s"), {"s": state})
        with pytest.raises(ReportMoved):
            review_operations.pass_report(assessed.owner, report, 1)
        forget()


def test_a_version_that_was_not_seen_is_not_passed(assessed: Assessed, report: int) -> None:
    with pytest.raises(DomainError):
        review_operations.pass_report(assessed.owner, report, 7)
    forget()


def test_periods_are_apart(assessed: Assessed, report: int) -> None:
    assert review_rows(assessed.owner, date(2026, 9, 1)) == []
    assert len(review_rows(assessed.owner, OCTOBER)) == 1
    assert review_rows(assessed.town, OCTOBER) == []
