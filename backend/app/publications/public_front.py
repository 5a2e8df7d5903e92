"""The front door: what this is, the newest published month, one's own village, and where to go."""

import unicodedata
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template
from flask import url_for as address_of

from backend.app.core.files.qr import dark_runs, qr_matrix
from backend.app.core.web import boxes
from backend.app.core.web.forms import query_args
from backend.app.core.web.guards import open_to_all
from backend.app.core.web.open_pages import kept
from backend.app.places.queries import list_children
from backend.app.publications import queries as publications
from backend.app.publications.public import public_host
from backend.app.publications.queries import Publication
from backend.app.tickets.desk.funnel import OTHER

blueprint = Blueprint("front", __name__)
LONGEST_SEARCH, MOST_FOUND, MOST_CATEGORIES = 20, 40, 6
# The legal name is not what people say: 仁合村委会 is 仁合村, 车站社区居委会 is 车站社区.
ENDINGS = (("村民委员会", "村"), ("居民委员会", ""), ("村委会", "村"), ("居委会", ""))


def spoken_name(name: str) -> str:
    """What a village is called by the people who live there."""
    for ending, instead in ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            kept_part = name.removesuffix(ending)
            return kept_part if kept_part.endswith(instead or " ") else kept_part + instead
    return name


@blueprint.get("/")
@open_to_all("the front page")
@query_args(county=boxes.Text(), village=boxes.Text(LONGEST_SEARCH))
def show_front(county: str, village: str) -> Any:
    """One county's door; where several have published, a choice of them."""
    counties = publications.counties_published()
    chosen = counties[0] if len(counties) == 1 else None
    chosen = next((one for one in counties if one.code == county), chosen)
    publication = publications.of_county(chosen.code, chosen.month) if chosen else None
    words = _plain(village)
    found = _find(publication, words) if publication and words else []
    if publication and len(found) == 1:
        page = address_of(
            "scorecards_public.show_month",
            code=found[0]["code"], month=publication.content["month"],
        )  # fmt: skip
        return redirect(page)
    tour = current_app.extensions.get("tour")
    page = render_template(
        "publications/front.html",
        name=_name(publication), counties=counties, content=publication and publication.content,
        categories=_categories(publication), words=words, found=found[:MOST_FOUND],
        example=_example(publication), qr=_qr(f"{public_host()}/"), spoken_name=spoken_name,
        tour=tour() if tour else None,
    )  # fmt: skip
    return kept(Response(page, mimetype="text/html"))


def _name(publication: Publication | None) -> str:
    """The county's own name; of several, or of none, nobody's."""
    if publication:
        return str(publication.content["county"])
    counties = [child.name for child in list_children(None) if child.level == "county"]
    return counties[0] if len(counties) == 1 else ""


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _villages(publication: Publication) -> list[dict[str, Any]]:
    groups = publication.content["groups"]
    listed = [one for group in groups for band in group["bands"] for one in band["villages"]]
    return sorted(listed, key=lambda one: str(one["code"]))


def _find(publication: Publication, words: str) -> list[dict[str, Any]]:
    """Villages whose code was given, whose name is just this, or contains it."""
    villages = _villages(publication)
    exact = [
        one for one in villages if words in (one["code"], one["name"], spoken_name(one["name"]))
    ]
    return exact or [
        one for one in villages if words.removesuffix("村") in one["name"] or words in one["name"]
    ]


def _example(publication: Publication | None) -> str:
    villages = _villages(publication) if publication else []
    return spoken_name(villages[0]["name"]) if villages else ""


def _categories(publication: Publication | None) -> list[dict[str, Any]]:
    """What was asked for and solved in the county's villages, the most often solved first."""
    if publication is None:
        return []
    sums: dict[str, dict[str, Any]] = {}
    for page in publications.villages_of(publication.county_id, publication.month):
        for one in page.content["done"]["categories"]:
            into = sums.setdefault(one["name"], {"name": one["name"], "found": 0, "content": 0})
            into["found"] += one["found"]
            into["content"] += one["content"]
    # What is told as 其他 says nothing to anybody.
    solved = [one for one in sums.values() if one["content"] and one["name"] != OTHER]
    return sorted(solved, key=lambda one: (-one["content"], one["name"]))[:MOST_CATEGORIES]


def _qr(text: str) -> dict[str, Any]:
    matrix = qr_matrix(text)
    path = "".join(f"M{column} {row}h{run}v1h-{run}z" for row, column, run in dark_runs(matrix))
    return {"path": path, "side": len(matrix)}
