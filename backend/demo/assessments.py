"""目标责任考核 of the demo county: 96 units, 1,268 targets of their own, 33 common classes.

Made by seed from the patterns of the template, through the same operations as the pages, on the
days on which a county does it.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from backend.app.access import Actor, Role
from backend.app.accounts.grants.operations import insert_grant
from backend.app.accounts.queries import actor_today
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.library.loading_operations import create_from_template
from backend.app.assessments.programmes.library.templates import departments_named, read_template
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.part_operations import (
    ElementDraft,
    UnitDraft,
    place_units,
    save_element,
)
from backend.app.assessments.programmes.queries import (
    MemberUnit,
    list_elements,
    list_programmes,
    list_units,
)
from backend.app.assessments.scopes import ReaderScope
from backend.app.assessments.states import ElementScope
from backend.app.assessments.targets import change_operations as changes
from backend.app.assessments.targets import operations as targets
from backend.app.assessments.targets.draft_operations import save_targets, spread_common
from backend.app.assessments.targets.drafts import MilestoneDraft, TargetDraft
from backend.app.assessments.targets.queries import TargetFilters, list_plan, list_targets
from backend.app.core import clock
from backend.app.core.clock import COUNTY_ZONE, clock_at
from backend.app.core.db import lock, transaction
from backend.app.places.queries import list_departments
from backend.demo.assessed_ballots import rate_running_year
from backend.demo.assessed_desk import actor_of, found_departments
from backend.demo.assessed_months import live_months
from backend.demo.assessed_year_end import end_years
from backend.demo.people import add_staff

SEED = 528
OWN_DIMENSION = "GX"
OWN_TARGETS = 1268
# The sixteenth of the seed's towns is none of the division list.
SIXTEENTH = "城区新区管委会（示例）"
NAMES = ("高副县长", "秦副县长", "田副县长", "罗常委", "段常委")
LEADERS = tuple(f"{name}（示例）" for name in NAMES)
SECTIONS = ("办公室", "业务一科", "业务二科", "项目办")
CONTACTS = ("小李", "小杨", "小高", "小何", "小方", "小崔")
# Shares of the year's value that are done by the end of each month.
PACE = (2, 5, 12, 20, 30, 42, 52, 62, 74, 85, 94, 100)
CENT = Decimal("0.01")


@dataclass
class _Scene:
    """The county while its programme is made."""

    county_id: int
    year: int
    office: Actor
    approver: Actor
    programme_id: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))

    def at(self, month: int, day: int) -> datetime:
        return datetime(self.year, month, day, 10, 0, tzinfo=COUNTY_ZONE)


def assessed_years() -> tuple[int, int]:
    """The one that is under way, and the one before it, which has run to its end."""
    today = clock.today()
    year = today.year if today >= date(today.year, 2, 1) else today.year - 1
    return year, year - 1


def load_assessment(county_id: int, year: int) -> int:
    """A year's programme, issued; returns how many targets, 0 where it is there already."""
    # In one transaction: a killed run leaves no half programme.
    with transaction():
        lock("demo", "assessments")
        there = {(programme.year, programme.code) for programme in list_programmes(county_id)}
        if (year, "fuping") in there:
            return 0
        scene = _Scene(county_id, year, actor_of("assessor"), actor_of("approver"))
        with clock_at(scene.at(1, 8)):
            _found_departments(scene)
            _draft(scene)
        with clock_at(scene.at(1, 12)):
            programmes.mark_tried(scene.office, scene.programme_id)
        with clock_at(scene.at(1, 13)):
            programmes.approve_programme(scene.approver, scene.programme_id, "县委常委会已研究同意")
        with clock_at(scene.at(1, 14)):
            count = targets.issue_programme(scene.office, scene.programme_id)
        _answer(scene)
    return count


def tend_assessment(county_id: int, since: datetime | None = None) -> int:
    """Everything that people have done about it by now; returns how many months were coloured."""
    office, approver = actor_of("assessor"), actor_of("approver")
    done = live_months(county_id, office, approver, since)
    end_years(county_id, office, approver)
    rate_running_year(county_id, office)
    return done


