"""The anonymous box and the life of rounds: each step may be repeated, and none is done twice."""

from backend.app.ballots import ballot_box, box_keys
from backend.app.core.db import transaction
from backend.app.places.queries import county_ids
from backend.app.surveys import operations as rounds


def flush_inbox() -> int:
    """Each hour: what came moves into the day's box, shuffled, where enough came."""
    with transaction():
        return ballot_box.flush()


def merge_boxes() -> int:
    """By night: whatever came, and the day's box, move into the boxes that are opened later."""
    with transaction():
        ballot_box.flush(fewest=1)
    with transaction():
        merged = ballot_box.merge()
    with transaction():
        box_keys.forget_orphans()
    return merged


def tend_rounds() -> int:
    """Opens what has begun, closes and counts what is over, publishes what is counted."""
    with transaction():
        ballot_box.ensure_keys()
    done = 0
    for round_id in rounds.rounds_to_open():
        with transaction():
            done += rounds.open_round(round_id)
    closing = rounds.rounds_to_close()
    if closing:
        # Nearly all of the work before the last transaction, in which phones have to wait.
        merge_boxes()
    for round_id in closing:
        with transaction():
            done += rounds.close_round(round_id)
    for round_id in rounds.rounds_to_publish():
        with transaction():
            done += rounds.publish_round(round_id)
    for county_id in county_ids():
        with transaction():
            done += rounds.open_ticket_desk(county_id)
    with transaction():
        return done + rounds.close_ticket_desks()


def prepare_keys() -> int:
    """Keys of the nearest month without: one a run, because making them takes a while."""
    made = 0
    for county_id in county_ids():
        for month in rounds.months_without_keys(county_id)[:1]:
            with transaction():
                made += rounds.prepare_month(county_id, month)
        with transaction():
            rounds.open_ticket_desk(county_id)
    return made
