"""What a county's assessment consists of: indicators, weights, targets, lights, adjustments."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from backend.app.scoring.catalog import BY_VILLAGERS, HALF_AT, MEASURES, SCORED, by_cases
from backend.app.scoring.levels import LEVEL_POINTS
from backend.app.scoring.satisfaction import N_MIN

Exact = int | Decimal | Fraction
# What villagers say must weigh at least this much, in points of a hundred.
SAY_OF_VILLAGERS = 30
# Of a hundred points of weight so much must rest on evidence before a unit is compared.
LEAST_EVIDENCE = 20
MOST_K = 1000
# Shown, never scored: they would pay for traces, for asking often, or for silence.
FORBIDDEN = {
    "coverage": "参与率只看，不计分：计分就会有人逼着评",
    **{code: m.never_scored for code, m in MEASURES.items() if m.never_scored},
}


class AdjustmentKind(StrEnum):
    """How an adjustment moves a total."""

    DEDUCTION = "deduction"
    BONUS = "bonus"
    EXEMPTION = "exemption"


ADJUSTMENT_NAMES: dict[str, str] = {
    AdjustmentKind.DEDUCTION: "扣分",
    AdjustmentKind.BONUS: "加分",
    AdjustmentKind.EXEMPTION: "容错",
}
# A scheme says how much they may move a total; an exemption gives back no more than was lost.
CAPPED = (AdjustmentKind.DEDUCTION, AdjustmentKind.BONUS)


@dataclass(frozen=True)
class Indicator:
    """One measurement with its weight, and between which values it earns 0 to 100.

    A target below the floor means that lower is better. `unit_kind` is None for what every unit is
    asked (共性) and a type of village for what only that type is (个性). n cases weigh
    n / (n + k) of the weight.
    """

    code: str
    weight: Decimal
    floor: Decimal
    target: Decimal
    unit_kind: str | None = None
    k: int = HALF_AT


@dataclass(frozen=True)
class SchemeLight:
    """From this total on: a colour that is never alone."""

    least: Decimal
    code: str
    word: str
    icon: str


LIGHTS = (
    SchemeLight(Decimal(90), "blue", "优", "▲"),
    SchemeLight(Decimal(75), "green", "良", "●"),
    SchemeLight(Decimal(60), "yellow", "需关注", "◆"),
    SchemeLight(Decimal(0), "red", "差", "■"),
)
NO_DATA = SchemeLight(Decimal(0), "grey", "无数据", "–")
# No light at all: what stands where one would.
TOO_FEW = SchemeLight(Decimal(0), "few", "样本不足", "")


@dataclass(frozen=True)
class Scheme:
    """A year's version; caps are the most points each kind of adjustment may move a total.

    `level_points` are what the five levels of a rating are worth. `calibration`, where there is
    one, is the mean and the standard deviation that totals are brought to inside a kind of
    village; the total itself always stands beside it.
    """

    indicators: tuple[Indicator, ...]
    lights: tuple[SchemeLight, ...] = LIGHTS
    caps: tuple[tuple[AdjustmentKind, Decimal], ...] = (
        (AdjustmentKind.DEDUCTION, Decimal(20)),
        (AdjustmentKind.BONUS, Decimal(5)),
    )
    n_min: int = N_MIN
    level_points: tuple[int, ...] = LEVEL_POINTS
    calibration: tuple[Decimal, Decimal] | None = None

    def indicators_for(self, unit_kind: str | None) -> tuple[Indicator, ...]:
        """Those of every unit, then those of this type; a type's own replaces the common one."""
        own = [indicator for indicator in self.indicators if indicator.unit_kind == unit_kind]
        replaced = {one.code for one in own if unit_kind is not None}
        common = [
            one for one in self.indicators if one.unit_kind is None and one.code not in replaced
        ]
        return tuple(common) if unit_kind is None else (*common, *own)

    @property
    def kinds(self) -> frozenset[str]:
        """The types of village that have indicators of their own."""
        return frozenset(one.unit_kind for one in self.indicators if one.unit_kind is not None)


def way_gone(value: Exact, start: Exact, end: Exact) -> Fraction:
    """How much of the way from start to end a value is, below 0 and above 1 too.

    Worked out in whole numbers and reduced once: a county's month asks for it thousands of times.
    Raises ValueError where start and end are equal.
    """
    now, of_now = value.as_integer_ratio()
    low, of_low = start.as_integer_ratio()
    high, of_high = end.as_integer_ratio()
    span = of_now * (high * of_low - low * of_high)
    if not span:
        raise ValueError("an end that differs from the start expected")
    return Fraction(of_high * (now * of_low - low * of_now), span)


def achievement(value: Exact, floor: Exact, target: Exact) -> Fraction:
    """What a value earns of a hundred between floor and target; ValueError where they are equal.

    `month.score_month` works the same out for a whole column of values at once.
    """
    share = way_gone(value, floor, target)
    if share.numerator <= 0:
        return Fraction(0)
    return 100 * share if share.numerator < share.denominator else Fraction(100)


