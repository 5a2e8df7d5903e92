"""A bulletin as a workbook: the same figures as on paper, as numbers that can be reckoned."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend.app.core.files.workbooks import Column, Sheet, decimals, write_book
from backend.app.scorecards.figures import NOTHING

FLOW_NAMES = (("发现", "found"), ("受理", "accepted"), ("办结", "done"), ("满意", "content"))
TOWNSHIPS = (
    Column("乡镇", 16), Column("村", 6), Column("评价", 8), Column("满意度", 9, 1),
    Column("满意度 95% 区间", 16), Column("好评率%", 9, 1), Column("好评率 95% 区间", 18),
    Column("样本", 10), Column("发现", 7), Column("受理", 7), Column("办结", 7), Column("满意", 7),
    Column("超时", 9),
)  # fmt: skip
VILLAGES = (
    Column("村", 20), Column("乡镇", 14), Column("类型", 12), Column("总分", 8, 2),
    Column("下限", 8, 2), Column("上限", 8, 2), Column("灯", 9), Column("档", 6),
    Column("扣分最多", 22),
)  # fmt: skip
INDICATORS = (
    Column("指标", 16), Column("全县", 9, 1), Column("单位", 7), Column("95% 区间", 18),
    Column("样本数", 9), Column("目标", 8), Column("怎么算", 70),
)  # fmt: skip
CORRECTIONS = (
    Column("月份", 10), Column("更正编号", 9), Column("村", 20), Column("理由", 44),
    Column("更正前", 9, 2), Column("更正后", 9, 2),
)  # fmt: skip


def number(text: str) -> float | None:
    return None if text in (NOTHING, "未定义") else float(text.removesuffix("%"))


def write_bulletin_book(path: Path, content: Mapping[str, Any]) -> None:
    """概况, 乡镇, and from the month on 指标, 各村, 更正."""
    townships = [_township(row) for row in content["townships"]]
    sheets = [_summary(content), Sheet("乡镇", TOWNSHIPS, townships, 1)]
    if "indicators" in content:
        sheets += [
            Sheet("指标", INDICATORS, [_indicator(row) for row in content["indicators"]], 1),
            Sheet("各村", VILLAGES, [_village(row) for row in content["villages"]], 1),
            Sheet("更正", CORRECTIONS, [_correction(row) for row in content["corrections"]], 1,
                  "没有更正"),
        ]  # fmt: skip
    write_book(path, content["title"], sheets, lambda _: None)


def _summary(content: Mapping[str, Any]) -> Sheet:
    rated, now, before = content["ratings"], content["flow"], content["flow_before"]
    rows: list[tuple[Any, ...]] = [("简报", f"{content['title']} 第 {content['edition']} 稿", None)]
    rows += [(name, now[key], before[key] if before else None) for name, key in FLOW_NAMES]
    rows += [
        ("超时（写这一稿时）", content["late"], None),
        ("其中县诉求受理中心没派出去的", content["late_at_desk"], None),
        ("其中县直部门等的", content["late_elsewhere"], None),
        ("评价", rated["n"], None),
        ("满意度", number(rated["satisfaction"]), None),
        ("满意度 95% 区间", rated["satisfaction_range"], None),
        ("好评率%", number(rated["positive"]), None),
        ("好评率 95% 区间", rated["positive_range"], None),
    ]
    if "lights" in content:
        rows += [
            (f"{one['icon']} {one['word']}（村）", one["count"], None) for one in content["lights"]
        ]
        rows.append(("样本不足（村，不评灯）", content["too_few"], None))
        rows.append(("说明", "按各月事实加总重算，不是各月得分的平均", None))
    formats = {nth: decimals(1) for nth, row in enumerate(rows) if isinstance(row[1], float)}
    columns = (Column("项目", 24), Column("这一期", 44), Column("上一期", 12))
    return Sheet("概况", columns, rows, 1, row_formats=formats, wide=False)


def _township(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        row["name"], row["villages"], row["n"], number(row["satisfaction"]),
        row["satisfaction_range"], number(row["positive"]), row["positive_range"], row["few"],
        *(row[key] for _, key in FLOW_NAMES), row["late"],
    )  # fmt: skip


def _indicator(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        row["name"], number(row["value"]), row["unit"], row["range"], row["n"],
        float(row["target"]), row["formula"],
    )  # fmt: skip


def _village(row: Mapping[str, Any]) -> tuple[Any, ...]:
    light = row["light"]
    return (
        row["village"], row["township"], row["kind"] or "", number(row["total"]),
        number(row["low"]), number(row["high"]), f"{light['icon']} {light['word']}",
        row["band"] if row["band"] else "样本不足", row["lost"],
    )  # fmt: skip


def _correction(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        row["month"], row["number"], row["village"], row["reason"], number(row["before"]),
        number(row["after"]),
    )  # fmt: skip
