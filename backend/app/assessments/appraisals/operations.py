"""测评: a round with its groups is opened, and ballots on paper are counted twice by two people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import parties, transitions
from backend.app.assessments.appraisals.counting import BallotQuestion, Counts, Slips, counted
from backend.app.assessments.appraisals.errors import (
    AppraisalMoved,
    AppraisalUnknown,
    OwnUnitCounted,
    SameCounter,
)
from backend.app.assessments.appraisals.queries import differences, entries_of
from backend.app.assessments.appraisals.questions import (
    is_judged,
    questions_of,
    questions_to_ask,
    rated_elements,
)
from backend.app.assessments.models import (
    AppraisalCount,
    AppraisalEntry,
    AppraisalGroup,
    AppraisalQuestion,
    AppraisalRound,
    AppraisalSlip,
    AssessedUnit,
    Programme,
)
from backend.app.assessments.reports.year_times import judged_until
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states.appraisals import (
    AppraisalKind,
    AppraisalState,
    BallotState,
)
from backend.app.ballots import one_time_codes
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.scoring.assessing.appraisal import LEAST, LEAST_LEADERS
from backend.app.scoring.levels import LEVEL_POINTS, LEVELS

LONGEST_TITLE, LONGEST_NAME, MOST_INVITED = 40, 40, 5000
MOST_TRIM, TRIM_WORDS = Decimal("0.1"), "最高、最低各去掉的比例应为 0 到 10，最多一位小数"
# A ballot has one length for everybody, a byte for each question.
MOST_QUESTIONS = 2048
USUAL_DAYS, MOST_DAYS = 14, 120
LONGEST_REASON = 200


@dataclass(frozen=True)
class RaterGroup:
    """A group of raters in the making."""

    name: str
    weight: Decimal
    least: int
    is_merged: bool = False
    invited: int | None = None


@dataclass(frozen=True)
class RoundDraft:
    """What a round asks, until when codes are taken, and which share is trimmed at both ends."""

    title: str
    groups: Sequence[RaterGroup]
    kind: AppraisalKind = AppraisalKind.SOCIAL
    ends_on: date | None = None
    trim: Decimal = Decimal(0)


def open_round(actor: Actor, programme_id: int, draft: RoundDraft) -> AppraisalRound:
    """One of its kind at a time in a programme; its questions are fixed.

    Raises ProgrammeMoved, AppraisalMoved, InvalidInput.
    """
    county_id = scope_of(actor).county_id
    if not may(actor, Permission.SUPERVISE_TARGETS, (county_id,)):
        raise NotAllowed
    programme = transitions.hold_judged(programme_id, county_id)
    ends_on = draft.ends_on or usual_end(programme)
    asked = questions_to_ask(programme.id, draft.kind)
    _check_round(draft, programme, ends_on, asked)
    month = clock.month_of(clock.today())
    round_id = db.session.scalar(
        insert(AppraisalRound)
        .values(
            county_id=county_id, programme_id=programme.id, title=draft.title.strip(),
            kind=draft.kind.value, ends_on=ends_on, trim=draft.trim, points=list(LEVEL_POINTS),
            desk_id=one_time_codes.open_desk(county_id, month, _closing(ends_on)),
            opened_by_id=actor.person_id, opened_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(AppraisalRound.id)
    )  # fmt: skip
    if round_id is None:
        raise AppraisalMoved("已有一轮在计票，先关闭它再开下一轮")
    whose = {"county_id": county_id, "round_id": round_id}
    db.session.add_all(
        AppraisalGroup(**whose, position=position, **vars(group))
        for position, group in enumerate(draft.groups, 1)
    )
    db.session.add_all(
        AppraisalQuestion(
            **whose, position=position, programme_id=programme.id, unit_id=question.unit_id,
            element_id=question.element_id,
        )
        for position, question in enumerate(asked)
    )  # fmt: skip
    db.session.flush()
    record("open_appraisal", actor.person_id, "appraisal_round", round_id, name=draft.title.strip())
    return db.session.get_one(AppraisalRound, round_id)


def usual_end(programme: Programme) -> date:
    """When the year's checks and ballots end; of a round within the year, in two weeks."""
    today = clock.today()
    due = _last_day(programme)
    is_near = due <= today + timedelta(days=MOST_DAYS)
    return due if is_near else today + timedelta(days=USUAL_DAYS)


