"""The anonymous box and the life of rounds: each step may be repeated, and none is done twice."""

from backend.app.core.db import transaction
from backend.app.surveys import box, rounds


def flush_inbox() -> int:
    """By night: what came today moves into the box, shuffled."""
    with transaction():
        return box.flush_inbox()


def tend_rounds() -> int:
    """Opens what has begun, closes and counts what is over, publishes what is counted."""
    done = 0
    for round_id in rounds.rounds_to_open():
        with transaction():
            done += rounds.open_round(round_id)
    for round_id in rounds.rounds_to_close():
        with transaction():
            done += rounds.close_round(round_id)
    for round_id in rounds.rounds_to_publish():
        with transaction():
            done += rounds.publish_round(round_id)
    return done


def prepare_keys() -> int:
    """Keys for the months ahead; one transaction a month, because making them takes a while."""
    made = 0
    for county_id in rounds.counties():
        for month in rounds.months_without_keys(county_id):
            with transaction():
                made += rounds.prepare_month(county_id, month)
    return made


def tend_ticket_desks() -> int:
    """Anonymous tickets are taken every month that has keys; keys of past months are destroyed."""
    changed = 0
    for county_id in rounds.counties():
        with transaction():
            changed += rounds.open_ticket_desk(county_id)
    with transaction():
        changed += rounds.close_ticket_desks()
    return changed
