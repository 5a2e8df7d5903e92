"""Reads of ratings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, text

from backend.app.accounts.sql import bound_village, is_bound_elsewhere_than_v, is_cadre_of_v
from backend.app.core.db import db
from backend.app.core.errors import DomainError
from backend.app.places.errors import CodeRevoked
from backend.app.places.sql import (
    CODED,
    CODED_HAS_ENDED,
    join_kind,
    join_region,
    join_service_point,
    point_of_code,
)
from backend.app.points.sql import balance_of, earned_by
from backend.app.ratings import errors
from backend.app.ratings.models import OFFLINE, Rating, RatingReason
from backend.app.scoring.levels import LEVEL_NAMES, column_sums

PAGE = 20


@dataclass(frozen=True)
class RatingLine:
    """A rating as its author sees it."""

    id: int
    level: int
    reason_ids: list[int]
    reasons: list[str]
    words: str | None
    words_state: str
    rated_on: date
    created_at: datetime
    village_name: str
    service_point_name: str
    channel: str
    followup_level: int | None = None
    followup_words: str | None = None
    followup_at: datetime | None = None


@dataclass(frozen=True)
class EarlierRating:
    """The rating an idempotency key already made, with what its author was told."""

    id: int
    request_digest: bytes
    points_awarded: int
    balance: int


@dataclass(frozen=True)
class Landing:
    """What a scanned code leads to."""

    qr_code_id: int
    revoked: bool
    county_id: int
    village_id: int
    village: str
    township: str
    county: str
    service_point_id: int
    service_point: str
    kind: str
    kind_name: str
    icon: str
    photo_key: str | None
    bound_village_id: int | None


LANDING = text(
    f"""
    SELECT q.id AS qr_code_id,
           {CODED_HAS_ENDED} AS revoked,
           v.county_id, v.id AS village_id, v.name AS village, t.name AS township,
           c.name AS county, s.id AS service_point_id, s.name AS service_point,
           k.code AS kind, k.name AS kind_name, k.icon, s.photo_key,
           {bound_village(":person_id")} AS bound_village_id
    FROM {CODED}
    {join_kind("k", "s.kind_code")}
    {join_region("t", "v.township_id")}
    {join_region("c", "v.county_id")}
    WHERE q.code = :code
    """
)
EARLIER = text(
    f"""
    SELECT r.id, r.request_digest,
           {earned_by("'rating'", "r.id")} AS points_awarded,
           {balance_of("r.person_id")} AS balance
    FROM rating r WHERE r.person_id = :person_id AND r.idempotency_key = :key
    """
)
REFUSAL = text(
    f"""
    SELECT {CODED_HAS_ENDED} AS revoked,
           {is_cadre_of_v()} AS own_cadre,
           {is_bound_elsewhere_than_v()} AS other_county
    FROM {CODED}
    WHERE q.id = :qr_code_id
    """
)


def find_landing(code: str, person_id: int) -> Landing | None:
    row = db.session.execute(LANDING, {"code": code, "person_id": person_id}).one_or_none()
    return Landing(*row) if row else None


def find_by_key(person_id: int, key: UUID) -> EarlierRating | None:
    row = db.session.execute(EARLIER, {"person_id": person_id, "key": key}).one_or_none()
    return (
        EarlierRating(row.id, bytes(row.request_digest), row.points_awarded, row.balance)
        if row
        else None
    )


def scan_is_used(person_id: int, qr_code_id: int, day: date, nonce: bytes) -> bool:
    """Whether the day's rating came from this very scan."""
    rating_id = rated_on(person_id, qr_code_id, day)
    return rating_id is not None and (
        db.session.scalar(select(Rating.scan_nonce).where(Rating.id == rating_id)) == nonce
    )


def refusal_for(person_id: int, qr_code_id: int, day: date) -> DomainError | None:
    """Why this person may not rate behind this code, or None."""
    row = db.session.execute(
        REFUSAL, {"person_id": person_id, "qr_code_id": qr_code_id, "today": day}
    ).one_or_none()
    if row is None or row.revoked:
        return CodeRevoked()
    if row.own_cadre:
        return errors.OwnVillageCadre()
    return errors.OtherCounty() if row.other_county else None


def rated_on(person_id: int, qr_code_id: int, day: date) -> int | None:
    """The id of the person's rating at the code's service point from a scan of that day."""
    found: int | None = db.session.scalar(
        text(
            f"SELECT id FROM rating WHERE service_point_id = {point_of_code(':qr_code_id')}"
            " AND person_id = :person_id AND scanned_on = :day"
        ),
        {"person_id": person_id, "qr_code_id": qr_code_id, "day": day},
    )
    return found


@dataclass(frozen=True)
class Reason:
    """A tick-box reason and the levels it belongs to."""

    id: int
    text: str
    first_level: int
    last_level: int
    retired: bool


REASONS_KEPT_SECONDS = 30
_kept_reasons: dict[int, tuple[float, dict[int, Reason]]] = {}


def reasons() -> dict[int, Reason]:
    """All reasons in their order, by id, as they were at most half a minute ago.

    They change a few times a year and every rating needs them, so each process keeps them.
    """
    engine, at = id(db.engine), monotonic()
    kept = _kept_reasons.get(engine)
    if kept is None or at - kept[0] > REASONS_KEPT_SECONDS:
        rows = db.session.scalars(
            select(RatingReason).order_by(RatingReason.position, RatingReason.id)
        )
        found = {
            row.id: Reason(
                row.id, row.text, row.first_level, row.last_level, row.retired_at is not None
            )
            for row in rows
        }
        kept = _kept_reasons[engine] = (at, found)
    return kept[1]


def forget_reasons() -> None:
    """For whoever has just changed them."""
    _kept_reasons.clear()


