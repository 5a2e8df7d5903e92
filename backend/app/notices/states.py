"""States of a subscription message, and what WeChat checks the words of."""

from enum import StrEnum


class MessageState(StrEnum):
    """Unknown: it was claimed, and nobody can say whether WeChat had it."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


class CheckedKind(StrEnum):
    """Where the words stand."""

    RATING = "rating"
    FOLLOWUP = "followup"
    TICKET = "ticket"
    EVENT = "event"


WAITING = frozenset({MessageState.QUEUED, MessageState.SENDING})
