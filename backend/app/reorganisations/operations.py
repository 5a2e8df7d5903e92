"""Proposed by one of the county's staff; once another has confirmed it, done in one transaction."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor, Permission, Role, may
from backend.app.accounts.operations import bind_groups
from backend.app.accounts.queries import staff_of
from backend.app.accounts.second_person import check_another_hand
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, refuses_when_busy
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.web.boxes import is_code
from backend.app.notices.operations import notify
from backend.app.places import reorganisation as places
from backend.app.places.errors import NotToday, RegionBusy
from backend.app.places.name_queries import village_names
from backend.app.places.names import NamedVillage
from backend.app.places.queries import get_place, list_townships
from backend.app.reorganisations.errors import (
    OwnReorganisation,
    ReorganisationDecided,
    ReorganisationUnknown,
    ReorganisationWaits,
)
from backend.app.reorganisations.models import Reorganisation
from backend.app.reorganisations.preview import as_json, hanging_on
from backend.app.reorganisations.states import ReorganisationKind, ReorganisationState
from backend.app.tickets.supervision import follow_village

MERGE, SPLIT, RENAME, MOVE = ReorganisationKind
LONGEST_NAME, LONGEST_BASIS = 80, 200
Faults = dict[str, list[str]]


@dataclass(frozen=True)
class PlannedReorganisation:
    """As it was typed: what does not belong to the kind is left aside."""

    kind: ReorganisationKind
    village_id: int
    on: date
    basis: str
    into: str = ""
    township_id: int = 0
    name: str = ""
    code: str = ""
    group_ids: tuple[int, ...] = ()
    point_ids: tuple[int, ...] = ()


def find_village(county_id: int, words: str) -> int:
    """The one village of the county that this names; raises InvalidInput naming the box."""
    if not words.strip():
        raise InvalidInput(errors={"village": ["请填村名"]})
    ended = village_names(county_id, ended=True).find(words).ids
    if len(ended) == 1 and not village_names(county_id).find(words).ids:
        return ended[0]
    return _named(county_id, words, "village")


def list_ended(county_id: int) -> list[NamedVillage]:
    """Villages that were closed and of which nobody has said yet what they became."""
    return village_names(county_id, ended=True).villages


def check_fits(village_id: int, kind: ReorganisationKind) -> None:
    """Of a village that is closed one can only say what it became; raises InvalidInput."""
    if not get_place(village_id).is_open and kind is not MERGE:
        raise InvalidInput(
            errors={"kind": ["这个村已经停用，只能选「并入另一个村」，补记它并到了哪里"]}
        )


def _named(county_id: int, words: str, box: str) -> int:
    names = village_names(county_id)
    found = names.find(words).ids
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidInput(errors={box: [f"没有找到「{words}」，请写现在的村名或 12 位代码"]})
    called = "、".join(
        f"{names.townships[village.township_id]}{village.name}"
        for village in names.villages if village.id in found
    )  # fmt: skip
    raise InvalidInput(errors={box: [f"有几个村都叫这个：{called}。请连乡镇一起写"]})


def propose(actor: Actor, county_id: int, said: PlannedReorganisation) -> Reorganisation:
    """Nothing changes yet; the county's other staff are told that it waits for one of them."""
    _check_may(actor, county_id)
    village = get_place(said.village_id)
    if village.county_id != county_id or village.level != "village":
        raise NotAllowed
    check_fits(village.id, said.kind)
    made = Reorganisation(
        county_id=county_id, kind=said.kind.value, village_id=village.id,
        village_name=village.name, takes_effect_on=village.closed_on or said.on,
        basis=said.basis.strip(), author_id=actor.person_id,
        authored_at=clock.now(), **_read(county_id, said),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        raise ReorganisationWaits from None
    record(
        "propose_reorganisation", actor.person_id, "region", made.village_id, **_told(made),
    )  # fmt: skip
    _tell_colleagues(actor, made)
    return made


def _read(county_id: int, said: PlannedReorganisation) -> dict[str, Any]:
    """The columns of its kind; raises InvalidInput naming every box that is wrong."""
    faults: Faults = {}
    if not 2 <= len(said.basis.strip()) <= LONGEST_BASIS:
        faults["basis"] = [f"请写依据，如批文的文号，最多 {LONGEST_BASIS} 字"]
    values = READERS[said.kind](county_id, said, faults)
    if faults:
        raise InvalidInput(errors=faults)
    return values


def _read_merge(county_id: int, said: PlannedReorganisation, faults: Faults) -> dict[str, Any]:
    try:
        into_id = _named(county_id, said.into, "into")
    except InvalidInput as error:
        faults.update(error.errors)
        return {}
    if into_id == said.village_id:
        faults["into"] = ["请选另一个村"]
    return {"into_id": into_id}


def _read_move(county_id: int, said: PlannedReorganisation, faults: Faults) -> dict[str, Any]:
    if said.township_id not in {one.id for one in list_townships([county_id])}:
        faults["township_id"] = ["请选划到哪个乡镇"]
    elif said.township_id == get_place(said.village_id).township_id:
        faults["township_id"] = ["这个村已经在这个乡镇"]
    if said.code:
        _check_code(said, faults)
    return {"township_id": said.township_id, "code": said.code or None}


def _read_rename(_: int, said: PlannedReorganisation, faults: Faults) -> dict[str, Any]:
    name = said.name.strip()
    if not 2 <= len(name) <= LONGEST_NAME:
        faults["name"] = ["请填新的村名，如 永宁村委会"]
    return {"name": name}


def _read_split(county_id: int, said: PlannedReorganisation, faults: Faults) -> dict[str, Any]:
    _check_code(said, faults)
    if not said.group_ids and not said.point_ids:
        faults["groups"] = ["请选归新村的小组或服务点"]
    chosen = {"group_ids": sorted(said.group_ids), "point_ids": sorted(said.point_ids)}
    return {**_read_rename(county_id, said, faults), "code": said.code, **chosen}


def _check_code(said: PlannedReorganisation, faults: Faults) -> None:
    if not is_code(said.code, 12):
        faults["code"] = ["代码是 12 位数字"]


READERS = {MERGE: _read_merge, SPLIT: _read_split, RENAME: _read_rename, MOVE: _read_move}


def confirm(actor: Actor, reorganisation_id: int) -> Reorganisation:
    """Carries it out, all of it or nothing; the same again changes nothing."""
    with refuses_when_busy(RegionBusy()):
        found = _locked(actor, reorganisation_id)
        if found.state == ReorganisationState.DONE:
            return found
        if found.state != ReorganisationState.PROPOSED:
            raise ReorganisationDecided
        check_another_hand(actor, found.author_id, refusal=OwnReorganisation())
        if found.takes_effect_on > clock.today():
            raise NotToday
        kind = ReorganisationKind.of(found.kind)
        found.moved = as_json(hanging_on(found.village_id, kind))
        _carry_out(actor, found, kind)
        found.state = ReorganisationState.DONE.value
        found.decided_by_id, found.decided_at = actor.person_id, clock.now()
        db.session.flush()
    record(
        "confirm_reorganisation", actor.person_id, "region", found.village_id, **_told(found),
    )  # fmt: skip
    return found


def _carry_out(actor: Actor, found: Reorganisation, kind: ReorganisationKind) -> None:
    village, on = found.village_id, found.takes_effect_on
    match kind:
        case ReorganisationKind.MERGE:
            places.merge_villages(actor, village, found.into_id or 0, on)
            follow_village(village)
        case ReorganisationKind.RENAME:
            places.rename_region(actor, village, found.name or "", on)
        case ReorganisationKind.MOVE:
            places.move_region(actor, village, found.township_id or 0, found.code, on)
        case ReorganisationKind.SPLIT:
            new = places.split_village(
                actor, village, found.name or "", found.code or "", found.group_ids,
                found.point_ids, on,
            )  # fmt: skip
            bind_groups(found.group_ids, new.id)


def drop(actor: Actor, reorganisation_id: int) -> Reorganisation:
    """Taken back before it was confirmed, by whoever of the county's staff."""
    found = _locked(actor, reorganisation_id)
    if found.state != ReorganisationState.PROPOSED:
        raise ReorganisationDecided
    found.state, found.decided_at = ReorganisationState.DROPPED.value, clock.now()
    db.session.flush()
    record("drop_reorganisation", actor.person_id, "region", found.village_id, **_told(found))
    return found


def get(actor: Actor, reorganisation_id: int) -> Reorganisation:
    found = db.session.get(Reorganisation, reorganisation_id)
    if found is None or not may(actor, Permission.REORGANISE_VILLAGES, (found.county_id,)):
        raise ReorganisationUnknown
    return found


def list_of(county_id: int) -> list[Reorganisation]:
    """What waits first, then the newest."""
    waits = Reorganisation.state == ReorganisationState.PROPOSED.value
    query = select(Reorganisation).where(Reorganisation.county_id == county_id)
    return list(
        db.session.scalars(query.order_by(waits.desc(), Reorganisation.id.desc()).limit(100))
    )


def _locked(actor: Actor, reorganisation_id: int) -> Reorganisation:
    get(actor, reorganisation_id)
    return db.session.get_one(
        Reorganisation, reorganisation_id, with_for_update=True, populate_existing=True
    )


def _check_may(actor: Actor, county_id: int) -> None:
    if not may(actor, Permission.REORGANISE_VILLAGES, (county_id,)):
        raise NotAllowed


def _told(row: Reorganisation) -> dict[str, Any]:
    """What the audit log says of one; it names the region itself."""
    said = {"into": row.into_id, "parent_id": row.township_id, "name": row.name, "code": row.code}
    starts_on = row.takes_effect_on.isoformat()
    return {"kind": row.kind, "starts_on": starts_on, **{k: v for k, v in said.items() if v}}


def _tell_colleagues(actor: Actor, made: Reorganisation) -> None:
    others = staff_of([Role.COUNTY_STAFF, Role.COUNTY_MANAGER], made.county_id)
    what = ReorganisationKind.of(made.kind).words
    notify(
        [one for one in others if one != actor.person_id],
        kind="reorganisation", title="有一次区划调整等您确认", page=None,
        words=f"{made.village_name}{what}，在「设置」的「区划调整」里办。",
        subject_kind="reorganisation", subject_id=made.id, dedup=f"reorganisation:{made.id}",
    )  # fmt: skip
