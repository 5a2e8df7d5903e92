"""Reads of locks."""

from backend.app.assessments.locks.errors import YearNotLocked
from backend.app.assessments.models import ProgrammeLock
from backend.app.core.db import db


def programme_lock(programme_id: int) -> ProgrammeLock | None:
    return db.session.get(ProgrammeLock, programme_id)


def get_programme_lock(programme_id: int) -> ProgrammeLock:
    """Raises YearNotLocked."""
    lock = programme_lock(programme_id)
    if lock is None:
        raise YearNotLocked
    return lock
