"""减负月报 as a workbook: minutes, items, files and forms of a month, and the months before."""

import io
from collections.abc import Sequence
from datetime import date

from backend.app.assessments.burden.queries import BurdenMonth, LighterProposal
from backend.app.assessments.models import FormRequest
from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.files.workbooks import Column, Sheet, notes_sheet, write_book
from backend.app.scoring.assessing.burden import MOST_MINUTES

UNITS = (
    Column("类别", 22), Column("单位", 20), Column("用时（分钟）", 12, 1), Column("填表次数", 10),
    Column("每次中位（分钟）", 14, 1), Column("报的项数", 10), Column("材料份数", 10),
    Column("超过预算", 10),
)  # fmt: skip
MONTHS = (
    Column("月份", 10, codes=True), Column("填报单位", 10), Column("每单位中位（分钟）", 16, 1),
    Column("报的项数", 10), Column("材料份数", 10), Column("超过预算的单位", 14),
)  # fmt: skip
PROPOSALS = (
    Column("单位", 20), Column("上月（分钟）", 12, 1), Column("本月（分钟）", 12, 1),
    Column("建议", 60),
)  # fmt: skip
FORMS = (
    Column("登记日期", 12), Column("名称", 30), Column("依据文件", 36), Column("要的数", 40),
    Column("期限", 12),
)  # fmt: skip


def write_burden(
    title: str, period: date, months: Sequence[BurdenMonth],
    proposals: Sequence[LighterProposal], forms: Sequence[FormRequest],
) -> bytes:  # fmt: skip
    """The same figures as the page's."""
    now = next((month for month in months if month.period == period), BurdenMonth(period))
    units = [
        (unit.group_name, unit.unit, float(unit.minutes), unit.forms,
         None if unit.usual is None else round(unit.usual / 60, 1), unit.items, unit.files,
         "超过" if unit.is_over else "")
        for unit in now.units
    ]  # fmt: skip
    trend = [
        (f"{month.period:%Y-%m}", len(month.sent),
         None if month.minutes is None else float(month.minutes), month.items, month.files,
         len(month.over))
        for month in months
    ]  # fmt: skip
    lighter = [
        (row.now.unit, float(row.before.minutes), float(row.now.minutes), proposal_words(row))
        for row in proposals
    ]
    asked = [
        (f"{form.asked_at.astimezone(COUNTY_ZONE):%Y-%m-%d}", form.title, form.basis_document,
         "、".join(form.fields), f"{form.due_on}")
        for form in forms
    ]  # fmt: skip
    book = io.BytesIO()
    sheets = [
        Sheet("各单位", UNITS, units), Sheet("逐月", MONTHS, trend, 1),
        Sheet("减负建议", PROPOSALS, lighter, 1), Sheet("临时要表", FORMS, asked, 1),
        notes_sheet("说明", title, NOTES),
    ]  # fmt: skip
    write_book(book, title, sheets, lambda _: None)
    return book.getvalue()


def proposal_words(row: LighterProposal) -> str:
    """Report less often, or merge."""
    if row.monthly is None:
        return "这个单位每月报的都是重点任务，请减少一次要报的内容，或改由系统取数"
    words = f"非重点的 {row.monthly.targets} 项改为每季报，每月约省 {row.saved} 分钟"
    if row.monthly.targets > row.monthly.dimensions:
        words += f"；或按 {row.monthly.dimensions} 个维度合并"
    return words


NOTES = [
    ("用时", "打开填报表到提交的时间，一次最多算 30 分钟；一个单位一个月的几次加在一起"),
    ("预算", f"一个单位每月 {MOST_MINUTES} 分钟；连续两个月超过的，列入减负建议"),
    ("用途", "只看负担，不计分，不比较个人"),
]
