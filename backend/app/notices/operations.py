"""Writes of notices by those who tell and those who read: told, read, allowed."""

from collections.abc import Collection, Mapping
from datetime import datetime

import orjson
import structlog
from sqlalchemy import text, update

from backend.app.accounts.sql import is_closed
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.core.queue import JobName, enqueue
from backend.app.core.wechat import template_id, template_parts
from backend.app.notices.models import Notice
from backend.app.notices.templates import (
    LONG_TERM,
    TEMPLATES,
    DoesNotFit,
    fill,
    with_county_fields,
)

log = structlog.get_logger()
LONGEST_TITLE, LONGEST_WORDS = 60, 200
# WeChat itself remembers no more of them than anybody will ever need.
MOST_UNSPENT = 20

TELL = text(
    f"""
    INSERT INTO notice
        (person_id, kind, title, words, page, subject_kind, subject_id, dedup, created_at)
    SELECT person_id, :kind, :title, :words, :page, :subject_kind, :subject_id, :dedup, :at
    FROM unnest(CAST(:person_ids AS bigint[])) AS told (person_id)
    WHERE NOT {is_closed("person_id")}
    ON CONFLICT (person_id, dedup) WHERE dedup IS NOT NULL DO NOTHING
    RETURNING id
    """
)
# One accept pays for one message; the oldest goes first, and no two notices take the same.
POST = text(
    """
    WITH paid AS (
        SELECT n.id AS notice_id, c.id AS credit_id
        FROM notice n CROSS JOIN LATERAL (
            SELECT id FROM subscription_credit
            WHERE person_id = n.person_id AND template = :template AND spent_at IS NULL
            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
        ) c
        WHERE n.id = ANY(:notice_ids)
    ), spent AS (
        UPDATE subscription_credit SET spent_at = :at
        WHERE id IN (SELECT credit_id FROM paid)
    )
    INSERT INTO outbox_message (notice_id, credit_id, template, data, next_try_at)
    SELECT notice_id, credit_id, :template, CAST(:data AS jsonb), :at FROM paid
    RETURNING id
    """
)
# A long-term accept stays until WeChat says that it is over; each message has a line of its own.
POST_FOR_GOOD = text(
    """
    WITH allowed AS (
        SELECT id, person_id FROM notice n WHERE id = ANY(:notice_ids) AND EXISTS (
            SELECT 1 FROM subscription_credit
            WHERE person_id = n.person_id AND template = :template AND spent_at IS NULL
        )
    ), used AS (
        INSERT INTO subscription_credit (person_id, template, accepted_at, spent_at)
        SELECT person_id, :template, :at, :at FROM allowed
        RETURNING id, person_id
    )
    INSERT INTO outbox_message (notice_id, credit_id, template, data, next_try_at)
    SELECT allowed.id, used.id, :template, CAST(:data AS jsonb), :at
    FROM allowed JOIN used USING (person_id)
    RETURNING id
    """
)
END = text(
    """
    UPDATE subscription_credit c SET spent_at = :at
    FROM outbox_message m JOIN notice n ON n.id = m.notice_id
    WHERE m.id = :message_id AND c.person_id = n.person_id AND c.template = m.template
        AND c.spent_at IS NULL AND c.accepted_at <= m.claimed_at
    """
)
ACCEPT = text(
    """
    INSERT INTO subscription_credit (person_id, template, accepted_at)
    SELECT :person_id, key, :at FROM unnest(CAST(:keys AS text[])) AS accepted (key)
    WHERE :most > (
        SELECT count(*) FROM subscription_credit
        WHERE person_id = :person_id AND template = key AND spent_at IS NULL
    )
    """
)


def notify(
    person_ids: Collection[int],
    *,
    kind: str,
    title: str,
    words: str,
    page: str | None,
    subject_kind: str,
    subject_id: int,
    wechat: Mapping[str, str] | None = None,
    template: str | None = None,
    dedup: str | None = None,
) -> None:
    """Puts a line into each inbox and, where a message was allowed, one into WeChat's outbox.

    One statement each, however many people; the same `dedup` again tells nobody twice.
    """
    if not person_ids:
        return
    at = clock.now()
    told = db.session.scalars(
        TELL,
        {
            "person_ids": sorted(set(person_ids)),
            "kind": kind,
            "title": _cut(title, LONGEST_TITLE),
            "words": _cut(words, LONGEST_WORDS),
            "page": page,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "dedup": dedup,
            "at": at,
        },
    ).all()
    if told and template is not None and template_id(template):
        _post(list(told), template, wechat or {}, at)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _post(notice_ids: list[int], template: str, values: Mapping[str, str], at: datetime) -> None:
    try:
        parts = template_parts(template)
        data = fill(with_county_fields(TEMPLATES[template], parts), values)
    except DoesNotFit as fault:
        # The inbox has it; a message WeChat would refuse is no reason to lose that.
        log.error("message_does_not_fit", template=template, field=str(fault))
        return
    posted = db.session.scalars(
        POST_FOR_GOOD if LONG_TERM in parts else POST,
        {
            "notice_ids": notice_ids,
            "template": template,
            "data": orjson.dumps(data).decode(),
            "at": at,
        },
    ).all()
    for message_id in posted:
        enqueue(JobName.DELIVER_NOTICE, message_id)


def end_subscription(message_id: int) -> None:
    """WeChat says that the reader allows no more: what was accepted before is worth nothing."""
    db.session.execute(END, {"message_id": message_id, "at": clock.now()})


def mark_read(person_id: int, up_to: int) -> None:
    """Everything up to and including this notice."""
    db.session.execute(
        update(Notice)
        .where(Notice.person_id == person_id, Notice.id <= up_to, Notice.read_at.is_(None))
        .values(read_at=clock.now())
    )


def keep_subscriptions(person_id: int, accepted: Collection[str]) -> None:
    """One credit for each accepted template; raises InvalidInput for one we do not know.

    Where the county has no such template WeChat cannot have asked, so nothing is kept.
    """
    if set(accepted) - TEMPLATES.keys():
        raise InvalidInput(errors={"accepted": ["没有这种消息"]})
    keys = sorted(key for key in set(accepted) if template_id(key))
    db.session.execute(
        ACCEPT,
        {"person_id": person_id, "keys": keys, "most": MOST_UNSPENT, "at": clock.now()},
    )