def unfit_reasons(reason_ids: Sequence[int], level: int) -> list[int]:
    """The ids that are unknown, retired or belong to other levels."""
    if not reason_ids:
        return []
    known = reasons()
    return [
        wanted
        for wanted in reason_ids
        if (reason := known.get(wanted)) is None
        or reason.retired
        or not reason.first_level <= level <= reason.last_level
    ]


def reason_texts(reason_ids: Sequence[int]) -> list[str]:
    """The words of these reasons in the order they are offered."""
    if not reason_ids:
        return []
    return [reason.text for reason in reasons().values() if reason.id in reason_ids]


def level_choices() -> list[dict[str, Any]]:
    """The five levels, each with the reasons that may be ticked."""
    offered = [reason for reason in reasons().values() if not reason.retired]
    return [
        {
            "level": level,
            "label": label,
            "reasons": [
                {"id": reason.id, "text": reason.text}
                for reason in offered
                if reason.first_level <= level <= reason.last_level
            ],
        }
        for level, label in enumerate(LEVEL_NAMES, 1)
    ]


OWN = f"""
    SELECT r.id, r.level, r.reason_ids,
           ARRAY(SELECT text FROM rating_reason
                 WHERE id = ANY(r.reason_ids) ORDER BY position, id) AS reasons,
           r.words, r.words_state, r.rated_on, r.created_at,
           v.name AS village_name, s.name AS service_point_name, r.channel,
           r.followup_level, r.followup_words, r.followup_at
    FROM rating r
    {join_region("v", "r.village_id")}
    {join_service_point("s", "r.service_point_id")}
    WHERE r.person_id = :person_id
"""
OWN_PAGE = text(
    f"{OWN} AND (CAST(:before AS bigint) IS NULL OR r.id < :before) ORDER BY r.id DESC LIMIT :limit"
)
OWN_ONE = text(f"{OWN} AND r.id = :rating_id")


def own_ratings(person_id: int, before: int | None = None) -> list[RatingLine]:
    """The newest ratings below `before`, one more than a page."""
    values = {"person_id": person_id, "before": before, "limit": PAGE + 1}
    return [RatingLine(*row) for row in db.session.execute(OWN_PAGE, values)]


def own_rating(person_id: int, rating_id: int) -> RatingLine:
    values = {"person_id": person_id, "rating_id": rating_id}
    return RatingLine(*db.session.execute(OWN_ONE, values).one())


REASON_COUNTS = text(
    """
    SELECT q.text, count(*) AS count, min(q.first_level) >= 3 AS bad
    FROM rating r
    CROSS JOIN LATERAL unnest(r.reason_ids) AS picked (id)
    JOIN rating_reason q ON q.id = picked.id
    WHERE r.village_id = :village_id AND r.rated_on >= :first AND r.rated_on < :end
      AND r.flagged_at IS NULL
    GROUP BY q.id, q.text ORDER BY count DESC, q.text LIMIT 12
    """
)
WORDS = text(
    f"""
    SELECT r.id, r.effective_level AS level, s.name AS service_point_name, r.moderation_reason,
           CASE WHEN r.words_state = :state THEN r.words END AS words,
           CASE WHEN r.followup_words_state = :state THEN r.followup_words END AS followup_words
    FROM rating r {join_service_point("s", "r.service_point_id")}
    WHERE r.village_id = :village_id AND r.rated_on >= :first AND r.rated_on < :end
      AND (r.words_state = :state OR r.followup_words_state = :state)
    ORDER BY md5(r.id::text) LIMIT :limit
    """
)


@dataclass(frozen=True)
class ReasonCount:
    """How often a reason was ticked, and whether it is a complaint."""

    text: str
    count: int
    bad: bool


class WordsLine(NamedTuple):
    """Words beside a rating, those of the follow-up apart; None where they are in another state."""

    id: int
    level: int
    service_point_name: str
    moderation_reason: str | None
    words: str | None
    followup_words: str | None


class PointCounts(NamedTuple):
    """Counts of a service point from 非常满意 on, how many are flagged, and how many of those that
    count were given without a signal."""

    name: str
    levels: list[int]
    flagged: int
    offline: int


def reason_counts(village_id: int, first: date, end: date) -> list[ReasonCount]:
    """How often each reason was ticked from `first` up to, not including, `end`."""
    values = {"village_id": village_id, "first": first, "end": end}
    return [ReasonCount(*row) for row in db.session.execute(REASON_COUNTS, values)]


def words_in(
    village_id: int, first: date, end: date, state: str, limit: int = 50
) -> list[WordsLine]:
    """Words in one state, without author, day or order: readers learn only the words."""
    values = {
        "village_id": village_id,
        "first": first,
        "end": end,
        "state": state,
        "limit": limit,
    }
    return [WordsLine(*row) for row in db.session.execute(WORDS, values)]


def point_counts(village_id: int, first: date, end: date) -> list[PointCounts]:
    """Counts per level of each service point, by the counters."""
    rows = db.session.execute(
        text(
            f"SELECT s.name, {column_sums('d')}, sum(d.flagged)::int,"
            " (SELECT count(*) FROM rating r WHERE r.village_id = :village_id"
            "  AND r.service_point_id = s.id AND r.flagged_at IS NULL AND r.rated_on >= :first"
            f" AND r.rated_on < :end AND r.channel = '{OFFLINE}')::int"
            f" FROM rating_day_count d {join_service_point('s', 'd.service_point_id')}"
            " WHERE d.village_id = :village_id AND d.rated_on >= :first AND d.rated_on < :end"
            " GROUP BY s.id, s.name ORDER BY s.name"
        ),
        {"village_id": village_id, "first": first, "end": end},
    )
    return [PointCounts(name, levels, flagged, offline) for name, *levels, flagged, offline in rows]
