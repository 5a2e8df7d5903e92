"""主体交易: files of what shops sold, and what farms bought and applied."""

from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import SubjectKind
from backend.app.assessments.subjects.ledgers import index_of, ledgers_of
from backend.app.assessments.subjects.trade_files import COLUMNS, TRADES
from backend.app.core import clock
from backend.app.core.errors import DomainError
from backend.app.core.files.workbooks import form_sheet
from backend.app.core.web.downloads import send_book
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.imports.console import add_pages, earlier
from backend.app.scoring.totals import rounded


def _page(error: DomainError | None = None) -> tuple[str, int]:
    ledgers = ledgers_of(scope_of(actor()).county_id, clock.today())
    listed = list(ledgers.values())
    indices = {
        "实名购买活跃指数（农资店）": index_of(SubjectKind.SHOP, listed),
        "定额施用活跃指数（农业主体）": index_of(SubjectKind.FARM, listed),
    }
    return render_page(
        "assessments/subject_trades.html", error, files=earlier(TRADES),
        columns=[column.name for column in COLUMNS],
        indices={
            name: None if value is None else rounded(value) for name, value in indices.items()
        },
        lines=sum(len(row.sales) + len(row.purchases) + len(row.applications) for row in listed),
    )  # fmt: skip


@blueprint.get("/subjects/trades")
@guard(Permission.REVIEW_REPORTS)
def show_trades() -> tuple[str, int]:
    """The county's indices today, and the form for files."""
    return _page()


add_pages(blueprint, TRADES, "/subjects/trades/files", _page)


@blueprint.get("/subjects/trades/form.xlsx")
@guard(Permission.REVIEW_REPORTS)
def download_trade_form() -> Response:
    names = [column.name for column in COLUMNS]
    return send_book(form_sheet("主体交易", names, [()]), "主体交易.xlsx")
