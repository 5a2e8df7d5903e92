"""Agreeing to the explanation of what is held, and taking that back; each act is a row."""

from sqlalchemy import select

from backend.app.accounts.models import PersonConsent
from backend.app.core import clock
from backend.app.core.db import after_commit, db
from backend.app.core.errors import InvalidInput
from backend.app.core.sessions import close_all_sessions

# Every text that a phone may have shown; the mini-program's core/consent.js names the newest.
VERSIONS = ("2026-11", "2026-12")
# From this one on it says that WeChat checks what is written under a name.
SAYS_CHECKED = "2026-12"
GIVEN, WITHDRAWN = "given", "withdrawn"


def give(person_id: int, version: str) -> None:
    """Keeps that somebody agreed to this version; the same again changes nothing."""
    if version not in VERSIONS:
        raise InvalidInput(errors={"consent": ["请更新小程序，看过新的说明再用"]})
    last = _last(person_id)
    if last is None or (last.act, last.version) != (GIVEN, version):
        _add(person_id, GIVEN, version)


def withdraw(person_id: int) -> None:
    """Keeps that somebody took it back, and ends every log-in."""
    last = _last(person_id)
    if last is not None and last.act == GIVEN:
        _add(person_id, WITHDRAWN, last.version)
    after_commit(lambda: close_all_sessions(person_id))


def given_by(person_id: int) -> PersonConsent | None:
    """What somebody agreed to last, or None where it was taken back."""
    last = _last(person_id)
    return last if last is not None and last.act == GIVEN else None


def agreed_to_check(person_id: int) -> bool:
    """Whether somebody knows that WeChat checks the own words."""
    given = given_by(person_id)
    return given is not None and VERSIONS.index(given.version) >= VERSIONS.index(SAYS_CHECKED)


def _last(person_id: int) -> PersonConsent | None:
    return db.session.scalar(
        select(PersonConsent)
        .where(PersonConsent.person_id == person_id)
        .order_by(PersonConsent.id.desc())
        .limit(1)
    )


def _add(person_id: int, act: str, version: str) -> None:
    db.session.add(PersonConsent(person_id=person_id, act=act, version=version, at=clock.now()))
    db.session.flush()
