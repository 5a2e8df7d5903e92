"""督办: the machine proposes by the pure ladder, a person confirms; answered, then closed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import and_, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.assessments.evaluation.card_operations import settle_cards
from backend.app.assessments.evaluation.errors import (
    NotYourStep,
    NotYourSummons,
    StepMoved,
    StepUnknown,
)
from backend.app.assessments.evaluation.queries import lights_of
from backend.app.assessments.issues.operations import SeenProblem, open_problem
from backend.app.assessments.models import (
    AssessedUnit,
    Programme,
    ProgrammeAdjustment,
    ProgrammeWindow,
    Target,
    TargetSupervision,
)
from backend.app.assessments.reports.facts import TargetFacts, facts_of, is_office, works_for
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import ProgrammeAdjustmentState, SupervisionState
from backend.app.assessments.states.issues import IssueSource
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, fetch_named, fetch_rows
from backend.app.core.errors import InvalidInput
from backend.app.scoring.assessing.ladder import (
    FOUND_UNTRUE,
    GOOD_TO_END,
    REMIND,
    SUMMON,
    Evaluated,
    LadderPolicy,
    LadderProposal,
    policy_of,
    proposals,
)
from backend.app.scoring.assessing.lights import Light
from backend.app.scoring.assessing.moves import UNTRUE, MoveKind
from backend.app.tickets.kinds import STEP_NAMES, Step
from backend.app.tickets.rules.queries import clock_of

LONGEST_ANSWER, LONGEST_NOTE = 300, 200
# The second step and the fourth carry a card.
CARD_OF = {2: MoveKind.YELLOW, 4: MoveKind.RED}
TAKEN = """
    SELECT target_id, period, level, state, due_at, answered_at FROM target_supervision
    WHERE programme_id = :programme_id AND period <= :period ORDER BY id
"""
# A month in which nothing was to be reported is no second bad one.
HISTORIES = """
    SELECT target_id, period,
           CASE WHEN CAST(basis ->> 'is_due' AS boolean) THEN colour END AS colour,
           is_missed, computed_at
    FROM target_standing
    WHERE programme_id = :programme_id AND period <= :period AND target_id IN (
        SELECT target_id FROM target_standing
        WHERE programme_id = :programme_id AND period <= :period
          AND (colour = ANY(:bad) OR is_missed))
    ORDER BY target_id, period
