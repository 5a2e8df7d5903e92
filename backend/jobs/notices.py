"""Subscription messages: one by one, and a sweep for those whose job was lost."""

from flask import current_app

from backend.app.core.wechat import wechat_client
from backend.app.notices import operations


def deliver_notice(message_id: int) -> str | None:
    return operations.deliver(message_id, wechat_client(), current_app.config["SETTINGS"])


def deliver_waiting() -> int:
    waiting = operations.sweep()
    for message_id in waiting:
        deliver_notice(message_id)
    return len(waiting)
