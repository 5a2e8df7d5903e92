"""What hangs on a village that was merged or closed goes on where it belongs now."""

from datetime import date, datetime

import pytest
from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.db import db, transaction
from backend.app.core.queue import JobName, QueueName, queue
from backend.app.places.models import Region
from backend.app.places.reorganisation import (
    add_group,
    merge_villages,
    move_region,
    split_village,
)
from backend.app.tickets import author, supervision
from backend.app.tickets.facts import ticket_facts
from backend.app.tickets.models import Ticket
from backend.jobs import tickets as jobs
from tests.app.ratings.conftest import open_phone
from tests.factories.county import OPENED_ON, actor_with, bind, grant_role, make_person
from tests.factories.tickets import forget, submit, villager

RATED = datetime(2026, 11, 18, 15, 20, tzinfo=COUNTY_ZONE)
MORNING = datetime(2026, 11, 19, 7, 31, tzinfo=COUNTY_ZONE)
MONDAY = datetime(2026, 11, 23, 7, 31, tzinfo=COUNTY_ZONE)


@pytest.fixture
def clock(stop_clock):
    def turn(at: datetime) -> None:
        stop_clock(at)

    turn(RATED)
    return turn


@pytest.fixture
def rate(clock, client, offices):
    """So many villagers who give the only point of the nth village a bad rating."""

    def rate_badly(nth: int, count: int = 1) -> None:
        code = offices.county.codes[offices.county.service_point_ids[nth]]
        for _ in range(count):
            person = make_person()
            bind(person, offices.county)
            assert open_phone(client, person).rate(code, 5).status_code == 201
        forget()

    return rate_badly


def merge(offices, gone: int = 0, into: int = 1) -> None:
    villages = offices.county.village_ids
    with transaction():
        merge_villages(
            actor_with(Role.COUNTY_MANAGER, offices.county.id), villages[gone], villages[into]
        )


def close(offices, nth: int) -> None:
    """As an import of divisions does: nothing says what became of it."""
    with transaction() as session:
        session.execute(
            text("UPDATE region SET closed_on = :day WHERE id = :id"),
            {"day": RATED.date(), "id": offices.county.village_ids[nth]},
        )


def tickets() -> list[Ticket]:
    return list(db.session.query(Ticket).order_by(Ticket.id))


def test_a_bad_rating_of_a_closed_village_holds_up_no_other(rate, clock, offices) -> None:
    rate(0)
    rate(1)
    close(offices, 0)
    clock(MORNING)
    assert jobs.call_back_ratings() == 2
    assert {one.village_id for one in tickets()} == set(offices.county.village_ids)
    assert {one.unit_region_id for one in tickets()} == {offices.county.township_ids[0]}


def test_a_bad_rating_from_before_the_merge_is_called_back_for_the_village_it_became(
    rate, clock, offices
) -> None:
    rate(0)
    merge(offices)
    clock(MORNING)
    assert jobs.call_back_ratings() == 1
    [ticket] = tickets()
    assert ticket.village_id == offices.county.village_ids[1]
    assert set(offices.county.village_ids) <= set(ticket.kept_from_regions)


def test_a_closed_village_is_given_no_task_and_the_others_are(rate, clock, offices) -> None:
    rate(0, 3)
    rate(1, 3)
    close(offices, 0)
    clock(MONDAY)
    assert jobs.open_mendings() == 1
    [ticket] = tickets()
    assert ticket.village_id == offices.county.village_ids[1]


def test_bad_ratings_from_before_and_after_the_merge_make_one_task(rate, clock, offices) -> None:
    rate(0, 2)
    rate(1)
    merge(offices)
    clock(MONDAY)
    assert jobs.open_mendings() == 1
    assert jobs.open_mendings() == 0
    [ticket] = tickets()
    assert (ticket.unit_region_id, "3 条差评" in ticket.words) == (
        offices.county.village_ids[1], True,
    )  # fmt: skip


def test_a_ticket_that_a_phone_sends_after_the_merge_arrives_where_the_village_is_now(
    client, clock, offices
) -> None:
    phone = villager(client, offices.county)
    merge(offices)
    assert submit(phone, offices).status_code == 201
    [ticket] = tickets()
    assert (ticket.village_id, ticket.unit_region_id) == (offices.county.village_ids[1],) * 2


def test_every_open_ticket_goes_along_and_a_closed_one_when_it_is_opened_again(
    client, clock, offices, cadre
) -> None:
    phone = villager(client, offices.county)
    with_village, at_desk, answered, closed = (
        submit(phone, offices, words=f"第{nth}盏路灯不亮", **more).json["id"]
        for nth, more in enumerate([{}, {"kind": "report"}, {}, {}])
    )
    for ticket_id in (answered, closed):
        answer(cadre, ticket_id)
    with transaction():
        author.give_verdict(Actor(phone.person_id, ()), closed, None, "solved", 1, None)
    merge(offices)
    with transaction():
        assert supervision.follow_village(offices.village_id) == 3
        assert supervision.follow_village(offices.village_id) == 0
    gone, into = offices.county.village_ids
    places = {one.id: (one.village_id, one.unit_region_id) for one in tickets()}
    assert places == {
        with_village: (into, into), at_desk: (into, None),
        answered: (into, into), closed: (gone, gone),
    }  # fmt: skip
    forget()
    with transaction():
        author.reopen(Actor(phone.person_id, ()), closed, None, "又不亮了")
    ticket = db.session.get_one(Ticket, closed)
    assert (ticket.village_id, ticket.unit_region_id) == (into, into)


