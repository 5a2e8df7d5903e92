"""得分汇总表 and 单位扣分明细 as one workbook: the digits of the page."""

import io
from collections.abc import Sequence
from decimal import Decimal

from backend.app.assessments.results.queries import ShownResult
from backend.app.core.files.workbooks import Column, Row, Sheet, notes_sheet, write_book
from backend.app.scoring.assessing.moves import MOVE_NAMES

NOTES = [
    ("任务得分", "各指标得分之和 ÷ 有数据的指标分值之和 × 100"),
    ("总分", "任务得分、社会评价按类别的权重相加，再算加分、扣分、红黄牌和容错"),
    ("档", "同档的单位分不出先后"),
    ("空格", "没有这项目标，或没有数据而不计分"),
    ("扣总分", "按权重折合到总分的分数；各项相加，加上调整前的总分，正好是 100 分"),
]


def result_book(title: str, results: Sequence[ShownResult]) -> bytes:
    written = io.BytesIO()
    sheets = [_totals(results), _reasons(results), notes_sheet("说明", title, NOTES)]
    write_book(written, title, sheets, lambda _: None)
    return written.getvalue()


def _totals(results: Sequence[ShownResult]) -> Sheet:
    """Units by elements."""
    names = {part["code"]: part["name"] for row in results for part in row.parts}
    codes = sorted(names)
    is_ranked = any(row.rank for row in results)
    columns = [
        Column("考核类别", 22), Column("单位", 20),
        *((Column("名次", 6), Column("档", 6)) if is_ranked else ()),
        Column("总分", 9, digits=2), Column("任务得分", 9, digits=2),
        Column("社会评价", 9, digits=2), Column("加减分", 9, digits=2),
        Column("校准分", 9, digits=2),
        *(Column(f"{code} {names[code]}", 12, digits=2) for code in codes), Column("扣分原因", 80),
    ]  # fmt: skip
    return Sheet("得分汇总表", columns, [_total_cells(row, codes, is_ranked) for row in results])


def _total_cells(row: ShownResult, codes: Sequence[str], is_ranked: bool) -> Row:
    points = {part["code"]: _figure(part["points"]) for part in row.parts}
    reasons = "；".join(f"{line['name']}：{line['words']}" for line in row.costs)
    return [
        row.group_name, row.unit, *((row.rank, row.band) if is_ranked else ()),
        _figure(row.total), _figure(row.task),
        _figure(row.social), _figure(row.moved_points), row.calibrated,
        *(points.get(code) for code in codes), reasons,
    ]  # fmt: skip


def _reasons(results: Sequence[ShownResult]) -> Sheet:
    """Every lost point with its case, and what moved the total."""
    columns = [
        Column("考核类别", 22), Column("单位", 20), Column("指标编码", 10, codes=True),
        Column("指标", 24), Column("扣总分", 9, digits=2), Column("原因", 70),
        Column("依据", 30),
    ]  # fmt: skip
    cells = []
    for row in results:
        cells += [
            [row.group_name, row.unit, line["code"], line["name"], -float(line["points"]),
             line["words"], ""]
            for line in row.costs
        ]  # fmt: skip
        cells += [
            [row.group_name, row.unit, "", MOVE_NAMES[line["kind"]], float(line["points"]),
             line["words"], line["basis"]]
            for line in row.moved
        ]  # fmt: skip
    return Sheet("单位扣分明细", columns, cells)


def _figure(value: Decimal | str | None) -> float | None:
    return None if value is None else float(value)
