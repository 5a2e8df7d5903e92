"""What people judge of 乐平's townships: an exemption, a training, a river, and ballots."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from backend.app.access import Actor
from backend.app.assessments.adjustments import exemption_operations as exemptions
from backend.app.assessments.adjustments.exemption_operations import (
    ExemptionClaim,
    ExemptionDraft,
)
from backend.app.assessments.adjustments.operations import (
    AdjustmentDraft,
    decide_adjustment,
    propose_adjustment,
)
from backend.app.assessments.appraisals.closing_operations import close_round
from backend.app.assessments.appraisals.counting import Slips
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RoundDraft, enter_slips, open_round
from backend.app.assessments.appraisals.queries import groups_of
from backend.app.assessments.appraisals.questions import questions_of
from backend.app.assessments.measures.queries import measured_targets
from backend.app.assessments.programmes.queries import MemberUnit, get_programme, list_elements
from backend.app.assessments.states.appraisals import AppraisalKind
from backend.app.assessments.training.operations import (
    TrainingDraft,
    measure_training,
    plan_training,
)
from backend.app.core.clock import clock_at
from backend.app.scoring.assessing.exemption import Conditions
from backend.demo.assessed_desk import Desk
from backend.demo.assessed_visits import differ, follow_up, visit

SEED, PILOT_POINTS = 1904, Decimal(3)
RATERS = {"上级领导": 6, "同级乡镇": 7, "群众": 16}
# In which group no two think the same.
DISAGREE = "群众"


@dataclass(frozen=True)
class Town:
    """A unit and who acts for it."""

    unit: MemberUnit
    clerk: Actor


def file_pilot(desk: Desk, programme_id: int, town: Town) -> int:
    """容错, on record before anything happened."""
    target = next(
        row for row in measured_targets(programme_id)
        if row.unit_id == town.unit.id and row.code == "GX02"
    )  # fmt: skip
    draft = ExemptionDraft(
        target.target_id, "柿子深加工订单收购试点（示例）", "收购价提高一成，产值增长15%",
        date(desk.year, 3, 1), date(desk.year, 10, 31), "市场价大跌时订单完不成",
        "连续两个月亏损就停",
    )  # fmt: skip
    with clock_at(desk.at(2, 10)):
        request_id = exemptions.file_exemption(town.clerk, draft)
    with clock_at(desk.at(2, 15)):
        exemptions.decide_exemption(desk.approver, request_id, True)
    return request_id


def claim_pilot(desk: Desk, town: Town, request_id: int) -> None:
    claim = ExemptionClaim(
        date(desk.year, 8, 18), "柿饼价格下跌，七、八月亏损，按备案停了试点（示例）", PILOT_POINTS,
        Conditions(True, True, True, True, True),
    )  # fmt: skip
    with clock_at(desk.at(8, 26)):
        adjustment_id = exemptions.claim_exemption(town.clerk, request_id, claim)
    with clock_at(desk.at(8, 30)):
        decide_adjustment(desk.approver, adjustment_id, True)


def take_points(desk: Desk, programme_id: int, town: Town) -> None:
    """At once, with the case and the document."""
    draft = AdjustmentDraft(
        town.unit.id, "deduction", "河道污染整改不力", "石川河排污口整改超过期限（示例）",
        f"富河长办〔{desk.year}〕7号", date(desk.year, 8, 5),
    )  # fmt: skip
    with clock_at(desk.at(8, 6)):
        adjustment_id = propose_adjustment(desk.office, programme_id, draft)
    with clock_at(desk.at(8, 7)):
        decide_adjustment(desk.approver, adjustment_id, True)


def visit_towns(desk: Desk, programme_id: int, towns: Sequence[Town]) -> None:
    """Guests in July; what they found is told a fortnight later, with its card."""
    visit(desk, programme_id, 6, differ)
    clerks = {town.unit.id: town.clerk for town in towns}
    follow_up(desk, programme_id, clerks, date(desk.year, 8, 12))


def teach(desk: Desk, programme_id: int, code: str, towns: Sequence[Town]) -> int:
    """The element in which some are weak, after the half year."""
    element = next(row for row in list_elements(programme_id) if row.code == code)
    draft = TrainingDraft(
        element.id, f"{element.name}：矛盾怎样在村里化解（示例）", date(desk.year, 7, 28),
        [town.unit.id for town in towns], "请化解率最高的街道来讲（示例）",
    )  # fmt: skip
    with clock_at(desk.at(7, 26)):
        return plan_training(desk.office, programme_id, draft)


def measure(desk: Desk, training_id: int) -> None:
    with clock_at(desk.at(10, 26)):
        measure_training(training_id)


def rate_from_all_sides(desk: Desk, programme_id: int) -> None:
    """360°: every slip read by two people; one group's raters disagree."""
    programme = get_programme(programme_id, desk.county_id)
    groups = usual_groups(programme.content, AppraisalKind.ELEMENTS)
    draft = RoundDraft(f"{desk.year}年360度评价（示例）", groups, AppraisalKind.ELEMENTS)
    with clock_at(desk.at(10, 12)):
        held = open_round(desk.office, programme_id, draft)
    with clock_at(desk.at(10, 20)):
        for group in groups_of(held.id):
            slips = _slips(held.id, group.name)
            for counter in (desk.office, desk.approver):
                enter_slips(counter, group.id, slips)
    with clock_at(desk.at(10, 22)):
        close_round(desk.approver, held.id)


def _slips(round_id: int, group: str) -> Slips:
    dice = random.Random(f"{SEED}:{group}")
    questions = questions_of(round_id)
    spread = 4 if group == DISAGREE else 0
    return {
        str(number): {
            question: min(5, 1 + place % 3 + dice.randint(0, spread) * (number + place) % 5)
            for place, question in enumerate(questions)
        }
        for number in range(1, RATERS[group] + 1)
    }  # fmt: skip
