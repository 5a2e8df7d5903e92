"""A village's page of a month, composed of figures as they are written: asked, said, done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.app.core import clock
from backend.app.scorecards.facts import VillageFacts
from backend.app.scorecards.figures import (
    KIND_WORDS,
    NOTHING,
    area,
    light_of,
    mean_text,
    rate_text,
    score_text,
    total_limits,
)
from backend.app.scorecards.phone import plain_words
from backend.app.scorecards.queries import Scorecard
from backend.app.scorecards.shown import hides_levels
from backend.app.scoring.measuring import levels_in
from backend.app.scoring.satisfaction import N_MIN
from backend.app.scoring.schemes import Scheme
from backend.app.surveys.answers import QuestionKind
from backend.app.surveys.facts import ComingSurvey, Spoken
from backend.app.surveys.results import QuestionResult, option_words, sentences
from backend.app.tickets.desk.funnel import WHY_WORDS, VillageFlow

MOST_TEXTS, MOST_REASONS = 8, 6


@dataclass(frozen=True)
class PeerStanding:
    """How many villages of the type were compared, and in how many bands."""

    compared: int = 0
    bands: int = 0


@dataclass(frozen=True)
class VillageMonth:
    """Everything a village's page is composed of."""

    place: Any
    month: date
    card: Scorecard
    facts: VillageFacts
    scheme: Scheme
    standing: PeerStanding
    reasons: Sequence[tuple[str, bool, int]]
    spoken: Spoken | None
    names: Mapping[int, str]
    flow: VillageFlow
    coming: ComingSurvey | None
    # Ratings that wait for a reviewer; the others that do not count were rejected.
    waiting: int


def compose_village(found: VillageMonth) -> dict[str, Any]:
    """The frozen content; plain values only, none of them a float."""
    aims = {one.code: one for one in found.scheme.indicators_for(found.card.kind)}
    unit = found.facts.unit()
    indicators = [plain_words.indicator(row, unit, aims) for row in found.card.indicators]
    score = _score(found)
    return {
        "county": found.place.county,
        "township": found.place.township,
        "village": found.place.name,
        "code": found.place.code,
        "kind": found.card.kind,
        "month": f"{found.month:%Y-%m}",
        "score": score,
        "headline": plain_words.headline(score["light"]["word"], score["total"], score["few"]),
        "asked": _asked(found),
        "said": _said(found),
        "done": _done(found.flow),
        "indicators": indicators,
        "adjustments": [
            {"kind": KIND_WORDS[one["kind"]], "rule": one["rule"], "moved": _signed(one["moved"])}
            for one in found.card.adjustments
        ],
        "next_survey": announcement(found.coming),
    }


def _score(village_month: VillageMonth) -> dict[str, Any]:
    card, standing = village_month.card, village_month.standing
    light = light_of(card.light, village_month.scheme)
    if card.total is None:
        return {
            "total": NOTHING, "low": NOTHING, "high": NOTHING, "light": light, "few": True,
            "band": None, "bands": standing.bands, "from": None, "to": None,
            "compared": standing.compared,
        }  # fmt: skip
    hundredths = int(card.total * 100)
    low, high = total_limits(hundredths, card.standard_error or 0)
    return {
        "total": score_text(hundredths), "low": low, "high": high, "light": light,
        "few": card.rank is None, "band": card.band, "bands": standing.bands,
        "from": card.rank_low, "to": card.rank_high, "compared": standing.compared,
    }  # fmt: skip


def _asked(village_month: VillageMonth) -> list[str]:
    return [one.question.words for one in village_month.spoken.said] if village_month.spoken else []


def _said(village_month: VillageMonth) -> dict[str, Any]:
    counts = levels_in(village_month.facts.counts)
    shown = area(counts, village_month.facts.flagged, 1, 1)
    enough = shown.n >= N_MIN
    # One or two bad ratings are not told apart, neither by level nor by the share of good ones.
    apart = enough and not hides_levels(counts)
    spoken = village_month.spoken
    return {
        "n": shown.n,
        "held": shown.flagged,
        "waiting": village_month.waiting,
        "levels": shown.levels if apart else None,
        "satisfaction": mean_text(shown.mean) if enough else NOTHING,
        "satisfaction_range": shown.mean_range if enough else NOTHING,
        "positive": rate_text(shown.rate) if apart else NOTHING,
        "positive_range": shown.rate_range if apart else NOTHING,
        "reasons": [
            {"words": words, "bad": bad, "count": count}
            for words, bad, count in village_month.reasons
            if apart or not bad
        ][:MOST_REASONS]
        if enough
        else [],
        "survey": [_question(one) for one in spoken.said] if spoken else [],
        "together_with": _neighbours(village_month),
        "texts": list(spoken.texts[:MOST_TEXTS]) if spoken else [],
    }


def _neighbours(found: VillageMonth) -> list[str]:
    """With whom a small village was asked, so that nobody stands out."""
    listed = found.spoken.villages if found.spoken else ()
    return [found.names[one] for one in listed if one != found.place.id and one in found.names]


def _question(question_result: QuestionResult) -> dict[str, Any]:
    options = option_words(question_result.question)
    return {
        "words": question_result.question.words,
        "several": question_result.question.kind is QuestionKind.MULTIPLE,
        "n": question_result.phone.n,
        "says": _says(options, sentences(question_result.phone)),
        "paper_n": question_result.paper.n if question_result.paper else None,
        "paper": _says(options, sentences(question_result.paper)) if question_result.paper else [],
    }


def _says(options: Sequence[str], said: Sequence[str]) -> list[dict[str, str]]:
    return [{"option": option, "says": says} for option, says in zip(options, said, strict=False)]


def _done(flow: VillageFlow) -> dict[str, Any]:
    return {
        **flow_json(flow),
        "categories": [
            {"name": name, "found": one.found, "done": one.done, "content": one.content}
            for name, one in flow.categories
        ],
        "left": [
            {"name": name, "why": WHY_WORDS[why], "count": count} for name, why, count in flow.left
        ],
    }


def flow_json(flow: VillageFlow) -> dict[str, int]:
    one = flow.whole
    return {
        "found": one.found, "accepted": one.accepted, "done": one.done, "content": one.content,
    }  # fmt: skip


def _signed(hundredths: int) -> str:
    return f"{'+' if hundredths > 0 else ''}{score_text(hundredths)}"


def announcement(coming: ComingSurvey | None) -> dict[str, str] | None:
    """When the next survey is asked."""
    if coming is None:
        return None
    days = [clock.local_day(at) for at in (coming.opens_at, coming.closes_at)]
    opens, closes = (f"{day.month}月{day.day}日" for day in days)
    return {"title": coming.title, "opens_on": opens, "closes_on": closes}
