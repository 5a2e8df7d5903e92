"""登记确认 › 用表格登记: a file of who took part in what, shown before it is registered."""

from werkzeug import Response

from backend.app.access import Permission
from backend.app.core.errors import DomainError
from backend.app.core.files.workbooks import form_sheet
from backend.app.core.web.downloads import send_book
from backend.app.core.web.guards import guard
from backend.app.core.web.http import render_page
from backend.app.imports.console import add_pages, earlier
from backend.app.points.activities.deed_files import DEEDS, TEMPLATE
from backend.app.points.activities.operations import OLDEST
from backend.app.points.blueprints import console as blueprint
from backend.app.points.forms import county_of


def _start_page(error: DomainError | None = None) -> tuple[str, int]:
    return render_page(
        "points/deed_files.html", error, oldest=OLDEST.days, **earlier(DEEDS, county_of)
    )


@blueprint.get("/deeds/files")
@guard(Permission.ENTER_DEEDS)
def show_deed_files() -> tuple[str, int]:
    """The form, and what was handed in before."""
    return _start_page()


add_pages(blueprint, DEEDS, "/deeds/files", _start_page, county_of=county_of)


@blueprint.get("/deeds/files/template.xlsx")
@guard(Permission.ENTER_DEEDS)
def download_deed_template() -> Response:
    """Only the headings: whoever fills it in names villages and people."""
    sheet = form_sheet("活动登记", [column.name for column in TEMPLATE], [()])
    return send_book(sheet, "活动登记模板.xlsx")
