"""What a bulletin says: sums of facts with their intervals, by county, township and village."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.app.core import clock
from backend.app.exports.bulletins.periods import TITLES, BulletinKind, Span
from backend.app.places.queries import Place, list_townships, list_villages
from backend.app.publications import queries as publications
from backend.app.ratings.facts import levels_between
from backend.app.scorecards.figures import (
    NOTHING,
    area,
    light_of,
    mean_text,
    rate_text,
    score_text,
    tick_text,
    total_limits,
)
from backend.app.scorecards.multi_month import Period, score_period
from backend.app.scoring import measuring
from backend.app.scoring.catalog import MEASURES
from backend.app.scoring.levels import no_counts
from backend.app.scoring.measuring import levels_in
from backend.app.scoring.schemes import NO_DATA, TOO_FEW
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.desk.funnel import VillageFlow, flows, whole

Content = dict[str, Any]
# Where what is late lies, beside the townships.
DESK, ELSEWHERE = "县诉求受理中心", "县直部门等"
FLOW = ("found", "accepted", "done", "content")


@dataclass(frozen=True)
class BulletinVillage:
    """Where a village lies."""

    id: int
    name: str
    township: str


def compose(county: Place, named: Span, span: Span, unfinished: str = "") -> Content:
    """Plain values, figures as they are written; the same facts give the same content.

    `span` is the part of the `named` period that is reported. `unfinished` is the mark of a part,
    which is not compared with the whole period before.
    """
    villages = {
        one.id: BulletinVillage(one.id, one.name, one.township) for one in list_villages(county.id)
    }
    found, late = _flows(county.id, span), _late(county.id, villages)
    content: Content = {
        "county": county.name,
        "kind": span.kind.value,
        "title": f"{county.name}{named.name}{TITLES[named.kind]}"
        + (f"（{unfinished}）" if unfinished else ""),
        "period": named.name,
        "unfinished": unfinished,
        "flow": _flow(found.values()),
        "flow_before": None if span != named else _flow(_flows(county.id, span.before).values()),
        "late": late.total(),
        "late_at_desk": late[DESK],
        "late_elsewhere": late[ELSEWHERE],
        "why_left": _why_left(found.values()),
    }
    if span.kind is BulletinKind.WEEKLY:
        levels = levels_between(county.id, span.start, span.end)
        period = None
    else:
        period = score_period(county.id, span.months)
        levels = {unit: [*levels_in(facts.counts), 0] for unit, facts in period.facts.items()}
    content["townships"] = _townships(villages, levels, found, late)
    content["ratings"] = _rated(levels.values())
    if period is not None:
        content |= _scored(county.id, period, villages, span.months)
    return content


def _flows(county_id: int, span: Span) -> dict[int | None, VillageFlow]:
    return flows(county_id, clock.midnight(span.start), clock.midnight(span.end))


def _flow(parts: Iterable[VillageFlow]) -> dict[str, int]:
    flow = whole(parts)
    return {name: getattr(flow, name) for name in FLOW}


def _late(county_id: int, villages: Mapping[int, BulletinVillage]) -> Counter[str]:
    """What is late as this is written, by who has it: a township with its villages, and the county.

    The same lines as on the board, so that they add up to its number.
    """
    townships = {township.id: township.name for township in list_townships([county_id])}
    townships |= {village.id: village.township for village in villages.values()}
    late = Counter[str]()
    for line in desk_queries.offices_board(desk_queries.Scope(counties=frozenset({county_id}))):
        late[DESK if line.is_desk else townships.get(line.region_id or 0, ELSEWHERE)] += line.late
    return late


def _why_left(found: Iterable[VillageFlow]) -> list[Content]:
    from_words = Counter[str]()
    for one in found:
        for _, why, count in one.left:
            from_words[why] += count
    return [{"why": why, "count": count} for why, count in sorted(from_words.items())]


def _rated(levels: Iterable[list[int]]) -> Content:
    *counts, flagged = [sum(column) for column in zip(*levels, strict=True)] or [*no_counts(), 0]
    shown = area(counts, flagged, 1, 1)
    return {
        "n": shown.n, "satisfaction": mean_text(shown.mean),
        "satisfaction_range": shown.mean_range, "positive": rate_text(shown.rate),
        "positive_range": shown.rate_range, "few": shown.status_words,
    }  # fmt: skip


def _townships(
    villages: Mapping[int, BulletinVillage],
    levels: Mapping[int, list[int]],
    found: Mapping[int | None, VillageFlow],
    late: Mapping[str, int],
) -> list[Content]:
    """One row a township in the order of codes: its villages' facts together."""
    by_township: dict[str, list[int]] = {}
    for village in villages.values():
        by_township.setdefault(village.township, []).append(village.id)
    rows = []
    for name, ids in by_township.items():
        flow = _flow(found.get(village_id, VillageFlow()) for village_id in ids)
        rated = _rated([levels[i] for i in ids if i in levels])
        row = {"name": name, "villages": len(ids), "late": late[name]}
        rows.append({**row, **rated, **flow})
    return rows


def _scored(
    county_id: int, period: Period, villages: Mapping[int, BulletinVillage], months: list[date]
) -> Content:
    """Indicators of the county, lights, and every village that was measured."""
    scheme = period.scheme
    lights = Counter(score.light.code for score in period.scores)
    corrections = [
        {
            "month": f"{month:%Y-%m}", "number": one.number, "village": one.village,
            "reason": f"{one.kind}:{one.reason}", "before": one.before, "after": one.after,
        }
        for month in months
        if (told := publications.find(county_id, month)) is not None
        for one in publications.corrections_of(county_id, month, told.content["scheme"])
    ]  # fmt: skip
    return {
        "held": period.flagged,
        "too_few": lights[TOO_FEW.code],
        "months": [f"{month:%Y-%m}" for month in months],
        "indicators": _indicators(period),
        "lights": [
            {**light_of(code, scheme), "count": lights[code]}
            for code in [*(light.code for light in scheme.lights), NO_DATA.code]
        ],
        "villages": [
            _village(score, villages[score.unit], scheme)
            for score in sorted(period.scores, key=lambda one: (one.band or 10_000, one.unit))
            if score.unit in villages
        ],
        "corrections": corrections,
    }


def _indicators(period: Period) -> list[Content]:
    """Each measured over the county as one unit, with its interval."""
    rows = []
    for indicator in period.scheme.indicators_for(None):
        measure = MEASURES[indicator.code]
        column = measuring.measure(indicator.code, [period.county], period.scheme.level_points)
        n, value, low, high = (int(c[0]) for c in (column.n, column.value, column.low, column.high))
        limits = f"{tick_text(low)} – {tick_text(high)}" if n > 1 else NOTHING
        rows.append(
            {
                "name": measure.name, "unit": measure.unit, "n": n,
                "value": tick_text(value) if n else NOTHING, "range": limits,
                "target": f"{indicator.target.normalize():f}", "formula": measure.formula,
            }
        )  # fmt: skip
    return rows


def _village(score: Any, village: BulletinVillage, scheme: Any) -> Content:
    low, high = (NOTHING, NOTHING)
    if score.total is not None:
        low, high = total_limits(score.total, score.error)
    lost = [indicator for indicator in score.indicators if indicator.n and indicator.lost]
    most = max(lost, key=lambda one: one.lost, default=None)
    return {
        "village": village.name, "township": village.township, "kind": score.kind,
        "total": score_text(score.total), "low": low, "high": high,
        "light": light_of(score.light.code, scheme), "band": score.band,
        "lost": f"{MEASURES[most.code].name} {score_text(most.lost)}" if most else "",
    }  # fmt: skip
