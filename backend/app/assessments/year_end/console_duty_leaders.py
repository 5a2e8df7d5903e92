"""分管领导汇总: a file for the organisation department alone; no page shows what is in it."""

from flask import render_template
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.programmes.queries import get_programme, list_programmes
from backend.app.assessments.states import OPEN_DRAFT, ProgrammeState
from backend.app.assessments.year_end.books import leaders_book
from backend.app.assessments.year_end.file_queries import leader_lines
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Form
from backend.app.core.web.guards import actor, guard, own_county

REQUEST = Form.of(
    programme_id=boxes.Id(missing="请选考核项目"),
    reason=boxes.Text(100, squeezed=True, missing="请写明用途，会记入操作记录，最多 100 个字"),
)


def _page(error: InvalidInput | None = None) -> tuple[str, int]:
    county_id = own_county(Permission.EXPORT_DUTY_LEADERS)
    listed = [row for row in list_programmes(county_id) if row.state not in OPEN_DRAFT]
    page = render_template(
        "assessments/duty_leaders.html", programmes=listed, states=ProgrammeState.names(),
        error=error,
    )  # fmt: skip
    return page, 422 if error else 200


@blueprint.get("/duty-leaders")
@guard(Permission.EXPORT_DUTY_LEADERS)
def show_duty_leaders() -> tuple[str, int]:
    """Which programme, and what the file is for."""
    return _page()


@blueprint.post("/duty-leaders")
@guard(Permission.EXPORT_DUTY_LEADERS)
def download_duty_leaders() -> tuple[str, int] | Response:
    """The file, once who fetched it and what for is in the audit log."""
    try:
        programme_id, reason = REQUEST.read().values()
    except InvalidInput as refused:
        return _page(refused)
    programme = get_programme(programme_id, own_county(Permission.EXPORT_DUTY_LEADERS))
    if programme.state in OPEN_DRAFT:
        raise ProgrammeUnknown
    lines = leader_lines(programme.id)
    with transaction():
        record(
            "export_duty_leaders", actor().person_id, "programme", programme.id, reason=reason,
            people=len(lines),
        )  # fmt: skip
    title = f"{programme.title}分管领导汇总"
    return send_book(leaders_book(title, lines), f"{title}.xlsx")
