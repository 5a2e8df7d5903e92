"""Which windows wait for the timetable, and those a page shows."""

from datetime import date

from sqlalchemy import ColumnElement, select

from backend.app.assessments.models import Programme, ProgrammeWindow
from backend.app.assessments.states import ProgrammeState
from backend.app.core import clock
from backend.app.core.db import db

MOST_LATEST = 2


def running_programmes() -> list[int]:
    query = select(Programme.id).where(Programme.state == ProgrammeState.RUNNING)
    return list(db.session.scalars(query.order_by(Programme.id)))


def _windows(*which: ColumnElement[bool]) -> list[int]:
    query = select(ProgrammeWindow.id).where(*which).order_by(ProgrammeWindow.id)
    return list(db.session.scalars(query))


def windows_to_remind_of() -> list[int]:
    return _windows(ProgrammeWindow.closed_at.is_(None))


def windows_to_close() -> list[int]:
    return _windows(
        ProgrammeWindow.closed_at.is_(None), ProgrammeWindow.closes_at <= clock.now()
    )  # fmt: skip


def windows_past_owners() -> list[int]:
    """Those in which owners' time is over and the office's not yet."""
    return _windows(
        ProgrammeWindow.evaluated_at.is_(None), ProgrammeWindow.owner_due_at <= clock.now()
    )  # fmt: skip


def windows_to_evaluate() -> list[int]:
    return _windows(
        ProgrammeWindow.closed_at.is_not(None), ProgrammeWindow.evaluated_at.is_(None),
        ProgrammeWindow.office_due_at <= clock.now(),
    )  # fmt: skip


def windows_to_publish() -> list[int]:
    return _windows(
        ProgrammeWindow.evaluated_at.is_not(None), ProgrammeWindow.published_at.is_(None)
    )  # fmt: skip


def county_windows(county_id: int, period: date) -> list[ProgrammeWindow]:
    """Those of a county's programmes for one period."""
    query = select(ProgrammeWindow).where(
        ProgrammeWindow.county_id == county_id, ProgrammeWindow.period == period
    )
    return list(db.session.scalars(query.order_by(ProgrammeWindow.id)))


def find_window(programme_id: int, period: date) -> ProgrammeWindow | None:
    query = select(ProgrammeWindow).where(
        ProgrammeWindow.programme_id == programme_id, ProgrammeWindow.period == period
    )
    return db.session.scalars(query).one_or_none()


def latest_windows(county_id: int, *, closed: bool) -> list[ProgrammeWindow]:
    """The newest two periods whose colours stand, or with `closed` may be looked at before."""
    column = ProgrammeWindow.closed_at if closed else ProgrammeWindow.evaluated_at
    query = select(ProgrammeWindow).where(
        ProgrammeWindow.county_id == county_id, column.is_not(None)
    )
    return list(
        db.session.scalars(query.order_by(ProgrammeWindow.period.desc()).limit(MOST_LATEST))
    )
