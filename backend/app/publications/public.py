"""公示: what anybody may read of a published month, as pages, as open data and as plain text."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask import url_for as address_of

from backend.app.core.clock import parse_month
from backend.app.core.web.guards import open_to_all
from backend.app.publications import open_data, wechat_summary
from backend.app.publications import queries as publications

blueprint = Blueprint("scorecards_public", __name__, url_prefix="/p")
COUNTY_DIGITS = 6
MINUTES = 300
CSV = "text/csv; charset=utf-8"


def public_host() -> str:
    host: str = current_app.config["SETTINGS"].public_host
    return host


def _month(name: str) -> date:
    month = parse_month(name)
    if month is None:
        raise publications.MonthNotPublished
    return month


def kept(response: Response) -> Response:
    """The same for everybody; a later correction shows within minutes."""
    response.headers["Cache-Control"] = f"public, max-age={MINUTES}"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


def _page(template: str, **values: Any) -> Response:
    return kept(Response(render_template(template, **values), mimetype="text/html"))


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
    return _page("publications/counties.html", counties=counties)


@blueprint.get("/<code>")
@open_to_all("published")
def list_months(code: str) -> Response:
    """The months of a county or a village, the newest first."""
    if len(code) == COUNTY_DIGITS:
        of_county = publications.list_of_county(code)
        return _page("publications/months.html", code=code, rows=of_county, village=False)
    of_village = publications.list_of_village(code)
    return _page("publications/months.html", code=code, rows=of_village, village=True)


@blueprint.get("/<code>/<month>")
@open_to_all("published")
def show_month(code: str, month: str) -> Response:
    """A county's month, or a village's: six digits or twelve."""
    if len(code) == COUNTY_DIGITS:
        publication = publications.of_county(code, _month(month))
        content = publication.content
        return _page(
            "publications/county.html",
            content=content, publication=publication, previewed=False,
            townships=_by_township(content),
            corrections=publications.corrections_of(
                publication.county_id, publication.month, content["scheme"]
            ),
            tables=open_data.TABLES, licence=open_data.LICENCE,
        )  # fmt: skip
    page = publications.of_village(code, _month(month))
    publication = publications.get(page.county_id, page.month)
    return _page(
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


@blueprint.get("/<code>/<month>/<table>.csv")
@open_to_all("open data")
def show_table(code: str, month: str, table: str) -> Response:
    """One table for a spreadsheet: UTF-8 with a byte order mark, no formulas."""
    publication = publications.of_county(code, _month(month))
    response = Response(open_data.as_csv(publication, table), mimetype=CSV)
    name = f"{code}-{publication.month:%Y-%m}-{table}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return kept(response)
