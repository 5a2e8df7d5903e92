"""数据导入 and 村的类型: files with a line a village, refused line by line or taken whole."""

import io

from flask import redirect, render_template, send_file
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput
from backend.app.core.files.spreadsheets import MOST_BYTES, ReadSheet, read_sheet
from backend.app.core.files.workbooks import form_sheet
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, form_args, read_id, sent_file, takes_file
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.places import village_kinds
from backend.app.places.residents import MOST, read_residents, set_residents
from backend.app.scorecards.blueprints import console as blueprint
from backend.app.scorecards.imports import operations as fact_imports
from backend.app.scorecards.imports.operations import COLUMNS, SOURCE_NAMES, FactsReport
from backend.app.scorecards.imports.village_files import (
    CODE,
    NAME,
    TOWNSHIP,
    Faults,
    place_of,
    village_lines,
)
from backend.app.scorecards.locks.operations import locked_months

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KIND, RESIDENTS = "类型", "常住人口"
FACTS = Form.of(month=boxes.Month(missing="请选月份"), origin=boxes.Text())
KINDS = Query.of(q=boxes.Text(20), done=boxes.Text())


def _sheet() -> ReadSheet:
    """The file that was sent; raises InvalidInput."""
    sent = sent_file("请选一个文件")
    return read_sheet(sent.read(), sent.filename or "")


def _file(content: bytes, name: str) -> Response:
    return send_file(io.BytesIO(content), mimetype=XLSX, download_name=name, as_attachment=True)


def _imports(
    error: DomainError | None = None, report: FactsReport | None = None
) -> tuple[str, int]:
    county = own_county(Permission.IMPORT_FACTS)
    this_month = clock.month_of(clock.today())
    body = render_template(
        "scorecards/desk/imports.html",
        error=error, report=report, columns=COLUMNS, source_names=SOURCE_NAMES,
        standing=fact_imports.standing(county),
        locked={lock.month for lock in locked_months(county)},
        usual_month=clock.previous_month(this_month),
    )  # fmt: skip
    return body, 422 if error else 200


@blueprint.get("/scores/imports")
@guard(Permission.IMPORT_FACTS)
def show_imports() -> tuple[str, int]:
    """What there is, and the form."""
    return _imports()


@blueprint.post("/scores/imports")
@takes_file(MOST_BYTES)
@guard(Permission.IMPORT_FACTS)
def import_facts() -> tuple[str, int]:
    """One file for one month."""
    county = own_county(Permission.IMPORT_FACTS)
    try:
        form = FACTS.read()
        with transaction():
            report = fact_imports.import_facts(
                actor(), county, form["month"], _sheet(), form["origin"]
            )
    except (InvalidInput, Conflict) as error:
        return _imports(error)
    return _imports(report=report)


@blueprint.get("/scores/imports/template.xlsx")
@guard(Permission.IMPORT_FACTS)
def download_template() -> Response:
    return _file(fact_imports.template(own_county(Permission.IMPORT_FACTS)), "考核数据模板.xlsx")


def _kinds(
    error: DomainError | None = None, changed: tuple[int, int] | None = None
) -> tuple[str, int]:
    county = own_county(Permission.MANAGE_SCHEMES)
    query = KINDS.read()
    rows = village_kinds.villages_with_kinds(county)
    known, history = village_kinds.kinds_of(county), village_kinds.list_changes(county)
    body = render_template(
        "scorecards/desk/kinds.html",
        error=error, changed=changed, search=query["q"], kinds=known,
        counts={kind: sum(row.kind == kind for row in rows) for kind in known},
        rows=[row for row in rows if query["q"] in f"{row.township}{row.name}{row.code}"],
        usual=[kind for kind in village_kinds.USUAL if kind not in known],
        history=history, names=display_names({row.changed_by_id for row in history}),
        done=query["done"],
    )  # fmt: skip
    return body, 422 if error else 200


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


@blueprint.post("/village-types/file")
@takes_file(MOST_BYTES)
@guard(Permission.MANAGE_SCHEMES)
def import_kinds() -> tuple[str, int]:
    """Types and numbers of people of many villages from a file: all lines or none."""
    county = own_county(Permission.MANAGE_SCHEMES)
    try:
        kinds, residents = _about_villages(county, _sheet())
        with transaction():
            changed = (
                village_kinds.set_kinds(actor(), county, kinds),
                set_residents(actor(), county, residents),
            )
    except InvalidInput as error:
        return _kinds(error)
    return _kinds(changed=changed)


def _about_villages(county_id: int, sheet: ReadSheet) -> tuple[dict[int, str], dict[int, int]]:
    """Types and numbers by village; an empty cell changes nothing. Raises InvalidInput."""
    if place_of(sheet.headings, (KIND, RESIDENTS)) is None:
        raise InvalidInput(errors={"file": ["表头里要有「类型」或「常住人口」这一列"]})
    faults, known = Faults(), set(village_kinds.kinds_of(county_id))
    kinds, residents = {}, {}
    for line in village_lines(county_id, sheet, faults):
        kind, number = line.cells.get(KIND, ""), line.cells.get(RESIDENTS, "")
        if kind in known:
            kinds[line.village_id] = kind
        elif kind:
            faults.note(line.number, f"没有类型「{kind[:20]}」,请先新增")
        people = read_residents(number)
        if people is not None:
            residents[line.village_id] = people
        elif number:
            faults.note(line.number, f"常住人口「{number[:20]}」应是 0 到 {MOST} 的整数")
    faults.refuse()
    return kinds, residents


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
