"""公示: what anybody may read of a published month, as pages, as open data and as plain text."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, redirect
from flask import url_for as address_of

from backend.app.assessments.publications.queries import years_at_code
from backend.app.core.clock import parse_month
from backend.app.core.web.guards import open_to_all
from backend.app.core.web.open_pages import kept, open_page, open_table
from backend.app.publications import open_data, wechat_summary
from backend.app.publications import queries as publications

blueprint = Blueprint("scorecards_public", __name__, url_prefix="/p")
COUNTY_DIGITS = 6


def public_host() -> str:
    host: str = current_app.config["SETTINGS"].public_host
    return host


def _month(name: str) -> date:
    month = parse_month(name)
    if month is None:
        raise publications.MonthNotPublished
    return month


def _by_township(content: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Every village under its township's name, both in the order of codes."""
    villages = [
        one for group in content["groups"] for band in group["bands"] for one in band["villages"]
    ]
    found: dict[str, list[dict[str, Any]]] = {}
    for one in sorted(villages, key=lambda one: str(one["code"])):
        found.setdefault(one["township"], []).append(one)
    return found


@blueprint.get("/")
@open_to_all("published")
def list_counties() -> Any:
    """Every county that has published; with a single one, straight to its months."""
    counties = publications.counties_published()
    if len(counties) == 1:
        return redirect(address_of("scorecards_public.list_months", code=counties[0].code))
    return open_page("publications/counties.html", counties=counties)


@blueprint.get("/<code>")
@open_to_all("published")
def list_months(code: str) -> Response:
    """The months of a county or a village, the newest first."""
    if len(code) == COUNTY_DIGITS:
        of_county = publications.list_of_county(code)
        return open_page(
            "publications/months.html", code=code, rows=of_county, village=False,
            years=years_at_code(code),
        )  # fmt: skip
    of_village = publications.list_of_village(code)
    return open_page(
        "publications/months.html", code=code, rows=of_village, village=True,
        later=publications.later_page(code),
    )  # fmt: skip


@blueprint.get("/<code>/<month>")
@open_to_all("published")
def show_month(code: str, month: str) -> Any:
    """A county's month, or a village's: six digits or twelve.

    The code of a village that went into another one leads to that one's later months.
    """
    if len(code) == COUNTY_DIGITS:
        publication = publications.of_county(code, _month(month))
        content = publication.content
        return open_page(
            "publications/county.html",
            content=content, publication=publication, previewed=False,
            townships=_by_township(content),
            corrections=publications.corrections_of(
                publication.county_id, publication.month, content["scheme"]
            ),
            tables=open_data.TABLES, licence=open_data.LICENCE,
        )  # fmt: skip
    try:
        page = publications.of_village(code, _month(month))
    except publications.MonthNotPublished:
        later = publications.later_page(code, _month(month))
        if later is None:
            raise
        return redirect(
            address_of("scorecards_public.show_month", code=later.code, month=month), 302
        )
    publication = publications.get(page.county_id, page.month)
    return open_page(
        "publications/village.html",
        content=page.content, publication=publication, county=publication.content,
        short=wechat_summary.for_groups(page.content, public_host()),
        corrections=publications.corrections_of(
            page.county_id, page.month, publication.content["scheme"], page.village_id
        ),
    )  # fmt: skip


@blueprint.get("/<code>/<month>/wechat.txt")
@open_to_all("published: the same words for every group")
def show_short_words(code: str, month: str) -> Response:
    """At most 300 characters, to be copied into a WeChat group."""
    page = publications.of_village(code, _month(month))
    words = wechat_summary.for_groups(page.content, public_host())
    return kept(Response(words, mimetype="text/plain"))


@blueprint.get("/<code>/<month>/data.json")
@open_to_all("open data")
def show_data(code: str, month: str) -> Response:
    """Everything that is published of a county's month, for programs."""
    publication = publications.of_county(code, _month(month))
    return kept(Response(open_data.as_json(publication), mimetype="application/json"))


@blueprint.get("/<code>/<month>/contents.jsonl")
@open_to_all("open data")
def show_contents(code: str, month: str) -> Response:
    """The published pages as they are kept: whoever hashes these bytes gets the page's digest."""
    publication = publications.of_county(code, _month(month))
    return kept(Response(open_data.as_lines(publication), mimetype="application/jsonl"))


@blueprint.get("/<code>/<month>/recompute")
@open_to_all("published")
def show_recompute(code: str, month: str) -> Response:
    """A village's month computed again in the reader's own browser."""
    page = publications.of_village(code, _month(month))
    county = publications.get(page.county_id, page.month).content
    return open_page("publications/recompute.html", content=page.content, county=county)


@blueprint.get("/<code>/<month>/<table>.csv")
@open_to_all("open data")
def show_table(code: str, month: str, table: str) -> Response:
    """One table for a spreadsheet: UTF-8 with a byte order mark, no formulas."""
    publication = publications.of_county(code, _month(month))
    name = f"{code}-{publication.month:%Y-%m}-{table}"
    return open_table(open_data.as_csv(publication, table), name)
