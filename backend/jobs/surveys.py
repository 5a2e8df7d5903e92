"""The anonymous box: emptied by night, opened once when a round is over."""

from backend.app.core.db import transaction
from backend.app.surveys import rounds


def flush_inbox() -> int:
    with transaction():
        return rounds.flush_inbox()


def close_rounds() -> int:
    closed = 0
    for round_id in rounds.rounds_to_close():
        with transaction():
            closed += rounds.close_round(round_id)
    return closed
