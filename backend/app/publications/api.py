"""A village's published month on the phone: the lines of the sheet 「你说我办」."""

from datetime import date
from typing import Any

from backend.app.access import Permission
from backend.app.core.clock import parse_month
from backend.app.core.web.bodies import Blueprint
from backend.app.core.web.guards import guard
from backend.app.publications import queries, schemas
from backend.app.publications.village_sheet_text import done_lines, left_lines, said_lines

blueprint = Blueprint("publications", __name__, url_prefix="/api/v1", description="公示")


@blueprint.get("/villages/<int:village_id>/publications/<month>")
@guard(Permission.SEE_SCORECARD)
@blueprint.response(200, schemas.PublishedVillageShape())
def show_published(village_id: int, month: str) -> dict[str, Any]:
    """What was published of the month, as it was then, with what was corrected since."""
    page = queries.page_of_village(village_id, _month(month))
    publication = queries.get(page.county_id, page.month)
    content = page.content
    corrected = queries.corrections_of(
        page.county_id, page.month, publication.content["scheme"], page.village_id
    )
    return {
        "month": content["month"],
        "village": content["village"],
        "headline": content["headline"],
        "said": said_lines(content),
        "done": done_lines(content),
        "left": left_lines(content),
        "corrections": [
            f"第 {row.number} 号更正：{row.before} 分改为 {row.after} 分，{row.reason}"
            for row in corrected
        ],
        "published_at": publication.published_at,
        "path": f"/p/{page.code}/{content['month']}",
    }


def _month(name: str) -> date:
    month = parse_month(name)
    if month is None:
        raise queries.MonthNotPublished
    return month
