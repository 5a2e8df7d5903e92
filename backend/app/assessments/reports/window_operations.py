"""Windows: opened on the period's 25th, reminded of, closed by themselves, reopened once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, Role, may
from backend.app.accounts.queries import staff_of
from backend.app.assessments.models import Programme, ProgrammeWindow
from backend.app.assessments.parties import office_of
from backend.app.assessments.reports.asked_sql import (
    FROM_WINDOW,
    IS_ASKED,
    IS_QUIET,
    NOT_SENT,
)
from backend.app.assessments.reports.errors import WindowMoved, WindowUnknown
from backend.app.assessments.reports.fill_times import pace_of
from backend.app.assessments.reports.window_times import WindowTimes, days_of, window_times
from backend.app.assessments.states import ProgrammeState, ReportState
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.states import one_of
from backend.app.core.web.console_menu import local_time
from backend.app.notices.operations import notify
from backend.app.tickets.rules.queries import clock_of

LONGEST_REASON = 200
STORED = ("opens_at", "closes_at", "owner_due_at", "office_due_at")
MISS = text(
    f"""
    INSERT INTO target_report (county_id, target_id, period, state)
    SELECT t.county_id, t.id, w.period, '{ReportState.MISSED}' {FROM_WINDOW}
    WHERE w.id = :id AND {IS_ASKED} AND NOT {IS_QUIET}
    ON CONFLICT (target_id, period) DO NOTHING
    """
)
ASKED_OF_UNITS = f"""
    SELECT u.id, u.region_id, u.department_id, count(*) AS targets {FROM_WINDOW}
    LEFT JOIN target_report r ON r.target_id = t.id AND r.period = w.period
    WHERE w.id = :id AND {IS_ASKED}
"""
ALL_UNITS = text(f"{ASKED_OF_UNITS} GROUP BY u.id ORDER BY u.id")
WAITING_UNITS = text(
    f"{ASKED_OF_UNITS} AND (r.id IS NULL OR {one_of('r.state', NOT_SENT)}) AND NOT {IS_QUIET}"
    " GROUP BY u.id ORDER BY u.id"
)


class AskedUnit(NamedTuple):
    """A unit with how many targets it is asked for in a window."""

    id: int
    region_id: int | None
    department_id: int | None
    targets: int


def times_of(programme: Programme, period: date) -> WindowTimes:
    return window_times(period, days_of(programme.content), clock_of(programme.county_id))


def open_windows(programme_id: int) -> int:
    """Opens what has come; what is open follows the calendar. Safe to repeat."""
    programme = db.session.get_one(Programme, programme_id)
    this_month, opened = clock.month_of(clock.today()), 0
    for period in (clock.previous_month(this_month), this_month):
        times = times_of(programme, period)
        if _is_open_in(programme, period) and times.opens_at <= clock.now() < times.closes_at:
            opened += _open(programme, period, times)
    _follow_calendar(programme)
    return opened


def _is_open_in(programme: Programme, period: date) -> bool:
    """Of its own year, from the month in which it was issued on."""
    if programme.state != ProgrammeState.RUNNING or programme.issued_at is None:
        return False
    first = clock.month_of(clock.local_day(programme.issued_at))
    return period.year == programme.year and period >= first


def _open(programme: Programme, period: date, times: WindowTimes) -> int:
    values = {name: getattr(times, name) for name in STORED}
    window_id = db.session.scalar(
        insert(ProgrammeWindow)
        .values(
            county_id=programme.county_id, programme_id=programme.id, period=period,
            opened_at=clock.now(), **values,
        )
        .on_conflict_do_nothing()
        .returning(ProgrammeWindow.id)
    )  # fmt: skip
    if window_id is None:
        return 0
    ends, units = local_time(times.closes_at), _asked_units(ALL_UNITS, window_id)
    pace = pace_of([unit.id for unit in units])

    def words(unit: AskedUnit) -> str:
        minutes = pace.minutes(unit.id, unit.targets)
        return f"要报 {unit.targets} 项，预计 {minutes} 分钟，{ends} 截止。"

    title = f"{period.year}年{period.month}月的进度可以填了"
    _tell_units(units, window_id, "open", title, words)
    return 1


def _follow_calendar(programme: Programme) -> None:
    """Ends of open windows are computed anew: a year's holidays may have been filled in."""
    query = select(ProgrammeWindow).where(
        ProgrammeWindow.programme_id == programme.id, ProgrammeWindow.closed_at.is_(None)
    )
    for window in db.session.scalars(query.with_for_update(skip_locked=True)):
        times = times_of(programme, window.period)
        for name in STORED:
            setattr(window, name, getattr(times, name))


