"""Scorecards, by night and on demand."""

from functools import partial

from backend.app.core import clock
from backend.app.core.batches import each
from backend.app.core.clock import parse_month
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput
from backend.app.core.files.attachments import UNUSED_FOR
from backend.app.core.queue import JobName
from backend.app.places.queries import county_ids
from backend.app.scorecards import shown
from backend.app.scorecards.objections.photos import PHOTOS
from backend.app.scorecards.operations import recompute_month as recompute


def recompute_month(county_id: int, month: str) -> int:
    """One county's month, asked for by its staff."""
    first = parse_month(month)
    if first is None:
        raise InvalidInput(errors={"month": [month]})
    with transaction():
        return recompute(first, county_id)


def recompute_nightly() -> int:
    """This month and the one before, which ratings may still be changed in."""
    month = clock.month_of(clock.today())
    counties, job = county_ids(open_only=False), JobName.RECOMPUTE_NIGHTLY
    before = partial(recompute, clock.previous_month(month))
    return each(job, counties, before, "last_month") + each(
        job, counties, partial(recompute, month), "this_month"
    )


def show_week() -> int:
    """What villages' phones show until the next Monday."""
    with transaction():
        return shown.show_week()


def delete_loose_proofs() -> int:
    """Photos that were sent and never handed in with an objection."""
    with transaction():
        return PHOTOS.erase_unused(clock.now() - UNUSED_FOR)
