"""States of a subscription message."""

from enum import StrEnum


class MessageState(StrEnum):
    """Unknown: it was claimed, and nobody can say whether WeChat had it."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


WAITING = frozenset({MessageState.QUEUED, MessageState.SENDING})
