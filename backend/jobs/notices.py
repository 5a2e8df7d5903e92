"""Subscription messages: one by one, and a sweep for those due again or whose job was lost."""

from backend.app.core.queue import JobName, send
from backend.app.notices import delivery


def deliver_notice(message_id: int) -> str | None:
    return delivery.deliver(message_id)


def deliver_waiting() -> int:
    waiting = delivery.sweep()
    for message_id in waiting:
        send(JobName.DELIVER_NOTICE, message_id)
    return len(waiting)
