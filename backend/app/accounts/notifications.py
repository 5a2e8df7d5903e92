"""Notices to the owner of an account about what others did to it."""

from backend.app.access import Role
from backend.app.accounts.models import ConsoleLogin
from backend.app.accounts.queries import staff_of
from backend.app.core import registry
from backend.app.core.db import db


def notify_security_admins(county_id: int, person_id: int, title: str, words: str) -> None:
    """To the security administrators of a county: something waits for their confirmation."""
    _notify(staff_of([Role.SECURITY_ADMIN], county_id), person_id, title, words)


def notify_owner(person_id: int, title: str, words: str) -> None:
    """Into the inboxes of both the owner's console account and the owner's phone."""
    login = db.session.get(ConsoleLogin, person_id)
    phone = login.phone_person_id if login else None
    _notify([person_id, *([phone] if phone else [])], person_id, title, words)


def _notify(receivers: list[int], person_id: int, title: str, words: str) -> None:
    registry.notifier()(
        receivers, kind="account", title=title, words=words, page=None, subject_kind="person",
        subject_id=person_id,
    )  # fmt: skip
