"""Lights of progress as data: the first whose tests all hold; colour, shape and word together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from backend.app.scoring.assessing.figures import figure_of, written

HUNDRED = 100


class Standing(NamedTuple):
    """What a light is chosen by.

    `done` and `due` are actual and planned share in whole parts, of which `whole` are the target:
    whole numbers are compared much faster than fractions. The last two count periods running.
    """

    done: int
    due: int
    whole: int
    finished: bool
    not_started: int
    misses: int


@dataclass(frozen=True)
class Light:
    """A colour with its tests; a test that is None always holds.

    `ratio_at_least` is of actual to planned; points behind are hundredths of the whole target
    that are missing to the plan, below 0 where it is passed. `good` ends a round of supervision,
    `bad` begins one.
    """

    code: str
    word: str
    icon: str
    good: bool = False
    bad: bool = False
    finished: bool | None = None
    periods_not_started_at_least: int | None = None
    misses_at_least: int | None = None
    ratio_at_least: Fraction | None = None
    points_behind_at_most: Fraction | None = None
    points_behind_below: Fraction | None = None

    def fits(self, standing: Standing) -> bool:
        if self.finished is not None and standing.finished is not self.finished:
            return False
        if standing.not_started < (self.periods_not_started_at_least or 0):
            return False
        if standing.misses < (self.misses_at_least or 0):
            return False
        return self._is_far_enough(standing)

    def _is_far_enough(self, standing: Standing) -> bool:
        ratio, most, below = (
            self.ratio_at_least, self.points_behind_at_most, self.points_behind_below,
        )  # fmt: skip
        if ratio is not None:
            if standing.done * ratio.denominator < standing.due * ratio.numerator:
                return False
            if most is None and below is None:
                return True
        behind = HUNDRED * (standing.due - standing.done)
        if most is not None and behind * most.denominator > most.numerator * standing.whole:
            return False
        return below is None or behind * below.denominator < below.numerator * standing.whole


BLACK = Light("black", "未开（复）工", "✕", bad=True, periods_not_started_at_least=1)
FUPING = (
    Light("orange", "已完结", "✓", good=True, finished=True),
    BLACK,
    Light("red", "滞后", "■", bad=True, misses_at_least=2),
    Light("blue", "超额", "▲", good=True, ratio_at_least=Fraction(11, 10),
          points_behind_at_most=Fraction(-5)),
    Light("green", "正常", "●", good=True, ratio_at_least=Fraction(9, 10)),
    Light("red", "滞后", "■", bad=True),
)  # fmt: skip


def _by_ratio(green: str, green_from: Fraction, yellow_from: Fraction) -> tuple[Light, ...]:
    return (
        Light("green", green, "●", good=True, ratio_at_least=green_from),
        Light("yellow", "预警", "◆", ratio_at_least=yellow_from),
        Light("red", "滞后", "■", bad=True),
    )


DONGDAN = _by_ratio("正常", Fraction(95, 100), Fraction(85, 100))
SANYA = _by_ratio("达到计划", Fraction(1), Fraction(1, 2))
LEPING = _by_ratio("正常", Fraction(95, 100), Fraction(85, 100))
YINCHUAN = (
    Light("red", "滞后", "■", bad=True, periods_not_started_at_least=3),
    Light("yellow", "预警", "◆", periods_not_started_at_least=1,
          points_behind_at_most=Fraction(30)),
    Light("green", "正常", "●", good=True, periods_not_started_at_least=0,
          points_behind_below=Fraction(10)),
    Light("yellow", "预警", "◆", points_behind_at_most=Fraction(30)),
    Light("red", "滞后", "■", bad=True),
)  # fmt: skip
PRESETS: Mapping[str, tuple[Light, ...]] = {
    "fuping": FUPING, "dongdan": DONGDAN, "yinchuan": YINCHUAN, "sanya": SANYA, "leping": LEPING,
}  # fmt: skip
COUNTS = ("periods_not_started_at_least", "misses_at_least")
LIMITS = ("ratio_at_least", "points_behind_at_most", "points_behind_below")
WORDS = ("code", "word", "icon")
SWITCHES = ("good", "bad")


def as_data(lights: Sequence[Light]) -> list[dict[str, Any]]:
    """Plain data; tests that always hold are left out, figures are text."""
    return [_light_data(light) for light in lights]


def _light_data(light: Light) -> dict[str, Any]:
    data: dict[str, Any] = {name: getattr(light, name) for name in WORDS}
    data |= {name: True for name in SWITCHES if getattr(light, name)}
    for name in ("finished", *COUNTS, *LIMITS):
        test = getattr(light, name)
        if test is not None:
            data[name] = written(test) if name in LIMITS else test
    return data


def from_data(raw: Sequence[Mapping[str, Any]]) -> tuple[Light, ...]:
    """What as_data wrote; raises ValueError with every fault in words for anything else."""
    reasons = faults(raw)
    if reasons:
        raise ValueError("；".join(reasons))
    return tuple(
        Light(**{**row, **{name: figure_of(row[name]) for name in LIMITS if name in row}})
        for row in raw
    )


def faults(raw: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why these lights are refused, in words: some state would have no light, or only a colour."""
    if not raw:
        return ["亮灯规则是空的，请至少设一档"]
    reasons = [
        reason
        for place, row in enumerate(raw, 1)
        for reason in _faults_of_row(f"第 {place} 档灯", row)
    ]
    tests = {"finished", *COUNTS, *LIMITS}
    if tests & set(raw[-1]):
        reasons.append("最后一档灯不能带条件，否则有的任务没有颜色")
    pairs = {(row.get("code"), row.get("icon")) for row in raw}
    if any(len({pair[place] for pair in pairs}) < len(pairs) for place in (0, 1)):
        reasons.append("一种颜色应只配一个图形，不同颜色的图形应不同")
    return reasons


def _faults_of_row(name: str, row: Mapping[str, Any]) -> list[str]:
    reasons = [] if all(map(row.get, WORDS)) else [f"{name}：缺少颜色、图形或文字"]
    unknown = set(row) - {"finished", *COUNTS, *LIMITS, *WORDS, *SWITCHES}
    reasons += [f"{name}：不认识的条件「{word}」" for word in sorted(unknown)]
    for test in COUNTS:
        if test in row and (type(row[test]) is not int or row[test] < 0):
            reasons.append(f"{name}：期数应为不小于 0 的整数")
    for test in LIMITS:
        if test in row and figure_of(row[test]) is None:
            reasons.append(f"{name}：界限应为数字")
    return reasons
