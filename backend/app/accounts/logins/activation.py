"""激活: the owner takes an account over, by the own phone or by the own TOTP before a witness.

Until then whoever opened or reset it knows its password, and it opens nothing but this step.
A phone alone proves nobody: whoever knows the password could hold any phone. The first time, a
security administrator asks the owner for the digits that the phone shows.
"""

import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.access import Actor, Permission, regions_of
from backend.app.accounts.errors import ActivationRefused, LoginLocked, OwnRequest
from backend.app.accounts.grants.operations import check_offices
from backend.app.accounts.logins.operations import (
    check_second_factor,
    count_failure,
    is_locked,
    own_login,
)
from backend.app.accounts.models import ConsoleLogin, Person
from backend.app.accounts.notifications import notify_owner, notify_security_admins
from backend.app.accounts.numbers import numbers_of
from backend.app.accounts.queries import get_person, load_grants
from backend.app.accounts.second_person import check_another_hand
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, fetch_named
from backend.app.places.queries import get_place
from backend.app.places.sql import join_region

MINUTES = 15
GOOD_FOR = timedelta(minutes=MINUTES)
LENGTH = 8
# Of a phone's number, read out to the security administrator.
DIGITS = 6
# By its first letter the phone tells it from a cadre's invitation, and from a shop's with a 0.
SIGN = "1"
# No letters or digits that are mistaken for each other when read out.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def _hash(code: str) -> str:
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return hashlib.sha256(f"activation:{plain}".encode()).hexdigest()


def begin(login: ConsoleLogin) -> str:
    """A code to type into the own phone's mini-program; the one before is worth nothing."""
    code = SIGN + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    login.activation_hash = _hash(code)
    login.activation_expires_at = clock.now() + GOOD_FOR
    return f"{code[:4]} {code[4:]}"


def accept_on_phone(phone_person_id: int, code: str) -> ConsoleLogin | None:
    """The account whose code this is, or None; a phone that was confirmed before activates it.

    Any other phone waits until a security administrator has confirmed that it is the owner's.
    """
    login = db.session.scalar(
        select(ConsoleLogin).where(ConsoleLogin.activation_hash == _hash(code)).with_for_update()
    )
    if login is None:
        return None
    at = clock.now()
    expires = login.activation_expires_at
    if login.disabled_at is not None or expires is None or at > expires:
        raise _refused("激活码过期了，请在电脑上刷新页面，换一个新的")
    is_confirmed = login.phone_confirmed_at is not None
    if is_confirmed and login.phone_person_id != phone_person_id:
        raise _refused("这个账号是另一部手机激活的。换了手机，请找安全管理员当面激活")
    _check_phone(login, phone_person_id)
    login.phone_person_id = phone_person_id
    if is_confirmed:
        _activate(login, "phone", login.person_id)
    else:
        login.activation_hash, login.activation_expires_at = None, None
        _ask_to_confirm(login)
    return login


def _ask_to_confirm(login: ConsoleLogin) -> None:
    db.session.flush()
    # The phone is a villager's too: its number would stand outside of the county's log.
    record("register_phone", login.person_id, "person", login.person_id)
    opener = login.reset_by_id or login.opened_by_id or login.person_id
    for county_id in _counties_of(login.person_id) or _counties_of(opener):
        notify_security_admins(
            county_id, login.person_id, "有手机等您核对",
            f"账号 {login.username} 登记了手机，请向本人核对尾号，在「待确认」里办。",
        )  # fmt: skip


def _counties_of(person_id: int) -> set[int]:
    _, grants = load_grants(person_id, even_if_waiting=True)
    return {get_place(grant.region_id).county_id or grant.region_id for grant in grants}


def digits_of(phone_person_id: int) -> str:
    """The digits by which a security administrator knows a phone: the end of its 积分号."""
    return f"{numbers_of([phone_person_id])[phone_person_id]:012d}"[-DIGITS:]


def waits_for_phone(login: ConsoleLogin) -> bool:
    """A phone is registered, and no security administrator has confirmed whose it is."""
    return login.phone_person_id is not None and login.phone_confirmed_at is None


def confirm_phone(actor: Actor, person_id: int, digits: str) -> bool:
    """By a security administrator to whom the owner read the digits that the own phone shows.

    False when they are wrong, which counts towards the lock. Raises OwnRequest for whoever opened
    or reset the account.
    """
    login = _of_another_hand(actor, person_id)
    if login.phone_person_id is None or not waits_for_phone(login):
        raise _refused("本人还没有用手机登记，请他先在手机上填激活码")
    if is_locked(login):
        raise LoginLocked
    spoken = unicodedata.normalize("NFKC", digits).strip()
    if not hmac.compare_digest(digits_of(login.phone_person_id).encode(), spoken.encode()):
        record("phone_refused", actor.person_id, "person", person_id)
        count_failure(login)
        return False
    login.phone_confirmed_at = clock.now()
    _activate(login, "phone", actor.person_id)
    return True


def _refused(words: str) -> ActivationRefused:
    return ActivationRefused(words, errors={"code": [words]})


