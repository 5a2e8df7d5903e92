"""Scorecards, by night and on demand."""

from backend.app.core import clock
from backend.app.core.clock import parse_month
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput
from backend.app.core.files.attachments import UNUSED_FOR
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
    done = 0
    for first in (clock.previous_month(month), month):
        with transaction():
            done += recompute(first)
    return done


def show_week() -> int:
    """What villages' phones show until the next Monday."""
    with transaction():
        return shown.show_week()


def delete_loose_proofs() -> int:
    """Photos that were sent and never handed in with an objection."""
    with transaction():
        return PHOTOS.erase_unused(clock.now() - UNUSED_FOR)
