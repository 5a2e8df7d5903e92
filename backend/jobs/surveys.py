"""The anonymous box and the life of rounds: each step may be repeated, and none is done twice."""

from backend.app.ballots import ballot_box, box_keys
from backend.app.core.batches import each
from backend.app.core.db import transaction
from backend.app.core.queue import JobName
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
    job = JobName.TEND_ROUNDS
    done = each(job, rounds.rounds_to_open(), rounds.open_round, "open")
    closing = rounds.rounds_to_close()
    # Nearly all of the work before the last transaction, in which phones have to wait.
    each(job, ["boxes"] if closing else [], lambda _: merge_boxes(), "merge")
    done += each(job, closing, rounds.close_round, "close")
    done += each(job, rounds.rounds_to_publish(), rounds.publish_round, "publish")
    done += each(job, county_ids(), rounds.open_ticket_desk, "ticket_desk")
    with transaction():
        return done + rounds.close_ticket_desks()


def prepare_keys() -> int:
    """Keys of the nearest month without: one a run, because making them takes a while."""
    return each(JobName.PREPARE_KEYS, county_ids(), _prepare_county)


def _prepare_county(county_id: int) -> int:
    months = rounds.months_without_keys(county_id)[:1]
    made = sum(rounds.prepare_month(county_id, month) for month in months)
    rounds.open_ticket_desk(county_id)
    return made
