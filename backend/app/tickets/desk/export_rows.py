"""The desk's list as rows for a file: numbers, times and outcomes; no words and nobody's name."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, true

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.files.workbooks import Column
from backend.app.core.web.boxes import whole
from backend.app.places.queries import department_names, region_names
from backend.app.tickets import serializers
from backend.app.tickets.clocks.deadlines import URGENCY_NAMES, Urgency
from backend.app.tickets.clocks.lateness import is_late
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.kinds import (
    CHANNEL_NAMES,
    KIND_NAMES,
    VERDICT_NAMES,
    Channel,
    Outcome,
    TicketKind,
    Verdict,
)
from backend.app.tickets.models import CityClass, Ticket, TicketCategory, TicketTurn
from backend.app.tickets.states import State
from backend.app.tickets.voices import OFFICE

MOST_ROWS = 100_000
TIMES = (
    "提出时间", "村民期限", "派到单位", "首次回应期限", "首次回应", "办结期限", "答复时间",
    "结束时间",
)  # fmt: skip
COLUMNS = (
    Column("编号", 16), Column("类型", 7), Column("分类", 11), Column("渠道", 10),
    Column("紧急程度", 9), Column("状态", 11), Column("村", 18), Column("承办单位", 18),
    *(Column(name, 16) for name in TIMES), Column("村民回话", 14), Column("结果", 24),
    Column("督办级别", 9), Column("延期天数", 9), Column("是否超时", 9),
    Column("部件事件代码", 12, codes=True), Column("部件事件", 16),
)  # fmt: skip
NUMBERS = ("region_id", "department_id")
TEXTS = ("view", "search", "category", "kind", "channel", "tag", "city_class")


def kept(filters: desk_queries.TicketFilters) -> dict[str, str]:
    """The filters of a page as plain text, to be kept with a request."""
    values = {name: getattr(filters, name) for name in (*TEXTS, *NUMBERS)}
    return {name: str(value) for name, value in values.items() if value}


def filters_from(given: Mapping[str, str]) -> desk_queries.TicketFilters:
    """The filters as they were kept; what is none of them is dropped."""
    texts = {name: given[name] for name in TEXTS if name in given}
    if texts.get("view") not in desk_queries.VIEWS:
        texts["view"] = "all"
    numbers = {
        name: number for name in NUMBERS if (number := whole(given.get(name, ""))) is not None
    }  # fmt: skip
    return desk_queries.TicketFilters(**texts, **numbers)  # type: ignore[arg-type]


def rows_of(
    scope: desk_queries.Scope, filters: desk_queries.TicketFilters
) -> list[tuple[Any, ...]]:
    """In the order of COLUMNS, the newest first, MOST_ROWS at most."""
    unit = (
        select(
            TicketTurn.started_at, TicketTurn.first_answer_due_at, TicketTurn.first_answered_at,
        )
        .where(
            TicketTurn.ticket_id == Ticket.id,
            func.num_nonnulls(TicketTurn.unit_region_id, TicketTurn.unit_department_id) > 0,
        )
        .order_by(TicketTurn.id.desc())
        .limit(1)
        .lateral("unit")
    )  # fmt: skip
    query: Any = select(
        Ticket.number, Ticket.kind, TicketCategory.name, Ticket.channel, Ticket.urgency,
        Ticket.state, Ticket.village_id, Ticket.unit_region_id, Ticket.unit_department_id,
        Ticket.created_at, Ticket.citizen_due_at, unit.c.started_at, unit.c.first_answer_due_at,
        unit.c.first_answered_at, Ticket.due_at, Ticket.answered_at, Ticket.closed_at,
        Ticket.verdict, Ticket.outcome, Ticket.supervision_level, Ticket.extra_days,
        is_late(clock.now()).label("is_late"), CityClass.code, CityClass.name.label("class_name"),
    ).outerjoin(TicketCategory, TicketCategory.id == Ticket.category_id)  # fmt: skip
    query = query.outerjoin(CityClass, CityClass.id == Ticket.city_class_id)
    query = query.outerjoin(unit, true())
    found: list[Any] = list(
        db.session.execute(
            desk_queries.narrowed(query, scope, filters)
            .order_by(*desk_queries.NEWEST)
            .limit(MOST_ROWS)
        )
    )
    places = region_names({i for row in found for i in (row.village_id, row.unit_region_id) if i})
    bureaus = department_names({row.unit_department_id for row in found if row.unit_department_id})
    return [_row(row, places, bureaus) for row in found]


def _row(row: Any, places: dict[int, str], bureaus: dict[int, str]) -> tuple[Any, ...]:
    unit = places.get(row.unit_region_id) or bureaus.get(row.unit_department_id) or ""
    opened, begun, heard, answered, closed = (
        time and serializers.told_at(row.channel, time)
        for time in (
            row.created_at, row.started_at, row.first_answered_at, row.answered_at, row.closed_at,
        )
    )  # fmt: skip
    times = (
        opened, row.citizen_due_at, begun, row.first_answer_due_at, heard, row.due_at, answered,
        closed,
    )  # fmt: skip
    return (
        row.number, KIND_NAMES[TicketKind(row.kind)], row.name or "",
        CHANNEL_NAMES[Channel(row.channel)],
        URGENCY_NAMES[Urgency(row.urgency)], OFFICE.states[State(row.state)],
        places.get(row.village_id, ""), unit, *map(_local, times),
        VERDICT_NAMES[Verdict(row.verdict)] if row.verdict else "",
        OFFICE.outcomes[Outcome(row.outcome)] if row.outcome else "",
        row.supervision_level, row.extra_days, _timeliness(row),
        row.code or "", row.class_name or "",
    )  # fmt: skip


def _timeliness(row: Any) -> str:
    """超时 is what the page's tab counts; what is over was answered late, or not."""
    if row.is_late:
        return "超时"
    end = row.answered_at or row.closed_at
    return "办结晚了" if end and end > row.due_at else ""


def _local(at: Any) -> str:
    return f"{at.astimezone(clock.COUNTY_ZONE):%Y-%m-%d %H:%M}" if at else ""
