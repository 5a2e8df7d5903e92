"""A small county made directly in the tables, for tests of what stands on it."""

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import select

from backend.app.access import Actor, Grant, Role
from backend.app.accounts.models import Binding, Person, RoleGrant
from backend.app.assessments.models import AssessedSubject
from backend.app.core.db import db, transaction
from backend.app.core.moderated_words import found_lists
from backend.app.places.models import Department, QrCode, Region, ServicePoint, ServicePointKind
from backend.app.points.models import PointsRule
from backend.app.ratings.models import RatingReason

OPENED_ON = date(2020, 1, 1)
numbers = itertools.count(1)


@dataclass
class County:
    """Ids of what was made; `codes` maps a service point's id to the text on its poster."""

    id: int
    township_ids: list[int] = field(default_factory=list)
    village_ids: list[int] = field(default_factory=list)
    service_point_ids: list[int] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)
    reason_ids: dict[int, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code of the first service point of the first village."""
        return self.codes[self.service_point_ids[0]]


def _region(level: str, name: str, code: str, **above: int) -> Region:
    region = Region(level=level, name=name, code=code, opened_on=OPENED_ON, **above)
    db.session.add(region)
    db.session.flush()
    return region


def make_county(
    villages: int = 2, points: int = 1, code: str = "610528", name: str = "富平县"
) -> County:
    """One county, one township, some villages with service points, live codes, reasons, a rule."""
    with transaction() as session:
        county = _region("county", name, f"{code}000000")
        county.county_id = county.id
        made = County(county.id)
        found_lists([county.id])
        township = _region(
            "township", "庄里镇", f"{code}100000", parent_id=county.id, county_id=county.id
        )
        township.township_id = township.id
        made.township_ids.append(township.id)
        session.merge(ServicePointKind(code="window", name="办事窗口", icon="window", position=1))
        for number in range(1, villages + 1):
            village = _region(
                "village",
                f"第{number}村",
                f"{code}100{number + 200:03d}",
                parent_id=township.id,
                county_id=county.id,
                township_id=township.id,
            )
            made.village_ids.append(village.id)
            for nth in range(points):
                _add_service_point(made, village.id, f"办事窗口{nth + 1}")
        _add_reasons(made)
        session.add(
            PointsRule(
                region_id=county.id,
                code="rating",
                version=1,
                label="评价服务",
                amount=2,
                daily_cap=5,
                monthly_cap=60,
                starts_on=OPENED_ON,
            )
        )
    return made


def _add_service_point(made: County, village_id: int, name: str) -> None:
    point = ServicePoint(village_id=village_id, kind_code="window", name=name, opened_on=OPENED_ON)
    db.session.add(point)
    db.session.flush()
    code = secrets.token_hex(5)
    db.session.add(
        QrCode(
            service_point_id=point.id,
            code=code,
            serial=f"T{next(numbers):06d}",
            issued_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
    )
    made.service_point_ids.append(point.id)
    made.codes[point.id] = code


def _add_reasons(made: County) -> None:
    for position, (label, first, last) in enumerate(
        [("态度好", 1, 3), ("办得快", 1, 3), ("态度差", 4, 5), ("等太久", 3, 5)], 1
    ):
        reason = db.session.query(RatingReason).filter_by(text=label).one_or_none()
        if reason is None:
            reason = RatingReason(text=label, first_level=first, last_level=last, position=position)
            db.session.add(reason)
            db.session.flush()
        made.reason_ids[position] = reason.id


def make_person(openid: str | None = None, name: str = "") -> int:
    with transaction() as session:
        person = Person(
            openid=openid or f"openid-{next(numbers)}-{secrets.token_hex(4)}",
            display_name=name,
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        session.add(person)
        session.flush()
        return person.id


def grant_role(
    person_id: int,
    role: Role,
    region_id: int,
    department_id: int | None = None,
    approves: bool = False,
    subject_id: int | None = None,
    **dates: date,
) -> int:
    with transaction() as session:
        if role is Role.DEPARTMENT_STAFF and department_id is None:
            bureau = Department(
                county_id=region_id, name=f"第{next(numbers)}局", opened_on=OPENED_ON
            )
            session.add(bureau)
            session.flush()
            department_id = bureau.id
        if role is Role.SUBJECT_STAFF and subject_id is None:
            shop = AssessedSubject(
                county_id=region_id, kind="shop", name=f"第{next(numbers)}店", region_id=region_id,
                opened_on=OPENED_ON,
            )  # fmt: skip
            session.add(shop)
            session.flush()
            subject_id = shop.id
        grant = RoleGrant(
            person_id=person_id,
            role=role.value,
            region_id=region_id,
            department_id=department_id,
            subject_id=subject_id,
            approves=approves,
            starts_on=dates.get("starts_on", OPENED_ON),
            ends_on=dates.get("ends_on"),
            granted_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        session.add(grant)
        session.flush()
        return grant.id


def number_of(person_id: int) -> int:
    """What addresses and lists call somebody by."""
    found = db.session.scalars(select(Person.number).where(Person.id == person_id)).one()
    db.session.rollback()
    return found


def bind(person_id: int, county: County, village_id: int | None = None) -> None:
    with transaction() as session:
        session.add(
            Binding(
                person_id=person_id,
                county_id=county.id,
                village_id=village_id or county.village_ids[0],
                bound_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )


def actor_with(role: Role, region_id: int) -> Actor:
    """Somebody new who holds one role in one region."""
    return Actor(make_person(), (Grant(role, region_id, OPENED_ON),))