def _asked_units(statement: Any, window_id: int) -> list[AskedUnit]:
    return [AskedUnit(*row) for row in db.session.execute(statement, {"id": window_id})]


def _tell_units(
    units: Sequence[AskedUnit], window_id: int, act: str, title: str,
    words: Callable[[AskedUnit], str],
) -> None:  # fmt: skip
    """One notice a unit, window and act, however often this runs."""
    for unit in units:
        tell_unit(
            unit.region_id, unit.department_id, title, words(unit),
            f"window:{window_id}:{act}:{unit.id}", ("programme_window", window_id),
        )  # fmt: skip


def tell_unit(
    region_id: int | None, department_id: int | None, title: str, words: str, dedup: str,
    subject: tuple[str, int],
) -> None:  # fmt: skip
    """Everybody who fills in for the unit hears of it, once for each `dedup`."""
    people = staff_of([Role.TOWNSHIP_STAFF], office_of(region_id), department_id)
    notify(
        people, kind="assessment", title=title, words=words, page=None,
        subject_kind=subject[0], subject_id=subject[1], dedup=dedup,
    )  # fmt: skip


def _tell_waiting(window_id: int, act: str, title: str, words: Callable[[AskedUnit], str]) -> None:
    """Those who have not sent everything."""
    _tell_units(_asked_units(WAITING_UNITS, window_id), window_id, act, title, words)


def remind_units(window_id: int) -> int:
    """The day before last: who has not sent everything. Returns whether the time has come."""
    window = db.session.get_one(ProgrammeWindow, window_id)
    programme = db.session.get_one(Programme, window.programme_id)
    if window.closed_at is not None or clock.now() < times_of(programme, window.period).remind_at:
        return 0
    ends = local_time(window.closes_at)
    title = f"{window.period.month}月的进度还没有报完"
    _tell_waiting(
        window_id, "remind", title,
        lambda unit: f"还差 {unit.targets} 项，{ends} 截止，过时系统自动关闭。",
    )  # fmt: skip
    return 1


def lock_window(window_id: int, *, shared: bool = False) -> ProgrammeWindow:
    """The window with its row held: by everybody who sends, or by the one who closes."""
    window = db.session.get(
        ProgrammeWindow, window_id, populate_existing=True, with_for_update={"read": shared}
    )
    if window is None:
        raise WindowUnknown
    return window


def close_window(window_id: int) -> int:
    """Closes once: what was not sent is missed, a draft stays a draft. Returns whether it did."""
    window = lock_window(window_id)
    if window.closed_at is not None or clock.now() < window.closes_at:
        return 0
    window.closed_at = clock.now()
    db.session.execute(MISS, {"id": window_id})
    record("close_window", None, "programme_window", window_id)
    title = f"{window.period.month}月的填报已经关闭"
    _tell_waiting(
        window_id, "closed", title,
        lambda unit: f"有 {unit.targets} 项未报。有原因的，请考核办重开后补报。",
    )  # fmt: skip
    return 1


def reopen_window(actor: Actor, window_id: int, reason: str) -> ProgrammeWindow:
    """补报: once, with a reason, until the owners' last day. Raises WindowMoved."""
    window = lock_window(window_id)
    if not may(actor, Permission.SUPERVISE_TARGETS, (window.county_id,)):
        raise NotAllowed
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise InvalidInput(errors={"reason": [f"请写明为什么重开，最多 {LONGEST_REASON} 个字"]})
    if window.closed_at is None or window.reopened_until or clock.now() >= window.owner_due_at:
        raise WindowMoved("窗口只能在关闭以后、主管部门审核期满以前重开一次")
    window.reopened_until, window.reopened_by_id = window.owner_due_at, actor.person_id
    window.reopen_reason = reason.strip()
    record("reopen_window", actor.person_id, "programme_window", window_id, reason=reason.strip())
    ends = local_time(window.owner_due_at)
    title = f"{window.period.month}月可以补报了"
    _tell_waiting(
        window_id, "reopened", title,
        lambda unit: f"有 {unit.targets} 项未报，{ends} 前补报，记为迟报。",
    )  # fmt: skip
    return window


def takes_reports(window: ProgrammeWindow, at: datetime) -> bool:
    """Whether units may still send what they have not sent."""
    if window.closed_at is None:
        return window.opens_at <= at < window.closes_at
    return window.reopened_until is not None and at < window.reopened_until
