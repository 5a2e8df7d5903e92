"""How the demo's assessment office runs a template: loaded, issued, confirmed, measured, coloured.

Through the operations of the pages, each on its day. Every act lies before November: the year is
whole on whatever day somebody looks.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from backend.app.access import Actor, Role
from backend.app.accounts.grants.operations import insert_grant
from backend.app.accounts.logins.operations import find_login
from backend.app.accounts.queries import actor_today
from backend.app.assessments.evaluation.operations import evaluate_window, publish_window
from backend.app.assessments.measures import fact_files
from backend.app.assessments.measures.operations import store_own_figures
from backend.app.assessments.measures.own_measures import own_figures
from backend.app.assessments.measures.queries import (
    MeasuredTarget,
    may_hand_in,
    may_score,
    measured_targets,
)
from backend.app.assessments.parties import UnitPlace, office_of
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.library.loading_operations import load_template
from backend.app.assessments.programmes.library.templates import (
    departments_named,
    dimensions_of,
    read_template,
)
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.queries import (
    get_programme,
    list_elements,
    list_programmes,
    list_units,
)
from backend.app.assessments.reports.window_operations import (
    ProgrammeWindow,
    close_window,
    open_windows,
    times_of,
)
from backend.app.assessments.reports.window_queries import find_window
from backend.app.assessments.states import OPEN_DRAFT
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.assessments.targets.operations import confirm_all, issue_programme
from backend.app.core import clock
from backend.app.core.clock import COUNTY_ZONE, clock_at
from backend.app.imports.job_operations import planned
from backend.app.imports.kinds import TAKEN, Cell, FileRow, ImportContext
from backend.app.places.queries import list_departments
from backend.app.places.reorganisation import add_department
from backend.app.scoring.assessing.plans import FEED
from backend.app.scoring.assessing.rules import RuleCode
from backend.demo.people import add_staff

# The month from which on a year's examples are those of the year itself.
WHOLE_FROM = 11
DAY = timedelta(days=1)
TENTH, HALF, MOST, ONE = Decimal("0.1"), Decimal("0.5"), Decimal("0.8"), Decimal(1)
Share = Callable[[MeasuredTarget], Decimal | None]
Act = Callable[[Any, date], object]


@dataclass(frozen=True)
class Desk:
    """Who acts in which year."""

    county_id: int
    year: int
    office: Actor
    approver: Actor

    def at(self, month: int, day: int) -> datetime:
        return datetime(self.year, month, day, 10, tzinfo=COUNTY_ZONE)


def example_year() -> int:
    today = clock.today()
    return today.year if today.month >= WHOLE_FROM else today.year - 1


def actor_of(username: str) -> Actor:
    login = find_login(username)
    if login is None:
        raise SystemExit("演示县还没有考核办的账号，请先运行 make run")
    return actor_today(login.person_id)


def sit(county_id: int) -> Desk:
    return Desk(county_id, example_year(), actor_of("assessor"), actor_of("approver"))


def is_loaded(desk: Desk, template: str) -> bool:
    """A draft for next year is none."""
    listed = list_programmes(desk.county_id)
    return any(row.template == template and row.state not in OPEN_DRAFT for row in listed)


def draft(desk: Desk, code: str) -> list[int]:
    """The template as the library loads it, with the departments that it names."""
    template = read_template(code)
    owners = {line["owner"] for row in dimensions_of(template) for line in row["elements"]}
    duties = {name for row in template["issues"] for name in row["duties"]}
    with clock_at(desk.at(1, 5)):
        found_departments(
            desk.county_id, sorted({*departments_named(template), *owners, *duties} - {""})
        )
        basics = ProgrammeBasics(
            f"{template['title']}（示例）", desk.year,
            f"富考核办〔{desk.year}〕示例", f"督考{desk.year}-示例",
        )  # fmt: skip
        loaded = load_template(desk.office, desk.county_id, basics, template)
    return [programme.id for programme in loaded.programmes]


def found_departments(county_id: int, names: Sequence[str]) -> None:
    """Those that the county has not."""
    there = {row.name for row in list_departments(county_id)}
    manager = actor_of("admin")
    for name in names:
        if name not in there:
            add_department(manager, county_id, name)


def issue(desk: Desk, programme_id: int) -> None:
    """Tried, approved by another, given out, and confirmed by every unit."""
    with clock_at(desk.at(1, 8)):
        programmes.mark_tried(desk.office, programme_id)
    with clock_at(desk.at(1, 9)):
        programmes.approve_programme(desk.approver, programme_id, "同意（示例）")
    with clock_at(desk.at(1, 12)):
        issue_programme(desk.office, programme_id)
    with clock_at(desk.at(1, 14)):
        for unit in list_units(programme_id):
            confirm_all(clerk_of(desk, unit, unit.name), unit.id)


def clerk_of(desk: Desk, unit: UnitPlace, name: str) -> Actor:
    """Who acts for a unit: its own member of staff, for a village the township's."""
    region_id = office_of(unit.region_id)
    role = (
        Role.TOWNSHIP_STAFF if region_id
        else Role.SUBJECT_STAFF if unit.subject_id else Role.DEPARTMENT_STAFF
    )  # fmt: skip
    key = f"{role}-{region_id or unit.subject_id or unit.department_id}"
    person_id = add_staff(f"demo-desk-{key}", f"{name[:20]}联络员（示例）")
    actor = actor_today(person_id)
    if actor.grants:
        return actor
    insert_grant(
        person_id, role, region_id or desk.county_id, desk.at(1, 1).date(), None, None,
        unit.department_id, subject_id=unit.subject_id,
    )  # fmt: skip
    return actor_today(person_id)


