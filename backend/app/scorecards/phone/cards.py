"""A village's month on a phone: for its cadres with every case, for villagers in plain words.

Plain values: figures are text, so that every screen shows the same digits.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from backend.app.core import clock, registry
from backend.app.core.signs import signed
from backend.app.places.queries import village_label
from backend.app.scorecards.evidence import FEW_TITLE, told_to_village
from backend.app.scorecards.explanation import (
    Explanation,
    IndicatorLines,
    LossReason,
    explain_village,
    light_named,
    scheme_of,
)
from backend.app.scorecards.facts import VillageFacts, facts_of
from backend.app.scorecards.figures import KIND_WORDS, Area, area, mean_text, score_text
from backend.app.scorecards.locks.corrections import newest_of
from backend.app.scorecards.models import Scorecard
from backend.app.scorecards.objections import queries as objection_queries
from backend.app.scorecards.objections.operations import last_day, standing_facts
from backend.app.scorecards.phone import plain_words
from backend.app.scorecards.phone.public_cases import public_ids
from backend.app.scorecards.ranking_queries import TrendPoint, finding_of_totals, trend_point
from backend.app.scorecards.shown import hides_levels, shown_card, shown_cards, shown_facts
from backend.app.scoring.catalog import MEASURES
from backend.app.scoring.levels import COLUMNS, no_counts
from backend.app.scoring.measuring import UnitFacts, levels_in
from backend.app.scoring.month import HUNDRED
from backend.app.tickets.desk.funnel import Flow, flow_of

# A phone lists so many cases under an indicator; the others are counted.
MOST_REASONS = 30
FEW = "样本不足"
# Indicators made of single ratings.
HUNDREDTH = Decimal("0.01")
RATED = frozenset({"satisfaction_mean", "positive_rate"})


def points(value: Decimal | None) -> str | None:
    return None if value is None else score_text(int(value * HUNDRED))


def cadre_card(village_id: int, month: date) -> dict[str, Any]:
    """Total, light, and every lost point with its case; raises NotFound for no score."""
    found = explain_village(village_id, month, to_village=True)
    village = village_label(village_id)
    facts = told_facts(village_id, month)
    unit = facts.unit() if facts else UnitFacts(village_id)
    hidden = hides_levels(levels_in(unit.counts))
    running = month == clock.month_of(clock.today())
    objected = objection_queries.states_of(village_id, month)
    trend = shown_trend(village_id, month)
    closes_on = last_day(village.county_id, month)
    return {
        "village": village,
        "month": month,
        "months": shown_months(village_id),
        "month_closed": month < clock.month_of(clock.today()),
        "locked": found.locked,
        "closes_on": closes_on,
        "may_object": clock.today() <= closes_on,
        "total": points(found.total),
        "few": found.few,
        "light": found.light,
        "standing": _standing(found),
        "indicators": [
            _indicator(line, unit, objected, _reasons_told(line, hidden, running))
            for line in found.lines
        ],
        "adjustments": [
            {"kind": KIND_WORDS[one.kind], "rule": one.rule, "moved": signed(one.moved)}
            for one in found.adjustments
        ],
        "struck": [
            {"id": line.objection.id, "words": objection_queries.STRUCK,
             "title": told_to_village(line.case, hidden).title if line.case else "一件"}
            for line in objection_queries.struck_cases(village_id, month)
        ],
        "correction": found.correction.number if found.correction else None,
        "finding": finding_of_totals(trend),
        "trend": [
            {"month": one.month,
             "total": points(found.total if one.month == month else one.total)}
            for one in trend
        ],
    }  # fmt: skip


def _standing(explanation: Explanation) -> str:
    card = explanation.card
    if explanation.total is None:
        return "这个月没有可算的，不打分：没声音不是零分"
    if card.rank is None or card.band is None:
        return f"{FEW}，不参加排名"
    places = f"第 {card.band} 档，名次在 {card.rank_low} 到 {card.rank_high} 之间"
    return f"灯看本村自己的分，名次是和同类村比：{places}"


def _indicator(
    line: IndicatorLines,
    unit: UnitFacts,
    objected: dict[tuple[str, int], Any],
    reasons: Sequence[LossReason],
) -> dict[str, Any]:
    row = line.score._asdict()
    names = public_ids((one.kind, one.case_id) for one in reasons if one.kind and one.case_id)
    told = _without_order([(one, names.get((one.kind or "", one.case_id or 0))) for one in reasons])
    return {
        "code": line.measure.code,
        "name": line.measure.name,
        "weight": f"{line.indicator.weight.normalize():f}",
        "n": line.score.n,
        "lost": points(line.lost) if line.score.n else None,
        "share": points(Decimal(line.score.share) / HUNDRED) if line.score.n else None,
        "words": plain_words.sentence(row, unit),
        "by_villagers": line.measure.by_villagers,
        "reasons": [
            {
                "kind": reason.kind, "case_id": name, "words": reason.words,
                "lost": points(reason.lost),
                "objection": objected.get((reason.kind or "", reason.case_id or 0)),
            }
            for reason, name in told[:MOST_REASONS]
        ],
        "more": max(0, len(told) - MOST_REASONS),
    }  # fmt: skip


def _without_order(
    told: list[tuple[LossReason, UUID | None]],
) -> list[tuple[LossReason, UUID | None]]:
    """The dearest first; what cost alike stands by its random name, and so does the odd hundredth
    that makes the sum right: the order in which cases came shows in neither.
    """
    told.sort(key=lambda pair: -pair[0].lost)
    found: list[tuple[LossReason, UUID | None]] = []
    while told:
        alike = [pair for pair in told if told[0][0].lost - pair[0].lost <= HUNDREDTH]
        del told[: len(alike)]
        by_name = sorted(alike, key=lambda pair: str(pair[1] or ""))
        found += [
            (replace(one, lost=before.lost), name)
            for (one, name), (before, _) in zip(by_name, alike, strict=True)
        ]
    return found


def _reasons_told(line: IndicatorLines, hidden: bool, running: bool) -> Sequence[LossReason]:
    """One or two bad ratings are not told apart: while the month runs they stand in one sum with
    the others, once it is over each stands alone, so that the village can object, and says no more.
    """
    if not hidden or line.measure.code not in RATED:
        return line.reasons
    if running:
        return [LossReason(None, None, "差评不到三条，先不细说", line.lost)]
    return [replace(one, words=FEW_TITLE) if one.kind == "rating" else one for one in line.reasons]


def told_facts(village_id: int, month: date) -> VillageFacts | None:
    """As standing, or as the village's phones show them until the lock."""
    if newest_of(village_id, month) is not None:
        return standing_facts(village_id, month)
    kept = shown_facts(village_id, month)
    return facts_of(kept) if kept else None


