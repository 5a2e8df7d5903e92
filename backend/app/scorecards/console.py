"""总览 and 得分: the county, its townships, its villages."""

from collections.abc import Collection
from datetime import date
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of
from flask.blueprints import BlueprintSetupState
from werkzeug import Response

from backend.app.access import Permission, has_permission, may, regions_of
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import NotAllowed, NotFound
from backend.app.core.queue import JobName, enqueue
from backend.app.core.text_check import WordsState
from backend.app.core.web import boxes
from backend.app.core.web.console_menu import menu
from backend.app.core.web.forms import Form, Query, form_args, last_page, query_args, turned
from backend.app.core.web.guards import actor, guard
from backend.app.places.picker_queries import townships_within
from backend.app.places.queries import get_place, village_label
from backend.app.ratings.operations import review_words
from backend.app.ratings.queries import point_counts, reason_counts, words_in
from backend.app.scorecards import queries
from backend.app.scorecards.blueprints import console as blueprint
from backend.app.scorecards.figures import (
    Area,
    area,
    finding_of_levels,
    finding_of_trend,
    mean_text,
    range_text,
    rate_text,
)
from backend.app.scorecards.queries import RankingFilters
from backend.app.scorecards.request_params import asked_month, village_in_sight
from backend.app.scoring.levels import no_counts
from backend.app.scoring.satisfaction import Status

# Words of so few people could be told apart by whoever knows the village.
FEWEST_FOR_WORDS = 5
SORTS = {f"{sign}{name}": name for name in queries.SORTS for sign in ("", "-")}
FILTERS = Query.of(
    q=boxes.Text(40), township=boxes.Id(), status=boxes.Choice(queries.STATUSES, otherwise=""),
    sort=boxes.Choice(SORTS, otherwise="code"), page=boxes.Page(),
)  # fmt: skip
RECOMPUTED = Form.of(month=boxes.Month(missing=boxes.Month.words))


@blueprint.record_once
def number_formats(state: BlueprintSetupState) -> None:
    """Templates and their macros write figures as everything else does."""
    state.app.jinja_env.globals.update(
        mean_text=mean_text, rate_text=rate_text, range_text=range_text
    )


def _scope() -> frozenset[int]:
    return regions_of(actor(), Permission.SEE_VILLAGES)


def _chart(trend: list[tuple[str, Area]]) -> list[dict[str, Any]]:
    """The line's points; the band of the interval is drawn only where there is enough behind it."""
    points = []
    for month, shown in trend:
        found = shown.figures.satisfaction_mean
        sure = found if shown.status is Status.OK else None
        points.append(
            {
                "month": month,
                "value": float(mean_text(found.value)) if found else None,
                "low": float(mean_text(sure.low)) if sure else None,
                "high": float(mean_text(sure.high)) if sure else None,
                "digits": mean_text(shown.mean),
                "few": shown.status is Status.TOO_FEW,
                "text": f"满意度 {mean_text(shown.mean)}，{shown.n} 条评价{shown.status_words}",
            }
        )
    return points


def _overview(scope: Collection[int], month: date) -> dict[str, Any]:
    """The four numbers, the two charts and their findings."""
    trend = queries.area_trend(scope, month)
    months = dict(trend)
    nothing = area(no_counts(), 0, 0, 0)
    shown = months.get(f"{month:%Y-%m}", nothing)
    before = months.get(f"{clock.previous_month(month):%Y-%m}", nothing)
    return {
        "shown": shown,
        "before": before,
        "trend": trend,
        "chart": _chart(trend),
        "levels_finding": finding_of_levels(shown),
        "trend_finding": finding_of_trend(shown, before),
        "month_open": month == clock.month_of(clock.today()),
        "computed_at": queries.computed_at(scope, month),
    }


@blueprint.get("/")
@guard(Permission.USE_CONSOLE)
@query_args(recomputing=boxes.Text())
def show_dashboard(recomputing: str) -> str | Response:
    """The county at a glance, or the part of it the reader answers for."""
    if not has_permission(actor(), Permission.SEE_DASHBOARD):
        # Departments have no villages of their own, the three offices no business: the first page
        # of their menu is their home.
        return redirect(next(entry.href for entry in menu()))
    scope = _scope()
    month, months = asked_month(scope)
    places = [get_place(region_id) for region_id in sorted(scope)]
    return render_template(
        "scorecards/dashboard.html",
        month=month, months=months, places=places,
        townships=queries.townships(scope, month),
        may_recompute=has_permission(actor(), Permission.RECOMPUTE_SCORECARDS),
        recomputing=recomputing,
        **_overview(scope, month),
    )  # fmt: skip


