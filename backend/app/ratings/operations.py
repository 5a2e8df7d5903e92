"""Writes of ratings: rate, change, follow up, review words."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.core import audit, clock
from backend.app.core.db import after_commit, db
from backend.app.core.errors import InvalidInput, NotAllowed, NotFound
from backend.app.core.moderated_words import fold
from backend.app.core.text_check import CheckedText, WordsState, clean_words, judge, look_over
from backend.app.core.web.request_fingerprint import Trace
from backend.app.notices import wechat_check
from backend.app.ratings import errors, queries, scan_token
from backend.app.ratings.counter_sql import MOVE_COUNTERS, RECOUNT
from backend.app.ratings.insert import StoredRating, insert_rating
from backend.app.ratings.models import OFFLINE, Rating, RatingChange, RatingReason
from backend.app.ratings.reasons import REASONS

NO_TRACE = Trace()
CHANGE_WINDOW = timedelta(days=7)
# Nobody takes longer over five faces; what comes later lay on the phone without a signal.
ANSWERED_WITHIN = timedelta(minutes=10)
DECISIONS = {"show": WordsState.SHOWN, "refuse": WordsState.REFUSED}


@dataclass(frozen=True)
class RatingInput:
    """What a villager says: level 1 to 5, ids of reasons, words or none."""

    level: int
    reason_ids: tuple[int, ...] = ()
    words: str | None = None


@dataclass(frozen=True)
class Rated:
    """What came of it: the rating, the points it earned and the balance after."""

    rating: queries.RatingLine
    points_awarded: int
    balance: int


def rate(scan: scan_token.Scan, key: UUID, given: RatingInput, trace: Trace = NO_TRACE) -> Rated:
    """Stores a rating in one statement; the same request again gives the same answer."""
    digest = _digest(scan, given)
    if clock.now() > scan.expires_at:
        return _first_answer(scan.person_id, key, digest) or _raise(scan_token.ScanTokenExpired())
    checked = look_over(clean_words(given.words))
    _check_reasons(given)
    values = _values(scan, key, digest, given, checked, trace)
    stored = insert_rating(values)
    if stored is not None:
        return _rated(stored, values)
    return _first_answer(scan.person_id, key, digest) or _raise(_why_not(scan))


def _digest(scan: scan_token.Scan, given: RatingInput) -> bytes:
    content = [given.level, sorted(given.reason_ids), given.words, scan.nonce.hex()]
    return hashlib.sha256(orjson.dumps(content)).digest()


def _values(
    scan: scan_token.Scan,
    key: UUID,
    digest: bytes,
    given: RatingInput,
    checked: CheckedText,
    trace: Trace,
) -> dict[str, Any]:
    at = clock.now()
    today = clock.local_day(at)
    return {
        "qr_code_id": scan.qr_code_id,
        "person_id": scan.person_id,
        "scan_nonce": scan.nonce,
        "channel": scan.channel,
        # The day of the scan: so the one rating a day is also the one rating a scan.
        "scanned_on": scan.day,
        "scan_month": clock.month_of(scan.day),
        "at": at,
        "today": today,
        "month": clock.month_of(today),
        "level": given.level,
        "reason_ids": sorted(set(given.reason_ids)),
        "words": checked.text,
        "words_state": checked.state.value,
        "moderation_reason": checked.reason,
        # The statement looks for the county's own words, for only there the county is known.
        "folded": fold(checked.text or "") if checked.state is WordsState.SHOWN else None,
        "asks_wechat": wechat_check.is_on(),
        "idempotency_key": key,
        "request_digest": digest,
        "took_seconds": _took_seconds(scan, at),
        "network": trace.network,
        "device": trace.device,
    }


def _took_seconds(scan: scan_token.Scan, at: datetime) -> int | None:
    """From the scan to the answer; unknown where the answer waited on the phone."""
    took = at - scan.scanned_at
    if scan.channel == OFFLINE or took > ANSWERED_WITHIN:
        return None
    return max(0, int(took.total_seconds()))


def _first_answer(person_id: int, key: UUID, digest: bytes) -> Rated | None:
    """What the first request under this key was told; raises when it said something else."""
    earlier = queries.find_by_key(person_id, key)
    if earlier is None:
        return None
    if earlier.request_digest != digest:
        raise errors.RatingKeyReused
    rating = queries.own_rating(person_id, earlier.id)
    return Rated(rating, earlier.points_awarded, earlier.balance)


def _rated(stored: StoredRating, values: dict[str, Any]) -> Rated:
    """The new rating as its author sees it, without asking the database again."""
    line = queries.RatingLine(
        id=stored.id,
        level=values["level"],
        reason_ids=values["reason_ids"],
        reasons=queries.reason_texts(values["reason_ids"]),
        words=values["words"],
        words_state=stored.words_state,
        rated_on=stored.rated_on,
        created_at=values["at"],
        village_name=stored.village_name,
        service_point_name=stored.service_point_name,
        channel=values["channel"],
    )
    return Rated(line, stored.points_awarded, stored.balance)


def _check_reasons(given: RatingInput) -> None:
    if queries.unfit_reasons(given.reason_ids, given.level):
        raise errors.ReasonsInvalid(errors={"reason_ids": [errors.ReasonsInvalid.message]})


def _why_not(scan: scan_token.Scan) -> Exception:
    """Nothing was stored: asks for the reason, most telling first."""
    if queries.scan_is_used(scan.person_id, scan.qr_code_id, scan.day, scan.nonce):
        return errors.ScanTokenUsed()
    refusal = queries.refusal_for(scan.person_id, scan.qr_code_id, scan.day)
    if refusal is not None:
        return refusal
    return errors.RatedToday()


def _raise(error: Exception) -> Rated:
    raise error


def _own_rating(person_id: int, rating_id: int) -> Rating:
    rating = db.session.scalar(
        select(Rating)
        .where(Rating.id == rating_id, Rating.person_id == person_id)
        .with_for_update()
    )
    if rating is None:
        raise NotFound("没有找到这条评价")
    return rating


def change_rating(person_id: int, rating_id: int, given: RatingInput) -> None:
    """Changes an own rating within seven days; what it said before is kept."""
    rating = _own_rating(person_id, rating_id)
    at = clock.now()
    if at > rating.created_at + CHANGE_WINDOW or rating.followup_level is not None:
        raise errors.ChangeClosed
    _check_reasons(given)
    checked = judge(rating.county_id, clean_words(given.words))
    same = (rating.level, rating.reason_ids, rating.words) == (
        given.level,
        sorted(set(given.reason_ids)),
        checked.text,
    )
    if same:
        return
    db.session.add(
        RatingChange(
            rating_id=rating.id,
            changed_at=at,
            level_before=rating.level,
            reason_ids_before=rating.reason_ids,
            words_before=rating.words,
        )
    )
    _move_counters(rating, given.level)
    rating.level = given.level
    rating.reason_ids = sorted(set(given.reason_ids))
    if rating.words != checked.text:
        rating.words, rating.words_state = checked.text, checked.state.value
        rating.moderation_reason = checked.reason
        _ask_wechat(wechat_check.CheckedKind.RATING, rating, checked)
    rating.changed_at = at
    db.session.flush()


def follow_up(person_id: int, rating_id: int, level: int, words: str | None) -> None:
    """追评, once: replaces the first rating in every figure; both stay visible."""
    rating = _own_rating(person_id, rating_id)
    checked = judge(rating.county_id, clean_words(words))
    if rating.followup_level is not None:
        if (rating.followup_level, rating.followup_words) == (level, checked.text):
            return
        raise errors.FollowupExists
    _move_counters(rating, level)
    rating.followup_level = level
    rating.followup_words = checked.text
    rating.followup_words_state = checked.state.value
    rating.followup_at = clock.now()
    _ask_wechat(wechat_check.CheckedKind.FOLLOWUP, rating, checked)
    db.session.flush()


def _ask_wechat(kind: wechat_check.CheckedKind, rating: Rating, checked: CheckedText) -> None:
    if checked.state is WordsState.SHOWN and rating.person_id is not None:
        wechat_check.ask(kind, rating.id, rating.person_id)


def _move_counters(rating: Rating, level: int) -> None:
    if rating.flagged_at is not None or rating.level == level:
        return
    for statement in MOVE_COUNTERS:
        db.session.execute(
            statement,
            {
                "before": rating.level,
                "after": level,
                "service_point_id": rating.service_point_id,
                "village_id": rating.village_id,
                "rated_on": rating.rated_on,
            },
        )


def review_words(actor: Actor, rating_id: int, decision: str) -> int:
    """Shows or refuses moderated words and returns the village; the rating itself counts."""
    if decision not in DECISIONS:
        raise InvalidInput(errors={"decision": ["请选择通过或不通过"]})
    rating = db.session.get(Rating, rating_id, with_for_update=True)
    if rating is None:
        raise NotFound("没有找到这条留言")
    if not may(actor, Permission.REVIEW_WORDS, {rating.village_id, rating.county_id}):
        raise NotAllowed
    state = DECISIONS[decision]
    if rating.words_state in (WordsState.MODERATED, state):
        rating.words_state = state
    if rating.followup_words_state in (WordsState.MODERATED, state):
        rating.followup_words_state = state
    audit.record("review_words", actor.person_id, "rating", rating_id, decision=decision)
    return rating.village_id


def recount(first_month: date, last_month: date) -> None:
    """Makes the counters of whole months anew from the ratings themselves."""
    last_day = clock.next_month(last_month) - timedelta(days=1)
    for statement in RECOUNT:
        db.session.execute(statement, {"first": first_month, "last": last_day})


def seed_reasons() -> int:
    """Adds the reasons that every county offers where they are missing; returns how many."""
    rows = [
        {"text": label, "first_level": first, "last_level": last, "position": position}
        for position, (label, first, last) in enumerate(REASONS, 1)
    ]
    added = insert(RatingReason).values(rows).on_conflict_do_nothing().returning(RatingReason.id)
    count = len(db.session.scalars(added).all())
    after_commit(queries.forget_reasons)
    return count
