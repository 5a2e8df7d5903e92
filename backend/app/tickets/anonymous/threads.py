"""What the holder of a receipt reads: a copy of the ticket's story without a name or an hour."""

from typing import Any

import orjson
from sqlalchemy import select, text

from backend.app.core import clock
from backend.app.core.clock import local_day
from backend.app.core.db import db
from backend.app.tickets import serializers
from backend.app.tickets.clocks.lateness import standing
from backend.app.tickets.models import Ticket
from backend.app.tickets.queries import author_may
from backend.app.tickets.states import CLOSED, Party, State
from backend.app.tickets.voices import VILLAGER

# Raised when the words or the shape change: copies of an older form are written anew.
FORM = 2

# Of what an author may do, what works without a name: pictures and taking back do not.
WORDS = {"supplement": "message", "verdict": "verdict", "reopen": "reopen"}
PUT = text(
    """
    INSERT INTO anonymous.thread (lookup, county_id, view)
    VALUES (:lookup, :county_id, CAST(:view AS jsonb))
    ON CONFLICT (lookup) DO UPDATE SET view = excluded.view
    """
)
STALE = text(
    """
    SELECT t.id FROM ticket t LEFT JOIN anonymous.thread h ON h.lookup = t.receipt
    WHERE t.receipt IS NOT NULL AND (h.lookup IS NULL OR h.view->'version' <> to_jsonb(t.version)
           OR h.view->'form' IS DISTINCT FROM to_jsonb(CAST(:form AS int)))
    ORDER BY t.receipt LIMIT 500
    """
)


def refresh_threads() -> int:
    """Rewrites the copies of tickets that have moved since; returns how many."""
    stale = list(db.session.scalars(STALE, {"form": FORM}))
    for ticket in db.session.scalars(select(Ticket).where(Ticket.id.in_(stale))).all():
        view = orjson.dumps(view_of(ticket)).decode()
        db.session.execute(
            PUT, {"lookup": ticket.receipt, "county_id": ticket.county_id, "view": view}
        )
    return len(stale)


def view_of(ticket: Ticket) -> dict[str, Any]:
    """Days instead of hours: when exactly somebody wrote is nobody's business."""
    at = clock.now()
    author = {Party.AUTHOR}
    shown = serializers.detail(ticket, author, (), at)
    may = [WORDS[name] for name in author_may(ticket, at) if name in WORDS]
    return {
        "form": FORM,
        "version": ticket.version,
        "number": shown["number"],
        "state": shown["state"],
        "state_name": shown["state_name"],
        "due_text": due_text(ticket),
        "may": may,
        "category_name": shown["category"]["name"] if shown["category"] else None,
        "words": shown["words"],
        "question": shown["question"],
        "answer": {
            "office": answer["office"],
            "at": local_day(answer["at"]).isoformat(),
            "words": answer["words"],
        }
        if (answer := shown["answer"])
        else None,
        "unit_name": shown["unit_name"],
        "lines": [
            {
                "at": local_day(line["at"]).isoformat(),
                "title": line["title"],
                "words": line["words"],
                "tone": line["tone"],
            }
            for line in shown["timeline"]
        ],
        "verdict": shown["verdict"]["answer"] if shown["verdict"] else None,
    }


def due_text(ticket: Ticket) -> str:
    """A day and no countdown: the copy is older than its reader's clock."""
    state = State(ticket.state)
    if state in CLOSED and not standing(ticket).disputed:
        return serializers.card(
            ticket, serializers.names_for([ticket]), {Party.AUTHOR}, clock.now()
        )["due_text"]
    stands = standing(ticket)
    if stands.disputed:
        return VILLAGER.called_back if stands.call_back_due_at else VILLAGER.disputed
    if state is State.ANSWERED:
        return VILLAGER.answered
    if state is State.WAITING:
        return VILLAGER.waiting
    day = local_day(ticket.citizen_due_at)
    return f"{day.month}月{day.day}日前办完"
