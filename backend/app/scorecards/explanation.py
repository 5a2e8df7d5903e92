"""A village's month with its reasons: every point that was lost, and the case that lost it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, bindparam, select

from backend.app.core.db import db
from backend.app.core.errors import NotFound
from backend.app.ratings.facts import RatingCase, rating_cases
from backend.app.ratings.queries import reason_texts
from backend.app.scorecards.facts import VillageFacts, facts_of
from backend.app.scorecards.locks.corrections import newest_of
from backend.app.scorecards.models import Correction, MonthFact, MonthLock, Scorecard
from backend.app.scorecards.schemes.queries import get_scheme
from backend.app.scorecards.score_json import scores_from
from backend.app.scorecards.shown import shown_card, shown_facts
from backend.app.scoring.catalog import CASE_LISTS, MEASURES, Measure
from backend.app.scoring.explaining import LossLine, lines
from backend.app.scoring.levels import level_name
from backend.app.scoring.month import HUNDRED, IndicatorScore
from backend.app.scoring.scheme_json import from_json
from backend.app.scoring.schemes import NO_DATA, STARTING, TOO_FEW, Indicator, Scheme, SchemeLight
from backend.app.tickets.facts import TicketCase, ticket_cases

CARD = (
    select(Scorecard, MonthFact, MonthLock)
    .join(
        MonthFact,
        and_(MonthFact.village_id == Scorecard.village_id, MonthFact.month == Scorecard.month),
    )
    .outerjoin(
        MonthLock,
        and_(MonthLock.county_id == Scorecard.county_id, MonthLock.month == Scorecard.month),
    )
    .where(Scorecard.village_id == bindparam("village_id"), Scorecard.month == bindparam("month"))
)


@dataclass(frozen=True)
class LossReason:
    """What cost points, in words; `kind` and `case_id` lead to the case where there is one."""

    kind: str | None
    case_id: int | None
    words: str
    lost: Decimal


@dataclass(frozen=True)
class IndicatorLines:
    """One indicator as people read it, with its reasons; these add up to `lost`."""

    measure: Measure
    indicator: Indicator
    score: IndicatorScore
    lost: Decimal
    reasons: tuple[LossReason, ...]


@dataclass(frozen=True)
class Given:
    """An adjustment that moved the total: a deduction is negative."""

    kind: str
    rule: str
    ref: str
    moved: Decimal


@dataclass(frozen=True)
class Explanation:
    """100 less all that was lost, with what adjustments moved, is the total.

    `correction`: the newest one, whose figures these are; `locked`: the month stands.
    """

    village_id: int
    month: date
    kind: str | None
    total: Decimal | None
    light: SchemeLight
    card: Scorecard
    scheme: Scheme
    lines: tuple[IndicatorLines, ...]
    adjustments: tuple[Given, ...]
    correction: Correction | None
    locked: bool

    @property
    def few(self) -> bool:
        """样本不足: too few rated or answered for a light and a rank."""
        return self.light is TOO_FEW

    @property
    def unmeasured(self) -> tuple[IndicatorLines, ...]:
        return tuple(line for line in self.lines if not line.score.n)


def explain_village(village_id: int, month: date, to_village: bool = False) -> Explanation:
    """Raises NotFound where the village has no card for the month.

    `to_village`: as its own phones show it, which until the lock is as it stood on a Monday.
    """
    found_rows = db.session.execute(CARD, {"village_id": village_id, "month": month}).one_or_none()
    if found_rows is None:
        raise NotFound("这个村这个月还没有算过得分")
    card, kept, lock = found_rows
    if to_village and lock is None:
        card, kept = shown_card(village_id, month), shown_facts(village_id, month)
        if card is None or kept is None:
            raise NotFound("这个村这个月的得分还没有给村里看，每周一更新")
    scheme = from_json(lock.scheme) if lock else scheme_of(card)
    correction = newest_of(village_id, month) if lock else None
    facts = VillageFacts(month=month, **correction.after["facts"]) if correction else facts_of(kept)
    rows = correction.after["indicators"] if correction else card.indicators
    total = card.total
    if correction:
        hundredths = correction.after["total"]
        total = None if hundredths is None else Decimal(hundredths) / HUNDRED
    scores = scores_from(rows)
    found = {score.code: lines(score, facts.unit(), facts.cases, scheme) for score in scores}
    words = _Words.of(line for of_code in found.values() for line in of_code)
    indicators = {indicator.code: indicator for indicator in scheme.indicators_for(card.kind)}
    return Explanation(
        village_id, month, card.kind, total,
        light_named(correction.after["light"] if correction else card.light, scheme), card, scheme,
        tuple(
            IndicatorLines(
                MEASURES[score.code], indicators[score.code], score,
                Decimal(score.lost) / HUNDRED,
                tuple(words.reason(score.code, line) for line in found[score.code]),
            )
            for score in scores
        ),
        tuple(
            Given(one["kind"], one["rule"], one["ref"], Decimal(one["moved"]) / HUNDRED)
            for one in (
                correction.after.get("adjustments", card.adjustments)
                if correction
                else card.adjustments
            )
        ),
        correction, lock is not None,
    )  # fmt: skip


def scheme_of(card: Scorecard) -> Scheme:
    """The scheme a card was scored by."""
    return STARTING if card.scheme_id is None else from_json(get_scheme(card.scheme_id).content)


def light_named(code: str, scheme: Scheme) -> SchemeLight:
    """A light of the scheme, what stands where there is none, or 无数据."""
    return next((light for light in (*scheme.lights, TOO_FEW) if light.code == code), NO_DATA)


@dataclass(frozen=True)
class _Words:
    """The cases that are named, fetched at once."""

    ratings: Mapping[int, RatingCase]
    tickets: Mapping[int, TicketCase]

    @classmethod
    def of(cls, found: Iterable[LossLine]) -> "_Words":
        named = [line for line in found if line.case_id is not None]
        rated = {line.case_id for line in named if CASE_LISTS[line.name].kind == "rating"}
        handled = {line.case_id for line in named if CASE_LISTS[line.name].kind == "ticket"}
        return cls(
            rating_cases([one for one in rated if one]) if rated else {},
            ticket_cases([one for one in handled if one]) if handled else {},
        )

    def reason(self, code: str, line: LossLine) -> LossReason:
        lost = Decimal(line.lost) / HUNDRED
        if line.case_id is None:
            return LossReason(None, None, _counted(code, line), lost)
        kind = CASE_LISTS[line.name].kind
        words = self._rating(line) if kind == "rating" else self._ticket(line)
        return LossReason(kind, line.case_id, words, lost)

    def _rating(self, line: LossLine) -> str:
        case = self.ratings.get(line.case_id or 0)
        if case is None:
            return "一条差评"
        reasons = "、".join(reason_texts(list(case.reason_ids)))
        level = level_name(case.level)
        return f"「{case.service_point}」被评{level}{':' + reasons if reasons else ''}"

    def _ticket(self, line: LossLine) -> str:
        case = self.tickets.get(line.case_id or 0)
        if case is None or case.is_call_back:
            return CASE_LISTS[line.name].words
        about = f"{case.number}{' ' + case.category if case.category else ''}："
        return f"{about}{CASE_LISTS[line.name].words}"


def _counted(code: str, line: LossLine) -> str:
    measure = MEASURES[code]
    if measure.chosen:
        return measure.chosen.format(level=line.name, n=line.n)
    return f"{measure.name}：{line.n} 件"
