"""公示表, 佐证材料目录 and 分管领导汇总 as workbooks."""

import io
from collections.abc import Sequence
from typing import Any

from backend.app.assessments.publications.open_data import figure
from backend.app.assessments.publications.queries import YearCorrection, published_units
from backend.app.assessments.year_end.file_queries import EvidenceLine, LeaderLine
from backend.app.core.files.workbooks import Column, Sheet, notes_sheet, write_book
from backend.app.core.signs import signed
from backend.app.core.web.console_menu import local_time

PUBLISHED = (
    Column("类别", 22), Column("单位", 22), Column("得分", 9, digits=2), Column("等次", 8),
    Column("目标任务", 10, digits=2), Column("社会评价", 10, digits=2), Column("少得的分", 60),
    Column("加减分、红黄牌和容错", 50),
)  # fmt: skip
CORRECTED = (
    Column("编号", 7), Column("单位", 22), Column("事项", 40), Column("理由", 40),
    Column("原得分", 9, digits=2), Column("更正后", 9, digits=2), Column("原等次", 8),
    Column("更正后等次", 10), Column("原档", 6), Column("更正后档", 8),
)  # fmt: skip
EVIDENCE = (
    Column("单位", 22), Column("指标编码", 10, codes=True), Column("指标", 22),
    Column("目标任务", 40), Column("月份", 9), Column("文件", 30), Column("说明", 40),
    Column("字节", 10), Column("上传时间", 17), Column("SHA-256", 66, codes=True),
)  # fmt: skip
LEADERS = (
    Column("分管领导", 14), Column("目标数", 8), Column("有数的目标", 10),
    Column("分值", 9, digits=2), Column("加权完成率（%）", 14, digits=1),
)  # fmt: skip
ABOUT_LEADERS = (
    ("加权完成率", "Σ 分值 × 完成率 ÷ Σ 分值，只算有数的目标，完成率最多按 100% 算"),
    ("用途", "只供组织部门了解情况；不排名，不公示，导出有记录"),
)


def publication_book(
    title: str, content: dict[str, Any], corrections: Sequence[YearCorrection]
) -> bytes:
    """The figures as they were published, corrections on a sheet of their own."""
    units = published_units(content)
    names = {unit["unit_id"]: unit["name"] for unit in units}
    rows = [
        [
            unit["group"], unit["name"], figure(unit["total"]), unit["grade"],
            figure(unit["task"]), figure(unit["social"]),
            "；".join(f"{line['name']}：{line['words']}" for line in unit["lost"]),
            "；".join(f"{line['kind']} {signed(line['points'])}：{line['words']}"
                     for line in unit["moved"]),
        ]
        for unit in units
    ]  # fmt: skip
    corrected = [
        [
            row.number, names[row.unit_id], row.item, row.reason, figure(row.before["total"]),
            figure(row.after["total"]), row.before["grade"], row.after["grade"],
            row.before.get("band"), row.after.get("band"),
        ]
        for row in corrections
    ]  # fmt: skip
    return _book(title, [Sheet("公示表", PUBLISHED, rows), Sheet("更正", CORRECTED, corrected)])


def evidence_book(title: str, lines: Sequence[EvidenceLine]) -> bytes:
    rows = [
        [
            line.unit, line.code, line.element, line.task,
            f"{line.period:%Y-%m}" if line.period else "", line.file, line.words, line.bytes,
            local_time(line.uploaded_at), line.sha256,
        ]
        for line in lines
    ]  # fmt: skip
    return _book(title, [Sheet("佐证材料目录", EVIDENCE, rows)])


def leaders_book(title: str, lines: Sequence[LeaderLine]) -> bytes:
    rows = [[line.leader, line.targets, line.known, line.points, line.share] for line in lines]
    sheets = [Sheet("分管领导汇总", LEADERS, rows), notes_sheet("说明", title, ABOUT_LEADERS)]
    return _book(title, sheets)


def _book(title: str, sheets: Sequence[Sheet]) -> bytes:
    book = io.BytesIO()
    write_book(book, title, sheets, lambda _: None)
    return book.getvalue()
