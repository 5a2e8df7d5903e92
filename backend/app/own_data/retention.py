"""What is forgotten with time: the periods are settings, the work is done by night in batches.

Done again it finds nothing more; killed half-way it goes on the next night.
"""

from collections.abc import Callable
from datetime import date, timedelta

from backend.app.accounts import persons as accounts
from backend.app.core import audit, clock, registry
from backend.app.core.batches import each
from backend.app.core.db import transaction
from backend.app.core.files import storage
from backend.app.core.queue import JobName
from backend.app.imports import job_operations as imports
from backend.app.notices import persons as notices
from backend.app.points import persons as points
from backend.app.ratings import persons as ratings
from backend.app.tickets import persons as tickets

BATCH = 2000
DAY_SECONDS = 24 * 3600


def apply() -> dict[str, int]:
    """Forgets what is older than its period; returns how much of each kind."""
    settings = registry.settings()
    ratings_before = _months_ago(settings.retain_ratings_months)
    notices_before = clock.midnight(_months_ago(settings.retain_notices_months))
    audit_before = clock.midnight(_months_ago(settings.retain_audit_months))
    imports_before = clock.now() - timedelta(days=settings.retain_import_files_days)
    kinds: dict[str, Callable[[], int]] = {
        "closed_accounts": accounts.forget_reopened,
        "ratings": lambda: _all(lambda: _unlink_ratings(ratings_before)),
        "notices": lambda: _all(lambda: notices.forget_before(notices_before, BATCH)),
        "audit": lambda: _all(lambda: audit.forget_before(audit_before, BATCH)),
        "import_files": lambda: _all(lambda: imports.forget_files(imports_before, BATCH)),
        "own_files": lambda: _delete_files("own", DAY_SECONDS),
        # Looked at before a programme's targets came in, and never taken over.
        "decompositions": lambda: _delete_files(
            "decompositions", settings.retain_import_files_days * DAY_SECONDS
        ),
    }
    done = dict.fromkeys(kinds, 0)

    def forget(kind: str) -> None:
        done[kind] = kinds[kind]()

    each(JobName.APPLY_RETENTION, kinds, forget)
    return done


def _all(batch: Callable[[], int]) -> int:
    """Each batch in a transaction of its own, until one finds nothing."""
    done = 0
    while True:
        with transaction():
            count = batch()
        if not count:
            return done
        done += count


def _unlink_ratings(before: date) -> int:
    """Rating, entry of points and call-back forget in one transaction who it was."""
    ids = ratings.unlink_before(before, BATCH)
    points.unlink_ratings(ids)
    tickets.unlink_of_ratings(ids)
    return len(ids)


def _delete_files(folder: str, seconds: float) -> int:
    keys = storage.keys_older_than(folder, seconds)
    for key in keys:
        storage.delete(key)
    return len(keys)


def _months_ago(count: int) -> date:
    """The first day of the month so many months before this one."""
    return clock.months_back(clock.month_of(clock.today()), count + 1)[0]
