"""The month of a score page, as its address names it."""

from collections.abc import Collection
from datetime import date

from backend.app.access import Permission, may
from backend.app.core import clock
from backend.app.core.errors import InvalidInput, NotAllowed, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query
from backend.app.core.web.guards import actor
from backend.app.places.queries import Place, get_place
from backend.app.scorecards import queries

MONTH = Query.of(month=boxes.Month(otherwise=boxes.REFUSED))


def asked_month(scope: Collection[int]) -> tuple[date, list[date]]:
    """The month asked for, or the newest there is; and all there are."""
    months = queries.list_months(scope)
    newest = months[0] if months else clock.month_of(clock.today())
    return month_or(newest), months


def month_or(usual: date) -> date:
    """The month asked for; raises InvalidInput for what is no month, or has not begun."""
    month: date | None = MONTH.read()["month"]
    if month is not None:
        queries.check_month(month)
    return month or usual


def read_month(text: str) -> date:
    """Raises InvalidInput for what is no month, or has not begun."""
    month = clock.parse_month(text)
    if month is None:
        raise InvalidInput(errors={"month": [boxes.Month.words]})
    queries.check_month(month)
    return month


def village_in_sight(village_id: int) -> Place:
    """The village of a page; raises NotFound for what is none, NotAllowed out of reach."""
    place = get_place(village_id)
    if place.level != "village":
        raise NotFound
    if not may(actor(), Permission.SEE_VILLAGES, place.path):
        raise NotAllowed
    return place
