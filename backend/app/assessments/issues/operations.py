"""清单 written: opened by the office or by what the ladder says, answered by units, closed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import transitions
from backend.app.assessments.issues.errors import IssueMoved, IssueUnknown, NotYourIssue
from backend.app.assessments.issues.queries import duty_choices
from backend.app.assessments.models import AssessedUnit, IssueDuty, IssueEntry, Programme
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states.issues import NUMBERED, IssueList, IssueSource, IssueState
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.clock import local_day
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.imports.kinds import AppliedRow
from backend.app.tickets.rules.queries import clock_of

LONGEST_TASK, LONGEST_WORDS, LONGEST_CLOSING = 120, 500, 300
# Working days to put right what was opened by itself; the office may name another day.
USUAL_DAYS = 20


@dataclass(frozen=True)
class IssueDraft:
    """An entry as it is typed or read from a file; `duties` are keys of `duty_choices`."""

    list: IssueList
    task: str
    difficulty: str
    measure: str
    due_on: date
    duties: Collection[str]
    source: IssueSource = IssueSource.HAND
    source_id: int | None = None


@dataclass(frozen=True)
class SeenProblem:
    """What the product itself found at a unit's target in a month."""

    unit: AssessedUnit
    target_id: int
    period: date
    source: IssueSource
    task: str
    difficulty: str


def save_issue(
    actor: Actor, programme_id: int, draft: IssueDraft, issue_id: int | None = None
) -> int:
    """By the office; what is new is told to whom it is given. Raises InvalidInput."""
    programme = transitions.hold_under_way(programme_id, scope_of(actor).county_id)
    _check_office(actor, programme)
    choices = duty_choices(programme.county_id)
    _check(draft, choices)
    if issue_id is None:
        entry = _add(programme, draft, actor.person_id)
        before: set[str] = set()
    else:
        entry = _hold(programme.id, issue_id)
        if entry.state == IssueState.CLOSED:
            raise IssueMoved
        before = _duties_of(entry.id)
        _fill(entry, draft)
    _give(entry, draft.duties, before)
    record("save_issue", actor.person_id, "issue_entry", entry.id, name=entry.task)
    return entry.id


def _check_office(actor: Actor, programme: Programme) -> None:
    if not may(actor, Permission.SUPERVISE_TARGETS, (programme.county_id,)):
        raise NotAllowed


def _check(draft: IssueDraft, choices: Collection[str]) -> None:
    """All faults at once."""
    faults: dict[str, list[str]] = {}
    if not 1 <= len(draft.task.strip()) <= LONGEST_TASK:
        faults["task"] = [f"分任务填 1 到 {LONGEST_TASK} 个字"]
    if not 1 <= len(draft.difficulty.strip()) <= LONGEST_WORDS:
        faults["difficulty"] = [f"难点堵点填 1 到 {LONGEST_WORDS} 个字"]
    if len(draft.measure.strip()) > LONGEST_WORDS:
        faults["measure"] = [f"对策措施最多 {LONGEST_WORDS} 个字"]
    if not draft.duties or not set(draft.duties) <= set(choices):
        faults["duties"] = ["请从列表里选责任单位，可以几个"]
    if (draft.source in NUMBERED) != (draft.source_id is not None):
        faults["source_id"] = ["从督办、诉求、核查、申诉来的，请填它的编号；其余的不填"]
    if faults:
        raise InvalidInput(errors=faults)


def _add(programme: Programme, draft: IssueDraft, person_id: int | None) -> IssueEntry:
    entry = IssueEntry(
        county_id=programme.county_id, programme_id=programme.id, opened_by_id=person_id,
        opened_at=clock.now(),
    )  # fmt: skip
    _fill(entry, draft)
    db.session.add(entry)
    db.session.flush()
    return entry


def _fill(entry: IssueEntry, draft: IssueDraft) -> None:
    entry.list, entry.due_on = draft.list.value, draft.due_on
    entry.task, entry.difficulty = draft.task.strip(), draft.difficulty.strip()
    entry.measure, entry.is_example = draft.measure.strip(), False
    if entry.source in (None, IssueSource.HAND) or draft.source in NUMBERED:
        entry.source, entry.source_id = draft.source.value, draft.source_id