def _found_departments(scene: _Scene) -> None:
    """Those that the template knows and the county has not, and the sixteenth town's office."""
    found_departments(
        scene.county_id, [*departments_named(read_template("fuping")), SIXTEENTH]
    )  # fmt: skip


def _draft(scene: _Scene) -> None:
    basics = ProgrammeBasics(
        f"{scene.year}年度目标责任考核（示例）", scene.year, f"富办发〔{scene.year}〕1号（示例）",
        f"富平县{scene.year}年度督查检查考核计划第3项（示例）",
    )  # fmt: skip
    programme = create_from_template(scene.office, scene.county_id, basics, "fuping")
    scene.programme_id = programme.id
    _place_units(scene)
    elements = _own_elements(scene)
    spread_common(scene.office, scene.programme_id)
    save_targets(scene.office, scene.programme_id, list(_own_targets(scene, elements)))


def _place_units(scene: _Scene) -> None:
    """The template's, with the sixteenth town and a leader for each."""
    drafts = [
        UnitDraft(
            unit.group_id, unit.region_id, unit.department_id,
            duty_leader=scene.dice.choice(LEADERS),
        )
        for unit in list_units(scene.programme_id)
    ]  # fmt: skip
    sixteenth = next(one for one in list_departments(scene.county_id) if one.name == SIXTEENTH)
    towns = next(draft.group_id for draft in drafts if draft.region_id)
    drafts.append(UnitDraft(towns, None, sixteenth.id, duty_leader=LEADERS[0]))
    place_units(scene.office, scene.programme_id, drafts)


def _own_elements(scene: _Scene) -> dict[str, list[tuple[int, Mapping[str, Any]]]]:
    """An indicator a pattern: its id with the pattern, by whom it is for."""
    owners = {one.name: one.id for one in list_departments(scene.county_id)}
    template = read_template("fuping")
    parent = next(
        one.id for one in list_elements(scene.programme_id)
        if one.code == OWN_DIMENSION
    )  # fmt: skip
    found: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for kind, letter in (("town", "Z"), ("department", "B")):
        found[kind] = []
        for number, line in enumerate(template["samples"][kind], 1):
            draft = ElementDraft(
                code=f"GX{letter}{number:02d}", name=line["name"], parent_id=parent,
                scope=ElementScope.UNIT, points=Decimal(line["points"]), kind=line["kind"],
                rule=line["rule"], source=line["source"],
                owner_department_id=owners[line["owner"]], criteria=line["criteria"],
                direction=line.get("direction", "up"), measured_in=line["measured_in"],
                tags=line["tags"], is_example=True,
            )  # fmt: skip
            element = save_element(scene.office, scene.programme_id, draft)
            found[kind].append((element.id, line))
    return found


def _own_targets(
    scene: _Scene, elements: Mapping[str, Sequence[tuple[int, Mapping[str, Any]]]]
) -> Iterator[TargetDraft]:
    """So many a unit that all are 1,268 with what a group has of its own."""
    units = list_units(scene.programme_id)
    of_group = [
        element for element in list_elements(scene.programme_id)
        if element.rule and element.scope == ElementScope.GROUP
    ]  # fmt: skip
    served = {one.group_id: Decimal(0) for one in of_group}
    for one in of_group:
        served[one.group_id] += one.points
    given = sum(unit.group_id in served for unit in units) * len(of_group)
    least, more = divmod(OWN_TARGETS - given, len(units))
    owner = {one.id: one.owner_department_id for one in list_elements(scene.programme_id)}
    names = {one.id: one.name for one in list_departments(scene.county_id)}
    for place, unit in enumerate(units):
        kind = "town" if unit.group_id in served else "department"
        whole = Decimal(50) - served.get(unit.group_id, Decimal(0))
        mine = names.get(unit.department_id or 0, "")
        known = [
            (key, line) for key, line in elements[kind]
            if owner[key] != unit.department_id and line.get("only", mine) == mine
        ]  # fmt: skip
        chosen = known[: least + (place < more)]
        worth = _apportion(whole, [Decimal(line["points"]) for _, line in chosen])
        for (key, line), points in zip(chosen, worth, strict=True):
            yield _target(scene, unit, key, line, points)


