"""Reads about people, bindings and roles."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select, text

from backend.app.access import Actor, Grant, Role
from backend.app.accounts.errors import PersonUnknown
from backend.app.accounts.models import Binding, ConsoleLogin, Person, RoleGrant
from backend.app.accounts.sql import holds_today, join_person
from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.core.read_cache import remembered
from backend.app.places import succession
from backend.app.places.queries import get_place, village_label
from backend.app.places.sql import join_department, join_region, same_village, village_now

PAGE = 50
# What was given in a village holds in the one that it became.
GRANTS = text(
    f"""
    SELECT p.display_name, g.role, {village_now("g.region_id")} AS region_id, g.starts_on,
           g.ends_on, g.department_id, g.approves, g.subject_id,
           EXISTS (SELECT FROM console_login l WHERE l.person_id = p.id
                   AND l.activated_at IS NULL) AS waits
    FROM person p
    LEFT JOIN role_grant g ON g.person_id = p.id AND g.revoked_at IS NULL
    WHERE p.id = :person_id
    """
)
GRANT_LINES = text(
    f"""
    SELECT g.id, g.role, g.approves, g.region_id, g.department_id, g.starts_on, g.ends_on,
           COALESCE(d.name, r.name) AS region_name, g.granted_at, g.revoked_at,
           COALESCE(b.display_name, '系统') AS granted_by, e.display_name AS revoked_by
    FROM role_grant g {join_region("r", "g.region_id")}
    LEFT {join_department("d", "g.department_id")}
    LEFT JOIN person b ON b.id = g.granted_by_id
    LEFT JOIN person e ON e.id = g.revoked_by_id
    WHERE g.person_id = :person_id
    ORDER BY g.revoked_at DESC NULLS FIRST, g.id DESC
    """
)
GRANTS_TODAY = text(
    f"""
    SELECT g.person_id, g.role, g.approves, r.name AS region_name, g.starts_on, g.ends_on
    FROM role_grant g {join_region("r", "g.region_id")}
    WHERE g.person_id = ANY(:ids) AND g.revoked_at IS NULL
      AND (g.ends_on IS NULL OR g.ends_on >= :today) ORDER BY g.id
    """
)
# Whose work lies, or once lay, within these regions; and whom a system administrator of these
# regions let in and who has no role yet.
WITHIN = text(
    f"""
    (EXISTS (SELECT FROM role_grant g {join_region("r", village_now("g.region_id"))}
             WHERE g.person_id = person.id
               AND (r.county_id = ANY(:within) OR r.township_id = ANY(:within)))
     OR NOT EXISTS (SELECT FROM role_grant g WHERE g.person_id = person.id)
        AND EXISTS (SELECT FROM console_login l
                    JOIN role_grant g ON g.person_id = l.opened_by_id AND g.role = 'system_admin'
                    {join_region("r", "g.region_id")}
                    WHERE l.person_id = person.id AND r.county_id = ANY(:within)))
    """
)


@dataclass(frozen=True)
class StaffLine:
    """A member of staff or a cadre in the list."""

    person_id: int
    number: int
    display_name: str
    username: str | None
    last_login_at: datetime | None
    locked_until: datetime | None
    disabled_at: datetime | None
    activated_at: datetime | None
    grants: list["GrantToday"] = field(default_factory=list)


class GrantToday(NamedTuple):
    """A role of a person in the list, in force today or later."""

    person_id: int
    role: str
    approves: bool
    region_name: str
    starts_on: date
    ends_on: date | None


class GrantLine(NamedTuple):
    """A grant with the names of its region and of who gave and ended it."""

    id: int
    role: str
    approves: bool
    region_id: int
    department_id: int | None
    region_name: str
    starts_on: date
    ends_on: date | None
    granted_at: datetime
    granted_by: str
    revoked_at: datetime | None
    revoked_by: str | None


def load_grants(person_id: int, even_if_waiting: bool = False) -> tuple[str, tuple[Grant, ...]]:
    """A person's display name and every grant that was not revoked, whatever its dates.

    An account that waits to be activated by its owner has none.
    """
    rows = db.session.execute(GRANTS, {"person_id": person_id}).all()
    grants = tuple(
        Grant(
            Role(g.role),
            g.region_id,
            g.starts_on,
            g.ends_on,
            g.department_id,
            g.approves,
            g.subject_id,
        )
        for g in rows
        if g.role and (even_if_waiting or not g.waits)
    )
    return (rows[0].display_name if rows else "", grants)


def actor_today(person_id: int) -> Actor:
    """A person with the grants that hold today, for when it is not that person who asks."""
    name, grants = load_grants(person_id)
    today = clock.today()
    return Actor(person_id, tuple(grant for grant in grants if grant.holds_on(today)), name)


def describe_villager(person_id: int) -> dict[str, Any]:
    """What the mini-program shows about its own user."""
    binding = db.session.scalar(
        select(Binding).where(Binding.person_id == person_id, Binding.ended_at.is_(None))
    )
    return {
        "binding": _describe_binding(binding) if binding else None,
        "roles": [
            {
                "role": grant.role.value,
                "region_id": grant.region_id,
                "region_name": get_place(grant.region_id).name,
            }
            for grant in actor_today(person_id).grants
        ],
    }


def _describe_binding(binding: Binding) -> dict[str, Any]:
    group = get_place(binding.group_id) if binding.group_id else None
    return {
        # Whoever was bound to a village that has been merged belongs to the one it became.
        "village": village_label(succession.village_now(binding.village_id)),
        "bound_village_id": binding.village_id,
        "village_ids": succession.line_of(binding.village_id),
        "group": {"id": group.id, "name": group.name} if group else None,
        "household": binding.household,
        "bound_at": binding.bound_at,
    }


def grant_lines(person_id: int) -> list[GrantLine]:
    """Every grant of a person with names, those in force first."""
    return fetch_named(GrantLine, GRANT_LINES, {"person_id": person_id})


def _people(within: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Staff and cadres of these regions; villagers are nobody's list."""
    granted = select(RoleGrant.id).where(RoleGrant.person_id == Person.id).exists()
    return (
        select(
            Person.id,
            Person.number,
            Person.display_name,
            ConsoleLogin.username,
            ConsoleLogin.last_login_at,
            ConsoleLogin.locked_until,
            ConsoleLogin.disabled_at,
            ConsoleLogin.activated_at,
        )
        .outerjoin(ConsoleLogin, ConsoleLogin.person_id == Person.id)
        .where(or_(ConsoleLogin.person_id.is_not(None), granted))
        .where(WITHIN.bindparams(within=list(within)))
    )


