"""考核公示: what anybody may read of a published year, as pages and as open data."""

from flask import Blueprint, Response

from backend.app.assessments.publications import open_data
from backend.app.assessments.publications.errors import YearNotPublished
from backend.app.assessments.publications.queries import (
    published_at_code,
    published_units,
    year_corrections,
    years_at_code,
)
from backend.app.assessments.subjects.public_queries import has_subjects
from backend.app.core.web.guards import open_to_all
from backend.app.core.web.open_pages import kept, open_page, open_table
from backend.app.places.queries import find_place

blueprint = Blueprint("assessments_public", __name__, url_prefix="/p/<code>/assessments")


@blueprint.get("")
@open_to_all("published")
def list_years(code: str) -> Response:
    """A county's published years, the newest first, and its shops and farms."""
    years, rates_firms = years_at_code(code), has_subjects(code)
    county = find_place(f"{code}000000")
    if county is None or not (years or rates_firms):
        raise YearNotPublished
    return open_page(
        "assessments/public_years.html", years=years, code=code, rates_firms=rates_firms,
        county=years[0].county if years else county.name,
    )  # fmt: skip


@blueprint.get("/<int:programme_id>")
@open_to_all("published")
def show_year(code: str, programme_id: int) -> Response:
    """The method, every unit's grade and total with its case, and what was corrected."""
    publication = published_at_code(code, programme_id)
    content = publication.content
    return open_page(
        "assessments/public_year.html",
        publication=publication, content=content, previewed=False,
        corrections=year_corrections(programme_id), tables=open_data.TABLES,
        licence=open_data.licence_of(content), units=published_units(content),
    )  # fmt: skip


@blueprint.get("/<int:programme_id>/units/<int:unit_id>")
@open_to_all("published")
def show_unit(code: str, programme_id: int, unit_id: int) -> Response:
    """One unit: every element, what was lost and why, what moved the total."""
    publication = published_at_code(code, programme_id)
    units = published_units(publication.content)
    unit = next((row for row in units if row["unit_id"] == unit_id), None)
    if unit is None:
        raise YearNotPublished
    return open_page(
        "assessments/public_unit.html",
        publication=publication, content=publication.content, unit=unit, units=units,
        corrections=year_corrections(programme_id, unit_id),
    )  # fmt: skip


@blueprint.get("/<int:programme_id>/data.json")
@open_to_all("open data")
def show_data(code: str, programme_id: int) -> Response:
    """Everything that is published of a year, for programs."""
    document = open_data.as_document(published_at_code(code, programme_id))
    return kept(Response(document, mimetype="application/json"))


@blueprint.get("/<int:programme_id>/<table>.csv")
@open_to_all("open data")
def show_table(code: str, programme_id: int, table: str) -> Response:
    """One table for a spreadsheet: UTF-8 with a byte order mark, no formulas."""
    publication = published_at_code(code, programme_id)
    name = f"{code}-{publication.content['year']}-{table}"
    return open_table(open_data.as_table(publication, table), name)
