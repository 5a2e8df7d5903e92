"""Writes of notices: told, read, subscribed, sent."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog
from sqlalchemy import select, text, update

from backend.app.accounts.queries import openid_of
from backend.app.core import calendar
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput
from backend.app.core.queue import JobName, enqueue
from backend.app.core.settings import Settings
from backend.app.core.wechat import (
    MessageRefused,
    NotSubscribed,
    WeChat,
    WeChatBusy,
    WeChatUnavailable,
)
from backend.app.notices.models import Notice, OutboxMessage, SubscriptionCredit
from backend.app.notices.templates import TEMPLATES, DoesNotFit, fill

log = structlog.get_logger()
LONGEST_TITLE, LONGEST_WORDS = 60, 200
MOST_ATTEMPTS = 5
BACKOFF = [timedelta(minutes=n) for n in (1, 5, 30, 120)]
QUOTA_PAUSE = timedelta(hours=1)
# Who claimed a message and said nothing for so long has died; it may have been sent.
LOST_AFTER = timedelta(minutes=10)
SWEEP = 500
MOST_UNSPENT = 20

TELL = text(
    """
    INSERT INTO notice
        (person_id, kind, title, words, page, subject_kind, subject_id, dedup, created_at)
    SELECT person_id, :kind, :title, :words, :page, :subject_kind, :subject_id, :dedup, :at
    FROM unnest(CAST(:person_ids AS bigint[])) AS told (person_id)
    ON CONFLICT DO NOTHING
    RETURNING id, person_id
    """
)
# One accept pays for one message; the oldest goes first, and no two notices take the same.
POST = text(
    """
    WITH wanted AS (
        SELECT n.id AS notice_id, n.person_id
        FROM notice n WHERE n.id = ANY(:notice_ids)
    ), paid AS (
        SELECT w.notice_id, c.id AS credit_id
        FROM wanted w CROSS JOIN LATERAL (
            SELECT id FROM subscription_credit
            WHERE person_id = w.person_id AND template = :template AND spent_at IS NULL
            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
        ) c
    ), spent AS (
        UPDATE subscription_credit SET spent_at = :at
        WHERE id IN (SELECT credit_id FROM paid)
    )
    INSERT INTO outbox_message (notice_id, credit_id, template, data, next_try_at)
    SELECT notice_id, credit_id, :template, CAST(:data AS jsonb), :at FROM paid
    RETURNING id
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
    at = calendar.now()
    rows = db.session.execute(
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
    if rows and template is not None:
        _post([row.id for row in rows], template, wechat or {}, at)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _post(notice_ids: list[int], template: str, values: Mapping[str, str], at: datetime) -> None:
    try:
        data = fill(TEMPLATES[template], values)
    except DoesNotFit as fault:
        log.error("message_does_not_fit", template=template, field=str(fault))
        return
    sent = db.session.scalars(
        POST,
        {
            "notice_ids": notice_ids,
            "template": template,
            "data": orjson.dumps(data).decode(),
            "at": at,
        },
    ).all()
    for message_id in sent:
        enqueue(JobName.DELIVER_NOTICE, message_id)


def mark_read(person_id: int, up_to: int) -> None:
    """Everything up to and including this notice."""
    db.session.execute(
        update(Notice)
        .where(Notice.person_id == person_id, Notice.id <= up_to, Notice.read_at.is_(None))
        .values(read_at=calendar.now())
    )


def keep_subscriptions(person_id: int, accepted: Collection[str]) -> None:
    """One credit for each accepted template; raises InvalidInput for one we do not have."""
    unknown = set(accepted) - TEMPLATES.keys()
    if unknown:
        raise InvalidInput(errors={"accepted": ["没有这种消息"]})
    at = calendar.now()
    for key in sorted(set(accepted)):
        unspent = db.session.scalars(
            select(SubscriptionCredit.id)
            .where(
                SubscriptionCredit.person_id == person_id,
                SubscriptionCredit.template == key,
                SubscriptionCredit.spent_at.is_(None),
            )
            .limit(MOST_UNSPENT)
        ).all()
        # WeChat itself remembers no more of them than anybody will ever need.
        if len(unspent) < MOST_UNSPENT:
            db.session.add(SubscriptionCredit(person_id=person_id, template=key, accepted_at=at))


def deliver(message_id: int, client: WeChat, settings: Settings) -> str | None:
    """Sends one message, once, whoever else tries at the same time; its state after, or None."""
    claimed = _claim(message_id)
    if claimed is None:
        return None
    notice, openid, template, data, attempts = claimed
    template_id = settings.template_id(template)
    outcome: dict[str, Any]
    if openid is None or not template_id:
        outcome = {"state": "failed"}
    else:
        outcome = _send(client, openid, template_id, notice, data, attempts)
    with transaction() as session:
        session.execute(
            update(OutboxMessage).where(OutboxMessage.id == message_id).values(**outcome)
        )
    return str(outcome["state"])


def _claim(message_id: int) -> tuple[str | None, str | None, str, dict[str, str], int] | None:
    """Committed before WeChat is asked, so that no second sender can think it is free."""
    at = calendar.now()
    with transaction() as session:
        row = session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.id == message_id,
                OutboxMessage.state == "queued",
                OutboxMessage.next_try_at <= at,
            )
            .values(state="sending", claimed_at=at, attempts=OutboxMessage.attempts + 1)
            .returning(
                OutboxMessage.notice_id,
                OutboxMessage.template,
                OutboxMessage.data,
                OutboxMessage.attempts,
            )
        ).one_or_none()
        if row is None:
            return None
        notice = session.get_one(Notice, row.notice_id)
        return notice.page, openid_of(notice.person_id), row.template, row.data, row.attempts


def _send(
    client: WeChat,
    openid: str,
    template_id: str,
    page: str | None,
    data: dict[str, str],
    attempts: int,
) -> dict[str, Any]:
    """What came of it, as columns."""
    at = calendar.now()
    try:
        client.send_subscription(openid, template_id, page, data)
    except NotSubscribed as refused:
        return {"state": "refused", "error_code": refused.errcode}
    except MessageRefused as refused:
        log.error("message_refused", errcode=refused.errcode)
        return {"state": "failed", "error_code": refused.errcode}
    except (WeChatBusy, WeChatUnavailable) as error:
        if attempts >= MOST_ATTEMPTS:
            return {"state": "failed"}
        quota = isinstance(error, WeChatBusy)
        pause = QUOTA_PAUSE if quota else BACKOFF[min(attempts, len(BACKOFF)) - 1]
        return {"state": "queued", "next_try_at": at + pause}
    return {"state": "sent", "sent_at": at}


def sweep() -> list[int]:
    """Gives up what died while sending, and returns what is due to be tried (again)."""
    at = calendar.now()
    with transaction() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.state == "sending", OutboxMessage.claimed_at < at - LOST_AFTER)
            .values(state="unknown")
        )
        return list(
            session.scalars(
                select(OutboxMessage.id)
                .where(OutboxMessage.state == "queued", OutboxMessage.next_try_at <= at)
                .order_by(OutboxMessage.next_try_at)
                .limit(SWEEP)
            )
        )