def _check_phone(login: ConsoleLogin, phone_person_id: int) -> None:
    """One telephone is one account's, and no other role hides behind it beside an office."""
    db.session.get_one(Person, phone_person_id, with_for_update=True)
    other = select(ConsoleLogin.person_id).where(
        ConsoleLogin.phone_person_id == phone_person_id,
        ConsoleLogin.person_id != login.person_id,
        ConsoleLogin.disabled_at.is_(None),
    )
    if db.session.scalar(other) is not None:
        raise _refused("这部手机已经激活了另一个账号，一部手机只能用于一个账号")
    for person_id in (login.person_id, phone_person_id):
        _, grants = load_grants(person_id, even_if_waiting=True)
        for grant in grants:
            both = phone_person_id if person_id == login.person_id else login.person_id
            check_offices(both, grant.role, grant.starts_on, grant.ends_on)


def activate_before_witness(actor: Actor, person_id: int, code: str) -> bool:
    """By a security administrator before whom the owner stands and reads out the own TOTP.

    False when the code is wrong, which counts towards the lock. Raises OwnRequest for whoever
    opened or reset the account.
    """
    login = _of_another_hand(actor, person_id)
    if login.totp_confirmed_at is None:
        raise _refused("本人还没有设动态口令，请他先登录设好")
    if not check_second_factor(person_id, code):
        return False
    _activate(login, "slip", actor.person_id)
    return True


def _of_another_hand(actor: Actor, person_id: int) -> ConsoleLogin:
    """An account that waits, for a security administrator who neither opened nor reset it."""
    get_person(person_id, regions_of(actor, Permission.CONFIRM_ACCOUNTS))
    login = own_login(person_id)
    check_another_hand(
        actor, person_id, login.opened_by_id, login.reset_by_id, refusal=OwnRequest()
    )
    if login.activated_at is not None or login.disabled_at is not None:
        raise _refused("这个账号不用激活")
    return login


FOUNDED = text(
    """
    SELECT g.region_id FROM role_grant g
    WHERE g.person_id = :person_id AND g.role = 'security_admin' AND g.revoked_at IS NULL
      AND NOT EXISTS (
        SELECT FROM role_grant o JOIN console_login l ON l.person_id = o.person_id
        WHERE o.region_id = g.region_id AND o.role = 'security_admin' AND o.revoked_at IS NULL
          AND l.activated_at IS NOT NULL AND l.disabled_at IS NULL)
    """
)


def found(login: ConsoleLogin) -> bool:
    """The only security administrator of a county has no colleague to be the witness.

    A slip from the shell, which nobody inside has seen, and the own TOTP are enough.
    """
    if login.opened_by_id is not None or login.reset_by_id is not None:
        return False
    if login.totp_confirmed_at is None or login.must_change_password:
        return False
    if db.session.scalar(FOUNDED, {"person_id": login.person_id}) is None:
        return False
    _activate(login, "founding", login.person_id)
    return True


def _activate(login: ConsoleLogin, how: str, by_id: int) -> None:
    login.activated_at, login.activated_how = clock.now(), how
    login.activation_hash, login.activation_expires_at = None, None
    db.session.flush()
    record("activate_login", by_id, "person", login.person_id, stage=how)
    words = {
        "phone": "工作台账号用您的手机激活了。不是您本人做的，请马上告诉安全管理员。",
        "slip": "安全管理员当面核对动态口令，激活了您的账号。",
        "founding": "本县第一位安全管理员的账号已激活。",
    }
    notify_owner(login.person_id, "工作台账号已激活", words[how])


def last_hand(login: ConsoleLogin) -> str:
    """Who opened the account or reset it last, and so knows its password."""
    by_id = login.reset_by_id or login.opened_by_id
    return db.session.get_one(Person, by_id).display_name if by_id else "建县时的命令行"


WAITING = text(
    f"""
    SELECT l.person_id, p.number, l.username, p.display_name AS name, l.totp_confirmed_at,
           l.last_login_at,
           COALESCE(b.display_name, '命令行') AS by_name, l.reset_by_id IS NOT NULL AS was_reset,
           l.phone_person_id IS NOT NULL AND l.phone_confirmed_at IS NULL AS has_new_phone
    FROM console_login l
    JOIN person p ON p.id = l.person_id
    LEFT JOIN person b ON b.id = COALESCE(l.reset_by_id, l.opened_by_id)
    WHERE l.activated_at IS NULL AND l.disabled_at IS NULL AND l.person_id <> :me
      AND (EXISTS (SELECT FROM role_grant g {join_region("r", "g.region_id")}
                   WHERE g.person_id = l.person_id AND g.revoked_at IS NULL
                     AND r.county_id = ANY(:within))
           OR EXISTS (SELECT FROM role_grant g {join_region("r", "g.region_id")}
                      WHERE g.person_id = l.opened_by_id AND g.revoked_at IS NULL
                        AND r.county_id = ANY(:within)))
    ORDER BY l.person_id LIMIT 200
    """
)


class WaitingAccount(NamedTuple):
    """An account whose owner has not taken it over, with who opened or reset it."""

    person_id: int
    number: int
    username: str
    name: str
    totp_confirmed_at: datetime | None
    last_login_at: datetime | None
    by_name: str
    was_reset: bool
    has_new_phone: bool


def list_waiting(actor: Actor) -> list[WaitingAccount]:
    """The accounts of the reader's counties whose owners have not taken them over."""
    regions = regions_of(actor, Permission.CONFIRM_ACCOUNTS)
    counties = sorted(filter(None, (get_place(region).county_id for region in regions)))
    return fetch_named(WaitingAccount, WAITING, {"within": counties, "me": actor.person_id})
