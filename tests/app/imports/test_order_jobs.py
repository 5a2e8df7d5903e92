"""The jobs of an import of orders: broken off, lost, doubled, overtaken by a merge."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from backend.app.core.db import db, transaction
from backend.app.core.queue import QueueName, queue
from backend.app.imports import job_operations, operations
from backend.app.imports.states import ImportState
from backend.app.places.models import Region
from backend.app.places.reorganisation import merge_villages
from backend.app.tickets.intake import order_operations
from backend.app.tickets.intake.hotline import ORDERS
from backend.app.tickets.supervision import follow_merged_villages
from tests.app.imports.cases import case, make_fuping
from tests.app.imports.test_orders import tickets
from tests.factories.imports import Desk, counts, found, state
from tests.factories.tickets import Offices, forget


@pytest.fixture
def offices(app) -> Offices:
    return make_fuping()


@pytest.fixture
def desk(offices: Offices) -> Desk:
    forget()
    return Desk(offices.desk, offices.county.id, ORDERS)


def test_a_job_that_is_run_again_goes_on_where_it_stopped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_operations, "APPLIED_AT_ONCE", 1)
    import_id = desk.start(case("merged.xlsx"), "a.xlsx")
    with transaction():
        operations.request_apply(desk.actor, ORDERS, import_id)
    tell = order_operations.tell_offices
    monkeypatch.setattr(order_operations, "tell_offices", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        job_operations.apply_import(import_id)
    monkeypatch.setattr(order_operations, "tell_offices", tell)
    # The clerk is told and goes on; what was taken is not planned anew.
    assert (state(import_id), found(import_id).fault[:4]) == (ImportState.READY, "没有导完")
    with pytest.raises(operations.ImportMoved), transaction():
        operations.choose_answers(desk.actor, ORDERS, import_id, {})
    desk.take_over(import_id)
    assert (counts(import_id)["new"], tickets()) == (3, ["M0", "M1", "M2"])


def test_an_import_whose_job_was_lost_goes_on_after_a_second_look(desk: Desk) -> None:
    import_id = desk.start(case("title.xlsx"), "a.xlsx")
    with transaction():
        operations.request_apply(desk.actor, ORDERS, import_id)
    waiting = queue(QueueName.QUICK)
    waiting.empty()
    assert (job_operations.send_lost(), len(waiting.jobs)) == (0, 0)
    assert job_operations.send_lost() == 1
    [job] = waiting.jobs
    assert (job.func_name, job.args) == ("backend.jobs.imports.apply_import", [import_id])
    job_operations.apply_import(import_id)
    assert counts(import_id)["new"] == 2
    assert job_operations.send_lost() == 0


def test_two_workers_at_one_import_take_each_row_once_and_all_can_be_taken_back(
    desk: Desk, app, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = desk.start(case("merged.xlsx"), "a.xlsx")
    with transaction():
        operations.request_apply(desk.actor, ORDERS, import_id)
    lock = job_operations.lock

    def overtaken() -> None:
        with app.app_context():
            job_operations.apply_import(import_id)
            db.session.remove()

    def wait_for_the_other(*key) -> None:
        monkeypatch.setattr(job_operations, "lock", lock)
        with ThreadPoolExecutor(1) as other:
            other.submit(overtaken).result()
        lock(*key)

    monkeypatch.setattr(job_operations, "lock", wait_for_the_other)
    job_operations.apply_import(import_id)
    assert counts(import_id)["new"] == 3
    assert tickets() == ["M0", "M1", "M2"]
    assert desk.undo(import_id) is None
    assert set(tickets("outcome")) == {"annulled"}


def test_a_village_that_goes_into_another_in_the_middle_of_an_import_leads_there(
    desk: Desk, offices: Offices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_operations, "APPLIED_AT_ONCE", 1)
    before, after = offices.county.village_ids
    import_id = desk.start(case("merged.xlsx"), "a.xlsx")
    open_orders = order_operations.open_orders

    def then_merge(*orders) -> list[int]:
        made = open_orders(*orders)
        if db.session.get_one(Region, before).closed_on is None:
            merge_villages(offices.desk, before, after)
        return made

    monkeypatch.setattr(order_operations, "open_orders", then_merge)
    assert desk.take_over(import_id)["new"] == 3
    follow_merged_villages()
    assert tickets("source_number, village_id") == [(f"M{n}", after) for n in range(3)]
    numbers = db.session.scalars(
        text("SELECT t.source_number FROM ticket t JOIN ticket_event e ON e.ticket_id = t.id"
             " WHERE e.move = 'reassign'")
    )  # fmt: skip
    # Only what lay there before had to move along.
    assert list(numbers) == ["M0"]


def test_one_order_that_cannot_be_written_stops_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = order_operations.route

    def broken(ticket, code):
        return 1 / 0 if ticket.source_number == "M1" else route(ticket, code)

    monkeypatch.setattr(order_operations, "route", broken)
    assert desk.bring(case("merged.xlsx"), "a.xlsx") == {"new": 2, "refused": 1, "late": 2}
    assert tickets() == ["M0", "M2"]
