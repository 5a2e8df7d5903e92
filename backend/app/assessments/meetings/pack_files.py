"""季会议材料 on A4 and as a workbook: the same lines in both."""

import io
from collections.abc import Sequence
from typing import NamedTuple

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from backend.app.assessments.meetings.quarter_pack import PackLine, QuarterPack, total_words
from backend.app.assessments.states import ProgrammeAdjustmentKind
from backend.app.assessments.states.issues import IssueList, IssueState
from backend.app.core.files.documents import (
    BODY,
    HEADING,
    TITLE,
    printable,
    table_block,
    text_block,
    write_document,
)
from backend.app.core.files.workbooks import Column, Sheet, write_book

WHAT = "季会议材料"


class PackTable(NamedTuple):
    """A part of the pack: its name, columns with widths in millimetres, and what none says."""

    name: str
    columns: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[str]]
    figures_from: int
    nothing: str


def pack_tables(pack: QuarterPack) -> list[PackTable]:
    """In the order in which the meeting takes them."""
    weak = (("类别", 32), ("单位", 46), ("指标", 46), ("情况", 54))
    return [
        PackTable("到本季得分", (("类别", 40), ("单位", 46), ("失分最多", 72), ("总分", 20)),
                  [[row.group_name, row.unit, _costs(row.costs), total_words(row.total)]
                   for row in pack.results], 3, "还没有得分。"),
        PackTable("共性问题", weak, _lines(pack.common), 4, "没有三个以上单位都不到 60% 的指标。"),
        PackTable("各单位短板", weak, _lines(pack.weak), 4, "没有明显的短板。"),
        PackTable("本季红黄牌", (("单位", 44), ("牌", 18), ("为什么", 96), ("分", 20)),
                  _cards(pack), 3, "本季没有记牌。"),
        PackTable("没有销号的清单",
                  (("清单", 22), ("分任务", 44), ("对策措施", 52), ("责任单位", 36), ("时限", 24)),
                  _issues(pack), 5, "都销号了。"),
        PackTable("培训", (("日期", 24), ("课题", 56), ("指标", 48), ("参加单位", 50)),
                  [[f"{row.held_on}", row.topic, row.element,
                    "、".join(unit.unit for unit in row.units)] for row in pack.trainings], 4,
                  "没有培训。"),
    ]  # fmt: skip


def _costs(costs: Sequence[dict[str, str]]) -> str:
    return "；".join(f"{line['name']} −{line['points']}" for line in costs[:2]) or "没有失分"


def _lines(lines: Sequence[PackLine]) -> list[list[str]]:
    return [[line.group, line.who, line.element, line.words] for line in lines]


def _cards(pack: QuarterPack) -> list[list[str]]:
    names = ProgrammeAdjustmentKind.names()
    return [
        [card.unit, names[card.kind], card.case_words, f"{card.points}"] for card in pack.cards
    ]  # fmt: skip


def _issues(pack: QuarterPack) -> list[list[str]]:
    lists, states = IssueList.names(), IssueState.names()
    return [
        [
            lists[row.list], row.task, row.measure, "、".join(row.duties),
            f"{row.due_on} {'逾期' if row.is_overdue else states[row.state]}",
        ]
        for row in pack.issues
    ]  # fmt: skip


def draw_pack(pack: QuarterPack) -> bytes:
    """As many pages as it takes; a rare letter that the typeface lacks is a box."""
    story: list[Flowable] = [
        text_block(printable(pack.title), TITLE, WHAT), Spacer(1, 3 * mm),
        text_block(
            f"{len(pack.results)} 个单位；{len(pack.common)} 个共性问题；清单没有销号"
            f" {len(pack.issues)} 条，逾期 {pack.overdue} 条。", BODY, WHAT,
        ),
    ]  # fmt: skip
    for table in pack_tables(pack):
        story.append(text_block(table.name, HEADING, WHAT))
        if not table.rows:
            story.append(text_block(table.nothing, BODY, WHAT))
            continue
        head = [name for name, _ in table.columns]
        rows = [[printable(cell) for cell in row] for row in table.rows]
        widths = [width for _, width in table.columns]
        story.append(table_block([head, *rows], widths, table.figures_from, WHAT))
    return write_document(printable(pack.title), printable(pack.title), story)


def pack_book(pack: QuarterPack) -> bytes:
    sheets = [
        Sheet(table.name, [Column(name, width // 2 + 4) for name, width in table.columns],
              table.rows)
        for table in pack_tables(pack)
    ]  # fmt: skip
    written = io.BytesIO()
    write_book(written, pack.title, sheets, lambda _: None)
    return written.getvalue()
