"""Tickets, what happened to them, and the county's data they run on."""

from backend.app.tickets.models.city import CityBaseline, CityClass, CityClassLimit
from backend.app.tickets.models.history import (
    CallBackDeclined,
    MendedRating,
    Supervision,
    TicketEvent,
    TicketExtension,
    TicketFile,
    TicketPause,
    TicketTurn,
)
from backend.app.tickets.models.rules import (
    CalendarDay,
    CalendarYear,
    CountyHours,
    DeadlineRule,
    ReplyTemplate,
    RoutingRule,
    TicketCategory,
)
from backend.app.tickets.models.ticket import (
    Ticket,
)

__all__ = [
    "CalendarDay",
    "CalendarYear",
    "CallBackDeclined",
    "CityBaseline",
    "CityClass",
    "CityClassLimit",
    "CountyHours",
    "DeadlineRule",
    "MendedRating",
    "ReplyTemplate",
    "RoutingRule",
    "Supervision",
    "Ticket",
    "TicketCategory",
    "TicketEvent",
    "TicketExtension",
    "TicketFile",
    "TicketPause",
    "TicketTurn",
]
