"""The list of targets as a workbook, with the filters of the page."""

import io
from collections.abc import Sequence
from typing import Any

from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.source_words import source_words
from backend.app.assessments.states import TargetState
from backend.app.assessments.targets.queries import TargetRow
from backend.app.core.files.workbooks import Column, Sheet, write_book

COLUMNS = (
    Column("考核类别", 18), Column("被考核单位", 18), Column("指标编码", 12, codes=True),
    Column("指标", 18), Column("目标任务内容", 36), Column("计量单位", 10),
    Column("基数", 12, 4), Column("年度目标值", 12, 4), Column("到本月累计计划", 14, 4),
    Column("累计完成", 12, 4), Column("实施进度", 14), Column("分值", 8, 2),
    Column("完成时限", 12), Column("完成状态", 10), Column("重点监管", 10),
    Column("评分责任单位", 18), Column("分管领导", 12), Column("责任科室", 14),
    Column("数据来源", 16), Column("项目标签", 16), Column("示例", 8),
)  # fmt: skip


def target_book(programme: Programme, rows: Sequence[TargetRow]) -> bytes:
    lights = {light["code"]: f"{light['icon']} {light['word']}" for light in
              programme.content["lights"]}  # fmt: skip
    states = TargetState.names()
    sheet = Sheet("目标清单", COLUMNS, [_cells(row, lights, states) for row in rows])
    written = io.BytesIO()
    write_book(written, f"{programme.title}目标清单", [sheet], lambda _: None)
    return written.getvalue()


def _cells(row: TargetRow, lights: dict[str, str], states: dict[str, str]) -> tuple[Any, ...]:
    figures = (row.baseline, row.value, row.plan_value, row.reached)
    return (
        row.group_name, row.unit, row.code, row.name, row.task, row.measured_in,
        *(None if figure is None else float(figure) for figure in figures),
        lights.get(row.colour or "", "还没有评定"), float(row.points), f"{row.due_on}",
        states[row.state], "是" if row.is_key else "", row.owner or "", row.duty_leader,
        row.section, source_words(row.source), "、".join(row.tags),
        "示例" if row.is_example else "",
    )  # fmt: skip
