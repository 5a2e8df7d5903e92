"""Who runs a subject: invited by the assessment office, in with a code, out at once."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select

from backend.app.access import Actor, Permission, Role, may
from backend.app.accounts.grants.operations import check_offices, end_grant, insert_grant
from backend.app.accounts.logins.operations import find_login
from backend.app.accounts.queries import staff_of
from backend.app.assessments.models import AssessedSubject, SubjectInvitation
from backend.app.assessments.subjects.errors import SubjectInvitationUnknown
from backend.app.assessments.subjects.queries import get_subject, staff_grant
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed

GOOD_FOR = timedelta(days=3)
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# Codes of shops have one nought in front, those of cadres none.
LEAD, LENGTH = "00", 9


def _hash(code: str) -> str:
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def invite_staff(actor: Actor, county_id: int, subject_id: int) -> str:
    """The code to read out to whoever runs the subject; only its hash is stored."""
    subject = _managed(actor, county_id, subject_id)
    code = LEAD + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    at = clock.now()
    invitation = SubjectInvitation(
        county_id=county_id, subject_id=subject.id, code_hash=_hash(code),
        invited_by_id=actor.person_id, invited_at=at, expires_at=at + GOOD_FOR,
    )  # fmt: skip
    db.session.add(invitation)
    db.session.flush()
    record(
        "invite_subject_staff", actor.person_id, "assessed_subject", subject.id,
        invitation_id=invitation.id,
    )  # fmt: skip
    return f"{code[:5]} {code[5:]}"


def _managed(actor: Actor, county_id: int, subject_id: int) -> AssessedSubject:
    if not may(actor, Permission.MANAGE_PROGRAMMES, (county_id,)):
        raise NotAllowed
    return get_subject(subject_id, county_id)


def accept_invitation(person_id: int, code: str) -> None:
    """The person runs the subject; the same person's second attempt changes nothing."""
    refused = SubjectInvitationUnknown(errors={"code": [SubjectInvitationUnknown.message]})
    invitation = db.session.scalar(
        select(SubjectInvitation)
        .where(SubjectInvitation.code_hash == _hash(code))
        .with_for_update()
    )
    if invitation is None or invitation.accepted_by_id not in (None, person_id):
        raise refused
    if invitation.accepted_by_id == person_id:
        return
    at = clock.now()
    if at > invitation.expires_at:
        raise refused
    subject_id = invitation.subject_id
    _appoint(person_id, invitation.county_id, subject_id, invitation.invited_by_id)
    invitation.accepted_by_id, invitation.accepted_at = person_id, at
    record(
        "accept_subject_invitation", person_id, "assessed_subject", subject_id,
        invitation_id=invitation.id,
    )  # fmt: skip


def _appoint(person_id: int, county_id: int, subject_id: int, by_id: int) -> None:
    check_offices(person_id, Role.SUBJECT_STAFF, clock.today(), None)
    if person_id not in staff_of([Role.SUBJECT_STAFF], subject_id=subject_id):
        insert_grant(
            person_id, Role.SUBJECT_STAFF, county_id, clock.today(), None, by_id,
            subject_id=subject_id,
        )  # fmt: skip


def appoint_account(actor: Actor, county_id: int, subject_id: int, username: str) -> None:
    """Who has a log-in of the console reads there what the subject reads."""
    subject = _managed(actor, county_id, subject_id)
    login = find_login(username)
    if login is None or login.activated_at is None or login.disabled_at is not None:
        raise InvalidInput(errors={"username": ["没有这个控制台账号，或者还没有启用"]})
    _appoint(login.person_id, county_id, subject.id, actor.person_id)
    record(
        "appoint_subject_account", actor.person_id, "assessed_subject", subject.id,
        name=login.username,
    )  # fmt: skip


def dismiss_staff(actor: Actor, county_id: int, subject_id: int, person_id: int) -> None:
    """Ends it at once."""
    subject = _managed(actor, county_id, subject_id)
    grant_id = staff_grant(subject.id, person_id)
    if grant_id is not None:
        end_grant(grant_id, actor.person_id)
