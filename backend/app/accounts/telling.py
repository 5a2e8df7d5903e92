"""Tells the owner of an account what others did to it, in the console and on the phone."""

from collections.abc import Callable

from flask import current_app

from backend.app.access import Role
from backend.app.accounts.models import ConsoleLogin
from backend.app.accounts.queries import staff_of
from backend.app.core.db import db

Teller = Callable[..., None]


def tell_second_person(county_id: int, person_id: int, title: str, words: str) -> None:
    """To the security administrators of a county: something waits for their yes."""
    teller: Teller = current_app.extensions["teller"]
    teller(
        staff_of([Role.SECURITY_ADMIN], county_id),
        kind="account", title=title, words=words, page=None, subject_kind="person",
        subject_id=person_id,
    )  # fmt: skip


def tell_owner(person_id: int, title: str, words: str) -> None:
    """Into both inboxes of the owner; notices stand above accounts, so the factory lends them."""
    login = db.session.get(ConsoleLogin, person_id)
    phone = login.phone_person_id if login else None
    teller: Teller = current_app.extensions["teller"]
    teller(
        [person_id, *([phone] if phone else [])],
        kind="account", title=title, words=words, page=None, subject_kind="person",
        subject_id=person_id,
    )  # fmt: skip
