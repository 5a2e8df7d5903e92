"""The person itself: told, and closed so that only a number is left that names nobody."""

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256
from hmac import digest

from sqlalchemy import or_, select, text
from sqlalchemy.dialects.postgresql import insert

from backend.app.accounts import consents
from backend.app.accounts.errors import AccountClosed, HasRole, PersonUnknown
from backend.app.accounts.identities.queries import ways_of
from backend.app.accounts.identities.ways import PURPOSE
from backend.app.accounts.models import Binding, ClosedAccount, ConsoleLogin, Person, PersonIdentity
from backend.app.accounts.queries import actor_today
from backend.app.accounts.states import WAY_NAMES, Way
from backend.app.core import clock
from backend.app.core.db import after_commit, db
from backend.app.core.encryption import derive, derive_each, unseal
from backend.app.core.own_data import Held
from backend.app.core.sessions import close_all_sessions
from backend.app.core.web.console_menu import local_time
from backend.app.places.queries import region_names

CLOSED_NAME = "已注销"
# Ballots are fetched two months ahead and points have a monthly cap: whoever could come back
# earlier under another number would have both twice.
MONTHS_SHUT = 3
FORGET = (
    (
        "UPDATE binding SET household = NULL, group_id = NULL, of_age = NULL,"
        " ended_at = COALESCE(ended_at, :at) WHERE person_id = :person_id"
    ),
    "UPDATE cadre_invitation SET display_name = '' WHERE accepted_by_id = :person_id",
    "DELETE FROM person_identity WHERE person_id = :person_id",
)


def held_of(person_id: int) -> list[Held]:
    """How somebody is known, and where they belong."""
    person = db.session.get_one(Person, person_id)
    agreed, ways = consents.given_by(person_id), ways_of(person_id)
    bindings = db.session.scalars(
        select(Binding).where(Binding.person_id == person_id).order_by(Binding.id)
    ).all()
    names = region_names([b.village_id for b in bindings] + [b.group_id or 0 for b in bindings])
    current = next((b for b in bindings if b.ended_at is None), None)
    household = current.household if current else None
    place = f"您选的村是{names[current.village_id]}" if current else "您还没选村"
    return [
        Held(
            "我的账号",
            _known_by(person, ways),
            ("项目", "内容"),
            [
                ["积分号", person.number],
                ["微信给的编号", person.openid or "没有"],
                *_way_lines(ways),
                ["怎么称呼", person.display_name or "没有"],
                ["第一次用", local_time(person.created_at)],
                ["同意说明", f"{agreed.version} 版，{local_time(agreed.at)}" if agreed else "没有"],
            ],
        ),
        Held(
            "我的村",
            f"{place}{f'，户名写的是「{household}」' if household else ''}。",
            ("村", "组", "户名", "从什么时候", "到什么时候"),
            [
                [
                    names[b.village_id], names.get(b.group_id or 0, ""), b.household or "",
                    local_time(b.bound_at), local_time(b.ended_at) if b.ended_at else "现在",
                ]
                for b in bindings
            ],
            "household" if any(b.household for b in bindings) else None,
        ),
    ]  # fmt: skip


def _way_lines(ways: list[PersonIdentity]) -> list[list[str | int]]:
    return [[WAY_NAMES[Way(way.way)], way.hint or "一个编号"] for way in ways]


def _known_by(person: Person, ways: list[PersonIdentity]) -> str:
    """What somebody is known by, as a sentence."""
    parts = ["微信给的一个编号（不是您的微信号）"] if person.openid or not ways else []
    parts += [f"您登录用的{WAY_NAMES[Way(way.way)]}" for way in ways]
    if person.display_name:
        parts.append("办事的人怎么称呼您")
    return "，还有".join(parts) + "。"


def forget_household(person_id: int) -> None:
    db.session.execute(
        text("UPDATE binding SET household = NULL WHERE person_id = :person_id"),
        {"person_id": person_id},
    )


def lock(person_id: int) -> Person:
    """The person, held until the transaction ends; raises PersonUnknown for a closed one."""
    person = db.session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None or person.closed_at is not None:
        raise PersonUnknown
    return person


def why_not(person_id: int) -> str | None:
    """Who works for the county answers for that work first; None for everybody else."""
    own = or_(ConsoleLogin.person_id == person_id, ConsoleLogin.phone_person_id == person_id)
    if db.session.scalar(select(ConsoleLogin.person_id).where(own).limit(1)) is not None:
        return "您有工作人员的账号。请先请管理员停用，操作记录按规定保存三年。"
    if actor_today(person_id).grants:
        return "您现在还有村干部或店主的身份。请先请乡镇或县里收回，再来注销。"
    return None


def close(person: Person) -> date | None:
    """Empties the person; returns the day from which the same telephone may begin anew."""
    refusal = why_not(person.id)
    if refusal is not None:
        raise HasRole(refusal)
    reopens_on = None
    for name in _names_of(person):
        reopens_on = _shut(name)
    at = clock.now()
    for statement in FORGET:
        db.session.execute(text(statement), {"person_id": person.id, "at": at})
    person.openid, person.display_name, person.closed_at = None, CLOSED_NAME, at
    # The old number stands in files that were exported: it leads to nobody from now on.
    person.number = db.session.scalar(text("SELECT random_person_number()"))
    db.session.flush()
    person_id = person.id
    after_commit(lambda: close_all_sessions(person_id))
    return reopens_on


def _names_of(person: Person) -> list[str]:
    """What somebody proved to be, by every way: the openid, and what lies sealed."""
    return [name for name in [person.openid] if name] + [
        f"{identity.way}:{unseal(PURPOSE, identity.subject_sealed).decode()}"
        for identity in ways_of(person.id)
    ]


def _shut(openid: str) -> date:
    reopens_on = clock.today()
    for _ in range(MONTHS_SHUT):
        reopens_on = clock.next_month(reopens_on)
    db.session.execute(
        insert(ClosedAccount)
        .values(digest=_digest(openid), reopens_on=reopens_on)
        .on_conflict_do_update(index_elements=["digest"], set_={"reopens_on": reopens_on})
    )
    return reopens_on


def check_open(openid: str) -> None:
    """Raises AccountClosed for whoever closed the account and would be counted twice by now."""
    by_each = [digest(key, openid.encode(), sha256) for key in derive_each("closed_account")]
    shut = db.session.scalar(
        select(ClosedAccount)
        .where(ClosedAccount.digest.in_(by_each))
        .order_by(ClosedAccount.reopens_on.desc())
        .limit(1)
    )
    if shut is not None and shut.reopens_on > clock.today():
        raise AccountClosed(
            f"您的账号已经注销。{shut.reopens_on.month} 月 {shut.reopens_on.day} 日以后可以重新开，"
            "这样一个人不会有两份票。这段时间有事请打 12345，得分在公示网页上照样能看。"
        )


def forget_reopened() -> int:
    """Digests whose day has come say nothing to anybody any more; returns how many went."""
    gone = db.session.execute(
        text("DELETE FROM closed_account WHERE reopens_on <= :today"),
        {"today": clock.today() - timedelta(days=1)},
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _digest(openid: str) -> bytes:
    return digest(derive("closed_account"), openid.encode(), sha256)


def find_by_openid(openid: str) -> int | None:
    return db.session.scalar(select(Person.id).where(Person.openid == openid))


def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """What people are called, as far as they are."""
    found = select(Person.id, Person.display_name).where(Person.id.in_(list(person_ids)))
    return {row.id: row.display_name for row in db.session.execute(found)}
