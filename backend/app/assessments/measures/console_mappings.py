"""数据映射: the page on which they are kept, and the files that are handed in by them."""

from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.measures import mapping_operations as mappings
from backend.app.assessments.measures import operations, queries
from backend.app.assessments.measures.console import (
    any_programme,
    chosen_month,
    chosen_programme,
    is_office,
)
from backend.app.assessments.measures.feed_files import FEEDS
from backend.app.assessments.measures.mapping_operations import MappedFigure
from backend.app.assessments.measures.mapping_queries import (
    MOST_FIGURES,
    get_mapping,
    list_mappings,
)
from backend.app.assessments.measures.operations import OPEN_YEAR
from backend.app.assessments.models import Programme
from backend.app.assessments.scopes import scope_of
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import status_of
from backend.app.imports.console import add_pages, earlier

NUMBERS = range(1, MOST_FIGURES + 1)
PARTS = ("heading", "code", "whole")
SHOWN = Query.of(edit=boxes.Id(otherwise=None))
MAPPING = Form.of(
    mapping=boxes.Id(otherwise=None), name=boxes.Text(40), key_column=boxes.Text(40),
    period_column=boxes.Text(40),
    **{f"{part}_{n}": boxes.Text(40) for n in NUMBERS for part in PARTS},
)  # fmt: skip
HANDED = Form.of(mapping=boxes.Id(missing="请选按哪个映射"))


def _page(error: DomainError | None = None) -> tuple[str, int]:
    programme, county = any_programme(), scope_of(actor()).county_id
    listed, edit = list_mappings(county), SHOWN.read()["edit"]
    page = render_template(
        "assessments/mappings.html",
        mappings=listed, edited=next((row for row in listed if row.id == edit), None),
        programme=programme, month=chosen_month(programme) if programme else None,
        is_open=programme is not None and programme.state in OPEN_YEAR,
        is_office=programme is not None and is_office(programme), error=error,
        elements=_elements(programme), numbers=NUMBERS, files=earlier(FEEDS),
    )  # fmt: skip
    return page, status_of(error) if error else 200


def _elements(programme: Programme | None) -> dict[str, str]:
    """Of the newest programme, what is not measured by the product itself."""
    if programme is None:
        return {}
    targets = queries.measured_targets(programme.id)
    return {target.code: target.name for target in targets if not target.is_own}


@blueprint.get("/measures/mappings")
@guard(Permission.REVIEW_REPORTS)
def show_mappings() -> tuple[str, int]:
    """Every mapping with its columns, and a form to hand a sheet in by it."""
    return _page()


@blueprint.post("/measures/mappings")
@guard(Permission.MANAGE_PROGRAMMES)
def save_mapping() -> Any:
    county = scope_of(actor()).county_id
    try:
        form = MAPPING.read()
        figures = [MappedFigure(*(form[f"{part}_{n}"].strip() for part in PARTS)) for n in NUMBERS]
        name, key, period = (form[box].strip() for box in ("name", "key_column", "period_column"))
        with transaction():
            mappings.save_mapping(actor(), county, form["mapping"], name, key, period, figures)
    except InvalidInput as refused:
        return _page(refused)
    return redirect(address_of("assessments_console.show_mappings"))


@blueprint.post("/measures/mappings/<int:mapping_id>/drop")
@guard(Permission.MANAGE_PROGRAMMES)
def drop_mapping(mapping_id: int) -> Any:
    with transaction():
        mappings.drop_mapping(actor(), scope_of(actor()).county_id, mapping_id)
    return redirect(address_of("assessments_console.show_mappings"))


def _params() -> dict[str, Any]:
    programme = chosen_programme()
    operations.check_open(programme)
    mapping = get_mapping(HANDED.read()["mapping"], programme.county_id)
    return {
        "programme": programme.id, "mapping": mapping.id,
        "period": chosen_month(programme).isoformat()[:7],
    }  # fmt: skip


add_pages(blueprint, FEEDS, "/measures/feeds", _page, _params)