@blueprint.get("/townships/<int:township_id>")
@guard(Permission.SEE_VILLAGES)
def show_township(township_id: int) -> str:
    """One township with its villages."""
    place = get_place(township_id)
    if place.level != "township":
        raise NotFound
    if not may(actor(), Permission.SEE_VILLAGES, place.path):
        raise NotAllowed
    month, months = asked_month([township_id])
    return render_template(
        "scorecards/township.html",
        replies=queries.replies_of(township_id, month),
        month=month, months=months, place=place,
        rows=queries.all_village_rows(township_id, month),
        **_overview([township_id], month),
    )  # fmt: skip


def _filters() -> RankingFilters:
    query = FILTERS.read()
    return RankingFilters(
        query["q"], query["township"], query["status"], SORTS[query["sort"]],
        query["sort"].startswith("-"), query["page"],
    )  # fmt: skip


@blueprint.get("/villages")
@guard(Permission.SEE_VILLAGES)
def list_villages() -> str:
    """All villages, found, sorted and turned over by the address."""
    scope, filters = _scope(), _filters()
    month, months = asked_month(scope)
    totals = queries.village_totals(scope, month, filters)
    return render_template(
        "scorecards/villages.html",
        month=month, months=months, filters=filters, totals=totals, turned=turned,
        rows=queries.village_rows(scope, month, filters),
        townships=townships_within(scope),
        last_page=last_page(totals.villages, queries.PAGE),
        may_export=has_permission(actor(), Permission.EXPORT),
    )  # fmt: skip


@blueprint.get("/villages/<int:village_id>")
@guard(Permission.SEE_VILLAGES)
def show_village(village_id: int) -> str:
    """One village: figures, levels, service points, reasons, words."""
    place = village_in_sight(village_id)
    me = actor()
    month, months = asked_month([village_id])
    end = clock.next_month(month)
    overview = _overview([village_id], month)
    sees_moderated = may(me, Permission.SEE_MODERATED_WORDS, place.path)
    speaks = overview["shown"].n >= FEWEST_FOR_WORDS
    return render_template(
        "scorecards/village.html",
        month=month, months=months, place=place, village=village_label(village_id),
        points=[
            (point.name, area(point.levels, point.flagged, 1, 1), point.offline)
            for point in point_counts(village_id, month, end)
        ],
        reasons=reason_counts(village_id, month, end),
        words=words_in(village_id, month, end, WordsState.SHOWN) if speaks else [],
        speaks=speaks, fewest=FEWEST_FOR_WORDS,
        moderated_words=words_in(village_id, month, end, WordsState.MODERATED)
        if sees_moderated else None,
        may_print=may(me, Permission.PRINT_POSTERS, place.path),
        **overview,
    )  # fmt: skip


@blueprint.post("/ratings/<int:rating_id>/words")
@guard(Permission.REVIEW_WORDS)
@form_args(decision=boxes.Text(), month=boxes.Month(otherwise=None))
def decide_words(rating_id: int, decision: str, month: date | None) -> Response:
    """Shows or refuses moderated words."""
    with transaction():
        village_id = review_words(actor(), rating_id, decision)
    shown = f"{month:%Y-%m}" if month else None
    return redirect(
        address_of("scorecards_console.show_village", village_id=village_id, month=shown)
    )


@blueprint.post("/recompute")
@guard(Permission.RECOMPUTE_SCORECARDS)
def recompute() -> Response:
    """Asks a worker to make the month's scorecards anew."""
    me, month = actor(), RECOMPUTED.read()["month"]
    with transaction():
        for county_id in regions_of(me, Permission.RECOMPUTE_SCORECARDS):
            record("recompute_month", me.person_id, "county", county_id, month=f"{month:%Y-%m}")
            enqueue(JobName.RECOMPUTE_MONTH, county_id, f"{month:%Y-%m}")
    return redirect(
        address_of("scorecards_console.show_dashboard", month=f"{month:%Y-%m}", recomputing=1)
    )
