"""States of files that are written in the background."""

from enum import StrEnum


class ExportState(StrEnum):
    """A file somebody asked for: written, kept a week, then cleared away."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


class BulletinState(StrEnum):
    """An edition of a bulletin, whose files are kept."""

    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"


FINISHED = frozenset({ExportState.DONE, ExportState.EXPIRED})
UNFINISHED = frozenset(ExportState) - FINISHED
