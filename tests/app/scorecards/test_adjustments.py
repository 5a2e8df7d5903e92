"""扣分、加分、容错: two people, a rule and a case; capped, and never in a locked month."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.scorecards.adjustments import operations as adjustments
from backend.app.scorecards.adjustments.operations import Proposal
from backend.app.scorecards.explanation import explain_village
from backend.app.scorecards.locks import corrections, verification
from backend.app.scorecards.locks import operations as locks
from backend.app.scorecards.objections import operations as objections
from backend.app.scorecards.operations import recompute_month
from tests.factories.console import put_in_the_hand_of, sit_down
from tests.factories.county import bind
from tests.factories.objections import Bench, make_bench
from tests.factories.ratings import LAST_MONTH
from tests.factories.tickets import forget


@pytest.fixture
def bench(app) -> Bench:
    return make_bench()


def propose(bench: Bench, **given) -> int:
    values = {
        "village": "第1村", "month": LAST_MONTH, "kind": "deduction", "points": "2.5",
        "rule": "考核办法第 8 条", "case_words": "公示迟了 5 天",
    }  # fmt: skip
    with transaction():
        return adjustments.propose_adjustment(
            bench.staff, bench.county.id, Proposal(**{**values, **given})
        ).id


def decide(bench: Bench, found: int, is_approved: bool = True, by=None, note: str = "属实") -> None:
    with transaction():
        adjustments.decide_adjustment(by or bench.other_staff, found, is_approved, note)


def total(bench: Bench) -> Decimal:
    with transaction():
        recompute_month(LAST_MONTH, bench.county.id)
    forget()
    return db.session.scalar(
        text("SELECT total FROM scorecard WHERE village_id = :v AND month = :m"),
        {"v": bench.village_id, "m": LAST_MONTH},
    )


def lines(bench: Bench):
    forget()
    return adjustments.list_adjustments([bench.county.id])[0]


def test_a_deduction_counts_once_a_second_person_has_approved_it(bench: Bench) -> None:
    before = total(bench)
    found = propose(bench)
    assert total(bench) == before
    decide(bench, found)
    assert total(bench) == before - Decimal("2.5")
    (line,) = lines(bench)
    assert (line.state_words, line.moved) == ("已批准", Decimal("-2.5"))


def test_an_exemption_gives_points_back_and_a_bonus_stops_at_its_cap(bench: Bench) -> None:
    before = total(bench)
    decide(bench, propose(bench, kind="exemption", points="1.25"))
    decide(bench, propose(bench, kind="bonus", points="9"))
    assert total(bench) == min(before + Decimal("1.25") + 5, Decimal(100))


def test_its_author_does_not_approve_it(bench: Bench) -> None:
    found = propose(bench)
    with pytest.raises(adjustments.OwnAdjustment):
        decide(bench, found, by=bench.staff)
    with pytest.raises(IntegrityError, match="another_approves"), transaction() as session:
        session.execute(
            text("UPDATE score_adjustment SET state = 'approved', decided_by_id = author_id,"
                 " decided_at = now()")
        )  # fmt: skip


def test_an_account_the_author_reset_does_not_approve_the_bonus(bench: Bench) -> None:
    found = propose(bench, kind="bonus")
    put_in_the_hand_of(bench.staff.person_id, bench.other_staff.person_id)
    with pytest.raises(adjustments.OwnAdjustment):
        decide(bench, found)
    with pytest.raises(IntegrityError, match="one hand"), transaction() as session:
        session.execute(
            text("UPDATE score_adjustment SET state = 'approved', decided_by_id = :by,"
                 " decided_at = now()"),
            {"by": bench.other_staff.person_id},
        )  # fmt: skip


def test_a_refused_one_needs_a_reason_and_changes_nothing(bench: Bench) -> None:
    before = total(bench)
    found = propose(bench)
    with pytest.raises(InvalidInput):
        decide(bench, found, is_approved=False, note=" ")
    decide(bench, found, is_approved=False, note="证据不足")
    assert total(bench) == before
    with pytest.raises(adjustments.AdjustmentDecided):
        decide(bench, found)


def test_a_locked_month_takes_no_proposals(bench: Bench) -> None:
    with transaction():
        locks.lock_month(bench.staff, bench.county.id, LAST_MONTH, "到期")
    with pytest.raises(locks.MonthLocked):
        propose(bench)


def test_what_was_proposed_before_the_lock_is_approved_as_a_correction(bench: Bench) -> None:
    before = total(bench)
    found = propose(bench)
    with transaction():
        locks.lock_month(bench.staff, bench.county.id, LAST_MONTH, "到期")
    decide(bench, found)
    with transaction():
        (made,) = corrections.corrections_of(bench.county.id, LAST_MONTH)
        assert made.reason_kind == "adjustment"
        assert made.after["total"] == int(before * 100) - 250
        # The month as it was locked still computes to the same bytes.
        assert verification.verify(bench.county.id, LAST_MONTH).equal
        card = explain_village(bench.village_id, LAST_MONTH)
    assert (card.total, [one.moved for one in card.adjustments]) == (
        before - Decimal("2.5"), [Decimal("-2.5")],
    )  # fmt: skip
    (line,) = lines(bench)
    assert (line.state_words, line.moved) == ("已批准", Decimal("-2.5"))


def test_after_the_lock_a_proposal_can_be_refused_or_withdrawn_by_its_author(bench: Bench) -> None:
    refused, dropped = propose(bench), propose(bench)
    with transaction():
        locks.lock_month(bench.staff, bench.county.id, LAST_MONTH, "到期")
    decide(bench, refused, is_approved=False, note="证据不足")
    with pytest.raises(NotAllowed), transaction():
        adjustments.drop_adjustment(bench.other_staff, dropped)
    with transaction():
        adjustments.drop_adjustment(bench.staff, dropped)
    with pytest.raises(adjustments.AdjustmentDecided):
        decide(bench, dropped)
    with transaction():
        assert corrections.corrections_of(bench.county.id, LAST_MONTH) == []
    assert {line.state_words for line in lines(bench)} == {"没批准", "已撤回"}


def test_every_wrong_field_is_named(bench: Bench) -> None:
    with pytest.raises(InvalidInput) as refused:
        propose(bench, village="没这村", kind="gift", points="0.001", rule=" ", ticket="610-1")
    assert set(refused.value.errors) == {"village", "kind", "points", "rule", "ticket"}
    for wrong in ("NaN", "Infinity", "-1", "101", "1e-9", "一分", ""):
        with pytest.raises(InvalidInput):
            propose(bench, points=wrong)
    with pytest.raises(InvalidInput):
        propose(bench, month=clock.next_month(clock.month_of(clock.today())))


def test_whoever_lives_in_the_village_stays_out_of_it(bench: Bench) -> None:
    found = propose(bench)
    bind(bench.other_staff.person_id, bench.county, bench.village_id)
    with pytest.raises(objections.ObjectionOwnSide):
        decide(bench, found)
    with pytest.raises(NotAllowed):
        decide(bench, found, by=bench.cadre)


def test_the_page_proposes_approves_and_shows_the_record(client, app, bench: Bench) -> None:
    desk = sit_down(client, bench.staff.person_id)
    form = {
        "village": "庄里镇第1村", "month": f"{LAST_MONTH:%Y-%m}", "kind": "exemption",
        "points": "3", "rule": "办法第 12 条", "case_words": "全镇停电两天",
    }  # fmt: skip
    wrong = desk.post("/console/adjustments", **{**form, "points": "很多"})
    assert wrong.status_code == 422
    assert "全镇停电两天" in wrong.text
    assert desk.post("/console/adjustments", **form).status_code == 303
    assert "等同事审批" in desk.get("/console/adjustments").text
    (line,) = lines(bench)
    where = f"/console/adjustments/{line.adjustment.id}"
    assert desk.post(where, choice="approved").status_code == 403
    other = sit_down(app.test_client(), bench.other_staff.person_id)
    assert other.post(where, choice="approved").status_code == 303
    total(bench)
    page = other.get("/console/adjustments?state=approved").text
    assert "全镇停电两天" in page
    assert "+3.00" in page
