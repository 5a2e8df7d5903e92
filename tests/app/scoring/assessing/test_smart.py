"""SMART: what a target misses, in words that say what to do."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from backend.app.scoring.assessing.smart import SmartTarget, anchors_in, smart_faults

D = Decimal
GOOD = SmartTarget(
    "投诉处理时长", "二车间客户投诉平均处理时长降到24小时", D(24), "小时", 0, 0, 0, D(30), True, "",
    True, "2026年度经营计划", date(2026, 1, 1), date(2026, 12, 31),
)  # fmt: skip
JUDGED = replace(GOOD, value=None, measured_in="", levels=5, anchors=5, last_value=None)


def said(**changes: object) -> list[tuple[str, str]]:
    return [(row.letter, row.words) for row in smart_faults(replace(GOOD, **changes))]


def test_a_smart_target_misses_nothing() -> None:
    assert smart_faults(GOOD) == []
    assert smart_faults(JUDGED) == []
    assert said(value=None, measured_in="", last_value=None, steps=3) == []


@pytest.mark.parametrize(
    "task",
    ["做好本职工作", "进一步提高工作质量和效率", "完成各项任务", "加强管理", "全年完成100", ""],
)
def test_a_task_without_an_object_is_not_specific(task: str) -> None:
    [(letter, words)] = said(task=task)
    assert letter == "S"
    assert "任务内容要写出对象" in words


@pytest.mark.parametrize(
    "task", ["提高产品一次交验合格率", "新客户回访200家", "完成项目投资120万元"]
)
def test_a_task_with_an_object_is_specific(task: str) -> None:
    assert said(task=task) == []


def test_what_cannot_be_measured_says_what_is_missing() -> None:
    assert said(value=None) == [("M", "没有目标值，不能衡量")]
    assert said(measured_in="") == [("M", "没有计量单位，不能衡量")]
    assert said(value=None, measured_in="") == [("M", "没有目标值和计量单位，不能衡量")]


def test_levels_need_a_sentence_each() -> None:
    [fault] = smart_faults(replace(JUDGED, anchors=4))
    assert fault.letter == "M"
    assert fault.words.startswith("评分标准要写明 5 档各是什么样")
    assert anchors_in("5 主动；4 按期；3 交办后办成；2 催办才办成；1 没办成。") == 5
    assert anchors_in("一句\n\n两句；") == 2


@pytest.mark.parametrize(
    ("last", "value", "lower", "asked"),
    [
        (100, 150, False, None), (100, 151, False, "比去年的 100 高 51%"),
        (100, 80, False, None), (100, 79, False, "比去年的 100 低 21%"),
        (100, 50, True, None), (100, 49, True, "比去年的 100 低 51%"),
        (100, 120, True, None), (100, 121, True, "比去年的 100 高 21%"),
        (0, 5, False, "去年是 0，今年定 5"), (0, 0, False, None), (None, 900, False, None),
    ],
)  # fmt: skip
def test_far_from_last_year_a_reason_is_asked(
    last: int | None, value: int, lower: bool, asked: str | None
) -> None:
    changes = {"last_value": last, "value": value, "lower_is_better": lower}
    assert [letter for letter, _ in said(**changes)] == (["A"] if asked else [])
    assert not asked or said(**changes)[0][1].startswith(asked)
    assert said(**changes, reason="去年六月才开业") == []


def test_it_is_somebodys_and_stands_on_something() -> None:
    assert said(has_owner=False) == [("R", "没有评分责任单位")]
    assert said(has_owner=False, basis=" ") == [("R", "没有评分责任单位和依据")]


def test_it_has_a_date() -> None:
    assert said(due_on=None) == [("T", "没有完成时限")]
    assert said(due_on=date(2025, 12, 31)) == [("T", "完成时限早于开始时间")]
