"""数据导入 and 村的类型: files with a line a village, shown before they are taken over."""

from typing import Any

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput
from backend.app.core.files.workbooks import form_sheet
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Form, Query, form_args, read_id
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.core.web.http import render_page
from backend.app.imports.console import add_pages, earlier
from backend.app.places import village_kinds
from backend.app.scorecards.blueprints import console as blueprint
from backend.app.scorecards.imports import operations as fact_imports
from backend.app.scorecards.imports.facts import FACTS
from backend.app.scorecards.imports.operations import CODE, COLUMNS, NAME, SOURCE_NAMES, TOWNSHIP
from backend.app.scorecards.imports.village_traits import VILLAGE_TRAITS
from backend.app.scorecards.locks.operations import locked_months

KIND, RESIDENTS = "类型", "常住人口"
MONTH = Form.of(month=boxes.Month(missing="请选月份"))
KINDS = Query.of(q=boxes.Text(20), done=boxes.Text())


def _file(content: bytes, name: str) -> Response:
    return send_book(content, name)


def _imports(error: DomainError | None = None) -> tuple[str, int]:
    county = own_county(Permission.IMPORT_FACTS)
    this_month = clock.month_of(clock.today())
    return render_page(
        "scorecards/desk/imports.html", error,
        columns=COLUMNS, source_names=SOURCE_NAMES,
        standing=fact_imports.standing(county),
        locked={lock.month for lock in locked_months(county)},
        usual_month=clock.previous_month(this_month), **earlier(FACTS),
    )  # fmt: skip


def _month() -> dict[str, Any]:
    """The month a file is of; one that is locked takes no file."""
    month = MONTH.read()["month"]
    fact_imports.check_importable(own_county(Permission.IMPORT_FACTS), month)
    return {"month": f"{month:%Y-%m}"}


@blueprint.get("/scores/imports")
@guard(Permission.IMPORT_FACTS)
def show_imports() -> tuple[str, int]:
    """What there is, and the form."""
    return _imports()


add_pages(blueprint, FACTS, "/scores/imports", _imports, _month)


@blueprint.get("/scores/imports/template.xlsx")
@guard(Permission.IMPORT_FACTS)
def download_template() -> Response:
    return _file(fact_imports.template(own_county(Permission.IMPORT_FACTS)), "考核数据模板.xlsx")


def _kinds(error: DomainError | None = None) -> tuple[str, int]:
    county = own_county(Permission.MANAGE_SCHEMES)
    query = KINDS.read()
    rows = village_kinds.villages_with_kinds(county)
    known, history = village_kinds.kinds_of(county), village_kinds.list_changes(county)
    return render_page(
        "scorecards/desk/kinds.html", error,
        search=query["q"],
        counts={kind: sum(row.kind == kind for row in rows) for kind in known},
        rows=[row for row in rows if query["q"] in f"{row.township}{row.name}{row.code}"],
        usual=[kind for kind in village_kinds.USUAL if kind not in known],
        history=history, names=display_names({row.changed_by_id for row in history}),
        done=query["done"], **earlier(VILLAGE_TRAITS) | {"kinds": known},
    )  # fmt: skip


@blueprint.get("/village-types")
@guard(Permission.MANAGE_SCHEMES)
def show_kinds() -> tuple[str, int]:
    """Every village with its type."""
    return _kinds()


@blueprint.post("/village-types/new")
@guard(Permission.MANAGE_SCHEMES)
@form_args(name=boxes.Text())
def add_kind(name: str) -> tuple[str, int] | Response:
    try:
        with transaction():
            village_kinds.add_kind(actor(), own_county(Permission.MANAGE_SCHEMES), name)
    except (InvalidInput, Conflict) as error:
        return _kinds(error)
    return redirect(address_of("scorecards_console.show_kinds", done="added"), 303)


@blueprint.post("/village-types")
@guard(Permission.MANAGE_SCHEMES)
@form_args(kind=boxes.Text(), q=boxes.Text())
def set_kind(kind: str, q: str) -> tuple[str, int] | Response:
    """One village's type."""
    try:
        with transaction():
            village_kinds.set_kind(actor(), read_id("village"), kind)
    except InvalidInput as error:
        return _kinds(error)
    return redirect(address_of("scorecards_console.show_kinds", done="set", q=q or None), 303)


add_pages(blueprint, VILLAGE_TRAITS, "/village-types/files", _kinds)


@blueprint.get("/village-types/villages.xlsx")
@guard(Permission.MANAGE_SCHEMES)
def download_kinds() -> Response:
    """The villages as they are, to be changed and handed back."""
    rows = village_kinds.villages_with_kinds(own_county(Permission.MANAGE_SCHEMES))
    cells = [
        (row.code, row.township, row.name, row.kind or "", _number(row.residents)) for row in rows
    ]
    headings = (CODE, TOWNSHIP, NAME, KIND, RESIDENTS)
    return _file(form_sheet("村的类型和人口", headings, cells), "村的类型和人口.xlsx")


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
