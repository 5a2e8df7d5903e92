"""得分: who stands where, and one village's scorecard with every point that was lost."""

from typing import Any

from flask import render_template
from flask.blueprints import BlueprintSetupState

from backend.app.access import Permission, has_permission, regions_of
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query, last_page, turned
from backend.app.core.web.guards import actor, guard
from backend.app.places.picker_queries import townships_within
from backend.app.places.queries import village_label
from backend.app.ratings.coverage import coverage_of
from backend.app.scorecards import ranking_queries
from backend.app.scorecards.blueprints import console as blueprint
from backend.app.scorecards.explanation import Explanation, explain_village, light_named
from backend.app.scorecards.figures import plain
from backend.app.scorecards.locks.corrections import corrections_of_many
from backend.app.scorecards.navigation import TABS
from backend.app.scorecards.objections.queries import STRUCK, struck_cases
from backend.app.scorecards.queries import PAGE
from backend.app.scorecards.ranking_queries import Peers, RankFilters
from backend.app.scorecards.request_params import asked_month, village_in_sight
from backend.app.scoring.catalog import MEASURES, Family
from backend.app.scoring.month import HUNDRED
from backend.app.scoring.schemes import ADJUSTMENT_NAMES, LIGHTS, NO_DATA, STARTING, TOO_FEW

ALL_LIGHTS = (*LIGHTS, NO_DATA)
MARKS = {
    "": "在正常波动之内", "low": "偏低，超出 95% 界限", "high": "偏高，超出 95% 界限",
    "far_low": "明显偏低，超出 99.8% 界限", "far_high": "明显偏高，超出 99.8% 界限",
}  # fmt: skip
MOST_REASONS = 30
FILTERS = Query.of(
    q=boxes.Text(40), township=boxes.Id(), kind=boxes.Text(20), page=boxes.Page(),
    light=boxes.Choice([light.code for light in (*ALL_LIGHTS, TOO_FEW)], otherwise=""),
)  # fmt: skip


def points_text(value: Any) -> str:
    """A total or what was lost, two decimals; nothing is a dash and not zero."""
    return "—" if value is None else f"{value:.2f}"


def ticks_text(value: int, n: int, code: str) -> str:
    """A measured value: one decimal, with what it is counted in."""
    measure = MEASURES[code]
    if not n:
        return "—"
    if value < 0:
        return "未定义"
    tenths = (2 * value + 1000) // 2000
    unit = "" if measure.unit == "分" else ("%" if measure.unit == "%" else " 小时")
    return f"{tenths // 10}.{tenths % 10}{unit}"


def range_of(score: Any) -> str:
    """The 95% limits, or the quartiles of a waiting time."""
    if not score.n or (score.n == 1 and MEASURES[score.code].family is not Family.RATE):
        return "—"
    low, high = (ticks_text(value, score.n, score.code) for value in (score.low, score.high))
    return f"{low} – {high}"


def _scope() -> frozenset[int]:
    return regions_of(actor(), Permission.SEE_VILLAGES)


def _filters() -> RankFilters:
    """Villages of every type, unless one is asked for."""
    query = FILTERS.read()
    return RankFilters(
        search=query["q"], township_id=query["township"], kind=query["kind"] or None,
        light=query["light"], page=query["page"],
    )  # fmt: skip


@blueprint.get("/scores")
@guard(Permission.SEE_VILLAGES)
def show_ranking() -> str:
    """Villages by band: who cannot be told apart stands together."""
    scope = _scope()
    month, months = asked_month(scope)
    kinds = ranking_queries.kinds_in(scope, month)
    filters = _filters()
    rows = ranking_queries.rank_rows(scope, month, filters)
    counts = ranking_queries.light_counts(scope, month, filters)
    villages = sum(counts.values())
    return render_template(
        "scorecards/ranking.html",
        month=month, months=months, filters=filters, rows=rows, turned=turned,
        lights=[(light, counts.get(light.code, 0)) for light in ALL_LIGHTS],
        thin=[
            one
            for county_id in sorted(regions_of(actor(), Permission.LOCK_MONTHS))
            for one in ranking_queries.thin_villages(county_id, month)
        ],
        too_few=TOO_FEW, few_count=counts.get(TOO_FEW.code, 0),
        villages=villages, last_page=last_page(villages, PAGE),
        regions=ranking_queries.region_rows(scope, month), kinds=kinds,
        townships=townships_within(scope), worst=_worst,
        corrected=corrections_of_many([row.id for row in rows], month),
    )  # fmt: skip


