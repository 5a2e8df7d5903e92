"""月通报 as a workbook: units by colours, what is behind, and which rule lit each."""

import io
from collections.abc import Sequence

from backend.app.assessments.evaluation.figures import UnitColours, distinct_lights
from backend.app.assessments.evaluation.queries import ShownStanding
from backend.app.assessments.evaluation.rule_words import explain, light_words, percent
from backend.app.core.files.workbooks import Column, Sheet, notes_sheet, write_book
from backend.app.scoring.assessing.lights import Light


def write_notice(
    title: str, units: Sequence[UnitColours], rows: Sequence[ShownStanding], lights: Sequence[Light]
) -> bytes:
    """The same figures as the page's."""
    shown = distinct_lights(lights)
    names = {light.code: f"{light.icon} {light.word}" for light in shown}
    bad = {light.code for light in lights if light.bad}
    counts = [
        [unit.unit.group_name, unit.unit.name, *(unit.counts.get(code, 0) for code in names),
         unit.total, unit.index]
        for unit in units
    ]  # fmt: skip
    columns = [
        Column("类别", 22), Column("单位", 22), *(Column(name, 12) for name in names.values()),
        Column("合计", 8), Column("进度指数", 10, digits=1),
    ]  # fmt: skip
    book = io.BytesIO()
    sheets = [
        Sheet("五色汇总", columns, counts),
        _list("滞后和未开工", [row for row in rows if row.colour in bad], names, lights),
        _list("全部目标", rows, names, lights),
        notes_sheet("说明", title, _notes(lights)),
    ]
    write_book(book, title, sheets, lambda _: None)
    return book.getvalue()


def _list(
    name: str, rows: Sequence[ShownStanding], names: dict[str, str], lights: Sequence[Light]
) -> Sheet:
    columns = [
        Column("单位", 20), Column("指标编码", 10, codes=True), Column("目标任务", 40),
        Column("颜色", 12), Column("实际", 9), Column("计划", 9), Column("本期未报", 9),
        Column("为什么", 70),
    ]  # fmt: skip
    cells = [
        [
            row.unit, row.code, f"{row.name}：{row.task}",
            names.get(row.colour or "", "– 未到时间"),
            percent(row.actual), percent(row.planned), "未报" if row.is_missed else "",
            explain(row.colour, row.actual, row.planned, row.basis, lights),
        ]
        for row in rows
    ]  # fmt: skip
    return Sheet(name, columns, cells)


def _notes(lights: Sequence[Light]) -> list[tuple[str, str]]:
    rules = [
        (f"第 {place} 条", f"{light.icon}{light.word}：{light_words(light)}")
        for place, light in enumerate(lights, 1)
    ]
    index = "按分值加权，各目标实际与计划之比（最多算 1）的平均数；只供看进度，不计入年终得分。"
    return [("颜色", "从上到下看，第一条符合的就是它的颜色"), *rules, ("进度指数", index)]