def shown_months(village_id: int) -> list[date]:
    """The months of the last year that the village's phones show, newest first."""
    last = clock.month_of(clock.today())
    cards = shown_cards(village_id, clock.months_back(last, 12)[0], last)
    return [card.month for card in reversed(cards)]


def shown_area(village_id: int, month: date) -> Area:
    """A month's ratings as the village's phones show them."""
    card = shown_card(village_id, month)
    return _area_of(card) if card else area(no_counts(), 0, 1, 0)


def shown_areas(village_id: int, month: date) -> list[tuple[str, Area]]:
    """The same for the last twelve months, oldest first."""
    first = clock.months_back(month, 12)[0]
    cards = shown_cards(village_id, first, month)
    return [(f"{card.month:%Y-%m}", _area_of(card)) for card in cards]


def _area_of(card: Scorecard) -> Area:
    return area([getattr(card, name) for name in COLUMNS], card.flagged, 1, int(card.n > 0))


def shown_trend(village_id: int, month: date) -> list[TrendPoint]:
    first = clock.months_back(month, 12)[0]
    return [
        trend_point(card.month, card.total, card.standard_error, card.light)
        for card in shown_cards(village_id, first, month)
    ]


def plain_card(village_id: int, month: date) -> dict[str, Any]:
    """What villagers see beside the figures: total, light, three sentences, the published page."""
    card = shown_card(village_id, month)
    published = registry.published_path()(village_id, month)
    if card is None:
        return {"total": None, "light": None, "few": True, "done": None, "sentences": [],
                "published": published}  # fmt: skip
    flow = flow_of(village_id, *_limits(month))
    return {
        "total": points(card.total),
        "light": light_named(card.light, scheme_of(card)),
        "few": card.rank is None,
        "done": _was_done(flow),
        "sentences": [
            _people_said(card),
            _who(flow) + _was_done(flow),
            _got_lost(card.indicators),
            *_corrected(village_id, month),
        ],
        "published": published,
    }


def _corrected(village_id: int, month: date) -> list[str]:
    """What was changed since the figures above were told."""
    newest = newest_of(village_id, month)
    if newest is None:
        return []
    return [f"第 {newest.number} 号更正后是 {score_text(newest.after['total'])} 分。"]


def _limits(month: date) -> tuple[Any, Any]:
    return clock.midnight(month), clock.midnight(clock.next_month(month))


def _people_said(card: Any) -> str:
    if not card.n or card.satisfaction_mean is None:
        return "这个月还没有人评，没声音不是零分。"
    if card.status != "ok":
        return f"大伙评了 {card.n} 次，人数还少，先别急着下结论。"
    low, high = mean_text(card.satisfaction_low), mean_text(card.satisfaction_high)
    said = f"大伙评了 {card.n} 次，满意度 {mean_text(card.satisfaction_mean)} 分"
    return f"{said}，实际多半在 {low} 到 {high} 分之间。" if low != high else f"{said}。"


def _who(flow: Flow) -> str:
    return "大伙" if flow.found else "这个月"


def _was_done(flow: Flow) -> str:
    if not flow.found:
        return "没有人提诉求。"
    said = f"，{flow.content} 件村民说解决了" if flow.content else ""
    return f"提了 {flow.found} 件事，办了 {flow.done} 件{said}。"


def _got_lost(indicators: list[dict[str, Any]]) -> str:
    lost = [row for row in indicators if row["n"] and row["lost"] > 0]
    if not lost:
        return "没有丢分。" if any(row["n"] for row in indicators) else "还没有可算的分。"
    worst = max(lost, key=lambda row: row["lost"])
    name = MEASURES[worst["code"]].name
    return f"丢分最多的是{name}，丢了 {score_text(worst['lost'])} 分。"
