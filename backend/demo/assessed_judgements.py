"""What a year of the demo's assessment is judged by besides its months.

Claims checked on site in December, self-assessment, awards and criticism, and the social appraisal.
"""

import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.accounts.grants.operations import insert_grant
from backend.app.accounts.queries import actor_today
from backend.app.assessments.adjustments.operations import (
    AdjustmentDraft,
    decide_adjustment,
    propose_adjustment,
)
from backend.app.assessments.appraisals.closing_operations import close_round
from backend.app.assessments.appraisals.counting import BallotQuestion
from backend.app.assessments.appraisals.operations import (
    RaterGroup,
    RoundDraft,
    enter_counts,
    open_round,
)
from backend.app.assessments.appraisals.queries import groups_of
from backend.app.assessments.checks.errors import CheckMoved
from backend.app.assessments.checks.operations import (
    Seen,
    decide_check,
    draw_checks,
    record_finding,
)
from backend.app.assessments.checks.queries import CheckRow, ReaderReach, list_checks
from backend.app.assessments.checks.visit_operations import VisitDraft, assign_visit
from backend.app.assessments.evaluation import ladder_operations as ladder
from backend.app.assessments.evaluation.card_operations import UNTRUE
from backend.app.assessments.programmes.queries import MemberUnit
from backend.app.assessments.reports.self_operations import confirm_year
from backend.app.assessments.states import ProgrammeAdjustmentState, SupervisionState
from backend.app.assessments.states.checks import CheckFinding
from backend.app.core import clock
from backend.app.core.clock import COUNTY_ZONE, clock_at
from backend.app.core.db import db
from backend.demo.assessed_words import ANSWERS, MOVES, RATED_GOOD, SEEN
from backend.demo.people import add_staff

SEED = 528
DAY = timedelta(days=1)
SELF_ASSESSED, PEOPLE_OF_A_GROUP = 12, (18, 9, 16, 30)
CHECKERS = ("核查员小周（示例）", "核查员小吴（示例）")
UNDECIDED = text(
    "SELECT id FROM programme_adjustment"
    " WHERE programme_id = :id AND state = :proposed AND rule_code = :rule"
)
TALKS = text(
    """
    SELECT s.id, t.unit_id FROM target_supervision s
    JOIN target t ON t.id = s.target_id JOIN site_check c ON c.target_id = t.id
    WHERE s.programme_id = :id AND s.state = :proposed AND c.result = :untrue
    """
)


def judge_year(
    programme: Any, units: Sequence[MemberUnit], clerks: Mapping[int, Actor],
    office: Actor, approver: Actor, known: datetime,
) -> None:  # fmt: skip
    """Everything before the year's end begins; `known` is when December's colours were."""
    december = datetime(programme.year, 12, 15, 10, tzinfo=COUNTY_ZONE)
    _check_claims(programme, clerks, office, approver, december)
    with clock_at(known - DAY):
        for unit in units[:SELF_ASSESSED]:
            confirm_year(clerks[unit.id], unit.id, [])
    _move_points(programme, units, clerks, office, approver, known)
    _count_ballots(programme, units, office, approver, known)


def _check_claims(
    programme: Any, clerks: Mapping[int, Actor], office: Actor, approver: Actor,
    drawn_at: datetime,
) -> None:  # fmt: skip
    """What was said to be finished by November: one claim is untrue, another half true."""
    with clock_at(drawn_at), suppress(CheckMoved):
        draw_checks(office, programme.id, date(programme.year, 11, 1))
    checks = list_checks(programme.id, ReaderReach(True, True, (), ()))
    if not checks:
        return
    day = (drawn_at + 3 * DAY).date()
    with clock_at(drawn_at + DAY):
        pair = [_checker(programme, place) for place in range(len(CHECKERS))]
        first, second = (checker.person_id for checker in pair)
        for unit_id in sorted({check.unit_id for check in checks}):
            assign_visit(office, programme.id, VisitDraft(unit_id, first, second, day))
    with clock_at(drawn_at + 3 * DAY):
        for place, check in enumerate(checks):
            _look_at(check, place, pair, approver)
    with clock_at(drawn_at + 4 * DAY):
        _follow_up(programme.id, clerks, approver)