def prolong_round(actor: Actor, round_id: int, ends_on: date | None, reason: str) -> None:
    """A later last day while the round is open: codes that were printed stay good until then.

    Never an earlier one. Raises AppraisalUnknown, AppraisalMoved, JudgementsClosed, InvalidInput.
    """
    held = db.session.get(AppraisalRound, round_id, with_for_update=True, populate_existing=True)
    if held is None or held.county_id != scope_of(actor).county_id:
        raise AppraisalUnknown
    if not may(actor, Permission.SUPERVISE_TARGETS, (held.county_id,)):
        raise NotAllowed
    programme = transitions.hold_judged(held.programme_id, held.county_id)
    is_taking = held.desk_id is not None and one_time_codes.takes_ballots(held.desk_id)
    if held.state != AppraisalState.OPEN or held.ends_on is None or not is_taking:
        raise AppraisalMoved("关闭过的测评不能再延期")
    until = _check_later(programme, held.ends_on, ends_on, reason)
    record(
        "prolong_appraisal", actor.person_id, "appraisal_round", held.id, before=held.ends_on,
        after=until, reason=reason.strip(),
    )  # fmt: skip
    held.planned_end = held.planned_end or held.ends_on
    held.ends_on, held.prolonged_because = until, reason.strip()
    if held.desk_id is not None:
        one_time_codes.prolong_desk(held.desk_id, _closing(until), until)
    db.session.flush()


def _check_later(programme: Programme, before: date, ends_on: date | None, reason: str) -> date:
    earliest = max(before + timedelta(days=1), clock.today())
    latest = _latest_end(programme)
    faults = {}
    if ends_on is None or not earliest <= ends_on <= latest:
        faults["ends_on"] = [
            f"新的截止日期填 {earliest} 到 {latest} 的一天，只能延后"
            if earliest <= latest else f"最晚到 {latest}，不能再延"
        ]  # fmt: skip
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        faults["reason"] = [f"请写明为什么延期，最多 {LONGEST_REASON} 个字"]
    if ends_on is None or faults:
        raise InvalidInput(errors=faults)
    return ends_on


def _closing(ends_on: date) -> datetime:
    return clock.midnight(ends_on + timedelta(days=1))


def _latest_end(programme: Programme) -> date:
    return min(clock.today() + timedelta(days=MOST_DAYS), _last_day(programme))


def _last_day(programme: Programme) -> date:
    return judged_until(programme).astimezone(clock.COUNTY_ZONE).date()


def _check_round(
    draft: RoundDraft, programme: Programme, ends_on: date, asked: Sequence[BallotQuestion]
) -> None:
    faults = _check_groups(draft.groups)
    if not 1 <= len(draft.title.strip()) <= LONGEST_TITLE:
        faults["title"] = [f"名称填 1 到 {LONGEST_TITLE} 个字"]
    today, latest = clock.today(), _latest_end(programme)
    if not today <= ends_on <= latest:
        faults["ends_on"] = [f"截止日期填 {today} 到 {latest} 的一天"]
    if not 0 <= draft.trim <= MOST_TRIM:
        faults["trim"] = [TRIM_WORDS]
    if draft.kind is AppraisalKind.ELEMENTS:
        scales = [row for row in rated_elements(programme.id) if is_judged(row)]
        wrong = [row for row in scales if (row.rule or {}).get("levels", "5") != str(len(LEVELS))]
        if wrong:
            faults["kind"] = [f"「{wrong[0].name}」不是五档，上不了评价票"]
    if not asked:
        faults["kind"] = ["没有可评的：项目里没有单位，或没有数据来源是「评价票」的指标"]
    elif len(asked) > MOST_QUESTIONS:
        faults["kind"] = [f"一张票最多 {MOST_QUESTIONS} 项，这里有 {len(asked)} 项"]
    if faults:
        raise InvalidInput(errors=faults)


