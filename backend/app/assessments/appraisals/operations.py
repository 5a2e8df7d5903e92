"""测评: a round with its groups, ballots counted twice by two people, closed once all agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import parties, transitions
from backend.app.assessments.appraisals.counting import Counts, Slips, counted
from backend.app.assessments.appraisals.errors import (
    AppraisalMoved,
    AppraisalUnknown,
    OwnUnitCounted,
    SameCounter,
)
from backend.app.assessments.appraisals.queries import differences, entries_of
from backend.app.assessments.models import (
    AppraisalCount,
    AppraisalEntry,
    AppraisalGroup,
    AppraisalRound,
    AppraisalSlip,
    AssessedUnit,
)
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states.appraisals import AppraisalState, BallotState
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.scoring.assessing.appraisal import LEAST, LEAST_LEADERS
from backend.app.scoring.levels import LEVEL_POINTS

LONGEST_TITLE, LONGEST_NAME, MOST_INVITED = 40, 40, 5000


@dataclass(frozen=True)
class RaterGroup:
    """A group of raters in the making."""

    name: str
    weight: Decimal
    least: int
    is_merged: bool = False
    invited: int | None = None


def open_round(
    actor: Actor, programme_id: int, title: str, groups: Sequence[RaterGroup]
) -> AppraisalRound:
    """One at a time in a programme. Raises ProgrammeMoved, AppraisalMoved, InvalidInput."""
    county_id = scope_of(actor).county_id
    if not may(actor, Permission.SUPERVISE_TARGETS, (county_id,)):
        raise NotAllowed
    programme = transitions.hold_judged(programme_id, county_id)
    _check_groups(title, groups)
    round_id = db.session.scalar(
        insert(AppraisalRound)
        .values(
            county_id=county_id, programme_id=programme.id, title=title.strip(),
            points=list(LEVEL_POINTS), opened_by_id=actor.person_id, opened_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(AppraisalRound.id)
    )  # fmt: skip
    if round_id is None:
        raise AppraisalMoved("已有一轮在计票，先关闭它再开下一轮")
    db.session.add_all(
        AppraisalGroup(county_id=county_id, round_id=round_id, position=position, **vars(group))
        for position, group in enumerate(groups, 1)
    )
    db.session.flush()
    record("open_appraisal", actor.person_id, "appraisal_round", round_id, name=title.strip())
    return db.session.get_one(AppraisalRound, round_id)


def _check_groups(title: str, groups: Sequence[RaterGroup]) -> None:
    faults: dict[str, list[str]] = {}
    if not 1 <= len(title.strip()) <= LONGEST_TITLE:
        faults["title"] = [f"名称填 1 到 {LONGEST_TITLE} 个字"]
    names = [group.name for group in groups]
    if not groups or len(set(names)) < len(names):
        faults["groups"] = ["至少一组评价人，组名不能重复"]
    for group in groups:
        least = LEAST_LEADERS if group.is_merged else LEAST
        if not 1 <= len(group.name) <= LONGEST_NAME or not 0 < group.weight < 1000:
            faults["groups"] = [f"「{group.name[:LONGEST_NAME]}」要有名称和大于 0 的权重"]
        elif group.least < least:
            faults["groups"] = [f"「{group.name}」最少要 {least} 票才用，再少就能猜出是谁"]
        elif group.invited is not None and not 0 < group.invited <= MOST_INVITED:
            faults["groups"] = [f"「{group.name}」发票数填 1 到 {MOST_INVITED}，或空着"]
    if faults:
        raise InvalidInput(errors=faults)


def enter_counts(actor: Actor, group_id: int, counts: Counts) -> BallotState:
    """What one person counted, by unit and level. Returns how the group stands then."""
    return _enter(actor, group_id, counts, {})


def enter_slips(actor: Actor, group_id: int, slips: Slips) -> BallotState:
    """What one person read slip by slip, so that raters can be compared."""
    return _enter(actor, group_id, counted(slips), slips)


def _enter(actor: Actor, group_id: int, counts: Counts, slips: Slips) -> BallotState:
    group = db.session.get(AppraisalGroup, group_id, with_for_update=True, populate_existing=True)
    if group is None or group.county_id != scope_of(actor).county_id:
        raise AppraisalUnknown
    if not may(actor, Permission.SUPERVISE_TARGETS, (group.county_id,)):
        raise NotAllowed
    held = _hold_round(group.round_id)
    if held.state != AppraisalState.OPEN or group.state == BallotState.ACCEPTED:
        raise AppraisalMoved
    units = list(
        db.session.scalars(
            select(AssessedUnit).where(AssessedUnit.programme_id == held.programme_id)
        )
    )
    if any(parties.works_for(actor, unit) for unit in units):
        raise OwnUnitCounted
    _check_counts(group, {unit.id for unit in units}, counts)
    entry = _own_entry(actor, group, bool(slips))
    _store(entry, counts, slips)
    group.state = _compared(group)
    db.session.flush()
    state = BallotState.of(group.state)
    record(
        "enter_ballots", actor.person_id, "appraisal_group", group.id, number=entry.number,
        decision=state.words,
    )  # fmt: skip
    return state


def _hold_round(round_id: int) -> AppraisalRound:
    """Kept from being closed until this is done."""
    held = db.session.get_one(
        AppraisalRound, round_id, with_for_update={"read": True}, populate_existing=True
    )
    transitions.hold_judged(held.programme_id, held.county_id)
    return held


def _check_counts(group: AppraisalGroup, unit_ids: set[int], counts: Counts) -> None:
    ballots = [sum(of_unit) for of_unit in counts.values()]
    if not any(ballots):
        raise InvalidInput(errors={"counts": ["一张票也没有录，请按票填数"]})
    if not set(counts) <= unit_ids:
        raise InvalidInput(errors={"counts": ["有不是这个项目的单位"]})
    if group.invited is not None and max(ballots) > group.invited:
        words = f"有单位的票数 {max(ballots)} 超过发出的 {group.invited} 张，请核对"
        raise InvalidInput(errors={"counts": [words]})


def _own_entry(actor: Actor, group: AppraisalGroup, by_slips: bool) -> AppraisalEntry:
    """Replaces what the same person entered before; a third person is refused."""
    entries = {entry.by_id: entry for entry in entries_of(group.id)}
    own = entries.pop(actor.person_id, None)
    check_another_hand(actor, *entries, refusal=SameCounter())
    if own is None and len(entries) > 1:
        raise AppraisalMoved("两个人已各录一遍，不一致的请他们核对改正")
    if own is not None:
        number = own.number
        db.session.execute(delete(AppraisalEntry).where(AppraisalEntry.id == own.id))
        db.session.expunge(own)
    else:
        number = 1 + len(entries)
    entry = AppraisalEntry(
        county_id=group.county_id, group_id=group.id, number=number, by_slips=by_slips,
        by_id=actor.person_id, at=clock.now(),
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    return entry


def _store(entry: AppraisalEntry, counts: Counts, slips: Slips) -> None:
    whose: Mapping[str, int] = {"entry_id": entry.id, "county_id": entry.county_id}
    rows = [
        {**whose, "unit_id": unit_id, "counts": of_unit}
        for unit_id, of_unit in counts.items()
        if any(of_unit)
    ]
    db.session.execute(insert(AppraisalCount), rows)
    listed = [
        {**whose, "slip": slip, "unit_id": unit_id, "level": level}
        for slip, levels in slips.items()
        for unit_id, level in levels.items()
    ]
    if listed:
        db.session.execute(insert(AppraisalSlip), listed)


def _compared(group: AppraisalGroup) -> BallotState:
    entries = entries_of(group.id)
    if len(entries) == 1:
        return BallotState.ONCE
    return BallotState.DIFFERENT if differences(entries) else BallotState.ACCEPTED


def close_round(actor: Actor, round_id: int) -> AppraisalRound:
    """Once every group that was counted was counted twice alike; then results are known."""
    held = db.session.get(AppraisalRound, round_id, with_for_update=True, populate_existing=True)
    if held is None or held.county_id != scope_of(actor).county_id:
        raise AppraisalUnknown
    if not may(actor, Permission.DECIDE_RESULTS, (held.county_id,)):
        raise NotAllowed
    transitions.hold_judged(held.programme_id, held.county_id)
    if held.state != AppraisalState.OPEN:
        raise AppraisalMoved
    query = select(AppraisalGroup).where(AppraisalGroup.round_id == round_id)
    groups = list(db.session.scalars(query.order_by(AppraisalGroup.position)))
    undone = [
        group.name for group in groups
        if group.state in (BallotState.ONCE, BallotState.DIFFERENT)
    ]  # fmt: skip
    if undone or all(group.state == BallotState.WAITING for group in groups):
        left = "、".join(undone or [group.name for group in groups])
        raise AppraisalMoved(f"还不能关闭：{left} 要两个人录得一致")
    held.state, held.closed_at = AppraisalState.CLOSED.value, clock.now()
    held.closed_by_id = actor.person_id
    db.session.flush()
    record("close_appraisal", actor.person_id, "appraisal_round", held.id, name=held.title)
    return held


def close_due_rounds(programme_id: int) -> None:
    """By the clock: a group that two people did not count alike is not used."""
    for held in _rounds(programme_id, AppraisalRound.state == AppraisalState.OPEN):
        held.state, held.closed_at = AppraisalState.CLOSED.value, clock.now()
        record("close_appraisal", None, "appraisal_round", held.id, name=held.title)
    db.session.flush()


def reopen_due_rounds(programme_id: int) -> None:
    """What the clock closed is counted on; nobody sees results until it is closed again."""
    for held in _rounds(
        programme_id, AppraisalRound.state == AppraisalState.CLOSED,
        AppraisalRound.closed_by_id.is_(None),
    ):  # fmt: skip
        held.state, held.closed_at = AppraisalState.OPEN.value, None
    db.session.flush()


def _rounds(programme_id: int, *conditions: ColumnElement[bool]) -> list[AppraisalRound]:
    query = select(AppraisalRound).where(AppraisalRound.programme_id == programme_id, *conditions)
    return list(db.session.scalars(query.with_for_update()))
