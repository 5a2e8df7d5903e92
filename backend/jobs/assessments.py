"""The month's clock of assessments: windows open and close, colours come, late ones are told.

Every job may run again at any time. Each programme and window stands in a transaction of its own:
one that fails is logged and holds up no other.
"""

from collections.abc import Callable, Iterable

import structlog

from backend.app.assessments.reports import review_operations, window_operations, window_queries
from backend.app.core.db import transaction

log = structlog.get_logger()


def open_windows() -> int:
    return _each(window_queries.running_programmes, window_operations.open_windows)


def close_windows() -> int:
    return _each(window_queries.windows_to_close, window_operations.close_window)


def escalate_targets() -> int:
    """In the morning: who has not sent is reminded, what owners left goes to the office."""
    done = _each(window_queries.windows_to_remind_of, window_operations.remind_units)
    return done + _each(window_queries.windows_past_owners, review_operations.escalate_reports)


def _each(which: Callable[[], Iterable[int]], act: Callable[[int], int]) -> int:
    done = 0
    with transaction():
        ids = list(which())
    for number in ids:
        try:
            with transaction():
                done += act(number)
        except Exception as fault:  # noqa: BLE001
            # Its parameters may be what somebody wrote: the kind says enough to look.
            log.error("assessment_failed", act=act.__name__, id=number, kind=type(fault).__name__)
    return done
