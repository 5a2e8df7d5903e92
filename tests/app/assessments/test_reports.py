"""What units send: drafts, 无变化, milestones; each line checked, late and returned ones marked."""

from datetime import date
from decimal import Decimal

import pytest

from backend.app.assessments.reports import operations, review_operations, window_operations
from backend.app.assessments.reports.errors import NotYourUnit, ReportMoved, WindowMoved
from backend.app.assessments.reports.operations import ReportLine
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput
from backend.jobs import assessments as jobs
from tests.app.assessments.acting import OCTOBER, accept_all, open_month, send, window_of
from tests.factories.assessed import Assessed, add_target, at, issue


@pytest.fixture
def one(assessed: Assessed) -> int:
    target = add_target(assessed, plan={9: Decimal(900), 10: Decimal(1000)})
    issue(assessed)
    open_month(10)
    return target


def state(scalar, target: int, period: date = OCTOBER) -> str:
    return scalar(
        "SELECT state FROM target_report WHERE target_id = :id AND period = :period",
        id=target, period=period,
    )  # fmt: skip


def test_a_unit_sends_a_value_and_the_owner_has_it(assessed, one, scalar) -> None:
    assert send(assessed, ReportLine(one, 0, Decimal(980), "开工两处"), seconds=95) == 1
    assert state(scalar, one) == "submitted"
    assert scalar("SELECT value FROM target_report") == 980
    assert scalar("SELECT seconds FROM fill_time") == 95
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'submit_reports'") == 1


def test_minutes_are_cut_at_half_an_hour(assessed, one, scalar) -> None:
    send(assessed, ReportLine(one, 0, Decimal(980)), seconds=9000)
    assert scalar("SELECT seconds FROM fill_time") == 1800


def test_a_report_of_an_element_without_owner_goes_to_the_office(assessed, scalar) -> None:
    nobody = add_target(assessed, "A2", owner=None)
    itself = add_target(assessed, "A3", unit_id=assessed.bureau_unit, owner=assessed.bureau_id)
    issue(assessed)
    open_month(10)
    send(assessed, ReportLine(nobody, 0, Decimal(1)))
    send(assessed, ReportLine(itself, 0, Decimal(1)), actor=assessed.bureau,
         unit=assessed.bureau_unit)  # fmt: skip
    assert {state(scalar, nobody), state(scalar, itself)} == {"owner_passed"}


def test_only_the_units_own_staff_send(assessed: Assessed, one: int) -> None:
    for stranger in (assessed.bureau, assessed.owner, assessed.office):
        with pytest.raises(NotYourUnit):
            send(assessed, ReportLine(one, 0, Decimal(1)), actor=stranger)


def test_a_draft_is_kept_and_counts_for_nothing(assessed: Assessed, one: int, scalar) -> None:
    with clock_at(at(10, 26)), transaction():
        line = ReportLine(one, 0, Decimal(5), "写到一半")
        assert operations.save_drafts(assessed.town, assessed.town_unit, OCTOBER, [line]) == 1
    assert (state(scalar, one), scalar("SELECT words FROM target_report")) == ("draft", "写到一半")
    send(assessed, ReportLine(one, 0, Decimal(980), "写完了"))
    assert scalar("SELECT words FROM target_report") == "写完了"


def test_every_fault_is_named_and_nothing_is_sent(assessed: Assessed, scalar) -> None:
    first, second = add_target(assessed), add_target(assessed, "A2")
    issue(assessed)
    open_month(10)
    lines = [ReportLine(first, 0, Decimal(3)), ReportLine(second, 0, None, "字" * 301)]
    with pytest.raises(InvalidInput) as refused:
        send(assessed, *lines)
    assert refused.value.errors == {
        f"target_{second}": [
            "A2 指标A2：工作进展最多 300 个字，现在有 301 个", "A2 指标A2：请填本月累计完成"
        ]
    }  # fmt: skip
    assert scalar("SELECT count(*) FROM target_report") == 0


def test_unchanged_repeats_the_last_accepted_value(assessed: Assessed, one: int, scalar) -> None:
    send(assessed, ReportLine(one, 0, Decimal(980)))
    accept_all(assessed)
    open_month(11)
    send(assessed, ReportLine(one, 0, no_change=True), month=11)
    assert scalar("SELECT value FROM target_report WHERE period = '2026-11-01'") == 980


