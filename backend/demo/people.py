"""Simulated villagers, cadres and staff."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from backend.app.access import Role
from backend.app.accounts import consents
from backend.app.accounts.grants.operations import insert_grant
from backend.app.accounts.logins.operations import create_login, find_login
from backend.app.core import clock
from backend.app.core.db import copy_rows, db, fetch_named
from backend.app.places.queries import list_departments
from backend.demo.villages import character_of

JOINED_AT = datetime(2024, 3, 1, tzinfo=UTC)
# Runs a farm supply shop that is assessed.
SHOP_OWNER = "demo-subject-owner"
# Whoever looks at what a school and two people of a works read of themselves.
SCHOOL, EMPLOYEE, NEWCOMER = "school", "employee", "newhand"
PASSWORD = "demo-cunsheng"  # noqa: S105  printed at every start of a demo county
VILLAGES = text(
    "SELECT id, code, name FROM region WHERE county_id = :county_id AND level = 'village'"
    " ORDER BY code"
)
BIND = text(
    """
    INSERT INTO binding (person_id, county_id, village_id, bound_at)
    SELECT p.id, v.county_id, v.id, p.created_at
    FROM person p
    JOIN region v ON v.level = 'village' AND v.code = split_part(p.openid, '-', 2)
    WHERE p.openid LIKE 'demo-%-v%' AND v.county_id = :county_id
    ON CONFLICT DO NOTHING
    """
)
AGREE = text(
    """
    INSERT INTO person_consent (person_id, act, version, at)
    SELECT id, 'given', :version, created_at FROM person WHERE openid LIKE 'demo-%' ORDER BY id
    """
)
GRANT_CADRES = text(
    """
    INSERT INTO role_grant (person_id, role, region_id, starts_on, granted_at)
    SELECT p.id, 'cadre', v.id, CAST(p.created_at AS date), p.created_at
    FROM person p
    JOIN region v ON v.level = 'village' AND v.code = split_part(p.openid, '-', 2)
    WHERE p.openid LIKE 'demo-%-c1' AND v.county_id = :county_id
    """
)
FIRST_TOWNSHIP = text(
    "SELECT id, name FROM region WHERE county_id = :county_id AND level = 'township'"
    " AND name LIKE '%镇' ORDER BY code LIMIT 1"
)


# Somebody who works for an office and has no log-in, only what the office says.
ADD_STAFF = text(
    "INSERT INTO person (openid, display_name, created_at) VALUES (:openid, :name, :at)"
    " ON CONFLICT (openid) DO UPDATE SET openid = excluded.openid RETURNING id"
)


@dataclass(frozen=True)
class Login:
    """A console log-in of the demo county."""

    username: str
    name: str
    role: Role
    what: str
    approves: bool = False


LOGINS = (
    Login("admin", "周管理员", Role.COUNTY_MANAGER, "县业务主管：审批、考核方案、公示"),
    Login("county", "吴主任", Role.COUNTY_STAFF, "县工作人员：看全县、审留言、导出"),
    Login("township", "郑干事", Role.TOWNSHIP_STAFF, "乡镇工作人员：只看本镇"),
    Login("water", "冯科长", Role.DEPARTMENT_STAFF, "县水务局：办派来的诉求"),
    Login("assessor", "许主任", Role.ASSESSOR, "考核办：起草、分解、下达目标责任考核"),
    Login("approver", "沈主任", Role.ASSESSOR, "考核办：审定别人起草的考核和变更", approves=True),
    Login("organiser", "方科长", Role.ORGANISER, "组织部：取分管领导汇总，别的都看不到"),
    Login(SCHOOL, "程校长", Role.SUBJECT_STAFF, "学校：看自己的目标和得分"),
    Login(EMPLOYEE, "丁师傅", Role.SUBJECT_STAFF, "员工：和主管谈过，看得到结果"),
    Login(NEWCOMER, "何师傅", Role.SUBJECT_STAFF, "员工：还没谈，结果先不给看"),
    Login("leader", "王书记", Role.LEADER, "县领导：只读"),
    Login("system", "陈系统", Role.SYSTEM_ADMIN, "系统管理员：开账号、申请角色，不碰业务"),
    Login("security", "林安全", Role.SECURITY_ADMIN, "安全管理员：确认角色和账号"),
    Login("auditor", "何审计", Role.AUDITOR, "审计员：看操作记录"),
)


def villager_openid(code: str, nth: int) -> str:
    return f"demo-{code}-v{nth}"


def cadre_openid(code: str) -> str:
    return f"demo-{code}-c1"


def keeper_openid(code: str) -> str:
    return f"demo-{code}-s1"


def bind_villagers(county_id: int) -> None:
    """Every village gets its villagers and one cadre; nothing happens the second time."""
    villages = db.session.execute(VILLAGES, {"county_id": county_id}).all()
    if db.session.scalar(text("SELECT EXISTS (SELECT FROM person WHERE openid LIKE 'demo-%')")):
        return
    copy_rows(
        "person", ("openid", "display_name", "created_at"), _people([v.code for v in villages])
    )
    db.session.execute(AGREE, {"version": consents.VERSIONS[-1]})
    db.session.execute(BIND, {"county_id": county_id})
    db.session.execute(GRANT_CADRES, {"county_id": county_id})


def _people(codes: list[str]) -> Iterator[tuple[str, str, datetime]]:
    for code in codes:
        for nth in range(1, character_of(code).people + 1):
            yield villager_openid(code, nth), "", JOINED_AT
        yield cadre_openid(code), f"村干部{code[-3:]}", JOINED_AT


def add_staff(openid: str, name: str) -> int:
    """Somebody without a log-in; the same person every time."""
    values = {"openid": openid, "name": name, "at": clock.now()}
    return int(db.session.execute(ADD_STAFF, values).scalar_one())


def open_logins(county_id: int) -> None:
    """One console log-in for each kind of staff."""
    township = db.session.execute(FIRST_TOWNSHIP, {"county_id": county_id}).one()
    for login in LOGINS:
        if find_login(login.username) is not None or login.role is Role.DEPARTMENT_STAFF:
            continue
        person_id = create_login(login.username, login.name, PASSWORD, activated_how="founding")
        # A subject's people are appointed once the assessment office has listed it.
        if login.role is Role.SUBJECT_STAFF:
            continue
        place = township.id if login.role is Role.TOWNSHIP_STAFF else county_id
        insert_grant(
            person_id, login.role, place, JOINED_AT.date(), None, None, approves=login.approves
        )


def open_bureau_login(county_id: int) -> None:
    """The water bureau's clerk, once there is a water bureau."""
    login = next(login for login in LOGINS if login.role is Role.DEPARTMENT_STAFF)
    if find_login(login.username) is None:
        bureau = next(d for d in list_departments(county_id) if d.name == "县水务局")
        person_id = create_login(login.username, login.name, PASSWORD, activated_how="founding")
        first = JOINED_AT.date()
        insert_grant(person_id, login.role, county_id, first, None, None, bureau.id)


