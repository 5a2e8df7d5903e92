"""Writes about console log-ins: opening, checking, locking, changing."""

import re
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import OFFICES, Actor, Permission, may, regions_of
from backend.app.accounts.errors import (
    LoginLocked,
    OwnRole,
    PersonUnknown,
    UsernameTaken,
)
from backend.app.accounts.logins import second_factor
from backend.app.accounts.logins.passwords import (
    check_strength,
    hash_password,
    matches,
    one_time_password,
)
from backend.app.accounts.logins.throttle import Throttle, forgive_all, is_known
from backend.app.accounts.models import ConsoleLogin, Person
from backend.app.accounts.notifications import notify_owner
from backend.app.accounts.queries import get_person, load_grants
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import after_commit, db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.core.sessions import close_all_sessions
from backend.app.places.queries import region_names, region_path

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
ONE_TIME_FOR = timedelta(days=7)
KIND_OF_PLACE = re.compile("(?<=..)(县|市|区|旗|镇|乡|村|街道|社区)$")


def create_login(
    username: str,
    display_name: str,
    password: str,
    must_change: bool = False,
    opened_by_id: int | None = None,
    activated_how: str | None = None,
) -> int:
    """Opens a log-in for a new person; returns the person's id."""
    name = username.strip().lower()
    if not 2 <= len(name) <= 40 or not name.isascii() or not name.replace("-", "").isalnum():
        raise InvalidInput(errors={"username": ["用 2 到 40 个小写字母、数字或短横"]})
    if not display_name.strip() or len(display_name) > 40:
        raise InvalidInput(errors={"display_name": ["请填姓名，最多 40 字"]})
    person = Person(display_name=display_name.strip(), created_at=clock.now())
    db.session.add(person)
    db.session.flush()
    made = db.session.scalar(
        insert(ConsoleLogin)
        .values(
            person_id=person.id,
            username=name,
            password_hash=hash_password(password),
            must_change_password=must_change,
            password_expires_at=clock.now() + ONE_TIME_FOR if must_change else None,
            opened_by_id=opened_by_id,
            activated_at=clock.now() if activated_how else None,
            activated_how=activated_how,
        )
        .on_conflict_do_nothing(index_elements=["username"])
        .returning(ConsoleLogin.person_id)
    )
    if made is None:
        raise UsernameTaken(errors={"username": [UsernameTaken.message]})
    return person.id


def open_login(actor: Actor, username: str, display_name: str) -> tuple[int, str]:
    """A new member of staff: the person's id and the one-time password to read out."""
    password = one_time_password()
    person_id = create_login(
        username, display_name, password, must_change=True, opened_by_id=actor.person_id
    )
    record("open_login", actor.person_id, "person", person_id)
    notify_owner(person_id, "账号开好了", f"{actor.display_name}给您开了工作台账号，要您本人激活。")
    return person_id, password


def find_login(username: str) -> ConsoleLogin | None:
    return db.session.scalar(
        select(ConsoleLogin).where(ConsoleLogin.username == username.strip().lower())
    )


def check_password(
    username: str, password: str, caller: str = "", device: str = ""
) -> ConsoleLogin | None:
    """The log-in when name and password fit; None when not, after counting the failure.

    Wrong name, wrong password, locked and disabled give the same answer after the same work: a
    stranger learns nothing. Returns instead of raising, so that the count is committed.
    """
    named = select(ConsoleLogin).where(ConsoleLogin.username == username.strip().lower())
    stored = db.session.scalar(named.with_only_columns(ConsoleLogin.password_hash))
    # Hashing is slow: it is done before the row is locked, and the decision after.
    right = matches(stored, password)
    login = db.session.scalar(named.with_for_update())
    known = login is not None and is_known(device, login.person_id)
    throttle = Throttle(username, caller, known)
    if throttle.waits() or login is None or login.disabled_at is not None or is_locked(login):
        named_as = ("login", _masked(username)) if login is None else ("person", login.person_id)
        record("log_in_failed", None, *named_as)
        return None
    if not right or login.password_hash != stored or _is_out_of_date(login):
        record("log_in_failed", None, "person", login.person_id)
        throttle.failed()
        return None
    throttle.forgive()
    if login.totp_confirmed_at is None:
        _complete(login)
    return login


def check_second_factor(person_id: int, code: str) -> bool:
    """True when the code fits; a wrong one counts towards the lock. Raises LoginLocked."""
    login = own_login(person_id)
    if is_locked(login):
        raise LoginLocked
    try:
        recovered = second_factor.check(login, code)
    except second_factor.SecondFactorRefused:
        record("second_factor_failed", None, "person", person_id)
        count_failure(login)
        return False
    if recovered:
        record("use_recovery_code", person_id, "person", person_id)
    _complete(login)
    return True


def _masked(username: str) -> str:
    """Somebody may have typed the password, or a telephone, where the name belongs."""
    name = username.strip()
    return f"{name[:2]}***" if len(name) > 2 else "***"


def _complete(login: ConsoleLogin) -> None:
    """Every proof was given: only now are earlier failures forgiven."""
    login.failed_attempts, login.locked_until = 0, None
    login.last_login_at = clock.now()
    record("log_in", login.person_id, "person", login.person_id)


def _is_out_of_date(login: ConsoleLogin) -> bool:
    """A one-time password that nobody used in its days is worth nothing."""
    until = login.password_expires_at
    return login.must_change_password and until is not None and clock.now() >= until


def is_locked(login: ConsoleLogin) -> bool:
    """After too many wrong proofs, for a while."""
    return login.locked_until is not None and clock.now() < login.locked_until