def list_people(
    within: Collection[int], search: str = "", role: Role | None = None, page: int = 1
) -> tuple[list[StaffLine], int]:
    """One page of staff and cadres, and how many there are."""
    query, words = _people(within), search.strip()
    if words:
        query = query.where(
            or_(
                Person.display_name.icontains(words, autoescape=True),
                ConsoleLogin.username.icontains(words, autoescape=True),
            )
        )
    if role is not None:
        query = query.where(Person.id.in_(_holders(role)))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = (ConsoleLogin.username.is_(None), ConsoleLogin.username, Person.id)
    rows = db.session.execute(query.order_by(*order).limit(PAGE).offset((page - 1) * PAGE)).all()
    grants = _grants_of([row.id for row in rows])
    return [replace(StaffLine(*row), grants=grants.get(row.id, [])) for row in rows], total


def _holders(role: Role) -> Select[int]:
    """Who holds a role today, or will."""
    return select(RoleGrant.person_id).where(
        RoleGrant.role == role.value,
        RoleGrant.revoked_at.is_(None),
        RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= clock.today()),
    )


def _grants_of(person_ids: list[int]) -> dict[int, list[GrantToday]]:
    by_person: dict[int, list[GrantToday]] = {}
    values = {"ids": person_ids, "today": clock.today()}
    for grant in fetch_named(GrantToday, GRANTS_TODAY, values):
        by_person.setdefault(grant.person_id, []).append(grant)
    return by_person


def get_person(person_id: int, within: Collection[int]) -> StaffLine:
    """Raises PersonUnknown for villagers and for people of other regions."""
    row = db.session.execute(_people(within).where(Person.id == person_id)).one_or_none()
    if row is None:
        raise PersonUnknown
    return StaffLine(*row)


def staff_named(name: str, within: Collection[int]) -> list[StaffLine]:
    """Whose account in these regions bears this name, blanks aside, and is not shut."""
    query = _people(within).where(
        func.replace(Person.display_name, " ", "") == name,
        ConsoleLogin.person_id.is_not(None), ConsoleLogin.disabled_at.is_(None),
    )  # fmt: skip
    return [StaffLine(*row) for row in db.session.execute(query.order_by(Person.id))]


