"""A village's indicators in words that need no schooling: what was counted, what it cost.

Pure. What fewer than ten people said is not told apart: only that it was too little, and how little
it weighs. Acts of offices are told as they were.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.app.scorecards.figures import NOTHING, score_text, tick_text
from backend.app.scoring.catalog import MEASURES, Family
from backend.app.scoring.measuring import UnitFacts, counts_of
from backend.app.scoring.satisfaction import N_MIN
from backend.app.scoring.schemes import Indicator


def hides(code: str, n: int) -> bool:
    """Whether a raw figure would tell what single people said."""
    return MEASURES[code].by_villagers and n < N_MIN


def sentence(row: Mapping[str, Any], facts: UnitFacts) -> str:
    """What one indicator rests on."""
    code, n = row["code"], row["n"]
    measure = MEASURES[code]
    if n == 0:
        return "这个月没有可算的，不进总分"
    if hides(code, n):
        share = score_text(row["share"])
        return f"只有 {n} {measure.counted}，太少，说明不了多少，所以只占 {share} 分"
    if measure.sentence:
        return measure.sentence.format(*counts_of(measure.source, facts), n=n)
    if measure.family is Family.TIME:
        if row["value"] < 0:
            return f"{n} 件诉求，一半还没等到第一次回音"
        return f"{n} 件诉求，一半在 {tick_text(row['value'])} 个工作小时里有了回音"
    return f"{n} {measure.counted}，{measure.name} {tick_text(row['value'], measure.unit)}"


def indicator(row: Mapping[str, Any], facts: UnitFacts, aims: Mapping[str, Indicator]) -> Any:
    """One line of a village's page: figures as they are written, and the sentence."""
    code, n = row["code"], row["n"]
    measure, aim = MEASURES[code], aims[code]
    shown = n > 0 and not hides(code, n)
    return {
        "code": code,
        "name": measure.name,
        "unit": measure.unit,
        "weight": f"{aim.weight.normalize():f}",
        "floor": f"{aim.floor.normalize():f}",
        "target": f"{aim.target.normalize():f}",
        "n": n,
        "share": score_text(row["share"]) if n else NOTHING,
        "few": 0 < n < N_MIN,
        "value": tick_text(row["value"]) if shown else NOTHING,
        "low": tick_text(row["low"]) if shown else NOTHING,
        "high": tick_text(row["high"]) if shown else NOTHING,
        "lost": score_text(row["lost"]) if n else NOTHING,
        "words": sentence(row, facts),
    }


def headline(light_word: str, total: str, few: bool) -> str:
    """The sentence under a village's score."""
    if total == NOTHING:
        return "这个月没有人评价，也没有可算的诉求，不打分：没声音不是零分。"
    if few:
        return f"这个月说话的人太少，{total} 分只供参考，不评灯，也不排名。"
    return f"这个月 {total} 分，{light_word}。"


def bracketed(total: str, few: bool) -> str:
    """A total that rests on too little stands in brackets."""
    return f"（{total}）" if few and total != NOTHING else total


def lost_most(indicators: Sequence[Mapping[str, Any]], most: int = 3) -> list[Mapping[str, Any]]:
    """Where most points went, the largest first."""
    lost = [one for one in indicators if one["lost"] not in (NOTHING, "0.00")]
    return sorted(lost, key=lambda one: -float(one["lost"]))[:most]
