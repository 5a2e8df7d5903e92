"""考核项目: drafted by one, tried, approved by another, stopped with a reason."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import transitions
from backend.app.assessments.errors import OwnProgramme, ProgrammeFaulty
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import list_groups, plan_of
from backend.app.assessments.states import ProgrammeAdjustmentKind, ProgrammeMove
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, lock
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.scoring.assessing import lights
from backend.app.scoring.assessing.grades import Grade
from backend.app.scoring.assessing.refusals import GUARDS, refusals

VETO_KINDS = (ProgrammeAdjustmentKind.VETO.value, ProgrammeAdjustmentKind.NO_EXCELLENT.value)
FIRST_YEAR, LAST_YEAR = 2000, 2199
# Lights that came with a template, and are none of the presets.
OWN_LIGHTS = "own"
LONGEST_NOTE = 200
# Working days after the period's last one; `opens_day` is a day of the month.
CLOCKS: dict[str, tuple[str, int, int, int]] = {
    "opens_day": ("每月几日开始填报", 25, 1, 28),
    "close": ("次月第几个工作日截止填报", 3, 1, 10),
    "owner": ("第几个工作日主管部门审完", 6, 1, 15),
    "office": ("第几个工作日考核办审完、定色", 8, 1, 20),
    "notice": ("第几个工作日发月通报", 9, 1, 20),
    "answer": ("下达后几个工作日内确认或提疑问", 5, 1, 20),
    "self_check": ("次年第几个工作日截止自评", 10, 5, 20),
    "checks": ("次年第几个工作日前核查和评议完", 20, 10, 40),
    "meeting": ("次年第几个工作日前开定等会", 30, 15, 60),
    "notice_days": ("结果公示几个工作日", 5, 5, 20),
    "appeal_days": ("申诉几个工作日内答复", 10, 5, 20),
}


@dataclass(frozen=True)
class ProgrammeBasics:
    """Step 1: what it is called and what it stands on."""

    title: str
    year: int
    basis_document: str
    plan_number: str


def starting_content(chosen: str | list[dict[str, Any]]) -> dict[str, Any]:
    """Clocks and lights before anybody changes them: those of a preset, or the programme's own."""
    clocks = {name: usual for name, (_, usual, _, _) in CLOCKS.items()}
    preset = chosen if isinstance(chosen, str) else OWN_LIGHTS
    return {
        "clocks": clocks, "preset": preset,
        "lights": lights.as_data(lights.PRESETS[preset]) if preset == chosen else chosen,
        "documents": {}, "feeds": [],
    }  # fmt: skip


def create_programme(
    actor: Actor, county_id: int, basics: ProgrammeBasics, code: str, template: str | None
) -> Programme:
    """An empty draft, its year's next version of this code."""
    if not may(actor, Permission.MANAGE_PROGRAMMES, (county_id,)):
        raise NotAllowed
    check_basics(basics)
    lock("programme_version", county_id)
    newest = select(func.max(Programme.version)).where(
        Programme.county_id == county_id, Programme.code == code, Programme.year == basics.year
    )
    programme = Programme(
        county_id=county_id, code=code, version=(db.session.scalar(newest) or 0) + 1,
        template=template, content=starting_content("fuping"), drafted_by_id=actor.person_id,
        drafted_at=clock.now(), **vars(basics),
    )  # fmt: skip
    db.session.add(programme)
    db.session.flush()
    record("save_programme", actor.person_id, "programme", programme.id, name=programme.title)
    return programme


def check_basics(basics: ProgrammeBasics) -> None:
    faults = {}
    if not 1 <= len(basics.title.strip()) <= 80:
        faults["title"] = ["名称填 1 到 80 个字"]
    if not FIRST_YEAR <= basics.year <= LAST_YEAR:
        faults["year"] = ["年度应为四位数字，如 2026"]
    if faults:
        raise InvalidInput(errors=faults)


def open_draft(actor: Actor, programme_id: int) -> Programme:
    """The draft with its row held; whoever wrote it last is who may not approve it."""
    programme = transitions.begin_programme(actor, programme_id, ProgrammeMove.SAVE)
    programme.drafted_by_id, programme.drafted_at = actor.person_id, clock.now()
    transitions.finish_programme(programme, ProgrammeMove.SAVE)
    return programme


def save_basics(actor: Actor, programme_id: int, basics: ProgrammeBasics) -> None:
    check_basics(basics)
    programme = open_draft(actor, programme_id)
    if programme.year != basics.year:
        raise InvalidInput(errors={"year": ["年度定了就不改，请另起草一个项目"]})
    programme.title = basics.title.strip()
    programme.basis_document = basics.basis_document.strip()
    programme.plan_number = basics.plan_number.strip()
    _note_saved(actor, programme, "基本情况")