def _check_groups(groups: Sequence[RaterGroup]) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
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
    return faults


def enter_counts(actor: Actor, group_id: int, counts: Counts) -> BallotState:
    """What one person counted, by question and level. Returns how the group stands then."""
    return _enter(actor, group_id, counts, {})


def enter_slips(actor: Actor, group_id: int, slips: Slips) -> BallotState:
    """What one person read slip by slip, so that raters can be compared."""
    return _enter(actor, group_id, counted(slips.values()), slips)


def _enter(actor: Actor, group_id: int, counts: Counts, slips: Slips) -> BallotState:
    group, held = hold_group(actor, group_id)
    if group.state == BallotState.ACCEPTED:
        raise AppraisalMoved
    _check_counts(group, set(questions_of(held.id)), counts)
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


def hold_group(actor: Actor, group_id: int) -> tuple[AppraisalGroup, AppraisalRound]:
    """A group of an open round, kept from others' hands; nobody of a unit that is appraised.

    Raises AppraisalUnknown, AppraisalMoved, OwnUnitCounted.
    """
    group = db.session.get(AppraisalGroup, group_id, with_for_update=True, populate_existing=True)
    if group is None or group.county_id != scope_of(actor).county_id:
        raise AppraisalUnknown
    if not may(actor, Permission.SUPERVISE_TARGETS, (group.county_id,)):
        raise NotAllowed
    held = _hold_round(group.round_id)
    if held.state != AppraisalState.OPEN:
        raise AppraisalMoved
    units = select(AssessedUnit).where(AssessedUnit.programme_id == held.programme_id)
    if any(parties.works_for(actor, unit) for unit in db.session.scalars(units)):
        raise OwnUnitCounted
    return group, held


def _hold_round(round_id: int) -> AppraisalRound:
    """Kept from being closed until this is done."""
    held = db.session.get_one(
        AppraisalRound, round_id, with_for_update={"read": True}, populate_existing=True
    )
    transitions.hold_judged(held.programme_id, held.county_id)
    return held


def _check_counts(group: AppraisalGroup, asked: set[BallotQuestion], counts: Counts) -> None:
    ballots = [sum(levels) for levels in counts.values()]
    if not any(ballots):
        raise InvalidInput(errors={"counts": ["一张票也没有录，请按票填数"]})
    if not set(counts) <= asked:
        raise InvalidInput(errors={"counts": ["有不在这一轮票上的单位或指标"]})
    runs = one_time_codes.runs_of([group.id]).get(group.id, [])
    returned = sum(run.on_paper for run in runs if not run.voided)
    if runs and max(ballots) > returned:
        words = f"有单位录了 {max(ballots)} 票，收回的纸票小条只有 {returned} 张，请先录收回的码"
        raise InvalidInput(errors={"counts": [words]})
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
        {**whose, **question._asdict(), "counts": levels}
        for question, levels in counts.items()
        if any(levels)
    ]
    db.session.execute(insert(AppraisalCount), rows)
    listed = [
        {**whose, "slip": slip, **question._asdict(), "level": level}
        for slip, levels in slips.items()
        for question, level in levels.items()
    ]
    if listed:
        db.session.execute(insert(AppraisalSlip), listed)


def _compared(group: AppraisalGroup) -> BallotState:
    entries = entries_of(group.id)
    if len(entries) == 1:
        return BallotState.ONCE
    return BallotState.DIFFERENT if differences(entries) else BallotState.ACCEPTED
