"""The audit log: every write and export of the console and the shell, every look at a telephone.

Append-only in the database.
"""

import getpass
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

import click
from click import Group
from flask import Flask, Response, g, has_request_context, request
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core import clock
from backend.app.core.db import Model, db, transaction
from backend.app.core.logs import current_request_id

DELETE_OLD = text(
    """
    DELETE FROM audit_entry
    WHERE id IN (SELECT id FROM audit_entry WHERE at < :before ORDER BY id LIMIT :most)
    """
)
TELEPHONE = re.compile(r"(?<!\d)(\d{3})\d{4}(\d{3,5})(?!\d)")


class AuditEntry(Model):
    """Who did what to what, when. No personal data beyond ids."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("origin IN ('console', 'app', 'shell', 'job')", name="origin"),
        Index(None, "person_id", "id"),
        Index(None, "action", "id"),
        Index(None, "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(60))
    detail: Mapped[dict[str, Any]]
    request_id: Mapped[str | None] = mapped_column(String(64))
    # Where it came from; the address is kept for the console alone, never for a villager's phone.
    origin: Mapped[str | None] = mapped_column(String(8))
    address: Mapped[str | None] = mapped_column(String(45))


def forget_before(before: datetime, most: int) -> int:
    """Deletes the oldest entries from before an instant; returns how many."""
    result = db.session.execute(DELETE_OLD, {"before": before, "most": most})
    return int(result.rowcount)  # type: ignore[attr-defined]


def record(
    action: str, person_id: int | None, subject_kind: str, subject_id: int | str, **detail: Any
) -> None:
    """Adds an entry to the surrounding transaction: act and record stand or fall together."""
    origin, address = _origin()
    db.session.add(
        AuditEntry(
            at=clock.now(),
            person_id=person_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            detail={name: _cut(value) for name, value in detail.items()},
            request_id=current_request_id(),
            origin=origin,
            address=address,
        )
    )


def _origin() -> tuple[str, str | None]:
    """The surface an act came by, and at the console its address."""
    if has_request_context():
        if request.path.startswith("/console"):
            return "console", request.remote_addr
        return "app", None
    return ("shell" if click.get_current_context(silent=True) else "job"), None


def look_at_telephone(subject_kind: str, subject_id: int) -> None:
    """Notes that the answer under way shows its reader somebody's telephone number.

    The answer is sent only once the note is durable.
    """
    if has_request_context() and "actor" in g:
        g.setdefault("looks", set()).add((g.actor.person_id, subject_kind, subject_id))


def look_at_words(words: str | None, subject_kind: str, subject_id: int) -> None:
    """The same for words in which somebody wrote a number down."""
    if words and TELEPHONE.search(words):
        look_at_telephone(subject_kind, subject_id)


def keep_looks(response: Response) -> Response:
    """Writes the looks of one answer down, in one transaction."""
    looks: set[tuple[int, str, int]] = g.pop("looks", set())
    if looks and response.status_code < HTTPStatus.BAD_REQUEST:
        with transaction():
            for person_id, subject_kind, subject_id in sorted(looks):
                record("see_telephone", person_id, subject_kind, subject_id)
    return response


def register(app: Flask) -> None:
    app.after_request(keep_looks)


def audit_commands(group: Group) -> None:
    """Lets every command of a group leave an entry before it does anything.

    The entry is durable even where the command fails: whoever has the shell could otherwise act
    unseen. Values that the command marks as hidden are left out.
    """
    for command in group.commands.values():
        if isinstance(command, Group):
            audit_commands(command)
        elif command.callback is not None:
            command.callback = _audited(command.callback)


def _audited(callback: Callable[..., Any]) -> Callable[..., Any]:
    if "__audited__" in callback.__dict__:
        return callback

    @wraps(callback)
    def audited(*args: Any, **kwargs: Any) -> Any:
        context = click.get_current_context()
        with transaction():
            record(
                "shell_command", None, "command", context.command_path.partition(" ")[2][:60],
                user=system_user(),
                words=" ".join(f"{name}={_shown(value)}" for name, value in context.params.items()),
            )  # fmt: skip
        return callback(*args, **kwargs)

    audited.__dict__["__audited__"] = True
    return audited


def system_user() -> str:
    """Who has the shell."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"


def _shown(value: Any) -> str:
    """A value as it was typed, files by their name."""
    return str(getattr(value, "name", value))[:120]


def _cut(value: Any) -> Any:
    """Telephone numbers that somebody wrote into a reason or a command stay out of the log."""
    return TELEPHONE.sub(r"\1****\2", value) if isinstance(value, str) else value