def test_unchanged_and_another_figure_are_not_said_at_once(assessed: Assessed, one: int) -> None:
    send(assessed, ReportLine(one, 0, Decimal(500)))
    accept_all(assessed)
    open_month(11)
    with pytest.raises(InvalidInput) as refused:
        send(assessed, ReportLine(one, 0, Decimal(600), no_change=True), month=11)
    assert "勾了「无变化」，又填了和上次不同的数" in str(refused.value.errors)
    send(assessed, ReportLine(one, 0, Decimal(500), no_change=True), month=11)


def test_after_twice_unchanged_a_third_time_is_not_asked(assessed: Assessed, one, scalar) -> None:
    for month in (9, 10):
        open_month(month)
        send(assessed, ReportLine(one, 0, no_change=True), month=month)
        accept_all(assessed, month)
    open_month(11)
    with clock_at(at(12, 4)):
        jobs.close_windows()
    assert scalar("SELECT count(*) FROM target_report WHERE state = 'missed'") == 0


def test_a_value_falls_only_with_a_reason(assessed: Assessed, one: int, scalar) -> None:
    send(assessed, ReportLine(one, 0, Decimal(980)))
    accept_all(assessed)
    open_month(11)
    with pytest.raises(InvalidInput, match="要改一改"):
        send(assessed, ReportLine(one, 0, Decimal(970)), month=11)
    send(assessed, ReportLine(one, 0, Decimal(970), correction="上月多算一处"), month=11)
    assert state(scalar, one, date(2026, 11, 1)) == "submitted"


def test_a_finished_target_asks_for_a_file_where_the_element_does(assessed: Assessed) -> None:
    target = add_target(assessed, needs_evidence=True)
    issue(assessed)
    open_month(10)
    assert send(assessed, ReportLine(target, 0, Decimal(1199))) == 1
    open_month(11)
    with pytest.raises(InvalidInput):
        send(assessed, ReportLine(target, 0, Decimal(1200)), month=11)


def test_of_two_colleagues_who_send_at_once_one_wins(assessed, one, at_once, scalar) -> None:
    def sender(actor, value: int):
        def act() -> None:
            with clock_at(at(10, 26)):
                operations.submit_reports(
                    actor, assessed.town_unit, OCTOBER, [ReportLine(one, 0, Decimal(value))]
                )

        return act

    outcome = at_once(sender(assessed.town, 1), sender(assessed.town_colleague, 2))
    assert sorted(outcome) == ["done", "report_moved"]
    assert scalar("SELECT count(*) FROM target_report") == 1
    assert scalar("SELECT version FROM target_report") == 1


def test_what_was_sent_is_not_sent_again(assessed: Assessed, one: int) -> None:
    send(assessed, ReportLine(one, 0, Decimal(980)))
    with pytest.raises(ReportMoved):
        send(assessed, ReportLine(one, 1, Decimal(990)))


def test_after_closing_nothing_is_sent_until_the_window_is_reopened(assessed, one, scalar) -> None:
    with clock_at(at(11, 4, 18)):
        jobs.close_windows()
    with pytest.raises(WindowMoved):
        send(assessed, ReportLine(one, 0, Decimal(980)), when=at(11, 5))
    with clock_at(at(11, 5)), transaction():
        window_operations.reopen_window(assessed.office, window_of(assessed, OCTOBER), "停电两天")
    send(assessed, ReportLine(one, 0, Decimal(980)), when=at(11, 6))
    assert (state(scalar, one), scalar("SELECT is_late FROM target_report")) == ("submitted", True)


def test_what_was_returned_may_be_sent_again_for_two_working_days(assessed, one, scalar) -> None:
    send(assessed, ReportLine(one, 0, Decimal(980)))
    with clock_at(at(11, 5)), transaction():
        jobs.close_windows()
        review_operations.return_report(
            assessed.owner, scalar("SELECT id FROM target_report"), 1, "单位写错了"
        )
    with pytest.raises(WindowMoved):
        send(assessed, ReportLine(one, 2, Decimal(98)), when=at(11, 9, 18, 1))
    send(assessed, ReportLine(one, 2, Decimal(98)), when=at(11, 9, 17))
    assert (state(scalar, one), scalar("SELECT is_late FROM target_report")) == ("submitted", False)


def test_milestones_are_ticked_and_accepted_by_the_office(assessed: Assessed, scalar) -> None:
    target = add_target(assessed, kind="milestone", value=None, milestones=[(6, 40), (11, 60)])
    issue(assessed)
    open_month(10)
    first = scalar("SELECT min(id) FROM target_milestone")
    send(assessed, ReportLine(target, 0, milestone_ids=[first, 999]))
    accept_all(assessed)
    assert scalar("SELECT count(*) FROM target_milestone WHERE accepted_at IS NOT NULL") == 1
    assert scalar("SELECT milestone_ids FROM target_report") == [first]