def name_of(code: str) -> str:
    """What people call a measurement; its code where it is none of ours."""
    return MEASURES[code].name if code in MEASURES else code


def faults(
    scheme: Scheme,
    measured: Sequence[str] = tuple(SCORED),
    kinds: Collection[str | None] | None = None,
) -> list[str]:
    """Every reason why a scheme is refused, in words; none where it may be used.

    `measured` are the codes for which the county has data, `kinds` the types of its villages: each
    of them, and each that the scheme names, must come to 100 with what is common and its own.
    Unless the county's types are given, villages of no type are asked only what is common.
    """
    found = []
    there = {None} if kinds is None and not scheme.kinds else set(kinds or ())
    for kind in sorted(there | scheme.kinds, key=lambda one: one or ""):
        found += _faults_of_kind(scheme.indicators_for(kind), kind or "各类村")
    found += _faults_of_repeats(scheme)
    for indicator in scheme.indicators:
        found += _faults_of_indicator(indicator, measured)
    found += _faults_of_lights(scheme.lights)
    if any(cap < 0 for _, cap in scheme.caps):
        found.append("加减分的上限不能是负数")
    return found + _faults_of_figures(scheme)


def _faults_of_repeats(scheme: Scheme) -> list[str]:
    keys = [(indicator.unit_kind, indicator.code) for indicator in scheme.indicators]
    twice = dict.fromkeys(key for key in keys if keys.count(key) > 1)
    return [f"{kind or '各类村'}：指标「{name_of(code)}」重复" for kind, code in twice]


def _faults_of_figures(scheme: Scheme) -> list[str]:
    found = []
    points = list(scheme.level_points)
    if len(points) != len(LEVEL_POINTS) or points != sorted(points, reverse=True):
        found.append("五级分值应有五个，从高到低")
    elif points[0] != 100 or points[-1] != 0:
        found.append("五级分值最高应为 100、最低应为 0")
    if not 1 <= scheme.n_min <= 100:
        found.append("样本不足的界限应在 1 到 100 之间")
    if scheme.calibration is not None:
        mean, deviation = scheme.calibration
        if not 0 < mean < 100 or not 0 < deviation <= 30:
            found.append("校准的平均分应在 0 到 100 之间，标准差应在 0 到 30 之间")
    return found


def _faults_of_kind(indicators: Sequence[Indicator], name: str) -> list[str]:
    found = []
    total = sum((indicator.weight for indicator in indicators), Decimal(0))
    if total != 100:
        found.append(f"{name}：权重合计 {total:f}，应为 100")
    said = sum((i.weight for i in indicators if i.code in BY_VILLAGERS), Decimal(0))
    if said < SAY_OF_VILLAGERS:
        found.append(f"{name}：村民说了算的指标只占 {said:f}，应不少于 {SAY_OF_VILLAGERS}")
    return found


def _faults_of_indicator(indicator: Indicator, measured: Sequence[str]) -> list[str]:
    found = []
    if indicator.code in FORBIDDEN:
        if indicator.weight != 0:
            found.append(FORBIDDEN[indicator.code])
    elif indicator.code not in measured:
        found.append(f"指标「{name_of(indicator.code)}」没有数据来源")
    if indicator.weight < 0:
        found.append(f"指标「{name_of(indicator.code)}」的权重不能是负数")
    if indicator.floor == indicator.target:
        found.append(f"指标「{name_of(indicator.code)}」的底线和目标不能一样")
    elif indicator.code in SCORED and by_cases(indicator.code) and not _is_whole(indicator):
        found.append(
            f"指标「{name_of(indicator.code)}」按件计，底线应为 0、目标应为 100；"
            "轻重用权重和灯的界限表示"
        )
    if not 0 <= indicator.k <= MOST_K:
        found.append(f"指标「{name_of(indicator.code)}」的折半件数应在 0 到 {MOST_K} 之间")
    return found


def _is_whole(indicator: Indicator) -> bool:
    return indicator.floor == 0 and indicator.target == 100


def _faults_of_lights(lights: Sequence[SchemeLight]) -> list[str]:
    bounds = [light.least for light in lights]
    if not bounds or bounds != sorted(bounds, reverse=True) or len(set(bounds)) != len(bounds):
        return ["灯的界限应从高到低，不能重复"]
    return [] if bounds[-1] == 0 else ["最低一档灯应从 0 分起"]


def _starting(code: str, weight: int, floor: int, target: int) -> Indicator:
    return Indicator(code, Decimal(weight), Decimal(floor), Decimal(target))


# What a county scores by until it has approved a scheme of its own: seven tenths are what villagers
# say. Only the waiting time has a floor and a target of its own.
STARTING = Scheme(
    (
        _starting("satisfaction_mean", 40, 0, 100),
        _starting("survey_satisfaction", 15, 0, 100),
        _starting("resolution_rate", 15, 0, 100),
        _starting("response_rate", 10, 0, 100),
        _starting("on_time_rate", 10, 0, 100),
        _starting("median_first_response", 5, 24, 4),
        _starting("bad_rating_fix_rate", 5, 0, 100),
    )
)
