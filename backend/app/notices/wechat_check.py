"""Named words on their way to WeChat's check: asked for with the text, sent after the commit.

WeChat being away neither loses nor delays what somebody wrote: the local list has judged it, it is
stored and shown, and waits here until WeChat has looked at it or the time for that is over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.app.accounts.consents import agreed_to_check
from backend.app.accounts.queries import openid_of
from backend.app.core import clock, registry
from backend.app.core.db import db, transaction
from backend.app.core.text_check import WordsState
from backend.app.core.wechat import (
    MessageRefused,
    TextVerdict,
    WeChatBusy,
    WeChatUnavailable,
    wechat_client,
)
from backend.app.notices.models import WordsToCheck
from backend.app.notices.states import CheckedKind

log = structlog.get_logger()
BACKOFF = [timedelta(minutes=n) for n in (1, 5, 15, 30)]
# Longer than a day, so that a day's quota is new before we give up.
TRY_FOR = timedelta(hours=26)
# Whoever took a text and said nothing for so long has died; asking twice harms nobody.
LOST_AFTER = timedelta(minutes=5)
COMMENT, FORUM = 2, 3
LABELS = {
    10001: "广告", 20001: "时政", 20002: "色情", 20003: "辱骂", 20006: "违法犯罪", 20008: "欺诈",
    20012: "低俗", 20013: "版权", 21000: "其他",
}  # fmt: skip
SCENES = {
    CheckedKind.RATING: COMMENT,
    CheckedKind.FOLLOWUP: COMMENT,
    CheckedKind.TICKET: FORUM,
    CheckedKind.EVENT: FORUM,
}


@dataclass(frozen=True)
class Subject:
    """How words of one kind are read, and moderated; `read` finds none where they are not shown."""

    read: Callable[[int], str | None]
    moderate: Callable[[int, str, str], bool]


@dataclass(frozen=True)
class Waiting:
    """A text that is ours to ask about for some minutes."""

    kind: CheckedKind
    subject_id: int
    person_id: int
    asked_at: datetime
    attempts: int


def is_on() -> bool:
    return registry.settings().wechat_checks_words


def ask(kind: CheckedKind, subject_id: int, person_id: int) -> None:
    """In the transaction that stores the words; changed words are asked about anew."""
    if not is_on():
        return
    at = clock.now()
    again = {"asked_at": at, "next_try_at": at, "attempts": 0}
    db.session.execute(
        insert(WordsToCheck)
        .values(kind=kind.value, subject_id=subject_id, person_id=person_id, **again)
        .on_conflict_do_update(index_elements=["kind", "subject_id"], set_=again)
    )


def ask_for_rated(rated: str) -> str:
    """For the statement that stores a rating: `rated` is its row; the rest are binds."""
    return f"""
    INSERT INTO words_to_check (kind, subject_id, person_id, asked_at, next_try_at)
    SELECT 'rating', id, :person_id, :at, :at FROM {rated}
    WHERE words_state = '{WordsState.SHOWN}' AND CAST(:asks_wechat AS boolean)
    """


def take() -> Waiting | None:
    """The text that is due first, for nobody else during the next minutes."""
    at = clock.now()
    # A common table, because a subquery may be run once for each row that is looked at.
    due = (
        select(WordsToCheck.kind, WordsToCheck.subject_id)
        .where(WordsToCheck.next_try_at <= at)
        .order_by(WordsToCheck.next_try_at, WordsToCheck.subject_id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    with transaction() as session:
        row = session.scalar(
            update(WordsToCheck)
            .where(WordsToCheck.kind == due.c.kind, WordsToCheck.subject_id == due.c.subject_id)
            .values(next_try_at=at + LOST_AFTER, attempts=WordsToCheck.attempts + 1)
            .returning(WordsToCheck)
        )
        if row is None:
            return None
        return Waiting(
            CheckedKind(row.kind), row.subject_id, row.person_id, row.asked_at, row.attempts
        )


def look_at(waiting: Waiting, subject: Subject) -> bool:
    """Asks WeChat about one text and does what it says; False where it cannot be asked now."""
    with transaction():
        words = subject.read(waiting.subject_id)
        agreed = agreed_to_check(waiting.person_id)
        openid = openid_of(waiting.person_id) if agreed and is_on() else None
    if words is None or openid is None:
        _drop(waiting)
        return True
    try:
        verdict = wechat_client().check_words(openid, SCENES[waiting.kind], words)
    except MessageRefused as refused:
        _give_up(waiting, refused.errcode)
        return True
    except (WeChatBusy, WeChatUnavailable) as error:
        _later(waiting, error.errcode)
        return False
    with transaction():
        if not verdict.passed and subject.moderate(waiting.subject_id, words, reason_of(verdict)):
            log.info("words_moderated", kind=waiting.kind.value, label=verdict.label,
                     trace_id=verdict.trace_id)  # fmt: skip
        _delete(waiting)
    return True


def reason_of(verdict: TextVerdict) -> str:
    """What the desk reads beside the words."""
    label = LABELS.get(verdict.label or 0)
    return f"微信内容安全提示：{label}" if label else "微信内容安全提示要看一看"


def _drop(waiting: Waiting) -> None:
    with transaction():
        _delete(waiting)


def _delete(waiting: Waiting) -> None:
    """Unless the words were changed and asked about meanwhile."""
    db.session.execute(
        delete(WordsToCheck).where(
            WordsToCheck.kind == waiting.kind.value,
            WordsToCheck.subject_id == waiting.subject_id,
            WordsToCheck.asked_at == waiting.asked_at,
        )
    )


def _later(waiting: Waiting, errcode: int | None) -> None:
    """Another try after a growing pause, or none when the words are old."""
    at = clock.now() + BACKOFF[min(waiting.attempts, len(BACKOFF)) - 1]
    if at > waiting.asked_at + TRY_FOR:
        _give_up(waiting, errcode)
        return
    with transaction() as session:
        session.execute(
            update(WordsToCheck)
            .where(
                WordsToCheck.kind == waiting.kind.value,
                WordsToCheck.subject_id == waiting.subject_id,
                WordsToCheck.asked_at == waiting.asked_at,
            )
            .values(next_try_at=at)
        )


def _give_up(waiting: Waiting, errcode: int | None) -> None:
    """The words stay as the local list judged them."""
    log.warning("words_unchecked", kind=waiting.kind.value, errcode=errcode)
    _drop(waiting)
