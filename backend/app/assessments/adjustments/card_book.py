"""红黄牌清单 as a workbook: every card, what it costs and what came back."""

import io
from collections.abc import Sequence

from backend.app.assessments.adjustments.queries import AdjustmentRow
from backend.app.assessments.models import Programme
from backend.app.assessments.states import ProgrammeAdjustmentKind, ProgrammeAdjustmentState
from backend.app.core.clock import local_day
from backend.app.core.files.workbooks import Column, Sheet, write_book

COLUMNS = (
    Column("考核类别", 18), Column("单位", 20), Column("指标编码", 10, codes=True),
    Column("指标", 20), Column("牌", 8), Column("月份", 10), Column("记分", 8, digits=2),
    Column("已退回", 8, digits=2), Column("现在计", 8, digits=2), Column("状态", 10),
    Column("事由", 60), Column("依据", 30), Column("确认日期", 12), Column("备注", 30),
)  # fmt: skip


def write_cards(programme: Programme, rows: Sequence[AdjustmentRow]) -> bytes:
    """By group and unit, the same figures as the page's."""
    kinds, states = ProgrammeAdjustmentKind.names(), ProgrammeAdjustmentState.names()
    counted = {ProgrammeAdjustmentState.CONFIRMED, ProgrammeAdjustmentState.RETURNED}
    cells = [
        [
            row.group_name, row.unit, row.code, row.name, kinds[row.kind],
            f"{row.period:%Y-%m}", float(row.points), float(row.returned_points),
            float(row.points - row.returned_points) if row.state in counted else 0.0,
            states[row.state], row.case_words, row.basis,
            f"{local_day(row.decided_at)}" if row.decided_at else "", row.note or "",
        ]
        for row in sorted(rows, key=lambda row: (row.group_name, row.unit, row.period))
    ]  # fmt: skip
    written = io.BytesIO()
    title = f"{programme.title}红黄牌清单"
    write_book(written, title, [Sheet("红黄牌清单", COLUMNS, cells)], lambda _: None)
    return written.getvalue()
