"""Subscription messages on their way to WeChat: each claimed by one sender, sent at most once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update

from backend.app.accounts.queries import openid_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.wechat import (
    MessageRefused,
    NotSubscribed,
    WeChatBusy,
    WeChatUnanswered,
    WeChatUnavailable,
    template_id,
    template_parts,
    wechat_client,
)
from backend.app.notices.models import Notice, OutboxMessage
from backend.app.notices.operations import end_subscription
from backend.app.notices.states import MessageState
from backend.app.notices.templates import LONG_TERM

log = structlog.get_logger()
BACKOFF = [timedelta(minutes=n) for n in (1, 5, 30, 120)]
QUOTA_PAUSE = timedelta(hours=1)
# Longer than a day, so that a day's quota is new before we give up.
TRY_FOR = timedelta(hours=26)
# Who claimed a message and said nothing for so long has died; it may have been sent.
LOST_AFTER = timedelta(minutes=10)
SWEEP = 500


@dataclass(frozen=True)
class Claimed:
    """A message that is ours to send, and nobody else's."""

    openid: str | None
    template: str
    data: dict[str, str]
    page: str | None
    told_at: datetime
    attempts: int


def deliver(message_id: int) -> str | None:
    """Sends one message, once, whoever else tries at the same time.

    Its state after; None when it was not ours to send.
    """
    claimed = claim_message(message_id)
    if claimed is None:
        return None
    outcome = _send(claimed)
    with transaction() as session:
        session.execute(
            update(OutboxMessage).where(OutboxMessage.id == message_id).values(**outcome)
        )
        if outcome["state"] == MessageState.REFUSED and LONG_TERM in template_parts(
            claimed.template
        ):
            end_subscription(message_id)
    return str(outcome["state"])


def claim_message(message_id: int) -> Claimed | None:
    """Committed before WeChat is asked, so that no second sender can think it is free."""
    at = clock.now()
    with transaction() as session:
        message = session.scalar(
            update(OutboxMessage)
            .where(
                OutboxMessage.id == message_id,
                OutboxMessage.state == MessageState.QUEUED,
                OutboxMessage.next_try_at <= at,
            )
            .values(state=MessageState.SENDING, claimed_at=at, attempts=OutboxMessage.attempts + 1)
            .returning(OutboxMessage)
        )
        if message is None:
            return None
        notice = session.get_one(Notice, message.notice_id)
        return Claimed(
            openid_of(notice.person_id),
            message.template,
            message.data,
            notice.page,
            notice.created_at,
            message.attempts,
        )


def _send(message: Claimed) -> dict[str, Any]:
    """What came of it, as columns."""
    template = template_id(message.template)
    if message.openid is None or not template:
        return {"state": MessageState.FAILED}
    try:
        wechat_client().send_subscription(message.openid, template, message.page, message.data)
    except NotSubscribed as refused:
        return {"state": MessageState.REFUSED, "error_code": refused.errcode}
    except MessageRefused as refused:
        log.error("message_refused", template=message.template, errcode=refused.errcode)
        return {"state": MessageState.FAILED, "error_code": refused.errcode}
    except WeChatUnanswered:
        return {"state": MessageState.UNKNOWN}
    except (WeChatBusy, WeChatUnavailable) as error:
        return _later(message, error)
    return {"state": MessageState.SENT, "sent_at": clock.now(), "error_code": None}


def _later(message: Claimed, error: WeChatBusy | WeChatUnavailable) -> dict[str, Any]:
    """Another try after a growing pause, or none when the news is old."""
    nth = min(message.attempts, len(BACKOFF)) - 1
    pause = QUOTA_PAUSE if isinstance(error, WeChatBusy) else BACKOFF[nth]
    next_try_at = clock.now() + pause
    if next_try_at > message.told_at + TRY_FOR:
        log.error("message_given_up", template=message.template, errcode=error.errcode)
        return {"state": MessageState.FAILED, "error_code": error.errcode}
    return {"state": MessageState.QUEUED, "error_code": error.errcode, "next_try_at": next_try_at}


def sweep() -> list[int]:
    """Gives up what died while sending, and returns what is due to be tried (again)."""
    at = clock.now()
    with transaction() as session:
        lost = session.scalars(
            update(OutboxMessage)
            .where(
                OutboxMessage.state == MessageState.SENDING,
                OutboxMessage.claimed_at < at - LOST_AFTER,
            )
            .values(state=MessageState.UNKNOWN)
            .returning(OutboxMessage.id)
        ).all()
        if lost:
            log.warning("messages_lost", count=len(lost))
        return list(
            session.scalars(
                select(OutboxMessage.id)
                .where(OutboxMessage.state == MessageState.QUEUED, OutboxMessage.next_try_at <= at)
                .order_by(OutboxMessage.next_try_at)
                .limit(SWEEP)
            )
        )
