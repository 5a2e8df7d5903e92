"""Every move from every state by everybody, through the one door all moves go through."""

from collections import Counter

import pytest
from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.core.db import db
from backend.app.tickets import transitions
from backend.app.tickets.errors import HandlerVerifies, NotYours, TicketMoved, TicketUnknown
from backend.app.tickets.states import CLOSED, TABLE, Move, Party, State, may_move
from tests.factories.county import make_person
from tests.factories.tickets import as_actor, forget, submit

# Who somebody is to a ticket that lies with the village: written down a second time.
PARTIES = {
    "author": {Party.AUTHOR},
    "cadre": {Party.HANDLER},
    "other_cadre": set(),
    "department": set(),
    "township": set(),
    "desk": {Party.DESK},
    "leader": set(),
    "stranger": set(),
}


@pytest.fixture
def people(offices, phone) -> dict[str, Actor]:
    return {
        "author": Actor(phone.person_id),
        "cadre": offices.cadre,
        "other_cadre": offices.other_cadre,
        "department": offices.department,
        "township": offices.township,
        "desk": offices.desk,
        "leader": as_actor(make_person(), Role.LEADER, offices.county.id),
        "stranger": Actor(make_person()),
    }


def stand_in_state(ticket_id: int, state: State) -> None:
    """Puts the ticket there, inside a transaction that is rolled back."""
    closed = "now()" if state in CLOSED else "NULL"
    values = {"id": ticket_id, "state": state.value}
    db.session.execute(
        text(
            f"UPDATE ticket SET state = :state, closed_at = {closed},"
            " parent_id = NULL WHERE id = :id"
        )
        if state is not State.MERGED
        else text(
            "UPDATE ticket SET state = :state, closed_at = now(), parent_id ="
            " (SELECT max(id) FROM ticket WHERE id <> :id) WHERE id = :id"
        ),
        values,
    )


def outcome(actor: Actor, ticket_id: int, move: Move) -> str:
    try:
        transitions.begin(actor, ticket_id, move, None)
    except TicketUnknown:
        return "unknown"
    except NotYours:
        return "not_yours"
    except HandlerVerifies:
        return "verifies"
    except TicketMoved:
        return "moved"
    return "may"


def expected(move: Move, state: State, parties: set[Party], handled: bool) -> str:
    if not parties:
        return "unknown"
    if TABLE[move].by.isdisjoint(parties):
        return "not_yours"
    if TABLE[move].not_by_handlers and handled:
        return "verifies"
    return "may" if may_move(move, state, parties, handled) else "moved"


def test_every_move_from_every_state_by_everybody(phone, offices, people) -> None:
    ticket_id = submit(phone, offices).json["id"]
    submit(phone, offices, words="另一件")
    forget()
    found: Counter[str] = Counter()
    for state in State:
        stand_in_state(ticket_id, state)
        for name, actor in people.items():
            parties = PARTIES[name]
            for move in Move:
                handled = Party.HANDLER in parties
                wanted = expected(move, state, parties, handled)
                assert outcome(actor, ticket_id, move) == wanted, (move, state, name)
                found[wanted] += 1
        db.session.rollback()
    assert sum(found.values()) == len(State) * len(Move) * len(PARTIES)
    assert found["may"] > 60


def test_whoever_handled_it_before_it_went_elsewhere_still_verifies_nothing(
    phone, offices, people, cadre
) -> None:
    ticket = submit(phone, offices).json
    path = f"/cadre/tickets/{ticket['id']}"
    signed = cadre.call("POST", f"{path}/signature", json={"version": ticket["version"]}).json
    cadre.call("POST", f"{path}/return", json={"version": signed["version"], "words": "归镇上"})
    forget()
    # The same person now sits at the county desk, and the ticket lies with the township.
    both = Actor(
        offices.cadre_id,
        as_actor(offices.cadre_id, Role.COUNTY_STAFF, offices.county.id).grants,
    )
    db.session.execute(
        text("UPDATE ticket SET state = 'answered', unit_region_id = :unit WHERE id = :id"),
        {"unit": offices.county.township_ids[0], "id": ticket["id"]},
    )
    for move in (Move.CONFIRM, Move.DISPUTE, Move.FOLLOW_UP, Move.CLOSE_UNSOLVED):
        assert outcome(both, ticket["id"], move) == "verifies"
    assert outcome(people["desk"], ticket["id"], Move.CONFIRM) == "may"
    db.session.rollback()