def clerks_of(desk: Desk, programme_id: int) -> dict[int, Actor]:
    return {unit.id: clerk_of(desk, unit, unit.name) for unit in list_units(programme_id)}


@dataclass(frozen=True)
class Bureau:
    """A department as the unit that its clerk works for."""

    department_id: int
    region_id: None = None
    subject_id: None = None


def owner_of(desk: Desk, target: MeasuredTarget) -> Actor:
    """The clerk of the department that owns an element."""
    bureau = Bureau(target.owner_department_id or 0)
    return clerk_of(desk, bureau, target.owner or "考核办") if target.owner else desk.office


def run_period(desk: Desk, programme_id: int, month: int, measured: Act, *sent: Act) -> date:
    """A window from its opening to the month's notice; `sent` by the units, then `measured`.

    Returns the day of the notice.
    """
    programme, period = get_programme(programme_id, desk.county_id), date(desk.year, month, 1)
    times = times_of(programme, period)
    with clock_at(times.opens_at):
        open_windows(programme_id)
    window = window_of(programme_id, period)
    with clock_at(times.opens_at + DAY):
        for act in sent:
            act(programme, period)
    with clock_at(times.closes_at):
        close_window(window.id)
    with clock_at(times.closes_at + DAY / 2):
        measured(programme, period)
        pull_own(programme_id)
    with clock_at(times.office_due_at):
        evaluate_window(window.id)
    with clock_at(times.notice_at):
        publish_window(window.id)
    return clock.local_day(times.notice_at)


def window_of(programme_id: int, period: date) -> ProgrammeWindow:
    """Raises LookupError before it was opened."""
    window = find_window(programme_id, period)
    if window is None:
        raise LookupError(period)
    return window


def pull_own(programme_id: int) -> None:
    """What the night's job does."""
    for figures in own_figures(programme_id).values():
        store_own_figures(figures)


def hand_in(desk: Desk, programme: Any, period: date, share_of: Share) -> int:
    """Files of systems and of owners, each by the department in charge; returns how many lines."""
    rules = {row.id: row.rule or {} for row in list_elements(programme.id)}
    drafts = stored_drafts(programme.id)
    by_hand: dict[tuple[type[fact_files.FigureImporter], Actor], list[dict[str, Cell]]]
    by_hand = defaultdict(list)
    for target in measured_targets(programme.id):
        share = None if target.is_own else share_of(target)
        if share is None:
            continue
        is_feed = target.source.startswith(FEED)
        owner, may = owner_of(desk, target), may_hand_in if is_feed else may_score
        hand = owner if may(owner, target) else desk.office
        goal = drafts[target.element_id, target.unit_id].value or ONE
        value = figure(rules[target.element_id], goal, share)
        kind = fact_files.MeasureImporter if is_feed else fact_files.ScoreImporter
        by_hand[kind, hand].append(_cells(target.code, target.unit, period, value))
    return sum(_take(programme, period, *who, lines) for who, lines in by_hand.items())


def hand_in_common(desk: Desk, programme: Any, period: date, code: str, share: Decimal) -> None:
    """共同结果 of a shared task."""
    target = next(row for row in measured_targets(programme.id) if row.code == code)
    cells = _cells(code, fact_files.COMMON, period, share)
    _take(programme, period, fact_files.MeasureImporter, owner_of(desk, target), [cells])


def figure(rule: Mapping[str, Any], goal: Decimal, share: Decimal) -> Decimal:
    """The value of which a rule pays such a share."""
    code, target = rule["rule"], Decimal(rule.get("target", goal))
    floor, gap = Decimal(rule.get("floor", 0)), ONE - share
    if code in (RuleCode.PASS, RuleCode.PER_CASE):
        return Decimal(share >= HALF if code == RuleCode.PASS else share < HALF)
    if code == RuleCode.ALL_OR_NOTHING and share >= MOST:
        return target
    if code == RuleCode.SHARED:
        return share
    if code == RuleCode.JUDGED:
        return (ONE + share * (Decimal(rule["levels"]) - ONE)).quantize(TENTH)
    if code == RuleCode.PER_STEP:
        worse = 10 if rule.get("better") == "lower" else -10
        return Decimal(rule["from"]) + Decimal(rule["step"]) * gap * worse
    return (floor + (target - floor) * share).quantize(TENTH)


def _cells(code: str, unit: str, period: date, value: Decimal) -> dict[str, Cell]:
    figure_cell = Cell(f"{value:f}")
    return {
        fact_files.CODE.code: Cell(code), fact_files.UNIT.code: Cell(unit),
        fact_files.PERIOD.code: Cell(f"{period:%Y-%m}"),
        fact_files.VALUE.code: figure_cell, fact_files.DONE.code: figure_cell,
    }  # fmt: skip


def _take(
    programme: Any, period: date, kind: type[fact_files.FigureImporter], hand: Actor,
    lines: Sequence[dict[str, Cell]],
) -> int:  # fmt: skip
    context = ImportContext(
        0, programme.county_id, hand.person_id, "业务系统（示例）",
        {"programme": programme.id, "period": period.isoformat()}, {},
    )  # fmt: skip
    importer = kind(context)
    rows = [FileRow(number, cells, context) for number, cells in enumerate(lines, 2)]
    importer.prepare(rows)
    taken = [plan for row in rows if (plan := planned(importer, row)).outcome in TAKEN]
    return len(importer.apply(taken))
