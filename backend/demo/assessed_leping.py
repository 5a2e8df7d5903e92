"""乐平 in the demo county: townships of two types, an individual task each, and a basin."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from backend.app.assessments.measures.queries import MeasuredTarget, measured_targets
from backend.app.assessments.programmes.part_operations import (
    ElementDraft,
    UnitDraft,
    place_units,
    save_element,
)
from backend.app.assessments.programmes.queries import (
    MemberUnit,
    list_elements,
    list_groups,
    list_units,
)
from backend.app.assessments.programmes.shared_operations import save_shared_task
from backend.app.assessments.programmes.shared_queries import SharedDraft
from backend.app.assessments.reports.operations import ReportLine, submit_reports
from backend.app.assessments.reports.queries import fill_rows
from backend.app.assessments.reports.review_operations import pass_reports
from backend.app.assessments.reports.review_queries import review_rows, step_of
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.states import ElementScope
from backend.app.assessments.targets.draft_operations import save_targets, spread_common
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.assessments.targets.drafts import TargetDraft
from backend.app.core import clock
from backend.app.core.clock import clock_at
from backend.app.places.queries import list_departments
from backend.demo import assessed_desk as desks
from backend.demo import assessed_leping_people as people
from backend.demo.assessed_desk import DAY, Desk
from backend.demo.assessed_leping_people import Town
from backend.demo.assessed_visits import follow_up
from backend.demo.assessed_year_end import settle_year

# Ten and more of a type are calibrated.
SEED, STREETS, FARMING = 1901, 3, 12
OWN_POINTS, RIVER_POINTS = Decimal(3), Decimal(5)
# Code, name, measured in, the year's value, who owns it, by town type.
TASKS = (
    ("GX05", "老旧小区改造", "户", 240, "县住房和城乡建设局"),
    ("GX06", "高标准农田改造", "亩", 1200, "县农业农村局"),
)
# Of the year's value so much by the end of each quarter: one begins late, one is early.
PACES = (
    (0, 100, 100, 100), (40, 100, 100, 100), (25, 55, 80, 100), (20, 60, 85, 95), (30, 50, 75, 100),
)  # fmt: skip
QUARTERS = (3, 6, 9, 12)
# Which of the townships are weak in one line until they are taught.
WEAK = (1, 3, 4)
RIVER, DEBT, MEDIATION = "ZT01", "CW02", "NB02"


def load_leping(desk: Desk) -> int:
    """Two years that are over, and three quarters of this one; returns how many townships."""
    for years in (2, 1):
        _live_past(replace(desk, year=desk.year - years))
    programme_id, towns = _issue(desk)
    pilot, weak = towns[STREETS], [towns[place] for place in WEAK]
    request_id = people.file_pilot(desk, programme_id, pilot)
    clerks = {town.unit.id: town.clerk for town in towns}
    for month in QUARTERS[:2]:
        told_on = _live_quarter(desk, programme_id, month, towns)
        follow_up(desk, programme_id, clerks, told_on + DAY)
    training_id = people.teach(desk, programme_id, MEDIATION, weak)
    people.visit_towns(desk, programme_id, towns)
    people.take_points(desk, programme_id, towns[STREETS - 1])
    people.claim_pilot(desk, pilot, request_id)
    _live_quarter(desk, programme_id, QUARTERS[2], towns)
    people.rate_from_all_sides(desk, programme_id)
    people.measure(desk, training_id)
    with clock_at(desk.at(10, 28)):
        recompute_results(programme_id)
    return len(towns)


def _live_past(desk: Desk) -> None:
    """All four quarters, then grades, the lock and the publication."""
    programme_id, towns = _issue(desk)
    told_on = [_live_quarter(desk, programme_id, month, towns) for month in QUARTERS]
    known = clock.midnight(told_on[-1])
    settle_year(desk.county_id, programme_id, desk.office, desk.approver, known)


def _issue(desk: Desk) -> tuple[int, list[Town]]:
    """The year's programme, confirmed by every township."""
    (programme_id,) = desks.draft(desk, "leping")
    with clock_at(desk.at(1, 6)):
        desks.found_departments(desk.county_id, [task[-1] for task in TASKS])
        _place(desk, programme_id)
        spread_common(desk.office, programme_id)
        _add_own_tasks(desk, programme_id)
        _share_river(desk, programme_id)
    desks.issue(desk, programme_id)
    units = list_units(programme_id)
    return programme_id, [Town(unit, desks.clerk_of(desk, unit, unit.name)) for unit in units]


def _place(desk: Desk, programme_id: int) -> None:
    """The street with the nearest towns, and those that farm."""
    streets, farms = list_groups(programme_id)
    listed = list_units(programme_id)
    chosen = sorted(listed, key=lambda unit: unit.group_id != streets.id)[: STREETS + FARMING]
    place_units(
        desk.office, programme_id,
        [
            UnitDraft(streets.id if place < STREETS else farms.id, unit.region_id, None)
            for place, unit in enumerate(chosen)
        ],
    )  # fmt: skip