def test_of_very_many_open_tickets_the_rest_follows_by_a_job_and_nobody_waits_for_it(
    client, clock, offices, monkeypatch
) -> None:
    monkeypatch.setattr(supervision, "BATCH", 2)
    phone = villager(client, offices.county)
    for nth in range(3):
        submit(phone, offices, words=f"第{nth}盏路灯不亮")
    merge(offices)
    slow = queue(QueueName.SLOW)
    slow.empty()
    with transaction():
        assert supervision.follow_village(offices.village_id) == 2
    assert [job.func_name for job in slow.jobs] == [JobName.ESCALATE_TICKETS.value]
    jobs.escalate_tickets()
    forget()
    assert {ticket.village_id for ticket in tickets()} == {offices.county.village_ids[1]}


def answer(cadre, ticket_id: int) -> None:
    path = f"/cadre/tickets/{ticket_id}"
    version = cadre.call("GET", path).json["version"]
    signed = cadre.call("POST", f"{path}/signature", json={"version": version}).json
    cadre.call(
        "POST", f"{path}/reply",
        json={
            "version": signed["version"], "result": "done", "words": "修好了", "file_ids": [],
            "typing_seconds": 3,
        },
    )  # fmt: skip
    forget()


def test_a_cadre_of_the_other_village_reads_what_the_closed_one_finished(
    client, clock, offices, cadre
) -> None:
    phone = villager(client, offices.county)
    ticket_id = submit(phone, offices).json["id"]
    answer(cadre, ticket_id)
    with transaction():
        author.give_verdict(Actor(phone.person_id, ()), ticket_id, None, "solved", 1, None)
    other = open_phone(client, offices.other_cadre.person_id)
    path = f"/cadre/tickets/{ticket_id}"
    assert other.call("GET", path).status_code == 404
    merge(offices)
    assert other.call("GET", path).status_code == 200
    listed = other.call("GET", "/cadre/tickets?view=done").json["items"]
    assert [one["id"] for one in listed] == [ticket_id]


def test_what_is_late_after_the_merge_counts_for_the_village_it_became(
    rate, clock, offices
) -> None:
    """A call-back whose answer is due in the month after stays with its township all the while."""
    clock(datetime(2026, 11, 26, 15, 20, tzinfo=COUNTY_ZONE))
    rate(0)
    clock(datetime(2026, 11, 27, 7, 31, tzinfo=COUNTY_ZONE))
    assert jobs.call_back_ratings() == 1
    clock(datetime(2026, 11, 28, 9, 0, tzinfo=COUNTY_ZONE))
    merge(offices)
    with transaction():
        supervision.follow_village(offices.village_id)
    later = datetime(2026, 12, 31, 9, 0, tzinfo=COUNTY_ZONE)
    clock(later)
    facts = ticket_facts(date(2026, 12, 1), [offices.county.id], later)
    assert {village: one.counts for village, one in facts.items()} == {
        offices.county.village_ids[1]: {"bad_reply": [0, 1]}
    }


def test_a_complaint_that_names_a_cadre_of_the_closed_village_is_held(
    client, clock, offices, scalar
) -> None:
    """A name of two letters counts in the township in which its village lies now."""
    named = make_person(name="王强")
    grant_role(named, Role.CADRE, offices.village_id)
    phone = villager(client, offices.county)
    with transaction() as session:
        other = session.execute(
            text("INSERT INTO region (level, code, name, parent_id, county_id, opened_on)"
                 " VALUES ('township', '610528101000', '张桥镇', :county, :county, '2020-01-01')"
                 " RETURNING id"), {"county": offices.county.id},
        ).scalar_one()  # fmt: skip
        session.execute(
            text("UPDATE region SET parent_id = :t, township_id = :t WHERE id = :id"),
            {"t": other, "id": offices.county.village_ids[1]},
        )
    merge(offices)
    assert submit(phone, offices, words="王强收钱不办事").status_code == 201
    assert named in scalar("SELECT kept_from_people FROM ticket")
    assert scalar("SELECT about_cadres FROM ticket")


def test_a_ticket_about_a_village_of_an_old_list_is_about_what_it_became(
    client, offices, clock
) -> None:
    first, second = offices.county.village_ids[:2]
    phone = villager(client, offices.county)
    merge(offices)
    assert submit(phone, offices, village_id=first).json["village_name"] == "第2村"
    manager = actor_with(Role.COUNTY_MANAGER, offices.county.id)
    with transaction():
        group = add_group(manager, second, "一组").id
        split_village(manager, second, "新村", "610528100299", [group], [])
    answer = submit(phone, offices, village_id=first)
    assert (answer.status_code, answer.json["code"]) == (409, "village_divided")
    assert submit(phone, offices, village_id=first, group_id=group).json["village_name"] == "新村"


def test_whoever_rates_badly_in_a_merged_village_hears_who_calls_back_now(
    client, offices, clock
) -> None:
    first, second = offices.county.village_ids[:2]
    with transaction() as session:
        other = Region(
            level="township", name="薛镇", code="610528101000", parent_id=offices.county.id,
            county_id=offices.county.id, opened_on=OPENED_ON,
        )  # fmt: skip
        session.add(other)
        session.flush()
        other.township_id = other.id
        move_region(actor_with(Role.COUNTY_MANAGER, offices.county.id), second, other.id)
    grant_role(make_person(), Role.TOWNSHIP_STAFF, other.id)
    merge(offices)
    told = villager(client, offices.county).call("GET", f"/villages/{first}/call-back").json
    assert told["office"] == "薛镇"
