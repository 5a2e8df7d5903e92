"""What a set of rules may say: pure checks, each refusal with its reason."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from backend.app.core.clock import month_of
from backend.app.points.point_sources import AUTOMATIC

MOST_ITEMS = 60
MOST_FOR_AN_ACT = 20
MOST_FOR_A_DEED = 500
MOST_BUDGET = 100_000_000
# Domain rules §1 and §8: what may never earn points, as people might write it.
FORBIDDEN = (
    (re.compile("好评|五星|满分|非常满意"), "不能按评价高低给分：好评差评一个样"),
    (re.compile("分享|转发|邀请|拉新|关注"), "不能给分享、转发、拉人发积分（微信平台规定）"),
    (
        re.compile("打卡|签到|登录|在线时长|下载|安装"),
        "不能给打卡、登录发积分（国办函〔2026〕12号）",
    ),
    (re.compile("点赞|排名|排行"), "不能按点赞数、排名发积分（国办函〔2026〕12号）"),
)  # fmt: skip


@dataclass(frozen=True)
class RuleItem:
    """One line of a set: an act of AUTOMATIC, or a deed that the village enters."""

    group: str
    code: str
    label: str
    amount: int
    daily_cap: int
    monthly_cap: int

    @property
    def automatic(self) -> bool:
        return self.code in AUTOMATIC

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Vote:
    """The villagers' vote as the minutes record it."""

    held_on: date | None
    yes: int | None
    no: int | None
    abstain: int | None


def item_from(data: Mapping[str, Any]) -> RuleItem:
    return RuleItem(**{name: data[name] for name in RuleItem.__dataclass_fields__})


def check_items(items: Sequence[RuleItem], budget: int) -> dict[str, list[str]]:
    """What is wrong with a draft, by the field it stands in; empty where nothing is."""
    faults: dict[str, list[str]] = {}
    if not items:
        faults["items"] = ["至少写一项"]
    elif len(items) > MOST_ITEMS:
        faults["items"] = [f"最多 {MOST_ITEMS} 项"]
    if not 1 <= budget <= MOST_BUDGET:
        faults["yearly_budget"] = ["请填全年最多发多少分"]
    labels: set[str] = set()
    codes: set[str] = set()
    for number, item in enumerate(items, 1):
        found = _faults_of(item)
        if item.label in labels:
            found.append("和前面一项重名")
        if item.automatic and item.code in codes:
            found.append(f"「{AUTOMATIC[item.code]}」写了两次")
        labels.add(item.label)
        codes.add(item.code)
        if found:
            faults[f"item_{number}"] = [f"第 {number} 项：{words}" for words in found]
    return faults


def _faults_of(item: RuleItem) -> list[str]:
    found = []
    if not 2 <= len(item.label) <= 60:
        found.append("名称要 2 到 60 个字")
    if not 1 <= len(item.group) <= 20:
        found.append("请写类别，最多 20 个字")
    found += [reason for words, reason in FORBIDDEN if words.search(item.group + item.label)]
    most = MOST_FOR_AN_ACT if item.automatic else MOST_FOR_A_DEED
    if not 1 <= item.amount <= most:
        found.append(f"每次 1 到 {most} 分" + ("，参与只给小额积分" if item.automatic else ""))
    if not 1 <= item.daily_cap <= 50:
        found.append("每天上限 1 到 50 次")
    elif not item.daily_cap <= item.monthly_cap <= 1000:
        found.append("每月上限不能少于每天上限")
    return found


def most_a_month(items: Sequence[RuleItem]) -> int:
    """The most one person can earn in a month by everything together."""
    return sum(item.amount * item.monthly_cap for item in items)


def check_vote(vote: Vote, starts_on: date | None, today: date) -> dict[str, list[str]]:
    """What is missing before a draft may come into force."""
    faults: dict[str, list[str]] = {}
    if vote.held_on is None:
        faults["voted_on"] = ["请填哪天表决的"]
    elif vote.held_on > today:
        faults["voted_on"] = ["表决日期还没到"]
    if vote.yes is None or vote.no is None or vote.abstain is None:
        faults["votes_yes"] = ["请填同意、反对、弃权各多少票"]
    elif vote.yes <= vote.no + vote.abstain:
        faults["votes_yes"] = ["同意票没有过半，不能生效"]
    if starts_on is None:
        faults["starts_on"] = ["请填从哪天起执行"]
    elif starts_on <= today:
        faults["starts_on"] = ["只能从明天或以后起执行：已经得的分不变"]
    return faults


def check_start(starts_on: date, replaces_one: bool) -> dict[str, list[str]]:
    """A later version begins with a month, so that a month's caps are those of one version."""
    if replaces_one and starts_on != month_of(starts_on):
        return {"starts_on": ["换新办法要从某月 1 日起：一个月里只用一套上限"]}
    return {}
