"""待复核: ratings that a signal flags, bunch by bunch, and the decision."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, regions_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from backend.app.core.queue import JobName, enqueue
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, last_page, query_args
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.ratings import review_decisions, reviews
from backend.app.ratings.states import FlagDecision
from backend.app.scorecards.blueprints import console as blueprint
from backend.app.scorecards.locks.operations import check_open
from backend.app.scoring.levels import LEVEL_NAMES, NUMBERS
from backend.app.scoring.signals import SIGNAL_NAMES

DECISION_WORDS = {
    None: ("◆", "等复核"),
    FlagDecision.ACCEPTED: ("✓", FlagDecision.ACCEPTED.words),
    FlagDecision.REJECTED: ("■", FlagDecision.REJECTED.words),
}

LIST = Query.of(view=boxes.Text(), month=boxes.Month(), page=boxes.Page(), done=boxes.Text())
DECISION = Form.of(
    which=boxes.Text(), decision=boxes.Text(), note=boxes.Text(), rating=boxes.Each(boxes.Id())
)


@dataclass(frozen=True)
class Bar:
    """One part of the time line: from when, how many, how high in percent."""

    at: str
    count: int
    height: int


def _scope() -> frozenset[int]:
    return regions_of(actor(), Permission.SEE_REVIEWS)


@blueprint.get("/reviews")
@guard(Permission.SEE_REVIEWS)
def list_reviews() -> str:
    """What waits first; what was decided under its own heading; the shares of the month."""
    scope, query = _scope(), LIST.read()
    waiting, month, page = query["view"] != "decided", query["month"], query["page"]
    counts = reviews.count_bunches(scope, month)
    reviewing = regions_of(actor(), Permission.REVIEW_RATINGS)
    county = min(reviewing) if reviewing else None
    shares_month = month or clock.month_of(clock.today())
    return render_template(
        "scorecards/desk/reviews.html",
        bunches=reviews.list_bunches(scope, waiting, month, page), counts=counts, waiting=waiting,
        month=month, page=page, last=last_page(counts[not waiting], reviews.PAGE),
        shares=reviews.review_shares(county, shares_month) if county else None,
        shares_month=shares_month, signal_names=SIGNAL_NAMES, done=query["done"],
    )  # fmt: skip


@blueprint.get("/reviews/<string:bunch>")
@guard(Permission.SEE_REVIEWS)
@query_args(done=boxes.Text())
def show_review(bunch: str, done: str) -> tuple[str, int]:
    """One bunch: why it is flagged, when its ratings came, and what was decided."""
    return _page(bunch, done=done)


def _found(name: str) -> reviews.Bunch:
    bunch = reviews.find_bunch(name)
    if bunch is None:
        raise NotFound("没有找到这一组")
    if _scope().isdisjoint((bunch.village_id, bunch.township_id, bunch.county_id)):
        raise NotAllowed
    return bunch


def _page(name: str, error: DomainError | None = None, done: str = "") -> tuple[str, int]:
    bunch = _found(name)
    ratings = reviews.flagged_ratings(name)
    return render_page(
        "scorecards/desk/review.html", error,
        bunch=bunch, ratings=ratings, bars=_bars(ratings),
        signal_names=SIGNAL_NAMES,
        levels=[sum(rating.level == nth for rating in ratings) for nth in NUMBERS],
        people=len({rating.person for rating in ratings}), level_names=LEVEL_NAMES,
        decision_words=DECISION_WORDS, why_not=review_decisions.may_review(actor(), name),
        chance=_chance,
        done=done,
    )  # fmt: skip


def _bars(ratings: list[reviews.FlaggedRating]) -> list[Bar]:
    parts = reviews.bar_by_minutes(ratings)
    most = max((count for _, count in parts), default=1)
    zone = clock.COUNTY_ZONE
    return [
        Bar(f"{at.astimezone(zone):%m-%d %H:%M}", count, 100 * count // most) for at, count in parts
    ]


def _chance(probability: float) -> str:
    """A probability as people say it."""
    if probability >= 1e-3:
        return f"千分之 {1000 * probability:.1f}"
    if probability >= 1e-8:
        return (
            f"{round(1 / probability / 10000):,} 万分之一" if probability < 1e-4 else "不到千分之一"
        )
    return "一亿分之一都不到"


@blueprint.post("/reviews/<string:bunch>")
@guard(Permission.REVIEW_RATINGS)
def decide_review(bunch: str) -> tuple[str, int] | Response:
    """Accepts or rejects the whole bunch, or the ratings that were ticked."""
    form, found = DECISION.read(), _found(bunch)
    is_part = form["which"] == "some"
    try:
        if is_part and not form["rating"]:
            raise InvalidInput(errors={"rating": ["请在下面勾选要复核的评价"]})
        with transaction():
            if form["decision"] == FlagDecision.ACCEPTED:
                for month in found.months:
                    check_open(found.county_id, month)
            review_decisions.decide_bunch(
                actor(), bunch, form["decision"], form["note"],
                form["rating"] if is_part else (),
            )  # fmt: skip
            for month in found.months:
                enqueue(JobName.RECOMPUTE_MONTH, found.county_id, f"{month:%Y-%m}")
    except (InvalidInput, Conflict) as error:
        return _page(bunch, error)
    where: dict[str, Any] = {"bunch": bunch, "done": 1}
    return redirect(address_of("scorecards_console.show_review", **where), 303)
