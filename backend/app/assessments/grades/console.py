"""定等: proposals with their reasons, the meeting's paper, and what it decided."""

import io
from collections.abc import Sequence

from flask import redirect, send_file
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, Role, may
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.grades import operations
from backend.app.assessments.grades.errors import GradesUnknown
from backend.app.assessments.grades.operations import GradeDecision
from backend.app.assessments.grades.paper import write_book_of, write_sheets
from backend.app.assessments.grades.queries import GradePool, grade_pools
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import get_programme
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import GradeState, ProgrammeState
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.files.workbooks import XLSX
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.scoring.assessing.grades import GRADE_NAMES, Grade, rules_from_data

WHICH = Query.of(done=boxes.Text(12))
READERS = frozenset({Role.ASSESSOR, Role.LEADER})
Page = tuple[str, int] | Response


def office_programme(programme_id: int) -> Programme:
    """For the office and leaders; no unit sees a grade before it is published."""
    me = actor()
    if READERS.isdisjoint(me.roles):
        raise GradesUnknown
    return get_programme(programme_id, scope_of(me).county_id)


def _page(programme_id: int, error: DomainError | None = None) -> tuple[str, int]:
    programme = office_programme(programme_id)
    pools = grade_pools(programme)
    rows = [row for pool in pools for row in pool.rows if row.grade_id]
    people = {row.proposed_by_id or 0 for row in rows} | {row.decided_by_id or 0 for row in rows}
    return render_page(
        "assessments/grades.html", error,
        programme=programme, pools=pools, rows=rows, grades=GRADE_NAMES,
        bounds=rules_from_data(programme.content.get("grades", {})), states=GradeState.names(),
        names=display_names(people), query=WHICH.read(),
        closing=programme.state == ProgrammeState.CLOSING,
        decides=may(actor(), Permission.DECIDE_RESULTS, (programme.county_id,)),
        manages=may(actor(), Permission.MANAGE_PROGRAMMES, (programme.county_id,)),
    )  # fmt: skip


@blueprint.get("/grades/<int:programme_id>")
@guard(Permission.SEE_PROGRAMMES)
def show_grades(programme_id: int) -> tuple[str, int]:
    """定等会 paper: printed, it is what the meeting has on its table."""
    return _page(programme_id)


@blueprint.post("/grades/<int:programme_id>/proposals")
@guard(Permission.MANAGE_PROGRAMMES)
def propose_grades(programme_id: int) -> Page:
    programme = office_programme(programme_id)
    try:
        with transaction():
            operations.propose_grades(actor(), programme.id)
    except DomainError as error:
        return _page(programme_id, error)
    return _back(programme_id, "proposed")


@blueprint.post("/grades/<int:programme_id>/decisions")
@guard(Permission.DECIDE_RESULTS)
def decide_grades(programme_id: int) -> Page:
    """The meeting's decisions, all of them or none."""
    programme = office_programme(programme_id)
    try:
        number, decisions = _read(grade_pools(programme))
        with transaction():
            operations.decide_grades(actor(), programme.id, number, decisions)
    except DomainError as error:
        return _page(programme_id, error)
    return _back(programme_id, "decided")


def _read(pools: Sequence[GradePool]) -> tuple[str, list[GradeDecision]]:
    """The grid: a unit without a chosen grade is left as it is."""
    units = [row.unit_id for pool in pools for row in pool.rows if row.grade_id]
    grid: dict[str, boxes.Box] = {"minutes_number": boxes.Text(60, squeezed=True)}
    for unit_id in units:
        grid[f"grade-{unit_id}"] = boxes.Choice(list(Grade), otherwise=None)
        grid[f"reason-{unit_id}"] = boxes.Text(200, squeezed=True)
        grid[f"version-{unit_id}"] = boxes.Number(otherwise=-1)
    values = Form.of(**grid).read()
    return values["minutes_number"], [
        GradeDecision(
            unit_id, values[f"version-{unit_id}"], grade, values[f"reason-{unit_id}"]
        )
        for unit_id in units if (grade := values[f"grade-{unit_id}"])
    ]  # fmt: skip


def _back(programme_id: int, done: str) -> Response:
    return redirect(
        address_of("assessments_console.show_grades", programme_id=programme_id, done=done), 303
    )


@blueprint.get("/grades/<int:programme_id>/paper.<extension>")
@guard(Permission.SEE_PROGRAMMES)
def download_grades(programme_id: int, extension: str) -> Response:
    """定等建议表 as a workbook or to be printed; every fetch is in the audit log."""
    programme = office_programme(programme_id)
    title = f"{programme.title}定等建议表"
    writers = {"xlsx": (write_book_of, XLSX), "pdf": (write_sheets, "application/pdf")}
    if extension not in writers:
        raise GradesUnknown
    write, mimetype = writers[extension]
    content = write(title, grade_pools(programme))
    with transaction():
        record("export_grades", actor().person_id, "programme", programme.id, format=extension)
    return send_file(
        io.BytesIO(content), mimetype=mimetype, download_name=f"{title}.{extension}",
        as_attachment=extension == "xlsx", max_age=0,
    )  # fmt: skip
