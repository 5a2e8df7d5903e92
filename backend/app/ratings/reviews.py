"""待复核: what is flagged, found by which signal, and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from backend.app.accounts.sql import join_person
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.places.sql import join_region, join_service_point
from backend.app.ratings.counter_sql import COUNTERS
from backend.app.ratings.models import OFFLINE
from backend.app.ratings.states import FlagDecision

PAGE = 30

OPEN = text(
    """
    SELECT count(*) FROM rating_flag
    WHERE county_id = :county_id AND month = :month AND decision IS NULL
    """
)
WAITING = text(
    """
    SELECT village_id, count(*)::int AS waiting FROM rating_flag
    WHERE county_id = :county_id AND month = :month AND decision IS NULL GROUP BY village_id
    """
)
SHARES = text(
    f"""
    SELECT (SELECT COALESCE(sum({" + ".join(COUNTERS)}), 0)::int
            FROM rating_month_count WHERE county_id = :county_id AND month = :month) AS ratings,
           count(*)::int AS flagged,
           count(*) FILTER (WHERE decision IS NULL)::int AS waiting,
           count(*) FILTER (WHERE decision = '{FlagDecision.REJECTED}')::int AS rejected
    FROM rating_flag WHERE county_id = :county_id AND month = :month
    """
)


@dataclass(frozen=True)
class ReviewShares:
    """A county's month: how many ratings were ever flagged, and what the reviewers said of them."""

    ratings: int
    flagged: int
    waiting: int
    rejected: int

    @property
    def accepted(self) -> int:
        return self.flagged - self.waiting - self.rejected

    @property
    def flagged_share(self) -> Decimal | None:
        """Percent of all ratings that were flagged; None without ratings."""
        return Decimal(100 * self.flagged) / self.ratings if self.ratings else None

    @property
    def upheld_share(self) -> Decimal | None:
        """Percent of the decided ones in which the reviewer agreed with the signal."""
        decided = self.flagged - self.waiting
        return Decimal(100 * self.rejected) / decided if decided else None


def open_reviews(county_id: int, month: date) -> int:
    """How many ratings of a month wait for somebody to look at them."""
    asked = {"county_id": county_id, "month": month}
    return int(db.session.scalar(OPEN, asked) or 0)


def review_shares(county_id: int, month: date) -> ReviewShares:
    """For publication: the flagged share and the upheld share of a month."""
    asked = {"county_id": county_id, "month": month}
    return ReviewShares(*db.session.execute(SHARES, asked).one())


def waiting_by_village(county_id: int, month: date) -> dict[int, int]:
    """How many of a village's ratings wait for a reviewer; villages without any are left out.

    The others that count in no figure were rejected.
    """
    asked = {"county_id": county_id, "month": month}
    return {row.village_id: row.waiting for row in db.session.execute(WAITING, asked)}


@dataclass(frozen=True)
class Bunch:
    """Ratings that were found together, and by which signals.

    `findings` has the reason and the figures of each signal by its code; `months` are those in
    which its ratings count, the oldest first.
    """

    name: str
    village_id: int
    township_id: int
    county_id: int
    months: list[date]
    findings: dict[str, Any]
    flagged_at: datetime
    ratings: int
    waiting: int
    accepted: int
    village: str
    township: str
    note: str | None
    decided_at: datetime | None
    decided_by: str | None

    @property
    def month(self) -> date:
        return self.months[0]

    @property
    def rejected(self) -> int:
        return self.ratings - self.waiting - self.accepted