def _hold(programme_id: int, issue_id: int) -> IssueEntry:
    entry = db.session.get(IssueEntry, issue_id, with_for_update=True, populate_existing=True)
    if entry is None or entry.programme_id != programme_id:
        raise IssueUnknown
    return entry


def _duties_of(issue_id: int) -> set[str]:
    rows = db.session.scalars(select(IssueDuty).where(IssueDuty.issue_id == issue_id))
    return {f"r{row.region_id}" if row.region_id else f"d{row.department_id}" for row in rows}


def _give(entry: IssueEntry, duties: Collection[str], before: Collection[str]) -> None:
    """Exactly these from now on; the new ones are told."""
    rows = db.session.scalars(select(IssueDuty).where(IssueDuty.issue_id == entry.id))
    for row in rows.all():
        key = f"r{row.region_id}" if row.region_id else f"d{row.department_id}"
        if key not in duties:
            db.session.delete(row)
    for key in (key for key in dict.fromkeys(duties) if key not in before):
        number = int(key[1:])
        region_id, department_id = (number, None) if key.startswith("r") else (None, number)
        db.session.add(
            IssueDuty(
                county_id=entry.county_id, issue_id=entry.id, region_id=region_id,
                department_id=department_id,
            )
        )  # fmt: skip
        tell_unit(
            region_id, department_id, f"{IssueList.of(entry.list).words}有一条由您单位办",
            f"{entry.task}，{entry.due_on} 前在考核页面的「清单」里答复。",
            f"issue:{entry.id}:{key}", ("issue_entry", entry.id),
        )  # fmt: skip
    db.session.flush()


def take_over(
    programme: Programme, person_id: int | None, drafts: Iterable[IssueDraft]
) -> list[int]:
    """Checked lines of a file; returns their numbers."""
    ids = []
    for draft in drafts:
        entry = _add(programme, draft, person_id)
        _give(entry, draft.duties, ())
        ids.append(entry.id)
    return ids


def known_lines(programme_id: int) -> set[tuple[str, str, str]]:
    """分任务, 难点堵点 and 对策措施 of every entry."""
    rows = db.session.scalars(select(IssueEntry).where(IssueEntry.programme_id == programme_id))
    return {(row.task, row.difficulty, row.measure) for row in rows}


def take_back(rows: Sequence[AppliedRow]) -> dict[int, str]:
    """What a file brought and nobody touched; why each other line stays."""
    stays = {}
    for row in rows:
        entry = db.session.get(IssueEntry, row.subject_id, with_for_update=True)
        if entry is not None and (entry.answer or entry.state == IssueState.CLOSED):
            stays[row.line] = "已经答复或销号，没有撤销"
        elif entry is not None:
            db.session.delete(entry)
    db.session.flush()
    return stays


def load_issues(programme: Programme, drafts: Iterable[IssueDraft]) -> None:
    """Lines of a template, 示例 until somebody edits them; nobody is told of a draft."""
    for draft in drafts:
        entry = _add(programme, draft, programme.drafted_by_id)
        entry.is_example = True
        db.session.add_all(
            IssueDuty(county_id=programme.county_id, issue_id=entry.id, department_id=int(key[1:]))
            for key in draft.duties
        )
    db.session.flush()


