"""导出: ask for a file, watch it being written, fetch it."""

from datetime import date
from typing import Any

from flask import redirect, render_template, send_file
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, regions_of
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.files import storage
from backend.app.core.files.workbooks import XLSX
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, query_args
from backend.app.core.web.guards import actor, guard
from backend.app.exports import operations, queries
from backend.app.exports.blueprints import console as blueprint
from backend.app.exports.kinds import ANSWERS, KINDS, MONTH, TICKETS
from backend.app.places.picker_queries import counties_and_townships
from backend.app.scorecards.queries import list_months

TYPES = {
    "xlsx": XLSX,
    "csv": "text/csv",
    "pdf": "application/pdf",
}
LONGEST = 40
# What the page says about the filters it keeps.
FILTER_NAMES = {
    "q": "村名或代码", "township": "乡镇", "status": "样本", "view": "分栏", "search": "编号或文字",
    "category": "分类", "kind": "类型", "channel": "来源", "source": "来源", "tag": "标签",
    "region_id": "乡镇",
    "department_id": "部门",
}  # fmt: skip
# What stands before a dot is the name of a group: f.q=西村.
FILTERS = Query.of(**{f"f.{name}": boxes.Text(LONGEST) for name in FILTER_NAMES})
EXPORT = Form.of(
    kind=boxes.Text(otherwise=MONTH), month=boxes.Month(missing="请选月份和地方"),
    region_id=boxes.Id(missing="请选月份和地方"), format=boxes.Text(),
)  # fmt: skip


def _filters() -> dict[str, str]:
    """The filters of the page the file was asked from."""
    return {name: value for name, value in FILTERS.read()["f"].items() if value}


@blueprint.get("")
@guard(Permission.EXPORT)
@query_args(month=boxes.Month(), region=boxes.Id(), kind=boxes.Text())
def list_exports(month: date | None, region: int | None, kind: str) -> str:
    """The form, and what was asked for."""
    scope = regions_of(actor(), Permission.EXPORT)
    return render_template(
        "exports/list.html",
        months=list_months(scope),
        month=month,
        region_id=region,
        regions=counties_and_townships(scope),
        exports=queries.list_own(actor().person_id),
        kinds=KINDS, kind=kind, of_tickets=kind == TICKETS, of_answers=kind == ANSWERS,
        kept=_filters(), names=FILTER_NAMES, this_month=clock.today(),
    )  # fmt: skip


@blueprint.get("/table")
@guard(Permission.EXPORT)
def show_table() -> str:
    """The list alone, asked for again while something is being written."""
    return render_template(
        "exports/table.html", exports=queries.list_own(actor().person_id), kinds=KINDS
    )


@blueprint.post("")
@guard(Permission.EXPORT)
def request_export() -> Response:
    """Asks for a file."""
    kind, month, region_id, format_ = EXPORT.read().values()
    formats = KINDS[kind].formats if kind in KINDS else ()
    format_ = formats[0] if len(formats) == 1 else format_
    with transaction():
        operations.request_export(actor(), region_id, month, format_, kind, _filters())
    return redirect(address_of("exports_console.list_exports"))


@blueprint.get("/<int:export_id>/file")
@guard(Permission.EXPORT)
def download(export_id: int) -> Any:
    """The file; every fetch is in the audit log."""
    person_id = actor().person_id
    with transaction():
        export = queries.get_own_file(person_id, export_id)
        record("download_export", person_id, "export", export.id, month=f"{export.month:%Y-%m}")
        path, name, kind = storage.path(export.file_key or ""), export.file_name, export.format
    return send_file(path, mimetype=TYPES[kind], as_attachment=True, download_name=name)
