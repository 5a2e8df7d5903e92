"""申诉: a unit appeals once against an item; somebody else decides; an error is corrected."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, Role, may
from backend.app.accounts.queries import staff_of
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments.appeals.corrected_facts import corrected
from backend.app.assessments.appeals.errors import (
    AlreadyAppealed,
    AppealClosed,
    AppealItemUnknown,
    AppealMoved,
    AppealUnknown,
    CorrectionRefused,
    NotYourResult,
    OwnAppeal,
)
from backend.app.assessments.appeals.queries import (
    appealable_items,
    corrections_in_order,
    standing_grades,
)
from backend.app.assessments.grades.proposals import GradeInput, GradeProposal, propose
from backend.app.assessments.grades.queries import (
    grade_groups,
    grade_pools,
    group_sizes,
)
from backend.app.assessments.locks.queries import get_programme_lock
from backend.app.assessments.models import (
    AssessedUnit,
    Programme,
    ProgrammeAdjustment,
    ResultAppeal,
    ResultCorrection,
    UnitGrade,
)
from backend.app.assessments.parties import works_for
from backend.app.assessments.publications.queries import get_programme_publication
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.reports.year_times import working_days_on
from backend.app.assessments.results.year_facts import UnitYearFacts, YearFacts, year_facts
from backend.app.assessments.results.year_scores import ScoredUnit, score_year
from backend.app.assessments.states import AppealItem, AppealState
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.notices.operations import notify
from backend.app.scoring.assessing.grades import GRADE_NAMES, Grade
from backend.app.scoring.assessing.moves import MoveKind
from backend.app.scoring.assessing.progress import ProgressKind
from backend.app.scoring.totals import displayed

LONGEST_WORDS, LONGEST_DECISION = 500, 300
NOTHING = "—"


@dataclass(frozen=True)
class Redress:
    """What an upheld appeal puts right: a value or points of an element, points of an adjustment
    (none strikes it), and the grade where it becomes another one."""

    value: Decimal | None = None
    points: Decimal | None = None
    grade: Grade | None = None


def raise_appeal(
    actor: Actor, programme_id: int, unit_id: int, item: AppealItem, item_id: int, words: str
) -> int:
    """Within the publication's days, once for each item.

    Raises NotYourResult, AppealClosed, AppealItemUnknown, AlreadyAppealed.
    """
    publication = get_programme_publication(programme_id)
    unit = db.session.get(AssessedUnit, unit_id)
    if unit is None or unit.programme_id != programme_id or not works_for(actor, unit):
        raise NotYourResult
    if clock.now() > publication.appeals_until:
        raise AppealClosed
    items = appealable_items(programme_id, unit_id)
    about = next((row for row in items if (row.item, row.item_id) == (item, item_id)), None)
    if about is None:
        raise AppealItemUnknown
    programme = db.session.get_one(Programme, programme_id)
    at = clock.now()
    appeal_id = db.session.scalar(
        insert(ResultAppeal)
        .values(
            county_id=programme.county_id, programme_id=programme_id, unit_id=unit_id,
            item=item.value, item_id=item_id, item_words=about.words,
            words=_checked(words, "words", "请写清楚哪里不对、依据是什么", LONGEST_WORDS),
            raised_by_id=actor.person_id, raised_at=at,
            due_at=working_days_on(programme, at, "appeal_days"),
        )
        .on_conflict_do_nothing()
        .returning(ResultAppeal.id)
    )  # fmt: skip
    if appeal_id is None:
        raise AlreadyAppealed
    record("raise_appeal", actor.person_id, "result_appeal", appeal_id)
    notify(
        staff_of([Role.ASSESSOR], programme.county_id), kind="assessment",
        title=f"{programme.title}有一件申诉", words=about.words, page=None,
        subject_kind="result_appeal", subject_id=appeal_id, dedup=f"result_appeal:{appeal_id}",
    )  # fmt: skip
    return appeal_id


def _checked(words: str, field: str, ask: str, most: int) -> str:
    if not 1 <= len(words.strip()) <= most:
        raise InvalidInput(errors={field: [f"{ask}，最多 {most} 个字"]})
    return words.strip()


def decide_appeal(
    actor: Actor, appeal_id: int, decision: str, redress: Redress | None
) -> ResultAppeal:
    """Refused, or with a redress upheld: corrections are numbered and stand beside the frozen page.

    Raises AppealUnknown, NotAllowed, OwnAppeal, AppealMoved, CorrectionRefused.
    """
    known = db.session.get(ResultAppeal, appeal_id)
    if known is None:
        raise AppealUnknown
    # Appeals of a programme are decided one after the other: corrections are numbered.
    programme = db.session.get_one(
        Programme, known.programme_id, with_for_update=True, populate_existing=True
    )
    appeal = db.session.get_one(
        ResultAppeal, appeal_id, with_for_update=True, populate_existing=True
    )
    unit = db.session.get_one(AssessedUnit, appeal.unit_id)
    _check_decider(actor, appeal, unit)
    if appeal.state != AppealState.FILED:
        raise AppealMoved
    reason = _checked(decision, "decision", "请写明裁决理由", LONGEST_DECISION)
    state = AppealState.REFUSED if redress is None else AppealState.UPHELD
    effect = "" if redress is None else _correct(actor, programme, appeal, reason, redress)
    appeal.state, appeal.decision = state.value, reason
    appeal.decided_by_id, appeal.decided_at = actor.person_id, clock.now()
    db.session.flush()
    record("decide_appeal", actor.person_id, "result_appeal", appeal.id, decision=state.words)
    tell_unit(
        unit.region_id, unit.department_id, f"考核申诉：{state.words}", f"{effect}{reason}",
        f"result_appeal:{appeal.id}:decided", ("result_appeal", appeal.id),
    )  # fmt: skip
    return appeal


def _check_decider(actor: Actor, appeal: ResultAppeal, unit: AssessedUnit) -> None:
    """By neither the unit, nor who appealed, nor who decided before what is appealed against."""
    if not may(actor, Permission.DECIDE_RESULTS, (appeal.county_id,)):
        raise NotAllowed
    if works_for(actor, unit):
        raise OwnAppeal
    earlier = None
    if appeal.item == AppealItem.ADJUSTMENT:
        earlier = db.session.get_one(ProgrammeAdjustment, appeal.item_id).decided_by_id
    elif appeal.item == AppealItem.GRADE:
        earlier = db.session.scalar(
            select(UnitGrade.decided_by_id).where(UnitGrade.unit_id == appeal.unit_id)
        )
    check_another_hand(actor, appeal.raised_by_id, earlier, refusal=OwnAppeal())


def _correct(
    actor: Actor, programme: Programme, appeal: ResultAppeal, reason: str, redress: Redress
) -> str:
    """Writes a correction for the unit and for each other one whose total or band it moves."""
    earlier = corrections_in_order(programme.id)
    lock = get_programme_lock(programme.id)
    facts = corrected(year_facts(programme.id, lock.until), [row.change for row in earlier])
    change = _change_of(appeal, redress, facts)
    after_facts = corrected(facts, [change])
    before = {unit.unit_id: unit for unit in score_year(facts)}
    after = {unit.unit_id: unit for unit in score_year(after_facts)}
    grades = standing_grades(programme.id)
    grade = _grade_after(programme, appeal, redress, _proposals(programme, after_facts, after),
                         grades)  # fmt: skip
    moved = [unit for unit in after if _standing(before[unit]) != _standing(after[unit])]
    if not moved and grade == grades.get(appeal.unit_id):
        raise CorrectionRefused("这样更正，得分和等次都没有变化，请核对")
    whom = [appeal.unit_id, *(unit_id for unit_id in moved if unit_id != appeal.unit_id)]
    for number, unit_id in enumerate(whom, len(earlier) + 1):
        is_own = unit_id == appeal.unit_id
        stays = grades.get(unit_id, "")
        db.session.add(
            ResultCorrection(
                programme_id=programme.id, number=number, county_id=programme.county_id,
                unit_id=unit_id, appeal_id=appeal.id, reason=reason,
                change=change if is_own else {}, before=_shown(before[unit_id], stays),
                after=_shown(after[unit_id], grade if is_own else stays),
                made_by_id=actor.person_id, made_at=clock.now(),
            )
        )  # fmt: skip
    db.session.flush()
    own = appeal.unit_id
    _tell_moved(programme, appeal, whom[1:], before, after)
    was, is_now = _shown(before[own], grades.get(own, "")), _shown(after[own], grade)
    return (
        f"得分 {was['total']} → {is_now['total']}，等次 {was['grade']} → {is_now['grade']}。"
    )  # fmt: skip


def _standing(unit: ScoredUnit) -> tuple[Decimal | None, int | None]:
    return unit.total.total, unit.band


def _tell_moved(
    programme: Programme, appeal: ResultAppeal, unit_ids: Sequence[int],
    before: Mapping[int, ScoredUnit], after: Mapping[int, ScoredUnit],
) -> None:  # fmt: skip
    """Who is compared with the corrected unit hears what moved, and through whose correction."""
    for unit_id in unit_ids:
        unit = db.session.get_one(AssessedUnit, unit_id)
        was, is_now = before[unit_id], after[unit_id]
        tell_unit(
            unit.region_id, unit.department_id, f"{programme.title}的更正动了你单位的位置",
            f"随「{after[appeal.unit_id].name}」的更正：得分 {was.total.total} →"
            f" {is_now.total.total}，第 {was.band} 档 → 第 {is_now.band} 档；等次不变。",
            f"result_appeal:{appeal.id}:moved:{unit_id}", ("result_appeal", appeal.id),
        )  # fmt: skip


def _shown(unit: ScoredUnit, grade: str) -> dict[str, Any]:
    social = NOTHING
    if unit.social is not None:
        (shown,) = displayed([unit.social])
        social = f"{shown:.2f}"
    total = unit.total.total
    return {
        "total": NOTHING if total is None else f"{total:.2f}", "social": social,
        "grade": GRADE_NAMES.get(grade, NOTHING), "band": unit.band,
    }  # fmt: skip


def _change_of(appeal: ResultAppeal, redress: Redress, facts: YearFacts) -> dict[str, Any]:
    """The change of the facts as it is kept. Raises CorrectionRefused naming the box."""
    change: dict[str, Any] = {"item": appeal.item, "item_id": appeal.item_id}
    if appeal.item == AppealItem.GRADE:
        return change
    if appeal.item == AppealItem.ADJUSTMENT:
        if redress.points is None:
            raise CorrectionRefused(errors={"points": ["请填更正后的分，撤销填 0"]})
        return {**change, "points": str(redress.points)}
    part = next(
        part for unit in facts.units for part in unit.parts if part.target_id == appeal.item_id
    )
    if (redress.points is None) == (redress.value is None):
        raise CorrectionRefused(errors={"points": ["更正后的完成值和得分，填一个"]})
    if redress.points is not None:
        if redress.points > part.full:
            raise CorrectionRefused(errors={"points": [f"得分最多 {part.full}"]})
        return {**change, "points": str(redress.points)}
    if part.kind == ProgressKind.MILESTONE:
        raise CorrectionRefused(errors={"value": ["节点目标请填更正后的得分"]})
    return {**change, "value": str(redress.value)}


def _proposals(
    programme: Programme, facts: YearFacts, scored: Mapping[int, ScoredUnit]
) -> dict[int, GradeProposal]:
    """What the machine would propose for the corrected year."""
    rows = propose(
        [
            _input(unit, scored[unit.unit_id])
            for unit in facts.units if scored[unit.unit_id].total.total is not None
        ],
        grade_groups(programme.id), group_sizes(programme.id), programme.content,
    )  # fmt: skip
    return {row.unit_id: row for row in rows}


def _input(unit: UnitYearFacts, scored: ScoredUnit) -> GradeInput:
    kinds = Counter(
        move.kind for move in unit.moves if move.kind != MoveKind.RED or not move.returned
    )
    social = None if scored.social is None else displayed([scored.social])[0]
    return GradeInput(
        unit.unit_id, unit.group_name, scored.total.total or Decimal(0), social,
        scored.band or 1, bool(kinds[MoveKind.VETO]), bool(kinds[MoveKind.NO_EXCELLENT]),
        bool(kinds[MoveKind.RED]),
    )  # fmt: skip


def _grade_after(
    programme: Programme, appeal: ResultAppeal, redress: Redress,
    proposals: Mapping[int, GradeProposal], grades: Mapping[int, str],
) -> str:  # fmt: skip
    """The unit's grade from now on. Raises CorrectionRefused where it has to be said, or cannot."""
    proposal, current = proposals[appeal.unit_id], grades[appeal.unit_id]
    if redress.grade is None:
        if appeal.item == AppealItem.GRADE:
            raise CorrectionRefused(errors={"grade": ["请选更正后的等次"]})
        if proposal.proposed != current:
            words = f"更正后按方案应为「{GRADE_NAMES[proposal.proposed]}」，请选定更正后的等次"
            raise CorrectionRefused(errors={"grade": [words]})
        return current
    order = list(Grade)
    if order.index(redress.grade) < order.index(proposal.ceiling):
        words = f"最高只能定「{GRADE_NAMES[proposal.ceiling]}」：{'；'.join(proposal.reasons)}"
        raise CorrectionRefused(errors={"grade": [words]})
    if redress.grade is Grade.EXCELLENT and current != Grade.EXCELLENT:
        pool = next(pool for pool in grade_pools(programme) if pool.name == proposal.pool)
        taken = sum(grades.get(row.unit_id) == Grade.EXCELLENT for row in pool.rows)
        if taken >= pool.places:
            words = f"「{pool.name}」{pool.places} 个优秀名额已满，不能再增加"
            raise CorrectionRefused(errors={"grade": [words]})
    return redress.grade.value
