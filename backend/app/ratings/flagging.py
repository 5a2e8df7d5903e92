"""Flags ratings that the review signals point at: flagged ones count in no figure until decided."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from backend.app.accounts.sql import answers_for_v
from backend.app.core import clock
from backend.app.core.clock import midnight
from backend.app.core.db import db
from backend.app.places.sql import join_region
from backend.app.ratings.counter_sql import FLAGGED
from backend.app.ratings.models import OFFLINE, RatingFlag
from backend.app.ratings.scan_token import LIFETIME
from backend.app.scoring import signals
from backend.app.scoring.levels import NUMBERS, column_sums, no_counts
from backend.app.scoring.signals import Finding, SignalRating

DAYS_LOOKED_AT = 3
DAYS_BEFORE = 28
# How many ratings of the county a point's own are worth less than, while it has few.
SMOOTHING = 5

# What came in these days; what waited for a signal counts for an earlier one.
CAME = f"""
    r.rated_on BETWEEN :first - {LIFETIME.days + 1} AND :last
    AND r.created_at >= :since AND r.created_at < :until
"""
ACTS = text(
    f"""
    SELECT r.id, extract(epoch FROM r.created_at)::float8,
           (r.created_at AT TIME ZONE 'Asia/Shanghai')::date - date '2000-01-01',
           r.person_id, r.service_point_id, r.village_id, r.level::int,
           t.took_seconds, t.network, t.device, {answers_for_v("r.person_id", "r.rated_on")},
           r.channel = '{OFFLINE}'
    FROM rating r
    {join_region("v", "r.village_id")}
    LEFT JOIN rating_trace t ON t.rating_id = r.id
    WHERE r.county_id = :county_id AND {CAME} AND r.person_id IS NOT NULL
    """
)
LEVELS_BEFORE = text(
    f"""
    SELECT d.service_point_id, {column_sums("d")}
    FROM rating_day_count d {join_region("v", "d.village_id")}
    WHERE v.county_id = :county_id AND d.rated_on >= :before AND d.rated_on < :first GROUP BY 1
    """
)
OFFLINE_BEFORE = text(
    f"""
    SELECT service_point_id, count(*)::int AS ratings FROM rating
    WHERE county_id = :county_id AND channel = '{OFFLINE}'
      AND rated_on >= :before AND created_at < :since GROUP BY 1
    """
)
COUNTIES = text(f"SELECT DISTINCT county_id FROM rating r WHERE {CAME} ORDER BY 1")
FLAG = text(
    """
    UPDATE rating SET flagged_at = :at WHERE id = ANY(:ids) AND flagged_at IS NULL
    RETURNING service_point_id, village_id, rated_on, effective_level
    """
)
RELEASE = text(
    """
    UPDATE rating SET flagged_at = NULL WHERE id = ANY(:ids) AND flagged_at IS NOT NULL
    RETURNING service_point_id, village_id, rated_on, effective_level
    """
)
JOIN = text(
    """
    UPDATE rating_flag SET bunch = :bunch, findings = findings || CAST(:found AS jsonb)
    WHERE bunch = ANY(:bunches) AND decision IS NULL
    """
)
PLACES = text("SELECT id, village_id, rated_on FROM rating WHERE id = ANY(:ids)")
LOCKED = text("SELECT id FROM rating WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
FORGET = text("DELETE FROM rating_trace WHERE rated_on < :before")


def counties_to_look_at(last: date) -> list[int]:
    """Where anybody rated in the days that end with `last`."""
    return list(db.session.scalars(COUNTIES, _days(last, DAYS_LOOKED_AT)))


def _days(last: date, days: int) -> dict[str, Any]:
    first = last - timedelta(days=days - 1)
    end = midnight(last + timedelta(days=1))
    return {"first": first, "last": last, "since": midnight(first), "until": end}


def flag_suspicious(
    county_id: int, last: date, visits: Mapping[int, Sequence[float]], days: int = DAYS_LOOKED_AT
) -> int:
    """Looks at the days that end with `last` and returns how many ratings are newly flagged.

    `visits` are times, in seconds since 1970, at which somebody came to a village. Doing it again
    changes nothing.
    """
    values = {"county_id": county_id, **_days(last, days)}
    acts = [_act(row) for row in db.session.execute(ACTS, values)]
    if not acts:
        return 0
    values["before"] = values["first"] - timedelta(days=DAYS_BEFORE)
    levels = {point_id: counts for point_id, *counts in db.session.execute(LEVELS_BEFORE, values)}
    offline = {
        row.service_point_id: row.ratings for row in db.session.execute(OFFLINE_BEFORE, values)
    }
    findings = [
        *_findings(acts, days, levels, visits),
        *signals.offline_runs(acts, _offline_shares(acts, levels, offline)),
    ]
    return sum(_flag(county_id, finding) for finding in findings)


def _offline_shares(
    acts: Sequence[SignalRating], levels: Mapping[int, Sequence[int]], offline: Mapping[int, int]
) -> dict[int, float]:
    """By point: the county's share of offline ratings, or the point's own before, if larger.

    A valley without a signal always has many.
    """
    county = (sum(act.offline for act in acts) + 1) / (len(acts) + 50)
    return {
        point: max(county, offline.get(point, 0) / (sum(levels.get(point, ())) + SMOOTHING))
        for point in {act.point for act in acts}
    }


def _act(row: Any) -> SignalRating:
    id_, at, day, person, point, village, level, took, network, device, of_staff, offline = row
    return SignalRating(
        id_, at, day, person, point, village, level, took,
        _bytes(network), _bytes(device), of_staff, offline,
    )  # fmt: skip


def _bytes(digest: Any) -> bytes | None:
    return None if digest is None else bytes(digest)


def _findings(
    acts: Sequence[SignalRating],
    days: int,
    levels: Mapping[int, Sequence[int]],
    visits: Mapping[int, Sequence[float]],
) -> Iterable[Finding]:
    """Every signal with the county's base rates."""
    points = {act.point for act in acts}
    whole = [sum(column) for column in zip(*levels.values(), strict=True)] or _counted(acts)
    mean = max(sum(whole) / DAYS_BEFORE / max(len(levels), 1), len(acts) / days / len(points))
    base = {p: max(mean, sum(levels.get(p, ())) / DAYS_BEFORE) for p in points}
    shares = {p: _shares(levels.get(p, no_counts()), whole) for p in points}
    timed = [act.took for act in acts if act.took is not None]
    fast = (sum(took < signals.READING_SECONDS for took in timed) + 1) / (len(timed) + 20)
    staff = (sum(act.of_staff for act in acts) + 1) / (len(acts) + 50)
    return [
        *signals.point_bursts(acts, days, base),
        *signals.network_bursts(acts),
        *signals.level_runs(acts, shares),
        *signals.hurried(acts, fast),
        *signals.of_staff(acts, staff),
        *signals.after_visits(acts, visits),
        *signals.shared_devices(acts),
    ]


