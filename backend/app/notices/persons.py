"""One person's inbox: told, emptied, and forgotten after a time."""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from backend.app.core.db import db
from backend.app.core.own_data import Held
from backend.app.core.web.console_menu import local_time

OWN = text("SELECT created_at, title, words FROM notice WHERE person_id = :person_id ORDER BY id")
MESSAGES = text(
    "DELETE FROM outbox_message WHERE notice_id IN"
    " (SELECT id FROM notice WHERE person_id = :person_id)"
)
NOTICES = text("DELETE FROM notice WHERE person_id = :person_id")
WORDS = text("DELETE FROM words_to_check WHERE person_id = :person_id")
CREDITS = text("DELETE FROM subscription_credit WHERE person_id = :person_id")
OLD = text(
    """
    WITH old AS (
        SELECT id FROM notice WHERE created_at < :before LIMIT :most FOR UPDATE SKIP LOCKED
    ), sent AS (
        DELETE FROM outbox_message WHERE notice_id IN (SELECT id FROM old) RETURNING credit_id
    )
    SELECT array_agg(id) AS notices, (SELECT array_agg(credit_id) FROM sent) AS credits FROM old
    """
)


def held_of(person_id: int) -> Held:
    """The lines of an inbox."""
    rows = db.session.execute(OWN, {"person_id": person_id}).all()
    return Held(
        "我的消息",
        f"您的消息有 {len(rows)} 条。" if rows else "没有消息。",
        ("时间", "标题", "内容"),
        [[local_time(row.created_at), row.title, row.words] for row in rows],
        "notices" if rows else None,
    )


def forget_notices(person_id: int) -> None:
    """Empties the inbox; what was on its way to WeChat is not sent any more."""
    for statement in (MESSAGES, NOTICES):
        db.session.execute(statement, {"person_id": person_id})


def forget(person_id: int) -> None:
    """The inbox, every accepted message, and what WeChat has not looked at yet."""
    forget_notices(person_id)
    db.session.execute(WORDS, {"person_id": person_id})
    db.session.execute(CREDITS, {"person_id": person_id})


def forget_before(before: datetime, most: int) -> int:
    """Deletes as many as `most` notices of earlier times; returns how many."""
    old: Any = db.session.execute(OLD, {"before": before, "most": most}).one()
    ids = {"notices": old.notices or [], "credits": old.credits or []}
    db.session.execute(text("DELETE FROM notice WHERE id = ANY(:notices)"), ids)
    db.session.execute(text("DELETE FROM subscription_credit WHERE id = ANY(:credits)"), ids)
    return len(ids["notices"])
