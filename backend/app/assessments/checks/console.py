"""核查: drawn with its seed in sight, assigned, decided where two disagree; results for units."""

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, Role, may
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.checks import operations, queries, visit_operations
from backend.app.assessments.checks.operations import Seen
from backend.app.assessments.checks.queries import ReaderReach
from backend.app.assessments.checks.visit_operations import VisitDraft, checker_choices
from backend.app.assessments.console_year import (
    WHICH_PROGRAMME,
    asked_programme,
    no_programme,
    own_programme,
)
from backend.app.assessments.evaluation.queries import lights_of
from backend.app.assessments.reports.year_times import judged_until
from backend.app.assessments.scopes import ReaderScope
from backend.app.assessments.states import UNDER_WAY
from backend.app.assessments.states.checks import CheckFinding, CheckKind, CheckState
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.scoring.assessing.ladder import policy_of
from backend.app.scoring.assessing.sampling import seed_of

DRAW = Form.of(period=boxes.Month(missing="请选月份"))
VISIT = Form.of(
    unit=boxes.Id(missing="请选单位"), first=boxes.Id(missing="请选核查员"),
    second=boxes.Id(missing="请选另一位核查员"), visit_on=boxes.Day(missing="请填核查日"),
    kind=boxes.Choice(list(CheckKind), otherwise=CheckKind.INSPECTION), hidden_until=boxes.Day(),
)  # fmt: skip
SEEN = {
    "finding": boxes.Choice(list(CheckFinding), missing="请选属实、部分属实或不属实"),
    "words": boxes.Text(), "value": boxes.Amount("应为数字", places=4, most=10**13),
}  # fmt: skip
DECISION = Form.of(check=boxes.Id(missing="请选一项核查"), **SEEN)
Page = tuple[str, int] | Response


def _reach(scope: ReaderScope) -> ReaderReach:
    """Drawn ones are seen by the office and by leaders; nobody announces a visit to a unit."""
    is_office = may(actor(), Permission.SUPERVISE_TARGETS, (scope.county_id,))
    own = bool(scope.region_ids or scope.department_ids)
    sees_drawn = not own and (is_office or Role.LEADER in actor().roles)
    return ReaderReach(sees_drawn, scope.sees_all, scope.region_ids, scope.department_ids)


def _page(error: DomainError | None = None) -> tuple[str, int]:
    scope, programme = asked_programme()
    if programme is None:
        return no_programme("实地核查")
    reach, is_over = _reach(scope), clock.now() >= judged_until(programme)
    rows = queries.list_checks(programme.id, reach)
    both = [row.id for row in rows if row.findings == 2]
    findings = queries.findings_of(both) if reach.sees_drawn else {}
    draws = queries.list_draws(programme.id) if reach.sees_drawn else []
    is_office = may(actor(), Permission.SUPERVISE_TARGETS, (scope.county_id,))
    units: dict[int, list[queries.CheckRow]] = {}
    for row in rows:
        units.setdefault(row.unit_id, []).append(row)
    checkers = checker_choices(scope.county_id) if is_office and rows else {}
    people = {person for row in rows for person in (row.first_checker_id, row.second_checker_id)}
    return render_page(
        "assessments/checks.html", error,
        programme=programme, units=units, draws=draws, findings=findings,
        agreements=queries.agreement_of(rows, findings), policy=policy_of(lights_of(programme)),
        seeds={row.id: seed_of(row.digest) for row in draws}, states=CheckState.names(),
        kinds=CheckKind.names(), results=CheckFinding.names(), is_office=is_office,
        sees_drawn=reach.sees_drawn, checkers=checkers, today=clock.today(),
        names=display_names({person for person in people if person}),
        decides=may(actor(), Permission.DECIDE_RESULTS, (scope.county_id,)),
        under_way=programme.state in UNDER_WAY and not is_over, is_over=is_over,
        me_id=actor().person_id, done=WHICH_PROGRAMME.read()["done"],
    )  # fmt: skip


def _back(done: str) -> Response:
    programme_id = WHICH_PROGRAMME.read()["programme"]
    address = address_of("assessments_console.show_checks", programme=programme_id, done=done)
    return redirect(address, 303)


@blueprint.get("/checks")
@guard(Permission.SEE_PROGRAMMES)
def show_checks() -> tuple[str, int]:
    """Draws with their seeds, units with what is to be looked at, results."""
    return _page()


@blueprint.post("/checks")
@guard(Permission.SUPERVISE_TARGETS)
def draw_checks() -> Page:
    """Once a period; the seed comes from the approved plan."""
    try:
        form = DRAW.read()
        _, programme = own_programme()
        with transaction():
            operations.draw_checks(actor(), programme.id, form["period"])
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return _back("drawn")


@blueprint.post("/checks/visits")
@guard(Permission.SUPERVISE_TARGETS)
def assign_visit() -> Page:
    """Two checkers and a day for everything that was drawn at a unit."""
    try:
        form = VISIT.read()
        _, programme = own_programme()
        draft = VisitDraft(
            form["unit"], form["first"], form["second"], form["visit_on"], form["kind"],
            form["hidden_until"],
        )  # fmt: skip
        with transaction():
            visit_operations.assign_visit(actor(), programme.id, draft)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return _back("assigned")


@blueprint.post("/checks/decisions")
@guard(Permission.DECIDE_RESULTS)
def decide_check() -> Page:
    """Where two found different things."""
    try:
        form = DECISION.read()
        with transaction():
            operations.decide_check(
                actor(), form["check"], Seen(form["finding"], form["words"], form["value"])
            )
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return _back("decided")
