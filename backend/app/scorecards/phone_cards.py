"""A village's month on a phone: for its cadres with every case, for villagers in plain words.

Plain values: figures are text, so that every screen shows the same digits.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from backend.app.core import calendar
from backend.app.places.queries import village_label
from backend.app.scorecards import objection_queries, plain_words, publications, queries
from backend.app.scorecards.explanation import (
    Explanation,
    IndicatorLines,
    cards_of,
    explain_village,
    light_named,
    scheme_of,
)
from backend.app.scorecards.figures import mean_text, score_text
from backend.app.scorecards.objections import last_day, standing_facts
from backend.app.scorecards.publication_village import KIND_WORDS
from backend.app.scorecards.standings import finding_of_totals, total_trend
from backend.app.scoring.catalog import MEASURES
from backend.app.scoring.measuring import UnitFacts
from backend.app.scoring.month import HUNDRED
from backend.app.scoring.schemes import BY_VILLAGERS
from backend.app.tickets.flow import Flow, flow_of

# A phone lists so many cases under an indicator; the others are counted.
MOST_REASONS = 30
FEW = "样本不足"


def points(value: Decimal | None) -> str | None:
    return None if value is None else score_text(int(value * HUNDRED))


def cadre_card(village_id: int, month: date) -> dict[str, Any]:
    """Total, light, and every lost point with its case; raises NotFound for no score."""
    found = explain_village(village_id, month)
    village = village_label(village_id)
    facts = standing_facts(village_id, month)
    unit = facts.unit() if facts else UnitFacts(village_id)
    objected = objection_queries.states_of(village_id, month)
    trend = total_trend(village_id, month)
    closes_on = last_day(village.county_id, month)
    return {
        "village": village,
        "month": month,
        "months": queries.list_months([village_id]),
        "month_closed": month < calendar.month_of(calendar.today()),
        "locked": found.locked,
        "closes_on": closes_on,
        "may_object": calendar.today() <= closes_on,
        "total": points(found.total),
        "few": found.few,
        "light": found.light,
        "standing": _standing(found),
        "indicators": [_indicator(line, unit, objected) for line in found.lines],
        "adjustments": [
            {"kind": KIND_WORDS[one.kind], "rule": one.rule, "moved": f"{one.moved:+.2f}"}
            for one in found.adjustments
        ],
        "struck": [
            {"id": line.objection.id, "title": line.case.title if line.case else "一件",
             "words": objection_queries.STRUCK}
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


def _standing(found: Explanation) -> str:
    card = found.card
    if found.total is None:
        return "这个月没有可算的,不打分:没声音不是零分"
    if card.rank is None or card.band is None:
        return f"{FEW},不参加排名"
    return f"第 {card.band} 档,名次在 {card.rank_low} 到 {card.rank_high} 之间"


def _indicator(
    line: IndicatorLines, unit: UnitFacts, objected: dict[tuple[str, int], Any]
) -> dict[str, Any]:
    row = line.score._asdict()
    return {
        "code": line.measure.code,
        "name": line.measure.name,
        "weight": f"{line.indicator.weight.normalize():f}",
        "n": line.score.n,
        "lost": points(line.lost) if line.score.n else None,
        "share": points(Decimal(line.score.share) / HUNDRED) if line.score.n else None,
        "words": plain_words.sentence(row, unit),
        "by_villagers": line.measure.code in BY_VILLAGERS,
        "reasons": [
            {
                "kind": reason.kind, "case_id": reason.case_id, "words": reason.words,
                "lost": points(reason.lost),
                "objection": objected.get((reason.kind or "", reason.case_id or 0)),
            }
            for reason in line.reasons[:MOST_REASONS]
        ],
        "more": max(0, len(line.reasons) - MOST_REASONS),
    }  # fmt: skip


def plain_card(village_id: int, month: date) -> dict[str, Any]:
    """What villagers see beside the figures: total, light, three sentences, the published page."""
    card = cards_of([village_id], month).get(village_id)
    published = publications.path_of(village_id, month)
    if card is None:
        return {"total": None, "light": None, "few": True, "sentences": [], "published": published}
    flow = flow_of(village_id, *_limits(month))
    return {
        "total": points(card.total),
        "light": light_named(card.light, scheme_of(card)),
        "few": card.rank is None,
        "sentences": [
            _people_said(card),
            _was_done(flow),
            _got_lost(card.indicators),
        ],
        "published": published,
    }


def _limits(month: date) -> tuple[Any, Any]:
    return calendar.midnight(month), calendar.midnight(calendar.next_month(month))


def _people_said(card: Any) -> str:
    if not card.n or card.satisfaction_mean is None:
        return "这个月还没有人评,没声音不是零分。"
    if card.status != "ok":
        return f"大伙评了 {card.n} 次,人数还少,先别急着下结论。"
    limits = (card.satisfaction_low, card.satisfaction_high)
    low, high = (limit.quantize(Decimal(1), ROUND_HALF_UP) for limit in limits)
    said = f"大伙评了 {card.n} 次,满意度 {mean_text(card.satisfaction_mean)} 分"
    return f"{said},实际多半在 {low} 到 {high} 分之间。" if low < high else f"{said}。"


def _was_done(flow: Flow) -> str:
    if not flow.found:
        return "这个月没有人提诉求。"
    said = f",{flow.content} 件村民说解决了" if flow.content else ""
    return f"大伙提了 {flow.found} 件事,办了 {flow.done} 件{said}。"


def _got_lost(indicators: list[dict[str, Any]]) -> str:
    lost = [row for row in indicators if row["n"] and row["lost"] > 0]
    if not lost:
        return "没有丢分。" if any(row["n"] for row in indicators) else "还没有可算的分。"
    worst = max(lost, key=lambda row: row["lost"])
    name = MEASURES[worst["code"]].name
    return f"丢分最多的是{name},丢了 {score_text(worst['lost'])} 分。"