def _apportion(whole: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Cents by weight; the first has what is left over."""
    parts = [(whole * weight / sum(weights)).quantize(CENT) for weight in weights]
    return [parts[0] + whole - sum(parts), *parts[1:]]


def _target(
    scene: _Scene, unit: MemberUnit, element_id: int, line: Mapping[str, Any], points: Decimal
) -> TargetDraft:
    dice = scene.dice
    usual = Decimal(line["value"])
    factor = Decimal(dice.randint(6, 14)) / 10 if line["kind"] in ("cumulative", "milestone") else 1
    value = max((usual * factor).quantize(Decimal(1)), Decimal(1))
    task = line["task"].replace(line["value"], f"{value:f}", 1)
    last = date(scene.year, 12, 31)
    steps = tuple(
        MilestoneDraft(words, date(scene.year, month, 28), Decimal(weight))
        for (words, weight), month in zip(line.get("milestones", ()), (4, 9, 11), strict=False)
    )
    planned = line["kind"] == "cumulative"
    plan = tuple(
        (month, (value * share / 100).quantize(CENT)) for month, share in enumerate(PACE, 1)
    )
    is_key = dice.random() < 0.1
    return TargetDraft(
        element_id=element_id, unit_id=unit.id, task=task, value=value, points=points,
        starts_on=date(scene.year, 1, 1), due_on=last, rhythm="month" if is_key else "quarter",
        is_key=is_key, duty_leader=unit.duty_leader, section=dice.choice(SECTIONS),
        contact=dice.choice(CONTACTS), plan=plan if planned else (), milestones=steps,
    )  # fmt: skip


def _answer(scene: _Scene) -> None:
    """Every unit confirms; one asks and is told why, another one's target is changed in June."""
    units = list_units(scene.programme_id)
    asking = units[:2]
    with clock_at(scene.at(1, 16)):
        for unit in units:
            clerk = _clerk(scene, unit)
            if unit in asking:
                target = _first_own(scene, unit)
                targets.query_target(clerk, target.id, 1, "去年只完成六成，今年的数请再核一核。")
            targets.confirm_all(clerk, unit.id)
    with clock_at(scene.at(1, 20)):
        target = _first_own(scene, asking[0])
        targets.uphold_target(scene.approver, target.id, 2, "已按近三年平均数核过，维持。")
    _change(scene, asking[1])


def _first_own(scene: _Scene, unit: MemberUnit) -> Any:
    everything = ReaderScope(scene.county_id, True, frozenset(), frozenset())
    filters = TargetFilters(unit_id=unit.id, source="report")
    return list_targets(everything, scene.programme_id, filters, date(scene.year, 12, 1), size=1)[0]


def _change(scene: _Scene, unit: MemberUnit) -> None:
    """Four fifths of the year's value, asked for in January and decided two days later."""
    with clock_at(scene.at(1, 20)):
        target = _first_own(scene, unit)
        plan = tuple(
            (row.month.month, _four_fifths(row.value)) for row in list_plan(target.id, edition=1)
        )
        task = f"{target.task}（按八成）"
        draft = changes.ChangeDraft(_four_fifths(target.value), target.due_on, task, plan)
        reason = "去年实际完成六成，按八成安排。"
        change = changes.propose_change(scene.office, target.id, 2, draft, reason).id
    with clock_at(scene.at(1, 22)):
        changes.decide_change(scene.approver, change, True, "同意")


def _four_fifths(value: Decimal) -> Decimal:
    return (value * 4 / 5).quantize(CENT)


def _clerk(scene: _Scene, unit: MemberUnit) -> Actor:
    """The unit's own member of staff."""
    person_id = add_staff(f"demo-unit-{unit.id}", f"{unit.name[:20]}考核联络员")
    if unit.region_id is not None:
        insert_grant(person_id, Role.TOWNSHIP_STAFF, unit.region_id, clock.today(), None, None)
    else:
        insert_grant(
            person_id, Role.DEPARTMENT_STAFF, scene.county_id, clock.today(), None, None,
            unit.department_id,
        )  # fmt: skip
    return actor_today(person_id)
