"""Entering by a proven way, joining one to a person, and parting from it."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from backend.app.accounts import persons
from backend.app.accounts.errors import LinkRefused, WayTaken
from backend.app.accounts.identities import login_codes
from backend.app.accounts.identities.queries import find_identity, person_of
from backend.app.accounts.identities.ways import PURPOSE, Proven
from backend.app.accounts.models import Person, PersonIdentity
from backend.app.accounts.operations import lock_person
from backend.app.accounts.states import Way
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import after_commit, db
from backend.app.core.encryption import seal
from backend.app.core.errors import Conflict
from backend.app.core.sessions import close_all_sessions

LINK_WORDS = "连接码不对，或已过十分钟。请在那部手机上再要一个"


def enter(proven: Proven) -> int:
    """The person behind a proof, made at the first log-in; safe when two browsers race."""
    identity = find_identity(proven)
    if identity is not None:
        # What an earlier secret digested and sealed is found by today's from now on.
        identity.digest, identity.subject_sealed = proven.digest(), _sealed(proven)
        db.session.flush()
        return identity.person_id
    persons.check_open(proven.name)
    person = Person(created_at=clock.now())
    db.session.add(person)
    db.session.flush()
    if _join(proven, person.id):
        return person.id
    db.session.delete(person)
    db.session.flush()
    return person_of(proven)


def link(proven: Proven, code: str) -> int:
    """Joins a new way to the person who showed this code; nothing else ever joins two."""
    if find_identity(proven) is not None:
        raise WayTaken
    person_id = login_codes.use_link(code)
    if person_id is None:
        raise LinkRefused(
            errors={"link_code": ["连接码不对，或已过十分钟。请在那部手机上再要一个"]}
        )
    persons.lock(person_id)
    if not _join(proven, person_id):
        raise WayTaken
    record("add_way", person_id, "person", person_id, way=proven.way.value)
    return person_id


def remove(person_id: int, way: Way) -> None:
    """Parts from a way; the last one by which somebody can come stays. Ends every log-in."""
    lock_person(person_id)
    person = db.session.get_one(Person, person_id)
    others = select(PersonIdentity.id).where(
        PersonIdentity.person_id == person_id, PersonIdentity.way != way.value
    )
    if person.openid is None and db.session.scalar(others.limit(1)) is None:
        raise Conflict("这是您现在唯一的登录办法，去掉就进不来了。要注销，请到「我的资料」里办")
    mine = delete(PersonIdentity).where(
        PersonIdentity.person_id == person_id, PersonIdentity.way == way.value
    )
    if db.session.execute(mine.returning(PersonIdentity.id)).one_or_none() is None:
        return
    record("remove_way", person_id, "person", person_id, way=way.value)
    after_commit(lambda: close_all_sessions(person_id))


def _join(proven: Proven, person_id: int) -> bool:
    """False where the way is somebody's, or the person has one of its kind already."""
    added = (
        insert(PersonIdentity)
        .values(
            person_id=person_id, way=proven.way.value, digest=proven.digest(),
            subject_sealed=_sealed(proven), hint=proven.hint, added_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(PersonIdentity.id)
    )  # fmt: skip
    return db.session.scalar(added) is not None


def _sealed(proven: Proven) -> bytes:
    return seal(PURPOSE, proven.subject.encode())