def open_problem(seen: SeenProblem) -> int | None:
    """Into 问题清单, once a month and while none of the target is open; safe to repeat."""
    unit = seen.unit
    running = select(IssueEntry.id).where(
        IssueEntry.programme_id == unit.programme_id, IssueEntry.source == seen.source,
        IssueEntry.source_id == seen.target_id, IssueEntry.state != IssueState.CLOSED,
    )  # fmt: skip
    if db.session.scalar(running.limit(1)) is not None:
        return None
    issue_id = db.session.scalar(
        insert(IssueEntry)
        .values(
            county_id=unit.county_id, programme_id=unit.programme_id, unit_id=unit.id,
            list=IssueList.PROBLEM.value, source=seen.source.value, source_id=seen.target_id,
            period=seen.period, task=seen.task[:LONGEST_TASK],
            difficulty=seen.difficulty[:LONGEST_WORDS], due_on=_usual_day(unit.county_id),
            opened_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(IssueEntry.id)
    )  # fmt: skip
    if issue_id is None:
        return None
    entry = db.session.get_one(IssueEntry, issue_id)
    if unit.region_id or unit.department_id:
        _give(entry, {f"r{unit.region_id}" if unit.region_id else f"d{unit.department_id}"}, ())
    record("open_issue", None, "issue_entry", issue_id, source=seen.source.words)
    return int(issue_id)


def _usual_day(county_id: int) -> date:
    due: datetime = clock_of(county_id).close_of_nth_day(clock.now(), USUAL_DAYS)
    return local_day(due)


def answer_issue(actor: Actor, programme_id: int, issue_id: int, words: str) -> None:
    """What was done, by one of the units it is given to. Raises NotYourIssue, IssueMoved."""
    entry = _hold(programme_id, issue_id)
    if not _is_given_to(actor, entry):
        raise NotYourIssue
    if entry.state != IssueState.OPEN:
        raise IssueMoved
    entry.answer = _words(words, LONGEST_WORDS, "请写明做了什么、到哪一步")
    entry.state, entry.answered_at = IssueState.ANSWERED.value, clock.now()
    entry.answered_by_id = actor.person_id
    record("answer_issue", actor.person_id, "issue_entry", entry.id)
    db.session.flush()


def _is_given_to(actor: Actor, entry: IssueEntry) -> bool:
    scope = scope_of(actor)
    own = {f"r{key}" for key in scope.region_ids} | {f"d{key}" for key in scope.department_ids}
    return scope.county_id == entry.county_id and bool(own & _duties_of(entry.id))


def _words(words: str, most: int, ask: str) -> str:
    if not 1 <= len(words.strip()) <= most:
        raise InvalidInput(errors={"words": [f"{ask}，最多 {most} 个字"]})
    return words.strip()


def _hold_as_office(actor: Actor, programme_id: int, issue_id: int) -> IssueEntry:
    """For the office, but for nobody of the units it is given to. Raises NotYourIssue."""
    entry = _hold(programme_id, issue_id)
    if not may(actor, Permission.SUPERVISE_TARGETS, (entry.county_id,)):
        raise NotAllowed
    if _is_given_to(actor, entry):
        raise NotYourIssue
    return entry


def return_issue(actor: Actor, programme_id: int, issue_id: int, words: str) -> None:
    """Not done yet: back to the units, with the reason."""
    entry = _hold_as_office(actor, programme_id, issue_id)
    if entry.state != IssueState.ANSWERED:
        raise IssueMoved
    entry.returned = _words(words, LONGEST_CLOSING, "请写明还差什么")
    entry.state = IssueState.OPEN.value
    record("return_issue", actor.person_id, "issue_entry", entry.id, reason=entry.returned)
    for key in sorted(_duties_of(entry.id)):
        number = int(key[1:])
        tell_unit(
            number if key.startswith("r") else None, number if key.startswith("d") else None,
            "清单里有一条退回重办", f"{entry.task}：{entry.returned}",
            f"returned:{entry.id}:{key}:{clock.now():%y%m%d%H%M%S}", ("issue_entry", entry.id),
        )  # fmt: skip
    db.session.flush()


def close_issue(actor: Actor, programme_id: int, issue_id: int, words: str) -> None:
    """销号: with words, answered or not, by another than who answered."""
    entry = _hold_as_office(actor, programme_id, issue_id)
    if entry.state == IssueState.CLOSED:
        raise IssueMoved
    check_another_hand(actor, entry.answered_by_id, refusal=NotYourIssue())
    entry.closing = _words(words, LONGEST_CLOSING, "请写明为什么可以销号")
    entry.state, entry.closed_at = IssueState.CLOSED.value, clock.now()
    entry.closed_by_id = actor.person_id
    record("close_issue", actor.person_id, "issue_entry", entry.id, reason=entry.closing)
    db.session.flush()