STAFF_OF = text(
    f"""
    SELECT DISTINCT g.person_id FROM role_grant g
    LEFT JOIN console_login l ON l.person_id = g.person_id
    WHERE g.revoked_at IS NULL AND g.starts_on <= :today
      AND (g.ends_on IS NULL OR g.ends_on >= :today)
      AND (g.department_id = :department_id OR g.subject_id = :subject_id
           OR g.department_id IS NULL AND g.role = ANY(:roles)
              AND g.region_id IN {same_village("CAST(:region_id AS bigint)")})
      AND l.disabled_at IS NULL
    ORDER BY g.person_id
    """
)


def staff_of(
    roles: Collection[Role], region_id: int | None = None, department_id: int | None = None,
    subject_id: int | None = None,
) -> list[int]:  # fmt: skip
    """Who holds one of these roles in a region today, staffs a department or runs a subject."""
    values = {
        "roles": [role.value for role in roles],
        "region_id": region_id,
        "department_id": department_id,
        "subject_id": subject_id,
        "today": clock.today(),
    }
    return list(db.session.scalars(STAFF_OF, values))


# Spaces inside a name are no way round it.
STAFF_NAMES = text(
    f"""
    SELECT DISTINCT p.id AS person_id, g.role, r.id AS region_id, r.township_id,
           lower(replace(p.display_name, ' ', '')) AS name
    FROM role_grant g
    JOIN person p ON p.id = g.person_id
    {join_region("r", village_now("g.region_id"))}
    WHERE g.role NOT IN ('shop_keeper', 'subject_staff')
      AND COALESCE(r.county_id, r.id) = :county_id
      AND char_length(replace(p.display_name, ' ', '')) >= 2
    ORDER BY p.id, g.role, r.id
    """
)
LONG_NAME = 3
SERVED = text(
    """
    SELECT DISTINCT person_id FROM role_grant
    WHERE region_id = ANY(:regions) AND role IN ('cadre', 'township_staff')
    ORDER BY person_id
    """
)


@dataclass(frozen=True)
class NamedStaff:
    """Somebody with a role, today or formerly, whose name stands in some words."""

    person_id: int
    role: Role
    region_id: int


def named_staff(said: str, county_id: int, township_id: int | None) -> list[NamedStaff]:
    """Whom words without spaces name; two letters are a name only there (None: anywhere)."""
    names = _staff_names(county_id)
    beginnings = {said[place : place + 2] for place in range(len(said) - 1)} & names.keys()
    rows = {row for beginning in beginnings for row in names[beginning] if row.name in said}
    return [
        NamedStaff(row.person_id, Role(row.role), row.region_id)
        for row in sorted(rows, key=lambda row: (row.person_id, row.role, row.region_id))
        if (
            len(row.name) >= LONG_NAME
            or township_id in (None, row.region_id, row.township_id)
            or row.region_id == county_id
        )
    ]


class StaffName(NamedTuple):
    """A name as words are searched for it, with where its owner works or worked."""

    person_id: int
    role: str
    region_id: int
    township_id: int | None
    name: str


@remembered
def _staff_names(county_id: int) -> dict[str, list[StaffName]]:
    """Everybody with a role by the first two letters of the name."""
    names: dict[str, list[StaffName]] = {}
    for row in fetch_named(StaffName, STAFF_NAMES, {"county_id": county_id}):
        names.setdefault(row.name[:2], []).append(row)
    return names


def who_served(region_ids: Collection[int]) -> list[int]:
    """Who is or was a cadre of these villages, or staff of these townships."""
    return list(db.session.scalars(SERVED, {"regions": sorted(region_ids)}))


HOLDERS = text(
    f"""
    SELECT DISTINCT p.display_name AS name FROM role_grant g {join_person("p", "g.person_id")}
    WHERE g.region_id IN {same_village(":region_id")} AND {holds_today("g")} ORDER BY 1
    """
)


def who_holds_a_role(region_id: int) -> list[str]:
    """What those are called who hold a role in this very region today."""
    return list(db.session.scalars(HOLDERS, {"region_id": region_id, "today": clock.today()}))


def openid_of(person_id: int) -> str | None:
    """Where WeChat reaches somebody; None for who has no phone with us."""
    return db.session.scalar(select(Person.openid).where(Person.id == person_id))


def display_names(person_ids: Iterable[int]) -> dict[int, str]:
    """What members of staff are called, by person."""
    wanted = set(person_ids)
    if not wanted:
        return {}
    query = select(Person.id, Person.display_name).where(Person.id.in_(wanted))
    return {row.id: row.display_name for row in db.session.execute(query)}
