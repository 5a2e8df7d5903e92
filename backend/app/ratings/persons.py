"""One person's ratings: told, and unlinked from the person while every figure stays."""

from datetime import date

from sqlalchemy import text

from backend.app.core.db import db
from backend.app.core.own_data import Held
from backend.app.core.text_check import WordsState
from backend.app.places.sql import join_region, join_service_point
from backend.app.ratings.models import OFFLINE
from backend.app.scoring.levels import level_name

OWN = text(
    f"""
    SELECT r.rated_on, r.scanned_on, r.channel, v.name AS village, s.name AS point, r.level,
           r.words, r.followup_level, r.followup_words,
           ARRAY(SELECT q.text FROM rating_reason q WHERE q.id = ANY(r.reason_ids)
                 ORDER BY q.position, q.id) AS reasons
    FROM rating r {join_region("v", "r.village_id")}
    {join_service_point("s", "r.service_point_id")}
    WHERE r.person_id = :person_id ORDER BY r.id
    """
)
FORGET_WORDS_BEFORE = text(
    """
    UPDATE rating_change SET words_before = NULL
    WHERE words_before IS NOT NULL
      AND rating_id IN (SELECT id FROM rating WHERE person_id = :person_id)
    """
)
FORGET_WORDS = text(
    f"""
    UPDATE rating SET words = NULL, words_state = '{WordsState.NONE}', moderation_reason = NULL,
        followup_words = NULL, followup_words_state = '{WordsState.NONE}', request_digest = '\\x'
    WHERE person_id = :person_id AND (words IS NOT NULL OR followup_words IS NOT NULL)
    """
)
# Nothing that another table or a telephone knows to the second or by a key stays beside the level.
UNLINKED = """
    person_id = NULL, idempotency_key = gen_random_uuid(),
    request_digest = '\\x', scan_nonce = '\\x',
    created_at = (rated_on + time '12:00') AT TIME ZONE 'Asia/Shanghai',
    changed_at = NULL,
    followup_at = CASE WHEN followup_at IS NOT NULL THEN
        ((followup_at AT TIME ZONE 'Asia/Shanghai')::date + time '12:00')
        AT TIME ZONE 'Asia/Shanghai' END
"""
TRACES = text(
    "DELETE FROM rating_trace WHERE rating_id IN"
    " (SELECT id FROM rating WHERE person_id = :person_id)"
)
UNLINK = text(f"UPDATE rating SET {UNLINKED} WHERE person_id = :person_id RETURNING id")
UNLINK_OLD = text(
    f"""
    UPDATE rating SET {UNLINKED} WHERE id IN (
        SELECT id FROM rating WHERE rated_on < :before AND person_id IS NOT NULL LIMIT :most
        FOR UPDATE SKIP LOCKED)
    RETURNING id
    """
)


def held_of(person_id: int) -> Held:
    """What somebody rated, and in which words."""
    rows = db.session.execute(OWN, {"person_id": person_id}).all()
    with_words = sum(bool(row.words or row.followup_words) for row in rows)
    said = f"您评过 {len(rows)} 次，其中 {with_words} 次写了话。" if rows else "您还没有评过。"
    return Held(
        "我的评价",
        said,
        (
            "日期", "村", "地方", "评的", "选的原因", "写的话", "追评", "追评的话",
            "扫码的日期", "有没有信号",
        ),
        [
            [
                f"{row.rated_on}", row.village, row.point, level_name(row.level),
                "、".join(row.reasons), row.words or "",
                level_name(row.followup_level) if row.followup_level else "",
                row.followup_words or "", f"{row.scanned_on}",
                "没有" if row.channel == OFFLINE else "有",
            ]
            for row in rows
        ],
        "rating_words" if with_words else None,
    )  # fmt: skip


def forget_words(person_id: int) -> None:
    """Deletes what somebody wrote beside ratings; the levels stay as they are."""
    db.session.execute(FORGET_WORDS, {"person_id": person_id})
    db.session.execute(FORGET_WORDS_BEFORE, {"person_id": person_id})


def unlink(person_id: int) -> list[int]:
    """Words and traces go, levels stay as nobody's; returns the ids of the ratings."""
    forget_words(person_id)
    db.session.execute(TRACES, {"person_id": person_id})
    return list(db.session.scalars(UNLINK, {"person_id": person_id}))


def unlink_before(before: date, most: int) -> list[int]:
    """As many as `most` ratings of earlier days become nobody's; returns their ids."""
    return list(db.session.scalars(UNLINK_OLD, {"before": before, "most": most}))
