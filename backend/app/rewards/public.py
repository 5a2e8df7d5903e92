"""积分公示: what a village was told, for everybody and for its notice board."""

from datetime import date

from flask import Response, jsonify, render_template

from backend.app.core.clock import parse_month
from backend.app.core.errors import NotFound
from backend.app.core.web.guards import open_to_all
from backend.app.places.queries import village_label
from backend.app.points.blueprints import public as blueprint
from backend.app.rewards import publications

OPEN = "published: points posted as the village's rules say, without names"


def _month(text: str) -> date:
    month = parse_month(text)
    if month is None:
        raise NotFound
    return month


@blueprint.get("/villages/<int:village_id>/points")
@open_to_all(OPEN)
def show_months(village_id: int) -> str:
    """The months of a village, newest first."""
    return render_template(
        "rewards/public_months.html",
        village=village_label(village_id), months=publications.list_publications(village_id),
    )  # fmt: skip


@blueprint.get("/villages/<int:village_id>/points/<period>")
@open_to_all(OPEN)
def show_month(village_id: int, period: str) -> str:
    """One month, frozen, with what was corrected since; prints on one or two sheets of A4."""
    found = publications.get_publication(village_id, _month(period))
    return render_template(
        "rewards/public_month.html",
        found=found, content=found.content, corrections=publications.list_corrections(found.id),
        month=found.month,
    )  # fmt: skip


@blueprint.get("/villages/<int:village_id>/points/<period>/data.json")
@open_to_all(OPEN)
def show_data(village_id: int, period: str) -> Response:
    """The same as data: its digest is that of these values."""
    publication = publications.get_publication(village_id, _month(period))
    return jsonify(
        {
            **publication.content,
            "digest": publication.digest,
            "published_at": publication.published_at.isoformat(),
            "corrections": [
                {"words": line.words, "at": line.created_at.isoformat()}
                for line in publications.list_corrections(publication.id)
            ],
        }
    )
