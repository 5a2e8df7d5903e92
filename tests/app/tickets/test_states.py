"""The table of states, exhaustively: every state, every party, every move."""

from datetime import UTC, datetime
from itertools import chain, combinations, product

from backend.app.tickets import timeline
from backend.app.tickets.states import (
    CLOSED,
    GROUPS,
    OPEN,
    TABLE,
    WAITING,
    Move,
    Party,
    State,
    group_of,
    may_move,
    moves,
)
from backend.app.tickets.timeline import Told

S, P = State, Party
# Written out a second time on purpose: who may make which move from which state.
EXPECTED: dict[Move, tuple[str, str]] = {
    Move.ACCEPT: ("submitted", "desk system"),
    Move.DECLINE: ("submitted accepted", "desk"),
    Move.CLASSIFY: ("submitted accepted assigned handling waiting", "desk"),
    Move.ASSIGN: ("accepted", "desk system"),
    Move.REASSIGN: ("assigned handling waiting", "desk system"),
    Move.HAND_BACK: ("assigned handling", "handler"),
    Move.SIGN: ("assigned", "handler"),
    Move.ASK: ("handling", "handler"),
    Move.SUPPLEMENT: ("waiting", "author desk"),
    Move.RESUME: ("waiting", "handler system"),
    Move.PROGRESS: ("handling", "handler"),
    Move.REQUEST_EXTENSION: ("handling", "handler"),
    Move.DECIDE_EXTENSION: ("handling waiting", "desk"),
    Move.REPLY: ("handling", "handler"),
    Move.CONFIRM: ("answered resolved", "author desk"),
    Move.DISPUTE: ("answered resolved", "author desk"),
    Move.FOLLOW_UP: ("answered", "desk"),
    Move.VERIFY: ("answered", "desk"),
    Move.CLOSE_UNSOLVED: ("answered", "desk"),
    Move.CLOSE_SILENT: ("answered", "system"),
    Move.REOPEN: ("answered resolved unsolved", "author desk"),
    Move.WITHDRAW: ("submitted accepted assigned handling waiting answered", "author"),
    Move.MERGE: ("submitted accepted assigned handling waiting", "desk"),
    Move.ANSWER_MERGED: ("merged", "system"),
    Move.RELEASE: ("merged", "desk system"),
    Move.SUPERVISE: ("submitted accepted assigned handling waiting answered", "desk system"),
    Move.ARCHIVE: ("resolved unsolved declined withdrawn", "desk system"),
    Move.ANNUL: ("submitted accepted assigned", "system"),
}
VERIFYING = {
    Move.DECIDE_EXTENSION, Move.CONFIRM, Move.DISPUTE, Move.FOLLOW_UP, Move.VERIFY,
    Move.CLOSE_UNSOLVED,
}  # fmt: skip


def everybody() -> list[frozenset[Party]]:
    """Every combination of what one person may be to a ticket."""
    return [
        frozenset(chosen)
        for chosen in chain.from_iterable(combinations(Party, n) for n in range(len(Party) + 1))
    ]


def test_every_move_is_in_the_table() -> None:
    assert set(TABLE) == set(Move) == set(EXPECTED)


def test_every_move_has_words_for_the_office() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    detail = {"answer": "solved", "approved": True, "days": 3, "reason": "等料", "level": 1}
    events = [Told(1, move.value, at, "惠丰村", None, False, False, detail) for move in Move]
    assert [told.move for told in events if timeline.tell(told, to_author=False) is None] == []


def test_each_move_is_open_to_exactly_these_states_and_parties() -> None:
    open_to = {
        (move, state.value, party.value)
        for move, state, party in product(Move, State, Party)
        if may_move(move, state, {party})
    }
    written = {
        (move, state, party)
        for move, (states, parties) in EXPECTED.items()
        for state, party in product(states.split(), parties.split())
    }
    assert open_to == written


def test_whoever_handled_a_ticket_verifies_none_of_it() -> None:
    cases = list(product(Move, State, everybody()))
    allowed = {case for case in cases if may_move(*case)}
    after_handling = {case for case in cases if may_move(*case, handled=True)}
    assert after_handling == {case for case in allowed if case[0] not in VERIFYING}


def test_every_state_lies_in_exactly_one_group() -> None:
    assert set(State) == OPEN | WAITING | CLOSED
    assert len(OPEN) + len(WAITING) + len(CLOSED) == len(State)
    assert {group_of(state) for state in State} == set(GROUPS)


def test_every_state_is_reached_and_every_open_one_is_left() -> None:
    reached = {rule.to for rule in TABLE.values()} | {State.SUBMITTED}
    assert reached - {None} == set(State)
    for state in State:
        assert moves(state, set(Party)), state


def test_no_party_but_the_author_and_the_desk_speaks_the_verdict() -> None:
    for move in (Move.CONFIRM, Move.DISPUTE):
        assert TABLE[move].by == {Party.AUTHOR, Party.DESK}


def test_the_unit_cannot_close_anything() -> None:
    for state in State:
        closing = {TABLE[move].to for move in moves(state, {Party.HANDLER})}
        assert closing.isdisjoint(CLOSED)
