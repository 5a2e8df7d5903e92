"""Who stands behind the counter: invited by the office, in with a code, out at once."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select

from backend.app.access import Actor, Role
from backend.app.accounts.grants.operations import check_offices, end_grant, insert_grant
from backend.app.accounts.operations import name_person
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.rewards.errors import ShopInvitationUnknown, ShopUnknown
from backend.app.rewards.models import ExchangeInvitation, ExchangeKeeper, ExchangePoint

GOOD_FOR = timedelta(days=3)
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# No code that makes a cadre holds a nought, so the phone can tell the two apart.
LEAD, LENGTH = "0", 9


def _hash(code: str) -> str:
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def invite_keeper(actor: Actor, shop: ExchangePoint, name: str) -> str:
    """The code to read out to the keeper of a shop one manages; only its hash is stored."""
    name = name.strip()
    if not name or len(name) > 40:
        raise InvalidInput(errors={"keeper_name": ["请填店主姓名，最多 40 字"]})
    code = LEAD + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    at = clock.now()
    invitation = ExchangeInvitation(
        code_hash=_hash(code), exchange_point_id=shop.id, keeper_name=name,
        invited_by_id=actor.person_id, invited_at=at, expires_at=at + GOOD_FOR,
    )  # fmt: skip
    db.session.add(invitation)
    db.session.flush()
    record("invite_keeper", actor.person_id, "exchange_point", shop.id, invitation_id=invitation.id)
    return f"{code[:5]} {code[5:]}"


def accept_invitation(person_id: int, code: str) -> None:
    """Makes the person keeper of the shop; the same person's second attempt changes nothing."""
    refused = ShopInvitationUnknown(errors={"code": [ShopInvitationUnknown.message]})
    invitation = db.session.scalar(
        select(ExchangeInvitation)
        .where(ExchangeInvitation.code_hash == _hash(code))
        .with_for_update()
    )
    if invitation is None or invitation.accepted_by_id not in (None, person_id):
        raise refused
    if invitation.accepted_by_id == person_id:
        return
    shop = db.session.get_one(ExchangePoint, invitation.exchange_point_id)
    at = clock.now()
    if at > invitation.expires_at or shop.closed_on is not None:
        raise refused
    name_person(person_id, invitation.keeper_name)
    add_keeper(shop, person_id, invitation.invited_by_id)
    invitation.accepted_by_id, invitation.accepted_at = person_id, at
    record(
        "accept_keeper_invitation", person_id, "exchange_point", shop.id,
        invitation_id=invitation.id,
    )  # fmt: skip


def add_keeper(shop: ExchangePoint, person_id: int, granted_by_id: int | None) -> ExchangeKeeper:
    """The role, and the counter it is for."""
    check_offices(person_id, Role.SHOP_KEEPER, clock.today(), None)
    grant = insert_grant(
        person_id, Role.SHOP_KEEPER, shop.village_id, clock.today(), None, granted_by_id
    )
    keeper = ExchangeKeeper(exchange_point_id=shop.id, person_id=person_id, grant_id=grant.id)
    db.session.add(keeper)
    db.session.flush()
    return keeper


def dismiss_keeper(actor: Actor, shop: ExchangePoint, keeper_id: int) -> None:
    """Ends it at once; what was handed out stays."""
    keeper = db.session.get(ExchangeKeeper, keeper_id)
    if keeper is None or keeper.exchange_point_id != shop.id:
        raise ShopUnknown
    end_grant(keeper.grant_id, actor.person_id)


def dismiss_all(actor: Actor, shop_id: int) -> None:
    """The shop is closed: nobody keeps it any longer."""
    for keeper in db.session.scalars(
        select(ExchangeKeeper).where(ExchangeKeeper.exchange_point_id == shop_id)
    ):
        end_grant(keeper.grant_id, actor.person_id)
