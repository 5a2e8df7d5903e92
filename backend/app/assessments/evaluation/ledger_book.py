"""督办台账 as a workbook: every step of the ladder, answered or not."""

import io
from collections.abc import Sequence

from backend.app.assessments.evaluation.supervision_queries import BoardStep
from backend.app.assessments.states import ProgrammeAdjustmentKind, SupervisionState
from backend.app.core.clock import local_day
from backend.app.core.files.workbooks import Column, Sheet, write_book
from backend.app.core.web.console_menu import local_time
from backend.app.tickets.kinds import STEP_NAMES, Step

COLUMNS = (
    Column("单位", 20), Column("指标编码", 10, codes=True), Column("指标", 20),
    Column("目标任务", 36), Column("督办", 8), Column("第几轮", 8), Column("月份", 10),
    Column("原因", 30), Column("发出日期", 12), Column("答复期限", 17), Column("答复", 40),
    Column("答复日期", 12), Column("状态", 10), Column("销号日期", 12), Column("记牌", 14),
    Column("备注", 30),
)  # fmt: skip


def write_ledger(title: str, steps: Sequence[BoardStep]) -> bytes:
    """The same rows as the board's, of all its states."""
    states, cards = SupervisionState.names(), ProgrammeAdjustmentKind.names()
    rows = [
        [
            step.unit, step.code, step.name, step.task, STEP_NAMES[Step(step.level)],
            step.round, f"{step.period:%Y-%m}", step.words, f"{local_day(step.at)}",
            local_time(step.due_at) if step.due_at else "", step.answer or "",
            f"{local_day(step.answered_at)}" if step.answered_at else "", states[step.state],
            f"{local_day(step.closed_at)}" if step.closed_at else "",
            f"{cards[step.card]} {step.points}" if step.card else "", step.note or "",
        ]
        for step in steps
    ]  # fmt: skip
    written = io.BytesIO()
    write_book(written, title, [Sheet("督办台账", COLUMNS, rows)], lambda _: None)
    return written.getvalue()
