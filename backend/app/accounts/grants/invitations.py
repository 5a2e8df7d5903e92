"""How a WeChat user becomes a cadre: a code from the office, typed in by the cadre."""

import hashlib
import secrets
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select

from backend.app.access import Actor, Permission, Role, may, regions_of
from backend.app.accounts.errors import InvitationUnknown
from backend.app.accounts.grants.operations import (
    check_grantable,
    check_offices,
    check_region,
    insert_grant,
)
from backend.app.accounts.models import CadreInvitation, ConsoleLogin, Person
from backend.app.accounts.queries import actor_today
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotFound
from backend.app.core.web.boxes import is_code
from backend.app.places.names import short
from backend.app.places.queries import find_place, get_place, search_villages, village_label
from backend.app.places.succession import village_now

GOOD_FOR = timedelta(days=3)
# No letters or digits that are mistaken for each other when read out.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 10


def _hash(code: str) -> str:
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _village(actor: Actor, text: str) -> tuple[int, str]:
    """The one village of this name or code that the actor may give roles in."""
    wanted = text.strip()
    if is_code(wanted, 12):
        place = find_place(wanted)
        if place is not None and place.level == "village":
            return place.id, place.name
    found = search_villages(wanted, regions_of(actor, Permission.INVITE_CADRES)) if wanted else []
    exact = [village for village in found if short(village.name) == short(wanted)] or found
    if len(exact) == 1:
        return exact[0].id, exact[0].name
    names = "、".join(f"{village.township}{village.name}" for village in exact[:5])
    fault = f"有好几个：{names}。请填 12 位代码" if exact else "没有找到这个村"
    raise InvalidInput(errors={"village": [fault]})


def invite(
    actor: Actor, name: str, village: str, starts_on: date, ends_on: date | None
) -> tuple[str, str]:
    """The village's name and the code to read out; only its hash is stored."""
    if not name.strip() or len(name) > 40:
        raise InvalidInput(errors={"name": ["请填姓名，最多 40 字"]})
    village_id, village_name = _village(actor, village)
    invitation = invite_for_slips(actor, name, village_id, starts_on, ends_on)
    return village_name, _new_code(invitation)


def invite_for_slips(
    actor: Actor, name: str, village_id: int, starts_on: date, ends_on: date | None = None
) -> CadreInvitation:
    """An invitation without a code: nobody can use it before one is handed out."""
    check_grantable(actor, Role.CADRE, village_id, starts_on, ends_on)
    invitation = CadreInvitation(
        display_name=name.strip(),
        village_id=village_id,
        starts_on=starts_on,
        ends_on=ends_on,
        invited_by_id=actor.person_id,
        invited_at=clock.now(),
    )
    db.session.add(invitation)
    db.session.flush()
    record("invite_cadre", actor.person_id, "region", village_id, invitation_id=invitation.id)
    return invitation


def _new_code(invitation: CadreInvitation) -> str:
    """As it is read out; the former one, if there was any, is worth nothing from now on."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    invitation.code_hash, invitation.expires_at = _hash(code), clock.now() + GOOD_FOR
    return f"{code[:5]} {code[5:]}"


class Slip(NamedTuple):
    """What is printed for one cadre; it is stored nowhere."""

    name: str
    village: str
    code: str


def hand_out_slips(actor: Actor) -> list[Slip]:
    """A first code for everybody whom the actor invited by a list; made once.

    Raises Conflict where nobody waits for one. Whose village has closed or whose days are over
    is left out.
    """
    waiting = db.session.scalars(
        select(CadreInvitation)
        .where(
            CadreInvitation.invited_by_id == actor.person_id, CadreInvitation.code_hash.is_(None),
            CadreInvitation.withdrawn_at.is_(None),
        )
        .order_by(CadreInvitation.village_id, CadreInvitation.id)
        .with_for_update()
    )  # fmt: skip
    slips = [_slip(invitation) for invitation in waiting if _still_stands(invitation)]
    if not slips:
        raise Conflict("没有等着做纸条的人。纸条只做一回，丢了的请在下面给他换一个码")
    record("hand_out_slips", actor.person_id, "person", actor.person_id, count=len(slips))
    return slips


def renew(actor: Actor, invitation_id: int) -> Slip:
    """Another code for one cadre, who answers to whoever hands it out from now on."""
    invitation = db.session.get(CadreInvitation, invitation_id, with_for_update=True)
    if invitation is None or not may(
        actor, Permission.INVITE_CADRES, get_place(village_now(invitation.village_id)).path
    ):
        raise NotFound("没有找到这个邀请")
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise Conflict("他已经填过码，或者邀请已经撤回")
    check_grantable(
        actor, Role.CADRE, village_now(invitation.village_id), invitation.starts_on,
        invitation.ends_on,
    )  # fmt: skip
    invitation.invited_by_id = actor.person_id
    record(
        "renew_invitation", actor.person_id, "region", invitation.village_id,
        invitation_id=invitation.id,
    )  # fmt: skip
    return _slip(invitation)


def withdraw(actor: Actor, invitation_id: int) -> bool:
    """False where it was accepted, which stays."""
    invitation = db.session.get_one(
        CadreInvitation, invitation_id, with_for_update=True, populate_existing=True
    )
    check_region(actor, Role.CADRE, village_now(invitation.village_id))
    if invitation.accepted_at is not None:
        return False
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at = clock.now()
        record(
            "withdraw_invitation", actor.person_id, "region", invitation.village_id,
            invitation_id=invitation.id,
        )  # fmt: skip
    return True


def _slip(invitation: CadreInvitation) -> Slip:
    label = village_label(village_now(invitation.village_id))
    return Slip(
        invitation.display_name, f"{label.township}{label.name}", _new_code(invitation)
    )  # fmt: skip


def accept(person_id: int, code: str) -> None:
    """Makes the person a cadre; the same person's second attempt changes nothing."""
    invitation = db.session.scalar(
        select(CadreInvitation).where(CadreInvitation.code_hash == _hash(code)).with_for_update()
    )
    if invitation is None or invitation.accepted_by_id not in (None, person_id):
        raise InvitationUnknown(errors={"code": [InvitationUnknown.message]})
    if invitation.accepted_by_id == person_id:
        return
    at = clock.now()
    is_over = invitation.expires_at is None or at > invitation.expires_at
    if invitation.withdrawn_at is not None or is_over or not _still_stands(invitation):
        raise InvitationUnknown(errors={"code": [InvitationUnknown.message]})
    check_offices(person_id, Role.CADRE, invitation.starts_on, invitation.ends_on)
    person = db.session.get_one(Person, person_id)
    person.display_name = person.display_name or invitation.display_name
    grant = insert_grant(
        person_id,
        Role.CADRE,
        village_now(invitation.village_id),
        invitation.starts_on,
        invitation.ends_on,
        invitation.invited_by_id,
    )
    invitation.accepted_by_id, invitation.accepted_at = person_id, at
    record(
        "accept_invitation", person_id, "person", person_id,
        invitation_id=invitation.id, grant_id=grant.id,
    )  # fmt: skip


def _still_stands(invitation: CadreInvitation) -> bool:
    """Whoever invited may have left the office, the village been closed, the last day gone by."""
    login = db.session.get(ConsoleLogin, invitation.invited_by_id)
    if login is None or login.disabled_at is not None:
        return False
    inviter = actor_today(invitation.invited_by_id)
    first, last = invitation.starts_on, invitation.ends_on
    try:
        check_grantable(inviter, Role.CADRE, village_now(invitation.village_id), first, last)
    except DomainError:
        return False
    return True
