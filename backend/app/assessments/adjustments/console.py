"""加减分: the form and the workbook, what waits for a second person, and what counts so far."""

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, has_permission, may
from backend.app.accounts.queries import display_names
from backend.app.assessments.adjustments import operations
from backend.app.assessments.adjustments.clauses import DECLARED, WITHOUT_POINTS, clauses_of
from backend.app.assessments.adjustments.declaration_sheet import (
    declaration_book,
    read_declarations,
)
from backend.app.assessments.adjustments.operations import AdjustmentDraft
from backend.app.assessments.adjustments.queries import (
    MOVES,
    count_adjustments,
    list_adjustments,
    sums_of_units,
)
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.console_year import (
    asked_programme,
    no_programme,
    own_programme,
)
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import MemberUnit, list_units
from backend.app.assessments.scopes import ReaderScope
from backend.app.assessments.states import (
    UNDER_WAY,
    ProgrammeAdjustmentKind,
    ProgrammeAdjustmentState,
)
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.files.spreadsheets import MOST_BYTES
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Form, Query, sent_file, takes_file
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

WHICH = Query.of(
    done=boxes.Text(12), state=boxes.Choice(list(ProgrammeAdjustmentState), otherwise=None)
)
PROPOSAL = Form.of(
    unit_id=boxes.Id(missing="请选单位"), kind=boxes.Choice(DECLARED, missing="请选类别"),
    clause=boxes.Text(100, squeezed=True), other=boxes.Text(100, squeezed=True),
    points=boxes.Amount("分值最多两位小数", places=2, most=100),
    case_words=boxes.Text(squeezed=True), document=boxes.Text(squeezed=True),
    happened_on=boxes.Day(missing="请填时间"),
)  # fmt: skip
DECISION = Form.of(
    adjustment=boxes.Id(missing="请选一条"), note=boxes.Text(),
    act=boxes.Choice(("confirm", "drop"), missing="请选计入或不计入"),
)  # fmt: skip
Page = tuple[str, int] | Response


def units_to_declare(scope: ReaderScope, programme: Programme) -> list[MemberUnit]:
    """Whom the reader may propose something for: the office for others, a unit for itself."""
    is_office = may(actor(), Permission.SUPERVISE_TARGETS, (programme.county_id,))
    writes = has_permission(actor(), Permission.PROPOSE_ADJUSTMENTS)
    if programme.state not in UNDER_WAY or not writes:
        return []
    return [
        unit for unit in list_units(programme.id)
        if is_office != scope.covers(unit.region_id, unit.department_id)
    ]  # fmt: skip


def _page(error: DomainError | None = None) -> tuple[str, int]:
    scope, programme = asked_programme()
    if programme is None:
        return no_programme("加减分")
    state = WHICH.read()["state"] or ProgrammeAdjustmentState.PROPOSED
    rows = list_adjustments(scope, programme.id, MOVES, str(state))
    people = {row.author_id for row in rows} | {row.decided_by_id for row in rows}
    return render_page(
        "assessments/adjustments.html", error, programme=programme, state=str(state), rows=rows,
        states=ProgrammeAdjustmentState.names(), kinds=ProgrammeAdjustmentKind.names(),
        counts=count_adjustments(scope, programme.id, MOVES), declared=DECLARED,
        sums=sums_of_units(scope, programme.id), units=units_to_declare(scope, programme),
        clauses=clauses_of(programme.content), without_points=WITHOUT_POINTS, scope=scope,
        names=display_names({person for person in people if person}), today=clock.today(),
        decides=may(actor(), Permission.DECIDE_RESULTS, (programme.county_id,)),
        is_office=may(actor(), Permission.SUPERVISE_TARGETS, (programme.county_id,)),
        under_way=programme.state in UNDER_WAY, me_id=actor().person_id,
        done=WHICH.read()["done"],
    )  # fmt: skip


def _back(programme: Programme, done: str) -> Response:
    address = address_of(
        "assessments_console.show_adjustments", programme=programme.id, done=done
    )  # fmt: skip
    return redirect(address, 303)


@blueprint.get("/adjustments")
@guard(Permission.SEE_PROGRAMMES)
def show_adjustments() -> tuple[str, int]:
    """One state at a time; what counts for each unit, and the form for whoever may propose."""
    return _page()


@blueprint.post("/adjustments")
@guard(Permission.PROPOSE_ADJUSTMENTS)
def propose_adjustment() -> Page:
    """A unit for itself, the office for any other; the operation says which."""
    try:
        form = PROPOSAL.read()
        _, programme = own_programme()
        draft = AdjustmentDraft(
            form["unit_id"], form["kind"].value, form["other"] or form["clause"],
            form["case_words"], form["document"], form["happened_on"], form["points"],
        )  # fmt: skip
        with transaction():
            operations.propose_adjustment(actor(), programme.id, draft)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return _back(programme, "proposed")


@blueprint.post("/adjustments/decisions")
@guard(Permission.DECIDE_RESULTS)
def decide_adjustment() -> Page:
    """计入 or 不计入, by another person."""
    try:
        form = DECISION.read()
        _, programme = own_programme()
        with transaction():
            operations.decide_adjustment(
                actor(), form["adjustment"], form["act"] == "confirm", form["note"]
            )
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return _back(programme, "decided")


@blueprint.get("/adjustments.xlsx")
@guard(Permission.PROPOSE_ADJUSTMENTS)
def download_declaration() -> Response:
    """加减分申报表, with the programme's clauses."""
    scope, programme = asked_programme()
    if programme is None:
        return redirect(address_of("assessments_console.show_adjustments"))
    book = declaration_book(
        units_to_declare(scope, programme), clauses_of(programme.content), programme.year
    )
    return send_book(book, "加减分申报表.xlsx")


@blueprint.post("/adjustments.xlsx")
@takes_file(MOST_BYTES)
@guard(Permission.PROPOSE_ADJUSTMENTS)
def upload_declaration() -> Page:
    """All lines or none; each waits for another person."""
    try:
        sent = sent_file("请选填好的加减分申报表")
        _, programme = own_programme()
        units = list_units(programme.id)
        lines, faults = read_declarations(units, programme.year, sent.read())
        with transaction():
            operations.propose_lines(actor(), programme.id, lines, faults)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return _back(programme, "read")
