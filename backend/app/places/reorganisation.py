"""Villages are renamed, moved, merged and split; ids stay, history keeps every former state."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.places.errors import (
    CannotMerge,
    NameTaken,
    NotToday,
    RegionClosed,
    RegionUnknown,
)
from backend.app.places.models import Department, Region, RegionVersion
from backend.app.places.operations import check_may_manage, who

CODE_TAKEN = "这个代码已有别的村在用"
# Groups go along as well; a second 一组 says where it comes from.
MOVE_GROUPS = text(
    """
    UPDATE region AS moved
    SET parent_id = :into_id, township_id = :township_id,
        name = CASE WHEN EXISTS (
            SELECT FROM region AS there
            WHERE there.parent_id = :into_id AND there.name = moved.name
              AND there.closed_on IS NULL
        ) THEN left(moved.name, 40) || '（原' || left(:former_name, 15) || '）' ELSE moved.name END
    WHERE parent_id = :village_id AND level = 'group' AND closed_on IS NULL
      AND (CAST(:ids AS bigint[]) IS NULL OR id = ANY(:ids))
    RETURNING id
    """
)
# A point moves with its poster; where the new village has one of that name it says where from.
MOVE_POINTS = text(
    """
    UPDATE service_point AS moved
    SET village_id = :into_id,
        name = CASE WHEN EXISTS (
            SELECT FROM service_point AS there
            WHERE there.village_id = :into_id AND there.name = moved.name
              AND there.closed_on IS NULL
        ) THEN left(moved.name, 40) || '（原' || left(:former_name, 15) || '）' ELSE moved.name END
    WHERE village_id = :village_id AND closed_on IS NULL
      AND (CAST(:ids AS bigint[]) IS NULL OR id = ANY(:ids))
    RETURNING id
    """
)


def add_group(actor: Actor, village_id: int, name: str, on: date | None = None) -> Region:
    """A 村民小组 of a village; groups have names but no codes."""
    village, day = _managed(actor, village_id), on or clock.today()
    if village.level != "village":
        raise InvalidInput(errors={"village_id": ["村民小组只能设在村（社区）下面"]})
    group = Region(
        level="group",
        name=name.strip(),
        parent_id=village.id,
        township_id=village.township_id,
        county_id=village.county_id,
        opened_on=day,
    )
    _save(group, "这个村已有同名的小组")
    keep_version(group, day)
    record("add_group", who(actor), "region", group.id, name=group.name)
    return group


def add_department(actor: Actor, county_id: int, name: str) -> Department:
    """A county department, such as the water bureau."""
    county = _managed(actor, county_id)
    if county.level != "county":
        raise InvalidInput(errors={"county_id": ["部门只能设在县里"]})
    department = Department(county_id=county.id, name=name.strip(), opened_on=clock.today())
    _save(department, "县里已有同名的部门")
    record("add_department", who(actor), "department", department.id, name=department.name)
    return department


def rename_region(actor: Actor, region_id: int, name: str, on: date | None = None) -> Region:
    """A new name from one day on."""
    day = _not_ahead(on)
    region = _managed(actor, region_id)
    before, region.name = region.name, name.strip()
    keep_version(region, day)
    record("rename_region", who(actor), "region", region.id, before=before, name=region.name)
    return region


def move_region(
    actor: Actor,
    region_id: int,
    parent_id: int,
    new_code: str | None = None,
    on: date | None = None,
) -> Region:
    """A village goes to another township of the county, usually with a new 12-digit code."""
    day = _not_ahead(on)
    region, parent = _managed(actor, region_id), _open(parent_id)
    if region.level != "village" or parent.level != "township":
        raise InvalidInput(errors={"parent_id": ["村只能移到乡镇（街道）下面"]})
    if region.county_id != parent.county_id:
        raise InvalidInput(errors={"parent_id": ["只能移到同一个县的乡镇"]})
    check_may_manage(actor, parent.id)
    before = region.parent_id
    region.parent_id = region.township_id = parent.id
    region.code = new_code or region.code
    _save(region, CODE_TAKEN)
    db.session.execute(
        update(Region).where(Region.parent_id == region.id).values(township_id=parent.id)
    )
    keep_version(region, day)
    record("move_region", who(actor), "region", region.id, before=before, parent_id=parent.id)
    return region


def merge_villages(actor: Actor, village_id: int, into_id: int, on: date | None = None) -> Region:
    """One village goes into another: its groups, service points and posters go along.

    Of one that was closed before, as by an import of divisions, this says what it became; it
    stands there from the day on which it was closed.
    """
    day = _not_ahead(on)
    gone, into = _managed(actor, village_id, or_ended=True), _open(into_id)
    day = gone.closed_on or day
    same_kind = gone.level == into.level == "village"
    if not same_kind or gone.id == into.id or gone.county_id != into.county_id:
        raise CannotMerge
    check_may_manage(actor, into.id)
    db.session.flush()
    _hand_over(gone, into, day)
    gone.merged_into_id = into.id
    # A number that counts only half of the people would be worse than none.
    known = None not in (gone.residents, into.residents)
    into.residents = (gone.residents or 0) + (into.residents or 0) if known else None
    if gone.closed_on is None:
        close_region(gone, day)
    db.session.flush()
    db.session.expire_all()
    record("merge_villages", who(actor), "region", gone.id, into=into.id)
    return gone


def split_village(
    actor: Actor,
    village_id: int,
    name: str,
    code: str,
    group_ids: Collection[int],
    point_ids: Collection[int],
    on: date | None = None,
) -> Region:
    """A new village out of some groups and service points of another one, which goes on."""
    day = _not_ahead(on)
    old = _managed(actor, village_id)
    if old.level != "village":
        raise InvalidInput(errors={"village_id": ["只能从一个村分出新村"]})
    new = Region(
        level="village", name=name.strip(), code=code, kind=old.kind, parent_id=old.parent_id,
        township_id=old.township_id, county_id=old.county_id, opened_on=day,
        split_from_id=old.id,
    )  # fmt: skip
    _save(new, CODE_TAKEN)
    keep_version(new, day)
    groups, points = _hand_over(old, new, day, list(group_ids), list(point_ids))
    if len(groups) < len(set(group_ids)) or len(points) < len(set(point_ids)):
        raise InvalidInput(errors={"groups": ["有的小组或服务点已经不在这个村，请重新选"]})
    # Whoever counted the one did not count the two.
    old.residents = None
    db.session.expire_all()
    record("split_village", who(actor), "region", old.id, into=new.id, name=new.name)
    return new


def _hand_over(
    old: Region,
    new: Region,
    day: date,
    group_ids: list[int] | None = None,
    point_ids: list[int] | None = None,
) -> tuple[Sequence[int], Sequence[int]]:
    """Groups and service points, with their posters, go to the other village; None: all."""
    values = {
        "village_id": old.id, "into_id": new.id, "township_id": new.township_id,
        "former_name": old.name,
    }  # fmt: skip
    points = db.session.scalars(MOVE_POINTS, {**values, "ids": point_ids}).all()
    groups = db.session.scalars(MOVE_GROUPS, {**values, "ids": group_ids}).all()
    for group in db.session.scalars(select(Region).where(Region.id.in_(groups))):
        db.session.refresh(group)
        keep_version(group, day)
    return groups, points


def close_region(region: Region, day: date) -> None:
    """The region exists until the day before; nothing of it is deleted."""
    region.closed_on = day
    version = _open_version(region.id)
    if version is not None:
        version.valid_to = max(day, version.valid_from + timedelta(days=1))
    db.session.flush()


def keep_version(region: Region, day: date) -> None:
    """Writes the present state as valid from that day; the state before ends there."""
    version = _open_version(region.id)
    if version is not None and version.valid_from >= day:
        version.name, version.code, version.parent_id = region.name, region.code, region.parent_id
    else:
        if version is not None:
            version.valid_to = day
            db.session.flush()
        db.session.add(
            RegionVersion(
                region_id=region.id,
                code=region.code,
                name=region.name,
                parent_id=region.parent_id,
                valid_from=day,
            )
        )
    db.session.flush()


def _not_ahead(on: date | None) -> date:
    """Today or an earlier day: what is to come is not true yet."""
    if on is not None and on > clock.today():
        raise NotToday
    return on or clock.today()


def _save(row: Region | Department, taken: str) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise NameTaken(taken, errors={"name": [taken]}) from None


def _open_version(region_id: int) -> RegionVersion | None:
    return db.session.scalar(
        select(RegionVersion).where(
            RegionVersion.region_id == region_id, RegionVersion.valid_to.is_(None)
        )
    )


def _open(region_id: int, or_ended: bool = False) -> Region:
    """Also one that ended without a successor, where that is what is asked for."""
    # Ratings and tickets that refer to it meanwhile need not wait, nor be waited for.
    region = db.session.get(Region, region_id, with_for_update={"key_share": True})
    if region is None:
        raise RegionUnknown
    if region.closed_on is not None and not (or_ended and region.merged_into_id is None):
        raise RegionClosed
    return region


def _managed(actor: Actor, region_id: int, or_ended: bool = False) -> Region:
    region = _open(region_id, or_ended)
    check_may_manage(actor, region_id)
    return region