"""
# Reminders count at once and have a day to be answered; a person confirms the others.
PROPOSE = text(
    f"""
    INSERT INTO target_supervision
        (county_id, programme_id, target_id, period, round, level, state, words, at, due_at)
    SELECT :county_id, :programme_id, target_id, :period, round, level,
           CASE level WHEN {REMIND} THEN '{SupervisionState.OPEN}'
                      ELSE '{SupervisionState.PROPOSED}' END,
           words, :at, CASE level WHEN {REMIND} THEN CAST(:due_at AS timestamptz) END
    FROM unnest(CAST(:target_ids AS bigint[]), CAST(:rounds AS smallint[]),
                CAST(:levels AS smallint[]), CAST(:words AS text[]))
        AS new (target_id, round, level, words)
    ON CONFLICT (target_id, round, level) DO NOTHING
    RETURNING target_id, level
    """
)


class PastStanding(NamedTuple):
    """What of a standing the ladder looks at."""

    target_id: int
    period: date
    colour: str | None
    is_missed: bool
    computed_at: datetime


class TakenStep(NamedTuple):
    """A step that was proposed before."""

    target_id: int
    period: date
    level: int
    state: str
    due_at: datetime | None
    answered_at: datetime | None


class TargetStep(NamedTuple):
    """A step of one target."""

    target_id: int
    level: int


def propose_steps(programme: Programme, window: ProgrammeWindow, lights: Sequence[Light]) -> int:
    """What the ladder says at this evaluation; safe to repeat. Reminders count at once."""
    policy = policy_of(lights)
    _forget_untouched(programme.id, window.period)
    steps = _steps_of(programme.id, window.period)
    new: list[tuple[int, int, LadderProposal]] = []
    for target_id, standings in _histories(programme.id, window.period, policy):
        rows = steps.get(target_id, [])
        proposed = proposals([_evaluated(standing, rows) for standing in standings], policy)
        number = _round(standings, rows, policy) if proposed else 0
        new += [(target_id, number, proposal) for proposal in proposed]
    made = _insert(programme, window, new, policy)
    _tell_reminded([step.target_id for step in made if step.level == REMIND], window)
    return len(made)


def _forget_untouched(programme_id: int, period: date) -> None:
    """Proposed here before and touched by nobody since: an evaluation made anew says it anew."""
    untouched = or_(
        TargetSupervision.state == SupervisionState.PROPOSED,
        and_(TargetSupervision.level == REMIND, TargetSupervision.state == SupervisionState.OPEN),
    )
    db.session.execute(
        delete(TargetSupervision).where(
            TargetSupervision.programme_id == programme_id,
            TargetSupervision.period == period, untouched,
            TargetSupervision.words != FOUND_UNTRUE,
        )
    )  # fmt: skip


def _steps_of(programme_id: int, period: date) -> dict[int, list[TakenStep]]:
    steps: dict[int, list[TakenStep]] = defaultdict(list)
    for row in fetch_rows(TAKEN, {"programme_id": programme_id, "period": period}):
        step = TakenStep(*row)
        steps[step.target_id].append(step)
    return steps


def _histories(
    programme_id: int, period: date, policy: LadderPolicy
) -> Iterator[tuple[int, list[PastStanding]]]:
    """Of each target that was ever behind or missed, oldest first."""
    values = {"programme_id": programme_id, "period": period, "bad": sorted(policy.bad)}
    rows = (PastStanding(*row) for row in fetch_rows(HISTORIES, values))
    for target_id, standings in groupby(rows, attrgetter("target_id")):
        yield target_id, list(standings)


def _evaluated(standing: PastStanding, rows: Sequence[TakenStep]) -> Evaluated:
    at = standing.computed_at
    return Evaluated(
        standing.colour, standing.is_missed,
        unanswered=any(_is_unanswered(row, standing.period, at) for row in rows),
        dropped={
            row.level for row in rows
            if row.period == standing.period and row.state == SupervisionState.DROPPED
        },
    )  # fmt: skip


def _is_unanswered(row: TakenStep, period: date, at: datetime) -> bool:
    """A reminder of an earlier period whose time had passed without an answer."""
    if row.level != REMIND or row.period >= period or row.due_at is None or row.due_at > at:
        return False
    return row.answered_at is None or row.answered_at > row.due_at


def _round(
    standings: Sequence[PastStanding], rows: Sequence[TakenStep], policy: LadderPolicy
) -> int:
    """Which round this is: two good evaluations running end one in which anything was proposed."""
    proposed = {row.period for row in rows}
    number, good, has_steps = 1, 0, False
    for standing in standings:
        if standing.colour is not None:
            good = good + 1 if standing.colour in policy.good and not standing.is_missed else 0
        if good >= GOOD_TO_END and has_steps:
            number, has_steps = number + 1, False
        has_steps = has_steps or standing.period in proposed
    return number


def _insert(
    programme: Programme, window: ProgrammeWindow,
    new: Sequence[tuple[int, int, LadderProposal]], policy: LadderPolicy,
) -> list[TargetStep]:  # fmt: skip
    """All in one statement; returns what was not there before."""
    if not new:
        return []
    return fetch_named(
        TargetStep, PROPOSE,
        {
            "county_id": programme.county_id, "programme_id": programme.id,
            "period": window.period, "at": clock.now(),
            "due_at": _due(programme.county_id, policy.answer_days[REMIND]),
            "target_ids": [target_id for target_id, _, _ in new],
            "rounds": [number for _, number, _ in new],
            "levels": [proposal.step for _, _, proposal in new],
            "words": [proposal.reason for _, _, proposal in new],
        },
    )  # fmt: skip


def propose_talk(facts: TargetFacts, period: date) -> None:
    """约谈 after a check found 不属实: in the target's last round, whatever its colours."""
    newest = select(func.max(TargetSupervision.round)).where(
        TargetSupervision.target_id == facts.target.id
    )
    db.session.execute(
        insert(TargetSupervision)
        .values(
            county_id=facts.target.county_id, programme_id=facts.programme.id,
            target_id=facts.target.id, period=period, round=db.session.scalar(newest) or 1,
            level=SUMMON, state=SupervisionState.PROPOSED, words=FOUND_UNTRUE, at=clock.now(),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip


def _due(county_id: int, days: int | None) -> datetime | None:
    """Dated minutes are the answer where no days are set."""
    return None if days is None else clock_of(county_id).close_of_nth_day(clock.now(), days)


def _tell_reminded(target_ids: Sequence[int], window: ProgrammeWindow) -> None:
    """One notice a unit and window, never one a target."""
    units = (
        select(
            AssessedUnit.id, AssessedUnit.region_id, AssessedUnit.department_id,
            func.count().label("targets"),
        )
        .join(Target, Target.unit_id == AssessedUnit.id)
        .where(Target.id.in_(target_ids))
        .group_by(AssessedUnit.id)
    )  # fmt: skip
    for unit in db.session.execute(units).all():
        tell_unit(
            unit.region_id, unit.department_id, f"{window.period.month}月有目标被提醒督办",
            f"有 {unit.targets} 项滞后、未开工或未报，请在考核页面的「督办」里答复。",
            f"window:{window.id}:evaluated:{unit.id}", ("programme_window", window.id),
        )  # fmt: skip


def _hold(step_id: int, state: SupervisionState) -> tuple[TargetSupervision, TargetFacts]:
    """Raises StepUnknown, or StepMoved where it stands elsewhere."""
    step = db.session.get(
        TargetSupervision, step_id, with_for_update=True, populate_existing=True
    )  # fmt: skip
    if step is None:
        raise StepUnknown
    if step.state != state:
        raise StepMoved
    return step, facts_of(step.target_id)


def _check_office(actor: Actor, facts: TargetFacts, level: int) -> None:
    """The office; a leader's talk is decided by who may approve in it."""
    county_id = facts.target.county_id
    if not is_office(actor, county_id, facts.unit):
        raise NotYourStep
    if level == SUMMON and not may(actor, Permission.DECIDE_RESULTS, (county_id,)):
        raise NotYourSummons


def _checked(words: str, most: int, field: str, ask: str) -> str:
    if not 1 <= len(words.strip()) <= most:
        raise InvalidInput(errors={field: [f"{ask}，最多 {most} 个字"]})
    return words.strip()


def confirm_step(actor: Actor, step_id: int) -> TargetSupervision:
    """A person says that it counts: the unit is told, a card is counted the same day."""
    step, facts = _hold(step_id, SupervisionState.PROPOSED)
    _check_office(actor, facts, step.level)
    policy = policy_of(lights_of(facts.programme))
    step.state, step.by_id, step.decided_by_id = (
        SupervisionState.OPEN, actor.person_id, actor.person_id,
    )  # fmt: skip
    step.at = clock.now()
    step.due_at = _due(step.county_id, policy.answer_days[step.level])
    card = CARD_OF.get(step.level)
    if card is not None:
        _give_card(actor, step, facts, card, policy)
    name = STEP_NAMES[Step(step.level)]
    tell_unit(
        facts.unit.region_id, facts.unit.department_id, f"督办{name}：{facts.element.name}",
        f"{step.words}。请在考核页面的「督办」里答复。", f"step:{step.id}",
        ("target_supervision", step.id),
    )  # fmt: skip
    if step.level > REMIND:
        _list_problem(step, facts)
    record("confirm_step", actor.person_id, "target_supervision", step.id, stage=name)
    return step


def _list_problem(step: TargetSupervision, facts: TargetFacts) -> None:
    """Into 问题清单, once while it is open: what was reported has to be put right."""
    open_problem(
        SeenProblem(
            facts.unit,
            facts.target.id,
            step.period,
            IssueSource.TARGET,
            facts.target.task,
            f"{facts.element.name}{step.words}，督办到「{STEP_NAMES[Step(step.level)]}」",
        )
    )


def _give_card(
    actor: Actor, step: TargetSupervision, facts: TargetFacts, card: MoveKind, policy: LadderPolicy
) -> None:
    """None where a check has given the red one already."""
    by_check = select(ProgrammeAdjustment.id).where(
        ProgrammeAdjustment.target_id == step.target_id, ProgrammeAdjustment.rule_code == UNTRUE,
        ProgrammeAdjustment.state != ProgrammeAdjustmentState.DROPPED,
    )  # fmt: skip
    if card is MoveKind.RED and db.session.scalar(by_check.limit(1)) is not None:
        return
    points = policy.yellow if card is MoveKind.YELLOW else policy.red
    db.session.add(
        ProgrammeAdjustment(
            county_id=step.county_id, programme_id=step.programme_id, unit_id=facts.unit.id,
            target_id=step.target_id, period=step.period, kind=card.value, points=points,
            rule_code=f"ladder_{step.level}", case_words=f"{facts.element.name}{step.words}",
            basis=f"第 {step.round} 轮督办{STEP_NAMES[Step(step.level)]}",
            state=ProgrammeAdjustmentState.CONFIRMED, proposed_at=step.at,
            decided_by_id=actor.person_id, decided_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    settle_cards(step.programme_id, policy, {facts.target.id})


def drop_step(actor: Actor, step_id: int, note: str) -> TargetSupervision:
    """Not confirmed, with a reason; it is not proposed again in this round."""
    step, facts = _hold(step_id, SupervisionState.PROPOSED)
    _check_office(actor, facts, step.level)
    step.note = _checked(note, LONGEST_NOTE, "note", "请写明为什么不督办")
    step.state, step.decided_by_id = SupervisionState.DROPPED, actor.person_id
    record("drop_step", actor.person_id, "target_supervision", step.id, reason=step.note)
    return step


def answer_step(actor: Actor, step_id: int, words: str) -> TargetSupervision:
    """By the unit."""
    step, facts = _hold(step_id, SupervisionState.OPEN)
    if not works_for(scope_of(actor), facts.unit):
        raise NotYourStep
    step.answer = _checked(words, LONGEST_ANSWER, "words", "请写明原因和打算")
    step.state, step.answered_at = SupervisionState.ANSWERED, clock.now()
    step.answered_by_id = actor.person_id
    record("answer_step", actor.person_id, "target_supervision", step.id)
    return step


def close_step(actor: Actor, step_id: int) -> TargetSupervision:
    """销号: the office is content with the answer."""
    step, facts = _hold(step_id, SupervisionState.ANSWERED)
    _check_office(actor, facts, step.level)
    step.state, step.closed_at = SupervisionState.CLOSED, clock.now()
    step.closed_by_id = actor.person_id
    record("close_step", actor.person_id, "target_supervision", step.id)
    return step
