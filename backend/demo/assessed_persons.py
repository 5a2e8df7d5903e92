"""SME in the demo county: four people of a works, their targets, values and talks."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from backend.app.assessments.measures.queries import MeasuredTarget, measured_targets
from backend.app.assessments.programmes.queries import list_elements, list_units
from backend.app.assessments.states import SubjectKind
from backend.app.assessments.states.talks import TalkKind, TalkSide
from backend.app.assessments.subjects.operations import SubjectDraft, save_subject
from backend.app.assessments.subjects.staff_operations import appoint_account
from backend.app.assessments.talks.operations import TalkDraft, write_talk
from backend.app.assessments.targets.draft_operations import save_targets, spread_common
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.core.clock import clock_at
from backend.demo import assessed_desk as desks
from backend.demo.assessed_desk import Desk, actor_of
from backend.demo.people import EMPLOYEE, NEWCOMER

# Of each: the year's orders, and which share of everything is reached.
PEOPLE = (
    ("丁师傅", 200, "0.94"),
    ("何师傅", 160, "0.86"),
    ("侯组长", 240, "0.9"),
    ("向质检", 180, "0.97"),
)
LOGINS = (EMPLOYEE, NEWCOMER)
ORDERS = "SL01"
SAID = {
    TalkSide.MANAGER: "订单完成得早，回访里有两位客户说电话打不通，一起看怎么改。",
    TalkSide.PERSON: "同意。电话已换成车间座机，每周五回访，下季度教会一个徒弟。",
}  # fmt: skip
UNANSWERED = "交期晚了三次，都是等料；想听听您的看法，再一起定下季度的数。"


def load_persons(desk: Desk) -> int:
    """Two quarters; one talk is recorded by both, one waits for the person."""
    with clock_at(desk.at(1, 4)):
        for place, (name, *_) in enumerate(PEOPLE):
            draft = SubjectDraft(
                SubjectKind.PERSON.value, f"{name}（示例）", f"YG{place:03}", desk.county_id, "",
                None, "", date(2021, 3, 1),
            )  # fmt: skip
            person = save_subject(desk.office, desk.county_id, draft)
            if place < len(LOGINS):
                appoint_account(desk.office, desk.county_id, person.id, LOGINS[place])
    (programme_id,) = desks.draft(desk, "sme")
    with clock_at(desk.at(1, 6)):
        spread_common(desk.office, programme_id)
        _set_goals(desk, programme_id)
    desks.issue(desk, programme_id)
    for month in (3, 6):
        desks.run_period(desk, programme_id, month, _measured(desk, month))
    _talk(desk, programme_id)
    return len(PEOPLE)


def _set_goals(desk: Desk, programme_id: int) -> None:
    """What approval asks for: a figure, and a task that says whose and what."""
    orders = next(row.id for row in list_elements(programme_id) if row.code == ORDERS)
    drafts = stored_drafts(programme_id)
    goals = {f"{name}（示例）": goal for name, goal, _ in PEOPLE}
    changed = [
        replace(
            drafts[orders, unit.id], value=Decimal(goals[unit.name]),
            task=f"完成二车间订单{goals[unit.name]}件",
        )
        for unit in list_units(programme_id)
    ]  # fmt: skip
    save_targets(desk.office, programme_id, changed)


def _measured(desk: Desk, month: int) -> desks.Act:
    shares = {f"{name}（示例）": Decimal(share) for name, _, share in PEOPLE}

    def share(target: MeasuredTarget) -> Decimal:
        part = Decimal(month) / 12 if target.code == ORDERS else Decimal(1)
        return shares[target.unit] * part

    def act(programme: Any, period: date) -> None:
        desks.hand_in(desk, programme, period, share)

    return act


def _talk(desk: Desk, programme_id: int) -> None:
    """Of the half year: both sides of the first, of the second the manager's alone."""
    first, second = (
        next(unit for unit in list_units(programme_id) if unit.name.startswith(name))
        for name, *_ in PEOPLE[:2]
    )
    manager = desks.owner_of(desk, measured_targets(programme_id)[0])
    june = date(desk.year, 6, 1)
    with clock_at(desk.at(7, 6)):
        for unit, words in ((first, SAID[TalkSide.MANAGER]), (second, UNANSWERED)):
            draft = TalkDraft(TalkKind.AFTER, june, words, True)
            write_talk(manager, desk.county_id, unit.id, draft, TalkSide.MANAGER)
    with clock_at(desk.at(7, 7)):
        draft = TalkDraft(TalkKind.AFTER, june, SAID[TalkSide.PERSON], True)
        write_talk(actor_of(EMPLOYEE), desk.county_id, first.id, draft, TalkSide.PERSON)