class PhoneVillage(NamedTuple):
    """A village of the demo county, to which somebody with a phone may belong."""

    id: int
    code: str
    name: str


def phone_villages(county_id: int) -> list[PhoneVillage]:
    """The three villages to which the preview's people belong."""
    villages = fetch_named(PhoneVillage, VILLAGES, {"county_id": county_id})
    return [v for v in villages if v.name and character_of(v.code).ratings_a_month > 25][:3]


def phone_people(county_id: int) -> list[dict[str, Any]]:
    """Whom the preview's phone can belong to: villagers of three villages and a cadre."""
    busy = phone_villages(county_id)
    people = [
        {
            "openid": villager_openid(village.code, nth),
            "name": f"{village.name.removesuffix('村委会')}的村民{nth}",
            "role": "村民",
            "hint": f"已绑定{village.name}",
        }
        for village in busy
        for nth in (1, 2)
    ]
    newcomer = {
        "openid": "demo-newcomer",
        "name": "第一次来的人",
        "role": "村民",
        "hint": "还没有绑定村",
    }
    cadre = {
        "openid": cadre_openid(busy[0].code),
        "name": f"{busy[0].name.removesuffix('村委会')}的村干部",
        "role": "村干部",
        "hint": "不能评自己的村",
    }
    keeper = {
        "openid": keeper_openid(busy[0].code),
        "name": f"{busy[0].name.removesuffix('村委会')}的兑换点店主",
        "role": "店主",
        "hint": "扫村民的兑换码，给东西",
    }
    owner = {
        "openid": SHOP_OWNER,
        "name": "农资店店主（示例）",
        "role": "主体经营者",
        "hint": "看自己店的得分和颜色，不用填",
    }
    return [*people, newcomer, cadre, keeper, owner]
