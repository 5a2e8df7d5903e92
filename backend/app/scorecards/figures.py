"""How figures are written: one place, so that page, API and file show the same digits."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from backend.app.core.signs import signed
from backend.app.scoring.levels import LEVEL_NAMES, bad_of
from backend.app.scoring.satisfaction import (
    N_MIN,
    Measurement,
    Satisfaction,
    Status,
    satisfaction,
)
from backend.app.scoring.schemes import ADJUSTMENT_NAMES, NO_DATA, TOO_FEW, AdjustmentKind, Scheme

KIND_WORDS = {**ADJUSTMENT_NAMES, AdjustmentKind.EXEMPTION: "容错免扣"}

ONE_PLACE = Decimal("0.1")
NOTHING = "—"
# Two-sided 95% of a normal distribution.
NORMAL_95 = Decimal("1.959964")
FULL = Decimal(10_000)
STATUS_WORDS = {
    Status.OK: "",
    Status.TOO_FEW: f"不足 {N_MIN} 条",
    Status.NONE: "无评价",
}


def rounded(value: Decimal) -> Decimal:
    """One decimal, half up: the only rounding for display."""
    return value.quantize(ONE_PLACE, ROUND_HALF_UP)


def mean_text(value: Decimal | None) -> str:
    return NOTHING if value is None else str(rounded(value))


def rate_text(value: Decimal | None) -> str:
    return NOTHING if value is None else f"{rounded(value)}%"


def plain(value: Decimal) -> str:
    """40 and not 4E+1; 12.5 and not 12.50."""
    return f"{value.normalize():f}"


def range_text(low: Decimal | None, high: Decimal | None, n: int, unit: str = "") -> str:
    """The 95% limits; ratings that leave no spread to measure have none to show."""
    if low is None or high is None or n < 2 or low == high:
        return NOTHING
    return f"{rounded(low)} – {rounded(high)}{unit}"


# The same townships are looked at again and again until the night.
measured = lru_cache(maxsize=16384)(satisfaction)


@dataclass(frozen=True)
class Area:
    """A month of a county, township or village, ready to be shown."""

    n: int
    flagged: int
    counts: tuple[int, ...]
    villages: int
    rated_villages: int
    figures: Satisfaction

    @property
    def status(self) -> Status:
        return self.figures.status

    @property
    def status_words(self) -> str:
        return STATUS_WORDS[self.status]

    @property
    def bad(self) -> int:
        """差评."""
        return bad_of(self.counts)

    @property
    def mean(self) -> Decimal | None:
        found = self.figures.satisfaction_mean
        return found.value if found else None

    @property
    def rate(self) -> Decimal | None:
        found = self.figures.positive_rate
        return found.value if found else None

    @property
    def mean_range(self) -> str:
        return self._range(self.figures.satisfaction_mean)

    @property
    def rate_range(self) -> str:
        return self._range(self.figures.positive_rate, "%")

    def _range(self, found: Measurement | None, unit: str = "") -> str:
        return range_text(found.low, found.high, self.n, unit) if found else NOTHING

    def mean_change(self, before: "Area") -> str:
        return self._change(before, self.mean, before.mean)

    def rate_change(self, before: "Area") -> str:
        return self._change(before, self.rate, before.rate, " 个百分点")

    def _change(
        self, before: "Area", value: Decimal | None, earlier: Decimal | None, unit: str = ""
    ) -> str:
        """ "比上月 +1.2" between the displayed values, so that readers can subtract them."""
        if value is None or earlier is None:
            return "" if value is None else "上月没有评价"
        if Status.TOO_FEW in (self.status, before.status):
            return "条数太少，不和上月比"
        change = rounded(value) - rounded(earlier)
        return f"比上月 {signed(change, 1)}{unit}" if change else "和上月一样"

    @property
    def levels(self) -> list[dict[str, Any]]:
        """The five levels with counts and shares of this area's ratings."""
        return [
            {
                "level": level,
                "label": label,
                "count": count,
                "share": rate_text(Decimal(count * 100) / self.n) if self.n else NOTHING,
            }
            for level, (label, count) in enumerate(zip(LEVEL_NAMES, self.counts, strict=True), 1)
        ]


def area(counts: Sequence[int], flagged: int, villages: int, rated_villages: int) -> Area:
    """An area from the sums of its villages' counters."""
    whole = tuple(counts)
    return Area(sum(whole), flagged, whole, villages, rated_villages, measured(whole))


def finding_of_levels(shown: Area) -> str:
    """One sentence above the chart of levels."""
    if shown.n == 0:
        return "这个月还没有人评价。"
    best = max(shown.levels, key=lambda row: row["count"])
    share = rate_text(Decimal(shown.bad * 100) / shown.n)
    is_few = shown.status is Status.TOO_FEW
    few = f"只有 {shown.n} 条，不足 {N_MIN} 条，仅供参考；" if is_few else ""
    return f"{few}选「{best['label']}」的最多；差评 {shown.bad} 条，占 {share}。"


def finding_of_trend(shown: Area, before: Area) -> str:
    """Up or down only when the intervals of the two months say so."""
    now, earlier = shown.figures.satisfaction_mean, before.figures.satisfaction_mean
    if now is None:
        return "这个月还没有人评价。"
    if earlier is None:
        return "上个月没有评价，没有可比的数。"
    if Status.TOO_FEW in (shown.status, before.status):
        return f"这个月或上个月不足 {N_MIN} 条，看不出变化。"
    if now.low > earlier.high:
        return "满意度比上月上升，差别超出偶然波动。"
    if now.high < earlier.low:
        return "满意度比上月下降，差别超出偶然波动。"
    return "满意度和上月持平：差别在偶然波动之内。"


def score_text(hundredths: int | None) -> str:
    """A total, or points lost: both are whole hundredths, so that they add up as they are read."""
    return NOTHING if hundredths is None else str(Decimal(hundredths).scaleb(-2))


def tick_text(ticks: int, unit: str = "") -> str:
    """A measured value, kept in ten-thousandths; below nothing it is 未定义."""
    return "未定义" if ticks < 0 else f"{rounded(Decimal(ticks).scaleb(-4))}{unit}"


def share_text(part: int, whole: int) -> str:
    return rate_text(Decimal(part * 100) / whole) if whole else NOTHING


def total_limits(hundredths: int, error: Decimal | float) -> tuple[str, str]:
    """Between which totals the true one lies, 95%, cut to 0 … 100 where the total itself is not
    beyond."""
    half, total = Decimal(str(error)) * NORMAL_95 * 100, Decimal(hundredths)
    low, high = min(total, max(Decimal(0), total - half)), max(total, min(FULL, total + half))
    whole = [int(one.quantize(Decimal(1), ROUND_HALF_UP)) for one in (low, high)]
    return score_text(whole[0]), score_text(whole[1])


def light_of(code: str, scheme: Scheme) -> dict[str, str]:
    lights = (*scheme.lights, TOO_FEW)
    found = next((light for light in lights if light.code == code), NO_DATA)
    return {"code": found.code, "word": found.word, "icon": found.icon}