def _counted(acts: Iterable[SignalRating]) -> list[int]:
    counter = Counter(act.level for act in acts)
    return [counter[level] for level in NUMBERS]


def _shares(own: Sequence[int], whole: Sequence[int]) -> list[float]:
    total = sum(whole) + len(whole)
    return [
        (mine + SMOOTHING * (all_ + 1) / total) / (sum(own) + SMOOTHING)
        for mine, all_ in zip(own, whole, strict=True)
    ]


def _flag(county_id: int, finding: Finding) -> int:
    """New flags of one finding.

    What is flagged and waits joins the finding's bunch, so that ratings which several signals point
    at are shown and decided once; what was decided stays decided.
    """
    ids, at = list(finding.ids), clock.now()
    found = {finding.signal.value: {"reason": finding.reason, "figures": asdict(finding.figures)}}
    db.session.execute(LOCKED, {"ids": ids})
    known = db.session.scalars(
        select(RatingFlag).where(RatingFlag.rating_id.in_(ids)).order_by(RatingFlag.id)
    ).all()
    waiting = [flag for flag in known if flag.decision is None]
    bunches = list(dict.fromkeys(flag.bunch for flag in waiting or known))
    bunch = bunches[0] if bunches else f"{finding.signal.value}-{ids[0]}"
    joined = {"bunch": bunch, "bunches": bunches, "found": orjson.dumps(found).decode()}
    db.session.execute(JOIN, joined)
    rows = [
        {"rating_id": row.id, "village_id": row.village_id, "county_id": county_id, "bunch": bunch,
         "month": clock.month_of(row.rated_on), "findings": found, "flagged_at": at}
        for row in db.session.execute(PLACES, {"ids": ids})
    ]  # fmt: skip
    added = insert(RatingFlag).values(rows).on_conflict_do_nothing()
    new = list(db.session.scalars(added.returning(RatingFlag.rating_id)))
    _move(db.session.execute(FLAG, {"ids": new, "at": at}), 1)
    return len(new)


def release(rating_ids: Collection[int]) -> None:
    """Accepted ratings count again."""
    ids = sorted(rating_ids)
    db.session.execute(LOCKED, {"ids": ids})
    _move(db.session.execute(RELEASE, {"ids": ids}), -1)


def _move(rows: Iterable[Any], sign: int) -> None:
    """From the counters of the levels to the one of the flagged, or back, in the order of keys."""
    days: Counter[tuple[int, date, int]] = Counter()
    months: Counter[tuple[int, date, int]] = Counter()
    for point, village, rated_on, level in rows:
        days[point, rated_on, level] += sign
        months[village, clock.month_of(rated_on), level] += sign
    for counter, statements in zip((days, months), FLAGGED, strict=True):
        for (key, day, level), count in sorted(counter.items()):
            moved = {"key": key, "day": day, "count": count}
            db.session.execute(statements[level - 1], moved)


def forget_traces(today: date, days: int) -> int:
    """After a night's look at them, networks and telephones of past days are nobody's business."""
    before = today - timedelta(days=days - 1)
    return int(db.session.execute(FORGET, {"before": before}).rowcount)  # type: ignore[attr-defined]