def _add_own_tasks(desk: Desk, programme_id: int) -> None:
    """What each has of its own and reports itself; its points come from the debts'."""
    owners = {row.name: row.id for row in list_departments(desk.county_id)}
    known = {row.code: row for row in list_elements(programme_id)}
    elements = [
        save_element(
            desk.office, programme_id,
            ElementDraft(
                code, name, known["GX"].id, ElementScope.UNIT, OWN_POINTS, "cumulative",
                {"rule": "proportional"}, "report:", owners[owner], "按完成比例得分（示例）",
                measured_in=measured_in, tags=("个性",), is_example=True,
            ),
        )
        for code, name, measured_in, _, owner in TASKS
    ]  # fmt: skip
    drafts = stored_drafts(programme_id)
    changed = []
    for place, unit in enumerate(list_units(programme_id)):
        kind = int(place >= STREETS)
        _, name, measured_in, value, _ = TASKS[kind]
        task = f"{name}{value}{measured_in}"
        changed.append(_target(desk, elements[kind].id, unit, task, value, OWN_POINTS))
        debt = drafts[known[DEBT].id, unit.id]
        changed.append(replace(debt, points=debt.points - OWN_POINTS))
    save_targets(desk.office, programme_id, changed)


def _target(
    desk: Desk, element_id: int, unit: MemberUnit, task: str, value: int, points: Decimal
) -> TargetDraft:
    return TargetDraft(
        element_id, unit.id, task, Decimal(value), points, date(desk.year, 1, 1),
        date(desk.year, 12, 31), note="示例",
    )  # fmt: skip


def _share_river(desk: Desk, programme_id: int) -> None:
    """Three townships along one river; its points come from two lines of the finances."""
    known = {row.code: row.id for row in list_elements(programme_id)}
    drafts = stored_drafts(programme_id)
    members = _basin(list_units(programme_id))
    save_shared_task(
        desk.office, programme_id, known[RIVER],
        SharedDraft(weights={unit.id: Decimal(1) for unit in members}),
    )  # fmt: skip
    changed = []
    for unit in members:
        changed.append(_target(desk, known[RIVER], unit, "石川河断面达标", 1, RIVER_POINTS))
        for code, points in (("CW01", 2), ("CW03", 3)):
            line = drafts[known[code], unit.id]
            changed.append(replace(line, points=line.points - points))
    save_targets(desk.office, programme_id, changed)


def _basin(units: Sequence[MemberUnit]) -> Sequence[MemberUnit]:
    return units[STREETS - 1 : STREETS + 2]


def _live_quarter(desk: Desk, programme_id: int, month: int, towns: Sequence[Town]) -> date:
    """Returns when the quarter's colours were told."""
    quarter = QUARTERS.index(month)

    def send(programme: Any, period: date) -> None:
        window_id = desks.window_of(programme.id, period).id
        for place, town in enumerate(towns):
            share = PACES[place % len(PACES)][quarter]
            rows = fill_rows(town.unit.id, window_id)
            lines = [_line(row, share) for row in rows if row.is_asked]
            submit_reports(town.clerk, town.unit.id, period, lines, 90)

    def measured(programme: Any, period: date) -> None:
        _pass(desk, programme.id, period, [town.unit.id for town in towns])
        names = [town.unit.name for town in towns]
        desks.hand_in(desk, programme, period, _shares(desk.year, names, quarter))
        desks.hand_in_common(desk, programme, period, RIVER, Decimal("0.8"))

    return desks.run_period(desk, programme_id, month, measured, send)


def _line(row: Any, share: int) -> ReportLine:
    """Nothing yet is said with its reason."""
    if not share:
        return ReportLine(
            row.target_id, row.version, no_change=True, difficulty="施工图还在审（示例）",
            next_step="四月开工，六月底前赶上",
        )  # fmt: skip
    value = row.goal * share / 100
    if value == row.last_value:
        return ReportLine(row.target_id, row.version, no_change=True, words="已经完成，等验收")
    words = f"累计完成{value:f}{row.measured_in}（示例）"
    return ReportLine(row.target_id, row.version, value, words)


def _pass(desk: Desk, programme_id: int, period: date, unit_ids: Sequence[int]) -> None:
    """By who owns the tasks, then by the office."""
    owners = {
        target.owner: desks.owner_of(desk, target) for target in measured_targets(programme_id)
    }
    for reviewer, is_office in [*((who, False) for who in owners.values()), (desk.office, True)]:
        rows = [
            (row.id, row.version) for row in review_rows(reviewer, period)
            if row.unit_id in unit_ids and step_of(row, is_office)
        ]  # fmt: skip
        pass_reports(reviewer, rows)


def _shares(year: int, names: Sequence[str], quarter: int) -> desks.Share:
    """Nearly all for most; debts of the second stay late, mediation is weak until it is taught."""

    def share(target: MeasuredTarget) -> Decimal | None:
        place = names.index(target.unit)
        if target.source.startswith(("ballot:", "report:")):
            return None
        if target.code == DEBT and place == 1 and quarter < 2:
            return Decimal("0.1")
        if target.code == MEDIATION and place in WEAK:
            return (Decimal("0.9"), Decimal("0.4"), Decimal("0.8"), Decimal("0.9"))[quarter]
        if target.code == "GX02" and place == STREETS and quarter == 2:
            return Decimal("0.3")
        dice = random.Random(f"{SEED}:{target.unit}:{target.code}:{year}:{quarter}")
        return Decimal(f"{dice.triangular(0.82, 1.0, 0.97):.2f}")

    return share
