"""回填表: what came of the orders of one source, in its own numbers, for its own system."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.db import db
from backend.app.core.files.workbooks import Column
from backend.app.core.text_check import READABLE
from backend.app.places.queries import department_names, region_names
from backend.app.tickets.desk.queries import NEWEST, Scope
from backend.app.tickets.kinds import VERDICT_NAMES, Outcome, Verdict
from backend.app.tickets.models import Ticket, TicketEvent
from backend.app.tickets.states import Move, State
from backend.app.tickets.voices import OFFICE

COLUMNS = (
    Column("工单编号", 22, codes=True), Column("本系统编号", 18), Column("办理状态", 11),
    Column("办理结果", 16), Column("答复内容", 60), Column("承办单位", 18), Column("受理时间", 16),
    Column("签收时间", 16), Column("答复时间", 16), Column("办结时间", 16), Column("群众评价", 14),
)  # fmt: skip
RESULTS = {"done": "已办好", "cannot": "办不了，已说明"}


def rows_of(scope: Scope, source: str, first: datetime, last: datetime) -> list[tuple[Any, ...]]:
    """What was answered or closed between two instants, in the order of COLUMNS."""
    answer = (
        select(TicketEvent.words)
        .where(
            TicketEvent.ticket_id == Ticket.id,
            TicketEvent.move.in_([Move.REPLY, Move.ANSWER_MERGED, Move.DECLINE]),
            TicketEvent.words_state.in_(READABLE),
        )
        .order_by(TicketEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            Ticket.source_number, Ticket.number, Ticket.state, Ticket.reply_result, Ticket.outcome,
            answer.label("answer"), Ticket.unit_region_id, Ticket.unit_department_id,
            Ticket.created_at, Ticket.signed_at, Ticket.answered_at, Ticket.closed_at,
            Ticket.verdict,
        )
        .where(
            scope.covers(), Ticket.source == source, Ticket.source_number.is_not(None),
            Ticket.outcome.is_distinct_from(Outcome.ANNULLED.value),
            or_(
                Ticket.answered_at.between(first, last), Ticket.closed_at.between(first, last)
            ),
        )
        .order_by(*NEWEST)
    )  # fmt: skip
    rows = db.session.execute(query).all()
    regions = region_names({row.unit_region_id for row in rows if row.unit_region_id})
    bureaus = department_names({row.unit_department_id for row in rows if row.unit_department_id})
    return [
        (
            row.source_number, row.number, OFFICE.states[State(row.state)], _result(row),
            row.answer or "",
            regions.get(row.unit_region_id) or bureaus.get(row.unit_department_id) or "",
            *map(_local, (row.created_at, row.signed_at, row.answered_at, row.closed_at)),
            VERDICT_NAMES[Verdict(row.verdict)] if row.verdict else "",
        )
        for row in rows
    ]  # fmt: skip


def _result(row: Any) -> str:
    """What came of it once it is closed, before that what the office says."""
    if row.outcome:
        return OFFICE.outcomes[Outcome(row.outcome)]
    return RESULTS.get(row.reply_result or "", "")


def _local(at: datetime | None) -> str:
    return f"{at.astimezone(COUNTY_ZONE):%Y-%m-%d %H:%M:%S}" if at else ""
