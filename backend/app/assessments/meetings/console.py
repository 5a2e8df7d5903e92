"""季会议材料 to print and as a workbook."""

import io
from datetime import date

from flask import send_file
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.meetings.pack_files import draw_pack, pack_book
from backend.app.assessments.meetings.quarter_pack import QuarterPack, quarter_pack
from backend.app.assessments.programmes.queries import get_programme
from backend.app.assessments.reports.console_fill import month_in_address
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import OPEN_DRAFT
from backend.app.core.errors import NotFound
from backend.app.core.web.downloads import send_book
from backend.app.core.web.guards import actor, guard

MONTHS_A_QUARTER = 3


def _pack(programme_id: int, month: str) -> QuarterPack:
    """Raises NotFound for a month that ends no quarter of the programme's year."""
    until: date = month_in_address(month)
    scope = scope_of(actor())
    programme = get_programme(programme_id, scope.county_id)
    if programme.state in OPEN_DRAFT:
        raise ProgrammeUnknown
    if until.year != programme.year or until.month % MONTHS_A_QUARTER:
        raise NotFound("会议材料每季度一份，请选 3、6、9、12 月")
    return quarter_pack(programme, scope, until)


@blueprint.get("/results/<int:programme_id>/meetings/<month>.pdf")
@guard(Permission.SEE_ALL_PROGRAMMES)
def print_meeting(programme_id: int, month: str) -> Response:
    """On A4, for those who sit at the table."""
    pack = _pack(programme_id, month)
    return send_file(
        io.BytesIO(draw_pack(pack)), mimetype="application/pdf",
        download_name=f"{pack.title}.pdf", as_attachment=True,
    )  # fmt: skip


@blueprint.get("/results/<int:programme_id>/meetings/<month>.xlsx")
@guard(Permission.SEE_ALL_PROGRAMMES)
def download_meeting(programme_id: int, month: str) -> Response:
    """The same lines as a workbook."""
    pack = _pack(programme_id, month)
    return send_book(pack_book(pack), f"{pack.title}.xlsx")