def _worst(row: Any) -> str:
    """Where most points went."""
    lost = max(row.indicators, key=lambda one: one["lost"], default=None)
    if lost is None or lost["lost"] <= 0:
        return "—"
    return f"{MEASURES[lost['code']].name} −{lost['lost'] / HUNDRED:.2f}"


@blueprint.get("/villages/<int:village_id>/scorecard")
@guard(Permission.SEE_VILLAGES)
def show_scorecard(village_id: int) -> str:
    """One village's month: total, light, each indicator with its reasons, its like, its trend."""
    place = village_in_sight(village_id)
    me = actor()
    month, months = asked_month([village_id])
    found = explain_village(village_id, month)
    peers = ranking_queries.peers_of(found.card.county_id, month, found.kind)
    trend = ranking_queries.total_trend(village_id, month)
    means = ranking_queries.mean_achievements(found.card.county_id, month, found.kind)
    whole, groups = coverage_of(village_id, month)
    return render_template(
        "scorecards/card.html",
        month=month, months=months, place=place, village=village_label(village_id), found=found,
        most=MOST_REASONS, peers=peers.around(village_id), peer_count=len(peers.rows),
        mark=peers.mark_of(village_id), mark_words=MARKS, peer_funnel=peers.funnel,
        funnel_chart=_funnel_chart(peers, village_id),
        trend=trend, trend_chart=_trend_chart(trend),
        trend_finding=ranking_queries.finding_of_totals(trend), means=means,
        portrait=_portrait(found, means), coverage=whole, groups=groups,
        sees_tickets=has_permission(me, Permission.SEE_TICKETS),
        struck=struck_cases(village_id, month), struck_words=STRUCK,
        adjustment_names=ADJUSTMENT_NAMES,
    )  # fmt: skip


def _trend_chart(points: list[ranking_queries.TrendPoint]) -> list[dict[str, Any]]:
    return [
        {
            "month": f"{point.month:%Y-%m}",
            "value": None if point.total is None else float(point.total),
            "low": None if point.low is None else float(point.low),
            "high": None if point.high is None else float(point.high),
            "digits": points_text(point.total),
            "few": False,
            "text": f"总分 {points_text(point.total)}",
        }
        for point in points
    ]


def _funnel_chart(peers: Peers, village_id: int) -> dict[str, Any] | None:
    if peers.funnel is None:
        return None
    return {
        "rate": peers.funnel.rate * 100,
        "curve": [
            [one.n, *(100 * share for share in (one.low, one.high, one.far_low, one.far_high))]
            for one in peers.funnel.curve
        ],
        "units": [
            {
                "n": row.n, "rate": 100 * row.positive / row.n, "name": row.name, "mark": mark,
                "own": row.id == village_id,
            }
            for row, mark in zip(peers.rows, peers.funnel.marks, strict=True)
            if row.n
        ],
    }  # fmt: skip


def _portrait(explanation: Explanation, means: dict[str, float]) -> list[tuple[str, float, float]]:
    """画像: achievement of each indicator beside that of villages of the same type."""
    return [
        (line.measure.name, line.score.achievement / 10_000, means.get(line.measure.code, 0.0))
        for line in explanation.lines
        if line.score.n
    ]


def light_by_code(code: str) -> Any:
    """For rows that carry a code alone; a scheme's own lights are looked up where it is known."""
    return light_named(code, STARTING)


@blueprint.record_once
def words(state: BlueprintSetupState) -> None:
    """Templates write figures and lights as these pages do."""
    state.app.jinja_env.globals.update(
        points_text=points_text, plain=plain, ticks_text=ticks_text, limits_text=range_of,
        light_by_code=light_by_code, score_tab_list=TABS, measure_names=MEASURES,
    )  # fmt: skip
