"""What a county decides by one value: each setting with its usual value, bounds, words and page."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

EXPIRY_RULES = {"never": "不过期", "monthly": "满几个月后过期", "yearly": "上一年的每年过期一次"}
TICKETS, POINTS = "tickets_console.show_rules", "points_console.show_watch"
DRAWS, OBJECTIONS = "points_console.show_draws", "scorecards_console.list_objections"


@dataclass(frozen=True)
class Setting:
    """`bounds`, both included, of a number; `choices` of a word with what people read.

    A value that is neither is on or off. `page` is the page that changes it, `wrong` what it says
    of any other value.
    """

    words: str
    page: str
    bounds: tuple[int, int] | None = None
    choices: Mapping[str, str] | None = None
    wrong: str = ""

    def allows(self, value: object) -> bool:
        if self.bounds:
            return type(value) is int and self.bounds[0] <= value <= self.bounds[1]
        return value in self.choices if self.choices else isinstance(value, bool)

    def text_of(self, value: Any) -> str:
        """The value as people read it."""
        if self.choices:
            return self.choices[value]
        return str(value) if self.bounds else "开" if value else "关"


def _switch(usual: bool, words: str, page: str) -> Any:
    return field(default=usual, metadata={"setting": Setting(words, page)})


def _number(usual: int, low: int, high: int, words: str, page: str, wrong: str = "") -> Any:
    wrong = wrong or f"应为 {low} 到 {high} 的整数"
    setting = Setting(words, page, bounds=(low, high), wrong=wrong)
    return field(default=usual, metadata={"setting": setting})


def _word(usual: str, choices: Mapping[str, str], words: str, page: str, wrong: str) -> Any:
    setting = Setting(words, page, choices=choices, wrong=wrong)
    return field(default=usual, metadata={"setting": setting})


@dataclass(frozen=True)
class CountySettings:
    """A county's values; the usual ones where it decided nothing."""

    bad_rating_opens: bool = _switch(True, "差评自动开一件回访工单", TICKETS)
    proxy_cap: int = _number(20, 0, 500, "每人每天代录上限", TICKETS)
    sample_share: int = _number(10, 0, 100, "代录抽查（%）", TICKETS)
    silent_days: int = _number(14, 8, 60, "答复后几天没回话就办结", TICKETS)
    archive_days: int = _number(30, 7, 365, "办结后几天归档", TICKETS)
    expiry_rule: str = _word("never", EXPIRY_RULES, "积分怎么过期", POINTS, "请选积分过不过期")
    valid_months: int = _number(
        12, 6, 60, "积分满几个月过期（按月过期用）", POINTS, "积分至少管用 6 个月，最长 60 个月"
    )
    expiry_month: int = _number(
        4, 1, 12, "每年几月 1 日过期（按年过期用）", POINTS, "请选 1 到 12 月"
    )
    # What everybody with a ballot gets when the own unit was heard.
    survey_points: int = _number(
        5, 0, 20, "本村问卷每人几分", POINTS, "问卷的积分填 0 到 20,0 就是不给"
    )
    draws_on: bool = _switch(False, "抽奖", DRAWS)
    objection_days: int = _number(
        15, 1, 60, "月份结束后几天内可以申诉", OBJECTIONS, "应为 1 到 60 天"
    )


SETTINGS: dict[str, Setting] = {one.name: one.metadata["setting"] for one in fields(CountySettings)}
USUAL = CountySettings()


def faults_of(values: Mapping[str, object]) -> dict[str, list[str]]:
    """By name, what is wrong with values that are to be kept."""
    return {
        name: [setting.wrong]
        for name, setting in SETTINGS.items()
        if name in values and not setting.allows(values[name])
    }
