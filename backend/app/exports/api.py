"""What other systems read with a token: published months of one county, and nothing else."""

from collections.abc import Iterable
from typing import Any

from backend.app.core.clock import parse_month
from backend.app.core.web.bodies import Blueprint
from backend.app.core.web.guards import TokenScope, bearer, token_guard
from backend.app.exports import schemas
from backend.app.publications import open_data
from backend.app.publications import queries as publications

blueprint = Blueprint(
    "open_api", __name__, url_prefix="/api/v1/open", description="开放接口：凭令牌读公示的得分"
)
PAGE = 200
BY_TOKEN: dict[str, Any] = {"security": [{"token": []}]}


def _published(month: str) -> Any:
    """Raises NotPublished for any other county's, too."""
    first = parse_month(month)
    if first is None:
        raise publications.MonthNotPublished
    return publications.get(bearer().county_id, first)


def _rows(table: str, rows: Iterable[list[Any]]) -> list[dict[str, Any]]:
    names = [name for name, _ in open_data.COLUMNS[table]]
    return [dict(zip(names, row, strict=True)) for row in rows]


@blueprint.get("/months")
@token_guard(TokenScope.READ_SCORES)
@blueprint.doc(**BY_TOKEN)
@blueprint.response(200, schemas.MonthsShape())
def list_months() -> dict[str, Any]:
    """The county's published months, the newest first."""
    told = publications.published_months([bearer().county_id])
    county = publications.name_of(bearer().county_id)
    return {
        "county": county.name,
        "code": (county.code or "")[:6],
        "licence": open_data.LICENCE.format(county=county.name, month=""),
        "items": [
            {
                "month": f"{one.month:%Y-%m}",
                "published_at": one.published_at.isoformat(),
                "digest": one.digest.hex(),
            }
            for one in told
        ],
    }


@blueprint.get("/months/<month>/villages")
@token_guard(TokenScope.READ_SCORES)
@blueprint.doc(**BY_TOKEN)
@blueprint.arguments(schemas.VillagesQuery(), location="query")
@blueprint.response(200, schemas.VillagesShape())
def list_villages(query: dict[str, Any], month: str) -> dict[str, Any]:
    """Scorecards of a month by code, a page at a time."""
    publication = _published(month)
    pages = publications.page_of(publication.county_id, publication.month, query["after"], PAGE)
    rows = _rows("villages", (open_data.village_row(page.content) for page in pages[:PAGE]))
    return {
        "month": f"{publication.month:%Y-%m}",
        "items": rows,
        "next": rows[-1]["code"] if len(pages) > PAGE else None,
    }


@blueprint.get("/months/<month>/villages/<code>")
@token_guard(TokenScope.READ_SCORES)
@blueprint.doc(**BY_TOKEN)
@blueprint.response(200, schemas.VillageMonthShape())
def show_village(month: str, code: str) -> dict[str, Any]:
    """One village's scorecard: its total, each indicator, its corrections."""
    publication = _published(month)
    page = publications.of_village(code, publication.month)
    if page.county_id != bearer().county_id:
        raise publications.MonthNotPublished
    (row,) = _rows("villages", [open_data.village_row(page.content)])
    listed = _corrections(publication, page.village_id)
    indicators = _rows("indicators", open_data.indicator_rows(page.content))
    return {"village": row, "indicators": indicators, "corrections": listed}


@blueprint.get("/months/<month>/corrections")
@token_guard(TokenScope.READ_SCORES)
@blueprint.doc(**BY_TOKEN)
@blueprint.response(200, schemas.CorrectionsShape())
def list_corrections(month: str) -> dict[str, Any]:
    """The numbered corrections of a month."""
    publication = _published(month)
    return {"month": f"{publication.month:%Y-%m}", "items": _corrections(publication)}


@blueprint.get("/dictionary")
@token_guard(TokenScope.READ_SCORES)
@blueprint.doc(**BY_TOKEN)
@blueprint.response(200, schemas.DictionaryShape())
def show_dictionary() -> dict[str, Any]:
    """What every column means."""
    return {"items": _rows("dictionary", open_data.dictionary())}


def _corrections(publication: Any, village_id: int | None = None) -> list[dict[str, Any]]:
    return _rows("corrections", open_data.corrections(publication, village_id))
