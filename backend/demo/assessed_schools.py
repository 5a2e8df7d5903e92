"""万州 in the demo county: five schools, assessed by what is used, two quarters of a year."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from backend.app.assessments.appraisals.closing_operations import close_round
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RoundDraft, enter_counts, open_round
from backend.app.assessments.appraisals.queries import groups_of
from backend.app.assessments.appraisals.questions import questions_of
from backend.app.assessments.measures.queries import MeasuredTarget
from backend.app.assessments.programmes.queries import get_programme, list_elements
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.states import SubjectKind
from backend.app.assessments.states.appraisals import AppraisalKind
from backend.app.assessments.subjects.operations import SubjectDraft, save_subject
from backend.app.assessments.subjects.staff_operations import appoint_account
from backend.app.assessments.targets.draft_operations import save_targets, spread_common
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.core.clock import clock_at
from backend.app.places.queries import list_townships
from backend.demo import assessed_desk as desks
from backend.demo.assessed_desk import Desk
from backend.demo.assessed_visits import visit
from backend.demo.people import SCHOOL

SEED = 1907
SCHOOLS = ("城关小学", "石川河小学", "塬上小学", "柿乡中学", "北山教学点")
HELPED, LESSONS = "XY02", 40
# A small school uses what it has; the large one has more than it uses.
CARE = {"城关小学": "0.6", "北山教学点": "0.97"}
USUAL = "0.88"
RATERS = {"学生": 32, "教师": 14, "家长": 24}


def load_schools(desk: Desk) -> int:
    """Kept as subjects, issued, measured twice and looked at; returns how many."""
    with clock_at(desk.at(1, 4)):
        towns = list_townships([desk.county_id])
        for place, name in enumerate(SCHOOLS):
            draft = SubjectDraft(
                SubjectKind.SCHOOL.value, f"{name}（示例）", f"XX{place:03}",
                towns[place % len(towns)].id, "", None, "", date(2020, 9, 1),
            )  # fmt: skip
            school = save_subject(desk.office, desk.county_id, draft)
            if not place:
                appoint_account(desk.office, desk.county_id, school.id, SCHOOL)
    (programme_id,) = desks.draft(desk, "wanzhou")
    with clock_at(desk.at(1, 6)):
        spread_common(desk.office, programme_id)
        _set_lessons(desk, programme_id)
    desks.issue(desk, programme_id)
    for month in (3, 6):
        desks.run_period(desk, programme_id, month, _measured(desk, month))
    visit(desk, programme_id, 6, photo="clinic")
    _ask_people(desk, programme_id)
    with clock_at(desk.at(10, 28)):
        recompute_results(programme_id)
    return len(SCHOOLS)


def _set_lessons(desk: Desk, programme_id: int) -> None:
    helped = next(row.id for row in list_elements(programme_id) if row.code == HELPED)
    changed = [
        replace(draft, value=Decimal(LESSONS), task=f"全年上帮扶同步课{LESSONS}节")
        for draft in stored_drafts(programme_id).values()
        if draft.element_id == helped
    ]
    save_targets(desk.office, programme_id, changed)


def _measured(desk: Desk, month: int) -> desks.Act:
    def share(target: MeasuredTarget) -> Decimal | None:
        name = target.unit.removesuffix("（示例）")
        if target.source.startswith("ballot:"):
            return None
        if target.code == HELPED:
            return Decimal(1) if name in CARE and month == 6 else Decimal(month) / 12
        dice = random.Random(f"{SEED}:{target.unit}:{target.code}:{month}")
        care = Decimal(CARE.get(name, USUAL)) + Decimal(dice.randint(-8, 3)) / 100
        return min(care, Decimal(1))

    def act(programme: Any, period: date) -> None:
        desks.hand_in(desk, programme, period, share)

    return act


def _ask_people(desk: Desk, programme_id: int) -> None:
    """Pupils, teachers and parents on paper, each pile counted by two people."""
    programme = get_programme(programme_id, desk.county_id)
    groups = usual_groups(programme.content, AppraisalKind.ELEMENTS)
    draft = RoundDraft(f"{desk.year}年师生评价（示例）", groups, AppraisalKind.ELEMENTS)
    with clock_at(desk.at(9, 8)):
        held = open_round(desk.office, programme_id, draft)
        for group in groups_of(held.id):
            people = RATERS[group.name]
            counts = {
                question: [people - 8 - place, 5, 2 + place, 1, 0]
                for place, question in enumerate(questions_of(held.id))
            }
            for counter in (desk.office, desk.approver):
                enter_counts(counter, group.id, counts)
    with clock_at(desk.at(9, 12)):
        close_round(desk.approver, held.id)
