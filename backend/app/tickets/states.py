"""States of a ticket, the moves between them, and who may make each: pure data."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a ticket stands."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    HANDLING = "handling"
    WAITING = "waiting"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    UNSOLVED = "unsolved"
    DECLINED = "declined"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class Party(StrEnum):
    """What somebody is to one ticket; one person may be several."""

    AUTHOR = "author"
    HANDLER = "handler"
    DESK = "desk"
    SYSTEM = "system"


class Move(StrEnum):
    """One act on a ticket."""

    ACCEPT = "accept"
    DECLINE = "decline"
    CLASSIFY = "classify"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    HAND_BACK = "hand_back"
    SIGN = "sign"
    ASK = "ask"
    SUPPLEMENT = "supplement"
    RESUME = "resume"
    PROGRESS = "progress"
    REQUEST_EXTENSION = "request_extension"
    DECIDE_EXTENSION = "decide_extension"
    REPLY = "reply"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    FOLLOW_UP = "follow_up"
    VERIFY = "verify"
    CLOSE_UNSOLVED = "close_unsolved"
    CLOSE_SILENT = "close_silent"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    MERGE = "merge"
    ANSWER_MERGED = "answer_merged"
    RELEASE = "release"
    SUPERVISE = "supervise"
    ARCHIVE = "archive"
    ANNUL = "annul"


class ExtensionState(StrEnum):
    """More time that a unit asked for."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"


OPEN = frozenset({State.SUBMITTED, State.ACCEPTED, State.ASSIGNED, State.HANDLING})
WAITING = frozenset({State.WAITING, State.ANSWERED})
# Nobody has been given it yet.
AT_DESK = frozenset({State.SUBMITTED, State.ACCEPTED})
CLOSED = frozenset({State.RESOLVED, State.UNSOLVED, State.DECLINED, State.MERGED, State.WITHDRAWN})
GROUPS = {"open": OPEN, "waiting": WAITING, "closed": CLOSED}
# The office's time runs in these; while a villager is asked something it stands still.
RUNNING = OPEN
# With a unit that has yet to finish it.
WITH_UNIT = frozenset({State.ASSIGNED, State.HANDLING, State.WAITING})
# Somebody still waits for something.
UNFINISHED = OPEN | WAITING


@dataclass(frozen=True)
class MoveRule:
    """From where a move starts, where it leads (None: stays), who may make it.

    `not_by_handlers`: nobody who worked on the ticket or belongs to its unit may, whatever else
    they are; who handles never verifies, who is assessed never reviews.
    """

    starts: frozenset[State]
    to: State | None
    by: frozenset[Party]
    not_by_handlers: bool = False


def _rule(
    starts: Collection[State], to: State | None, *by: Party, not_by_handlers: bool = False
) -> MoveRule:
    return MoveRule(frozenset(starts), to, frozenset(by), not_by_handlers)


AUTHOR, HANDLER, DESK, SYSTEM = Party.AUTHOR, Party.HANDLER, Party.DESK, Party.SYSTEM
S = State
TABLE: dict[Move, MoveRule] = {
    Move.ACCEPT: _rule({S.SUBMITTED}, S.ACCEPTED, DESK, SYSTEM),
    Move.DECLINE: _rule({S.SUBMITTED, S.ACCEPTED}, S.DECLINED, DESK),
    Move.CLASSIFY: _rule(OPEN | {S.WAITING}, None, DESK),
    Move.ASSIGN: _rule({S.ACCEPTED}, S.ASSIGNED, DESK, SYSTEM),
    # By the system where the unit's village went into another one.
    Move.REASSIGN: _rule(WITH_UNIT, S.ASSIGNED, DESK, SYSTEM),
    Move.HAND_BACK: _rule({S.ASSIGNED, S.HANDLING}, S.ACCEPTED, HANDLER),
    Move.SIGN: _rule({S.ASSIGNED}, S.HANDLING, HANDLER),
    Move.ASK: _rule({S.HANDLING}, S.WAITING, HANDLER),
    Move.SUPPLEMENT: _rule({S.WAITING}, S.HANDLING, AUTHOR, DESK),
    Move.RESUME: _rule({S.WAITING}, S.HANDLING, HANDLER, SYSTEM),
    Move.PROGRESS: _rule({S.HANDLING}, None, HANDLER),
    Move.REQUEST_EXTENSION: _rule({S.HANDLING}, None, HANDLER),
    Move.DECIDE_EXTENSION: _rule({S.HANDLING, S.WAITING}, None, DESK, not_by_handlers=True),
    Move.REPLY: _rule({S.HANDLING}, S.ANSWERED, HANDLER),
    # Also after silence closed it: the villager has the last word.
    Move.CONFIRM: _rule({S.ANSWERED, S.RESOLVED}, S.RESOLVED, AUTHOR, DESK, not_by_handlers=True),
    Move.DISPUTE: _rule({S.ANSWERED, S.RESOLVED}, None, AUTHOR, DESK, not_by_handlers=True),
    Move.FOLLOW_UP: _rule({S.ANSWERED}, None, DESK, not_by_handlers=True),
    # Of a part or event, on the spot; nobody's silence stands for it.
    Move.VERIFY: _rule({S.ANSWERED}, S.RESOLVED, DESK, not_by_handlers=True),
    Move.CLOSE_UNSOLVED: _rule({S.ANSWERED}, S.UNSOLVED, DESK, not_by_handlers=True),
    Move.CLOSE_SILENT: _rule({S.ANSWERED}, S.RESOLVED, SYSTEM),
    Move.REOPEN: _rule({S.ANSWERED, S.RESOLVED, S.UNSOLVED}, S.ASSIGNED, AUTHOR, DESK),
    Move.WITHDRAW: _rule(OPEN | WAITING, S.WITHDRAWN, AUTHOR),
    Move.MERGE: _rule(OPEN | {S.WAITING}, S.MERGED, DESK),
    Move.ANSWER_MERGED: _rule({S.MERGED}, S.ANSWERED, SYSTEM),
    Move.RELEASE: _rule({S.MERGED}, S.ACCEPTED, DESK, SYSTEM),
    Move.SUPERVISE: _rule(OPEN | WAITING, None, DESK, SYSTEM),
    Move.ARCHIVE: _rule(CLOSED - {S.MERGED}, None, DESK, SYSTEM),
    # With the whole import it came by, before anybody worked on it.
    Move.ANNUL: _rule(AT_DESK | {S.ASSIGNED}, S.WITHDRAWN, SYSTEM),
}
# A verdict of these closes the ticket; "not" leaves it open for a reopening or the desk.
CLOSING_VERDICTS = frozenset({"solved", "partly"})


def may_move(move: Move, state: State, parties: Collection[Party], handled: bool = False) -> bool:
    """Whether somebody who is these things to a ticket may make the move from this state.

    `handled`: the person worked on the ticket or belongs to its unit.
    """
    rule = TABLE[move]
    if state not in rule.starts or rule.by.isdisjoint(parties):
        return False
    return not (rule.not_by_handlers and handled)


def moves(state: State, parties: Collection[Party], handled: bool = False) -> list[Move]:
    """All moves somebody may make now, in the order of the table."""
    return [move for move in TABLE if may_move(move, state, parties, handled)]


def group_of(state: State) -> str:
    return next(name for name, states in GROUPS.items() if state in states)