def _follow_up(programme_id: int, clerks: Mapping[int, Actor], approver: Actor) -> None:
    """A red card and a talk for what was untrue."""
    cards = {
        "id": programme_id, "proposed": ProgrammeAdjustmentState.PROPOSED, "rule": UNTRUE,
    }  # fmt: skip
    for adjustment_id in db.session.scalars(UNDECIDED, cards).all():
        decide_adjustment(approver, adjustment_id, True)
    talks = {
        "id": programme_id, "proposed": SupervisionState.PROPOSED, "untrue": CheckFinding.UNTRUE,
    }  # fmt: skip
    for talk in db.session.execute(TALKS, talks).all():
        ladder.confirm_step(approver, talk.id)
        ladder.answer_step(clerks[talk.unit_id], talk.id, ANSWERS[2])
        ladder.close_step(approver, talk.id)


def _checker(programme: Any, place: int) -> Actor:
    """Somebody invited until the year's end, who sees nothing else."""
    person_id = add_staff(f"demo-checker-{place}", CHECKERS[place])
    last = date(programme.year, 12, 31)
    insert_grant(person_id, Role.ASSESSOR, programme.county_id, clock.today(), last, None)
    return actor_today(person_id)


def _look_at(check: CheckRow, place: int, pair: Sequence[Actor], approver: Actor) -> None:
    """Each alone; where they differ somebody else decides."""
    true, untrue = Seen(CheckFinding.TRUE, SEEN[0]), Seen(CheckFinding.UNTRUE, SEEN[1])
    there = None if check.goal is None else round(check.goal * Decimal("0.85"), 2)
    partly = Seen(CheckFinding.PARTLY, SEEN[2], there)
    findings = {0: (untrue, untrue), 1: (true, partly)}.get(place, (true, true))
    for checker, seen in zip(pair, findings, strict=True):
        record_finding(checker, check.id, seen)
    if findings[0] is not findings[1]:
        decide_check(approver, check.id, partly)


def _move_points(
    programme: Any, units: Sequence[MemberUnit], clerks: Mapping[int, Actor],
    office: Actor, approver: Actor, known: datetime,
) -> None:  # fmt: skip
    """Awards that units declare, and criticism that the office does; one is not counted."""
    year = programme.year
    for unit, (kind, clause, words, is_confirmed) in zip(units[2::7], MOVES, strict=False):
        draft = AdjustmentDraft(
            unit.id, kind, clause, words, f"渭政发〔{year}〕{10 + unit.id % 80}号",
            date(year, 10, 20),
        )  # fmt: skip
        author = clerks[unit.id] if kind == "bonus" else office
        with clock_at(known):
            adjustment_id = propose_adjustment(author, programme.id, draft)
        with clock_at(known + DAY):
            note = "" if is_confirmed else "表彰的是上一年的工作，不计入"
            decide_adjustment(approver, adjustment_id, is_confirmed, note)


def _count_ballots(
    programme: Any, units: Sequence[MemberUnit], office: Actor, approver: Actor,
    known: datetime,
) -> None:  # fmt: skip
    """The same paper counted by two people."""
    groups = [
        RaterGroup(name, Decimal(weight), least, is_merged)
        for name, weight, least, is_merged in programme.content["raters"]
    ]
    with clock_at(known + DAY):
        draft = RoundDraft(f"{programme.year}年度社会评价（示例）", groups)
        opened = open_round(office, programme.id, draft)
        for group, people in zip(groups_of(opened.id), PEOPLE_OF_A_GROUP, strict=True):
            counts = {
                BallotQuestion(unit.id): _ballots(unit.name, group.name, people) for unit in units
            }
            for counter in (office, approver):
                enter_counts(counter, group.id, counts)
    with clock_at(known + 2 * DAY):
        close_round(approver, opened.id)


def _ballots(unit: str, group: str, people: int) -> list[int]:
    """How many gave each level, best first; a few units are liked less."""
    own = random.Random(f"{SEED}:{unit}:social")
    liked = own.triangular(0.15, 0.75, 0.55)
    dice = random.Random(f"{SEED}:{unit}:{group}:social")
    rest = [(1 - liked) * share for share in RATED_GOOD]
    drawn = dice.choices(range(5), [liked, *rest], k=people)
    return [drawn.count(level) for level in range(5)]