_BUNCH = f"""
    SELECT h.bunch AS name, min(h.village_id) AS village_id, min(v.township_id) AS township_id,
           min(h.county_id) AS county_id, array_agg(DISTINCT h.month) AS months,
           (array_agg(h.findings ORDER BY (SELECT count(*) FROM jsonb_object_keys(h.findings)) DESC,
                                          h.id DESC))[1] AS findings,
           min(h.flagged_at) AS flagged_at, count(*)::int AS ratings,
           count(*) FILTER (WHERE h.decision IS NULL)::int AS waiting,
           count(*) FILTER (WHERE h.decision = '{FlagDecision.ACCEPTED}')::int AS accepted,
           min(v.name) AS village, min(t.name) AS township,
           (array_agg(h.note ORDER BY h.decided_at DESC NULLS LAST))[1] AS note,
           max(h.decided_at) AS decided_at,
           (array_agg(p.display_name ORDER BY h.decided_at DESC NULLS LAST))[1] AS decided_by
    FROM rating_flag h {join_region("v", "h.village_id")} {join_region("t", "v.township_id")}
    LEFT {join_person("p", "h.decided_by_id")}
"""
_IN_SCOPE = "WHERE CAST(:scope AS bigint[]) && ARRAY[v.id, v.township_id, h.county_id]"
LIST = text(
    f"{_BUNCH} {_IN_SCOPE} AND (CAST(:month AS date) IS NULL OR h.month = :month)"
    " GROUP BY h.bunch HAVING bool_or(h.decision IS NULL) = :waiting"
    " ORDER BY min(h.flagged_at) DESC, h.bunch LIMIT :limit OFFSET :offset"
)
TOTALS = text(
    f"""
    SELECT count(*) FILTER (WHERE waiting), count(*) FILTER (WHERE NOT waiting) FROM (
        SELECT bool_or(h.decision IS NULL) AS waiting
        FROM rating_flag h {join_region("v", "h.village_id")} {_IN_SCOPE}
          AND (CAST(:month AS date) IS NULL OR h.month = :month) GROUP BY h.bunch
    ) AS bunches
    """
)
ONE = text(f"{_BUNCH} WHERE h.bunch = :bunch GROUP BY h.bunch")
# What a reviewer sees of each rating: time, place, level; never who.
LINES = text(
    f"""
    SELECT h.rating_id, r.created_at, r.effective_level, s.name, h.decision,
           t.took_seconds, dense_rank() OVER (ORDER BY r.person_id) AS person,
           r.channel = '{OFFLINE}' AS offline
    FROM rating_flag h JOIN rating r ON r.id = h.rating_id
    {join_service_point("s", "r.service_point_id")}
    LEFT JOIN rating_trace t ON t.rating_id = r.id
    WHERE h.bunch = :bunch ORDER BY r.created_at, r.id
    """
)


@dataclass(frozen=True)
class FlaggedRating:
    """One rating of a bunch; `person` tells the bunch's people apart and names nobody.

    `at` is when it came; an offline one was given up to three days before.
    """

    id: int
    at: datetime
    level: int
    service_point: str
    decision: str | None
    took_seconds: int | None
    person: int
    offline: bool


def list_bunches(
    scope: Collection[int], waiting: bool, month: date | None, page: int
) -> list[Bunch]:
    """What waits, or what was decided, the newest first."""
    asked = {
        "scope": sorted(scope), "waiting": waiting, "month": month,
        "limit": PAGE, "offset": PAGE * (page - 1),
    }  # fmt: skip
    return [Bunch(**row._asdict()) for row in db.session.execute(LIST, asked)]


def count_bunches(scope: Collection[int], month: date | None) -> tuple[int, int]:
    """How many wait and how many are decided."""
    waiting, decided = db.session.execute(TOTALS, {"scope": sorted(scope), "month": month}).one()
    return int(waiting), int(decided)


def find_bunch(name: str) -> Bunch | None:
    row = db.session.execute(ONE, {"bunch": name}).one_or_none()
    return Bunch(**row._asdict()) if row else None


def flagged_ratings(bunch: str) -> list[FlaggedRating]:
    return [FlaggedRating(*row) for row in db.session.execute(LINES, {"bunch": bunch})]


def bar_by_minutes(
    ratings: Collection[FlaggedRating], bars: int = 24
) -> list[tuple[datetime, int]]:
    """How many came in each equal part of the time from the first to the last."""
    if not ratings:
        return []
    times = sorted(rating.at for rating in ratings)
    step = max((times[-1] - times[0]) / bars, clock.timedelta(minutes=1))
    counts = [0] * (int((times[-1] - times[0]) / step) + 1)
    for at in times:
        counts[int((at - times[0]) / step)] += 1
    return [(times[0] + nth * step, count) for nth, count in enumerate(counts)]
