"""What other systems read with a token of results: published years of assessments, no more."""

from typing import Any

from backend.app.assessments.publications import open_data
from backend.app.assessments.publications import queries as publications
from backend.app.core.web.guards import TokenScope, bearer, token_guard
from backend.app.exports import result_schemas as schemas
from backend.app.exports.api import BY_TOKEN, blueprint


def _items(programme: int, table: str) -> dict[str, Any]:
    """Raises YearNotPublished, for another county's, too."""
    publication = publications.published_of_county(bearer().county_id, programme)
    return {"items": open_data.objects(publication, table)}


@blueprint.get("/assessments")
@token_guard(TokenScope.READ_RESULTS)
@blueprint.doc(**BY_TOKEN)
@blueprint.response(200, schemas.YearsShape())
def list_years() -> dict[str, Any]:
    """The county's published assessments, the newest first."""
    return {
        "items": [
            {
                "programme": year.programme_id, "title": year.title, "year": year.year,
                "published_at": year.published_at.isoformat(), "digest": year.digest.hex(),
            }
            for year in publications.years_of_county(bearer().county_id)
        ]
    }  # fmt: skip


@blueprint.get("/assessments/<int:programme>/units")
@token_guard(TokenScope.READ_RESULTS)
@blueprint.doc(**BY_TOKEN)
@blueprint.response(200, schemas.UnitsShape())
def list_result_units(programme: int) -> dict[str, Any]:
    """Totals and grades, with the newest correction of each."""
    return _items(programme, "units")


@blueprint.get("/assessments/<int:programme>/lost")
@token_guard(TokenScope.READ_RESULTS)
@blueprint.doc(**BY_TOKEN)
@blueprint.response(200, schemas.LostShape())
def list_lost_points(programme: int) -> dict[str, Any]:
    """Every lost point with its case."""
    return _items(programme, "lost")


@blueprint.get("/assessments/<int:programme>/corrections")
@token_guard(TokenScope.READ_RESULTS)
@blueprint.doc(**BY_TOKEN)
@blueprint.response(200, schemas.ResultCorrectionsShape())
def list_result_corrections(programme: int) -> dict[str, Any]:
    """The numbered corrections of a year."""
    return _items(programme, "corrections")
