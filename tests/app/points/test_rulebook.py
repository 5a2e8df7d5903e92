"""What rules may say, without a database."""

from dataclasses import replace
from datetime import date

import pytest

from backend.app.points.rules.examples import YUECHI
from backend.app.points.rules.rulebook import (
    RuleItem,
    Vote,
    check_items,
    check_start,
    check_vote,
    item_from,
    most_a_month,
)

TODAY = date(2026, 11, 20)
ITEM = RuleItem("环境卫生", "m01", "房前屋后干净", 10, 1, 2)
RATING = RuleItem("村务参与", "rating", "评价服务", 2, 3, 30)


def test_the_example_is_six_classes_and_seventeen_items_and_valid() -> None:
    assert len({item.group for item in YUECHI}) == 6
    assert len(YUECHI) == 17
    assert check_items(YUECHI, 150_000) == {}


def test_an_item_survives_being_kept_as_data() -> None:
    assert tuple(item_from(item.as_data()) for item in YUECHI) == YUECHI


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (replace(ITEM, label="给五星好评"), "好评差评一个样"),
        (replace(ITEM, label="分享小程序到群里"), "微信平台规定"),
        (replace(ITEM, label="每天打卡签到"), "国办函"),
        (replace(ITEM, group="点赞排名"), "国办函"),
        (replace(ITEM, label="短"), "2 到 60 个字"),
        (replace(ITEM, group=""), "请写类别"),
        (replace(ITEM, amount=0), "每次 1 到 500 分"),
        (replace(ITEM, amount=501), "每次 1 到 500 分"),
        (replace(RATING, amount=21), "每次 1 到 20 分，参与只给小额积分"),
        (replace(ITEM, daily_cap=0), "每天上限"),
        (replace(ITEM, daily_cap=5, monthly_cap=4), "每月上限不能少于每天上限"),
    ],
)
def test_a_wrong_item_is_refused_with_its_reason(item: RuleItem, reason: str) -> None:
    faults = check_items([item], 1000)
    assert reason in faults["item_1"][0]
    assert faults["item_1"][0].startswith("第 1 项")


def test_an_act_stands_once_and_names_differ() -> None:
    faults = check_items([RATING, replace(RATING, label="再评"), replace(ITEM, label="再评")], 9)
    assert "写了两次" in faults["item_2"][0]
    assert "重名" in faults["item_3"][0]


def test_a_draft_needs_items_and_a_budget() -> None:
    assert set(check_items([], 0)) == {"items", "yearly_budget"}
    assert set(check_items([ITEM] * 61, 1)) >= {"items"}


@pytest.mark.parametrize(
    ("vote", "starts_on", "field"),
    [
        (Vote(None, 9, 0, 0), date(2026, 12, 1), "voted_on"),
        (Vote(date(2026, 11, 21), 9, 0, 0), date(2026, 12, 1), "voted_on"),
        (Vote(TODAY, 9, None, 0), date(2026, 12, 1), "votes_yes"),
        (Vote(TODAY, 5, 3, 2), date(2026, 12, 1), "votes_yes"),
        (Vote(TODAY, 9, 0, 0), None, "starts_on"),
        (Vote(TODAY, 9, 0, 0), TODAY, "starts_on"),
    ],
)
def test_without_a_majority_and_a_future_start_nothing_comes_into_force(
    vote: Vote, starts_on: date | None, field: str
) -> None:
    assert set(check_vote(vote, starts_on, TODAY)) == {field}


def test_a_vote_that_carries_has_no_fault() -> None:
    assert check_vote(Vote(TODAY, 6, 3, 2), date(2026, 12, 1), TODAY) == {}


def test_a_later_version_begins_with_a_month() -> None:
    assert check_start(date(2026, 12, 2), replaces_one=True)
    assert not check_start(date(2026, 12, 1), replaces_one=True)
    assert not check_start(date(2026, 12, 2), replaces_one=False)


def test_the_most_a_month_is_every_item_at_its_cap() -> None:
    assert most_a_month([ITEM, RATING]) == 10 * 2 + 2 * 30
