"""How many statements the desk's pages send, however much there is to show."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, text

from backend.app.core.db import db, transaction
from backend.app.tickets import queries
from tests.factories.console import Desk, sit_down
from tests.factories.tickets import Offices, submit

MOST = 12


@pytest.fixture
def desk(app, offices: Offices) -> Desk:
    return sit_down(app.test_client(), offices.desk.person_id)


@pytest.fixture
def ticket(phone, offices: Offices) -> dict[str, Any]:
    return submit(phone, offices, kind="report", words="有人占了村道").json


def statements(ask: Callable[[], Any]) -> list[str]:
    seen: list[str] = []

    def count(*given: Any) -> None:
        seen.append(given[2])

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert ask().status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return seen


def test_the_list_sends_at_most_twelve_statements(desk: Desk, ticket: dict[str, Any]) -> None:
    seen = statements(lambda: desk.get("/console/tickets?view=desk"))
    assert len(seen) <= MOST, "\n".join(seen)


def test_a_ticket_sends_at_most_twelve_open_or_declined(desk: Desk, ticket: dict[str, Any]) -> None:
    page = f"/console/tickets/{ticket['id']}"
    assert "县水务局" in desk.get(page).text
    seen = statements(lambda: desk.get(page))
    assert len(seen) <= MOST, "\n".join(seen)
    assert desk.post(f"{page}/decline", words="不归县里管").status_code == 302
    seen = statements(lambda: desk.get(page))
    assert len(seen) <= MOST, "\n".join(seen)


def plans(ask: Callable[[], Any]) -> list[str]:
    """How the database would run each statement that names tickets, were tables large."""
    seen: list[tuple[str, Any]] = []

    def note(*sent: Any) -> None:
        if "FROM ticket" in sent[2] and not sent[2].startswith("EXPLAIN"):
            seen.append((sent[2], sent[3]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    with transaction() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_bitmapscan = off"))
        connection = session.connection()
        explained = [connection.exec_driver_sql(f"EXPLAIN {sql}", values) for sql, values in seen]
        return ["\n".join(plan.scalars()) for plan in explained]


def test_own_tickets_are_read_in_the_order_of_an_index(phone, offices: Offices) -> None:
    """However many somebody sent, a page reads as many as it shows."""
    first = submit(phone, offices).json["id"]
    for before in (None, first):
        plan = plans(lambda page=before: queries.own_tickets(phone.person_id, page))[-1]
        assert "ix_ticket_person_id_created_at_id" in plan
        assert "Sort" not in plan
