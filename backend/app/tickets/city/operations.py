"""What a county decides about parts and events: the list, who is asked first, how long it takes."""

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.places.errors import RegionUnknown
from backend.app.places.queries import county_of_department, get_place, list_departments
from backend.app.tickets.city import class_list
from backend.app.tickets.city.kinds import FirstOffice
from backend.app.tickets.clocks.deadlines import DeadlineLimit, Unit
from backend.app.tickets.models import CityBaseline, CityClass, CityClassLimit
from backend.app.tickets.rules.operations import check_may
from backend.app.tickets.rules.routing import Office


def load_classes(actor: Actor, county_id: int) -> int:
    """Adds what the county does not have yet and changes nothing that it has; returns how many."""
    check_may(actor, county_id)
    listed = {row.code: row for row in class_list.listed_classes()}
    departments = {bureau.name: bureau.id for bureau in list_departments(county_id)}
    rows = [
        {
            "county_id": county_id, "code": row.code, "kind": row.kind.value,
            "group_name": row.group_name, "name": row.name, "is_example": row.is_example,
            "first_office": class_list.first_office(),
            "owner_department_id": departments.get(row.owner or ""),
        }
        for row in listed.values()
    ]  # fmt: skip
    added = db.session.execute(
        insert(CityClass)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["county_id", "code"])
        .returning(CityClass.id, CityClass.code)
    ).all()
    at = clock.now()
    db.session.add_all(
        CityClassLimit(
            county_id=county_id, class_id=row.id, amount=listed[row.code].limit.amount,
            unit=listed[row.code].limit.unit.value, valid_from=at,
        )
        for row in added
    )  # fmt: skip
    record("load_city_classes", actor.person_id, "county", county_id, count=len(added))
    return len(added)


def set_used(actor: Actor, county_id: int, codes: Collection[str], is_used: bool) -> int:
    """Takes classes out of use or back; tickets keep theirs. Returns how many changed."""
    check_may(actor, county_id)
    changed = db.session.scalars(
        update(CityClass)
        .where(
            CityClass.county_id == county_id, CityClass.code.in_(codes),
            CityClass.is_used != is_used,
        )
        .values(is_used=is_used)
        .returning(CityClass.id)
    ).all()  # fmt: skip
    count = len(changed)
    record("set_city_classes", actor.person_id, "county", county_id, used=is_used, count=count)
    return count


def set_dispatch(
    actor: Actor, county_id: int, code: str, first_office: str, owner_department_id: int | None
) -> CityClass:
    """Whose a class is, and whether that one or the locality is asked first."""
    check_may(actor, county_id)
    row = _loaded(county_id, code)
    if first_office not in set(FirstOffice):
        raise InvalidInput(errors={"first_office": ["请选先派给谁"]})
    if owner_department_id is not None:
        _check_office(county_id, Office(department_id=owner_department_id))
    row.first_office, row.owner_department_id = first_office, owner_department_id
    record("set_city_dispatch", actor.person_id, "county", county_id, code=code)
    return row


def set_limit(
    actor: Actor, county_id: int, code: str, office: Office, limit: DeadlineLimit
) -> None:
    """From now on, for one unit or (no office) for every one that has no time of its own."""
    check_may(actor, county_id)
    row = _loaded(county_id, code)
    if not 1 <= limit.amount <= 100_000 or limit.unit not in set(Unit):
        raise InvalidInput(errors={"amount": ["请填 1 到 100000 的整数"]})
    if office:
        _check_office(county_id, office)
    db.session.add(
        CityClassLimit(
            county_id=county_id, class_id=row.id, region_id=office.region_id,
            department_id=office.department_id, amount=limit.amount, unit=limit.unit.value,
            valid_from=clock.now(),
        )
    )  # fmt: skip
    record("set_city_limit", actor.person_id, "county", county_id, code=code)


def _loaded(county_id: int, code: str) -> CityClass:
    row = db.session.scalar(
        select(CityClass).where(CityClass.county_id == county_id, CityClass.code == code)
    )
    if row is None:
        raise InvalidInput(errors={"code": ["没有这个部件或事件，请先载入名录"]})
    return row


def _check_office(county_id: int, office: Office) -> None:
    try:
        own = (
            county_of_department(office.department_id)
            if office.department_id is not None
            else get_place(office.region_id or 0).county_id
        )
    except RegionUnknown:
        own = None
    if own != county_id:
        raise InvalidInput(errors={"unit": ["没有这个单位"]})


def keep_baseline(
    actor: Actor, county_id: int, figures: dict[str, Decimal], time_words: str, source: str
) -> None:
    """The four numbers of a time before the system, with the document they are from."""
    check_may(actor, county_id)
    if not source.strip() or not time_words.strip():
        raise InvalidInput(errors={"source": ["请写明是哪一段时间、出自哪份材料"]})
    for name in ("discovery_rate", "handling_rate"):
        if not 0 <= figures[name] <= 100:
            raise InvalidInput(errors={name: ["应在 0 到 100 之间"]})
    if min(figures.values()) < 0:
        raise InvalidInput(errors={"handled_a_month": ["不能小于 0"]})
    values = {
        **figures, "time_words": time_words.strip(), "source": source.strip(),
        "entered_by_id": actor.person_id, "entered_at": clock.now(),
    }  # fmt: skip
    db.session.execute(
        insert(CityBaseline)
        .values(county_id=county_id, **values)
        .on_conflict_do_update(index_elements=["county_id"], set_=values)
    )
    record("set_city_baseline", actor.person_id, "county", county_id)
