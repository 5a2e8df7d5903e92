"""The few bad apples: what the signals flag in past months, and what was decided about it."""

from datetime import date, timedelta

from backend.app.access import Actor
from backend.app.accounts.logins.operations import find_login
from backend.app.accounts.queries import load_grants
from backend.app.core import clock
from backend.app.ratings import flagging, review_decisions, reviews
from backend.app.ratings.states import FlagDecision

DECISIONS = (
    (FlagDecision.REJECTED, "电话问了三位村民，都说是有人拿着手机挨家点的"),
    (FlagDecision.ACCEPTED, "那天村里开会，会后大家一起扫的，问过三个人"),
)


def review_month(county_id: int, month: date, until: date, decided: bool) -> int:
    """Holds as the nights would have; older months are decided by the county's desk."""
    last = min(clock.next_month(month) - timedelta(days=1), until)
    days = (last - month).days + 1
    flagged = flagging.flag_suspicious(county_id, last, {}, days)
    login = find_login("county")
    if not flagged or not decided or login is None:
        return flagged
    name, grants = load_grants(login.person_id)
    desk = Actor(login.person_id, grants, name)
    for nth, bunch in enumerate(reviews.list_bunches([county_id], True, month, 1)):
        if review_decisions.may_review(desk, bunch.name) is None:
            review_decisions.decide_bunch(desk, bunch.name, *DECISIONS[nth % 3 == 2])
    return flagged