def count_failure(login: ConsoleLogin) -> None:
    """A wrong proof: too many of them lock the account."""
    login.failed_attempts += 1
    if login.failed_attempts >= MOST_FAILURES:
        login.failed_attempts = 0
        login.locked_until = clock.now() + LOCKED_FOR
        record("login_locked", None, "person", login.person_id)


def own_login(person_id: int) -> ConsoleLogin:
    login = db.session.scalar(
        select(ConsoleLogin).where(ConsoleLogin.person_id == person_id).with_for_update()
    )
    if login is None:
        raise PersonUnknown
    return login


def change_password(person_id: int, old: str, new: str) -> bool:
    """Changes an own password and logs out everywhere; False when the old one is wrong.

    Whoever found an open browser must not try out passwords here: failures count as at log-in.
    """
    login = own_login(person_id)
    if is_locked(login):
        raise LoginLocked
    if not matches(login.password_hash, old):
        record("password_refused", None, "person", person_id)
        count_failure(login)
        return False
    if old == new:
        raise InvalidInput(errors={"password": ["新密码不能和现在的一样"]})
    check_strength(new, login.username, _names_around(person_id))
    login.password_hash = hash_password(new)
    login.must_change_password, login.password_expires_at = False, None
    record("change_password", person_id, "person", person_id)
    after_commit(lambda: close_all_sessions(person_id))
    return True


def _names_around(person_id: int) -> set[str]:
    """The owner's name and those of the places worked for, also without 县, 镇 or 村."""
    name, grants = load_grants(person_id, even_if_waiting=True)
    regions = {region for grant in grants for region in region_path(grant.region_id)}
    names = {name, *region_names(regions).values()}
    return {one for each in names for one in (each, KIND_OF_PLACE.sub("", each)) if len(one) > 1}


def reset_password(actor: Actor, person_id: int) -> str:
    """A new one-time password; the second factor goes too, or a lost phone locks out for ever."""
    _of_another(actor, person_id)
    password = renew_slip(person_id, actor.person_id)
    notify_owner(
        person_id, "账号被重置了",
        f"{actor.display_name}重置了您的密码和动态口令，要您本人重新激活。不是您要的，请告诉安全管理员。",
    )  # fmt: skip
    record("reset_password", actor.person_id, "person", person_id)
    return password


def renew_slip(person_id: int, reset_by_id: int | None) -> str:
    """A new password that is changed at once, for an account its owner has to activate again.

    Whoever reset it knows the password: until then it is that person's hand, and the phone that
    was confirmed before is the only one that may.
    """
    login = own_login(person_id)
    password = one_time_password()
    login.password_hash = hash_password(password)
    login.must_change_password = True
    login.password_expires_at = clock.now() + ONE_TIME_FOR
    login.locked_until, login.failed_attempts = None, 0
    login.totp_sealed, login.totp_confirmed_at, login.totp_last_step = None, None, None
    login.recovery_hashes = []
    login.reset_by_id = reset_by_id
    if reset_by_id is None:
        # A slip from the shell: nobody inside knows the password any more.
        login.opened_by_id = None
    login.activated_at, login.activated_how = None, None
    login.activation_hash, login.activation_expires_at = None, None
    after_commit(lambda: close_all_sessions(person_id))
    return password


def unlock(actor: Actor, person_id: int) -> None:
    login = _of_another(actor, person_id)
    _unlock(login)
    record("unlock_login", actor.person_id, "person", person_id)


def unlock_from_shell(username: str) -> None:
    """For whoever is locked out when nobody else can let them in; raises PersonUnknown."""
    login = find_login(username)
    if login is None:
        raise PersonUnknown
    _unlock(login)
    record("unlock_login", None, "person", login.person_id)


def _unlock(login: ConsoleLogin) -> None:
    login.locked_until, login.failed_attempts = None, 0
    forgive_all(login.username)


def set_disabled(actor: Actor, person_id: int, disabled: bool) -> None:
    """Whoever leaves the office cannot log in any more; the record of the work stays."""
    login = _of_another(actor, person_id)
    _, grants = load_grants(person_id, even_if_waiting=True)
    if disabled and any(grant.role in OFFICES for grant in grants):
        raise NotAllowed("三员的账号不能直接停用：先申请收回角色，由安全管理员确认")
    if not disabled and login.phone_person_id is not None:
        taken = select(ConsoleLogin.person_id).where(
            ConsoleLogin.phone_person_id == login.phone_person_id,
            ConsoleLogin.person_id != person_id,
            ConsoleLogin.disabled_at.is_(None),
        )
        if db.session.scalar(taken) is not None:
            raise Conflict("他的手机已经用于另一个账号，先停用那一个")
    login.disabled_at = clock.now() if disabled else None
    notify_owner(person_id, "账号被停用" if disabled else "账号恢复了", actor.display_name)
    action = "disable_login" if disabled else "enable_login"
    record(action, actor.person_id, "person", person_id)
    after_commit(lambda: close_all_sessions(person_id))


def _of_another(actor: Actor, person_id: int) -> ConsoleLogin:
    """Whoever could take over the log-in of another county would have that county's rights."""
    if actor.person_id == person_id:
        raise OwnRole("不能对自己的账号这样做")
    get_person(person_id, regions_of(actor, Permission.MANAGE_LOGINS))
    login = own_login(person_id)
    _, grants = load_grants(person_id, even_if_waiting=True)
    for grant in grants:
        over = grant.ends_on is not None and grant.ends_on < clock.today()
        if not over and not may(actor, Permission.MANAGE_LOGINS, region_path(grant.region_id)):
            raise NotAllowed("这个人在别处还有角色，不归您管")
    return login