def save_clocks(
    actor: Actor, programme_id: int, clocks: dict[str, int], preset: str,
    documents: dict[str, str],
) -> None:  # fmt: skip
    """Step 5: clocks and lights, and by which documents a guard is switched off."""
    if not clocks["close"] <= clocks["owner"] <= clocks["office"] <= clocks["notice"]:
        words = "期限应依次不早于前一步：填报、主管部门、考核办、通报"
        raise InvalidInput(errors={"close": [words]})
    programme = open_draft(actor, programme_id)
    same = preset == programme.content["preset"]
    if not same and preset not in lights.PRESETS:
        raise InvalidInput(errors={"preset": ["请选亮灯办法"]})
    programme.content = {
        **programme.content, "clocks": clocks, "preset": preset,
        "lights": programme.content["lights"] if same else lights.as_data(lights.PRESETS[preset]),
        "documents": {name: documents.get(name, "").strip() for name in sorted(GUARDS)},
    }  # fmt: skip
    _note_saved(actor, programme, "时限和亮灯")


def save_grade_rules(
    actor: Actor, programme_id: int, bounds: dict[str, Decimal], neighbours: dict[str, str]
) -> None:
    """From which total each grade begins, and with whom a group of under four is graded."""
    faults = {}
    if not bounds[Grade.EXCELLENT] > bounds[Grade.GOOD] > bounds[Grade.FAIR]:
        faults["excellent"] = ["起点应从优秀到一般依次降低"]
    programme = open_draft(actor, programme_id)
    groups = {group.name for group in list_groups(programme_id)}
    for name, other in neighbours.items():
        if other == name or not {name, other} <= groups:
            faults["neighbours"] = [f"「{name}」要和另一个类别合并定等"]
    if faults:
        raise InvalidInput(errors=faults)
    programme.content = {
        **programme.content, "neighbours": neighbours,
        "grades": {name: str(least) for name, least in bounds.items()},
    }  # fmt: skip
    _note_saved(actor, programme, "定等")


def save_vetoes(actor: Actor, programme_id: int, vetoes: list[dict[str, str]]) -> None:
    """Step 5: what bars from a grade, each by a superior's document; approval asks for it."""
    names = [row["name"] for row in vetoes]
    if len(names) != len(set(names)):
        raise InvalidInput(errors={"vetoes": ["两个否决事项不能同名"]})
    programme = open_draft(actor, programme_id)
    programme.content = {**programme.content, "vetoes": vetoes}
    _note_saved(actor, programme, "否决事项")


def save_calibration(
    actor: Actor, programme_id: int, mean: Decimal | None, deviation: Decimal | None
) -> None:
    """正态校准 beside the totals of large groups; without both figures there is none."""
    if (mean is None) != (deviation is None):
        raise InvalidInput(errors={"deviation": ["平均分和标准差要么都填，要么都不填"]})
    if deviation is not None and deviation <= 0:
        raise InvalidInput(errors={"deviation": ["标准差应大于 0"]})
    programme = open_draft(actor, programme_id)
    content = {name: value for name, value in programme.content.items() if name != "calibration"}
    if mean is not None:
        content["calibration"] = {"mean": str(mean), "deviation": str(deviation)}
    programme.content = content
    _note_saved(actor, programme, "正态校准")


def save_smart(actor: Actor, programme_id: int, is_required: bool) -> None:
    """Whether targets that are not SMART keep the draft from approval, or are only named."""
    programme = open_draft(actor, programme_id)
    programme.content = {**programme.content, "smart": is_required}
    _note_saved(actor, programme, "SMART 检查")


def _note_saved(actor: Actor, programme: Programme, part: str) -> None:
    db.session.flush()
    record("save_programme", actor.person_id, "programme", programme.id, kind=part)


def mark_tried(actor: Actor, programme_id: int) -> None:
    """Step 6 was looked at; what changes afterwards is tried anew."""
    programme = transitions.begin_programme(actor, programme_id, ProgrammeMove.TRY)
    transitions.finish_programme(programme, ProgrammeMove.TRY)
    record("try_programme", actor.person_id, "programme", programme.id)


def approve_programme(actor: Actor, programme_id: int, note: str = "") -> Programme:
    """By another person than the drafter. Raises OwnProgramme, ProgrammeFaulty."""
    programme = transitions.begin_programme(actor, programme_id, ProgrammeMove.APPROVE)
    check_another_hand(actor, programme.drafted_by_id, refusal=OwnProgramme())
    reasons = refusals(plan_of(programme))
    if reasons:
        raise ProgrammeFaulty(errors={"programme": [reason.words for reason in reasons]})
    programme.approved_by_id, programme.approved_at = actor.person_id, clock.now()
    programme.note = note.strip()[:LONGEST_NOTE] or None
    transitions.finish_programme(programme, ProgrammeMove.APPROVE)
    record("approve_programme", actor.person_id, "programme", programme.id, name=programme.title)
    return programme


def stop_programme(actor: Actor, programme_id: int, reason: str) -> None:
    """A programme that does not go on; its rows stay."""
    if not 1 <= len(reason.strip()) <= LONGEST_NOTE:
        raise InvalidInput(errors={"reason": [f"请写明为什么停止，最多 {LONGEST_NOTE} 个字"]})
    programme = transitions.begin_programme(actor, programme_id, ProgrammeMove.STOP)
    programme.stopped_reason = reason.strip()
    transitions.finish_programme(programme, ProgrammeMove.STOP)
    record("stop_programme", actor.person_id, "programme", programme.id, reason=reason.strip())
