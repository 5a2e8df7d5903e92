"""Stores ratings durably: those that arrive together share one round trip and one commit."""

from collections.abc import Sequence
from typing import Any

import orjson
import psycopg
from flask import current_app
from psycopg.errors import DeadlockDetected, UniqueViolation

from backend.app.core.db import execute_prepared
from backend.app.core.gathering import Gatherer
from backend.app.ratings.statements import STORE_RATINGS

ATTEMPTS = 4
STATEMENT = STORE_RATINGS.encode()
STATEMENT_NAME = b"store_ratings"

Given = dict[str, Any]
Stored = tuple[Any, ...]
StoredOrNot = Stored | None


def store(given: Given) -> StoredOrNot:
    """What the statement says of the rating once it is committed; None where it stored nothing."""
    return gatherer().submit(given)


def gatherer() -> Gatherer[Given, StoredOrNot]:
    """The process's own; a view whose request may end in `store` announces itself there."""
    extensions = current_app.extensions
    found: Gatherer[Given, StoredOrNot] | None = extensions.get("rating_gatherer")
    if found is None:
        found = extensions.setdefault("rating_gatherer", Gatherer(_store_together))
    return found


def _store_together(ratings: Sequence[Given]) -> list[StoredOrNot | Exception]:
    """All of them in one statement; one that the database refuses does not take the others along.

    When the connection is lost nobody knows what was committed, and everybody is told so: the same
    request again gives the answer.
    """
    try:
        return list(_execute(ratings))
    except psycopg.Error as error:
        if isinstance(error, psycopg.OperationalError) and not isinstance(error, DeadlockDetected):
            raise
        return [_store_alone(rating) for rating in ratings]


def _store_alone(rating: Given) -> StoredOrNot | Exception:
    """Again where two acts of one person numbered themselves alike: the loser counts anew."""
    error: Exception
    for _ in range(ATTEMPTS):
        try:
            return _execute([rating])[0]
        except UniqueViolation as violation:
            error = violation
            if violation.diag.constraint_name != "uq_points_entry_nth":
                break
        except psycopg.Error as other:
            error = other
            break
    return error


def _execute(ratings: Sequence[Given]) -> list[StoredOrNot]:
    numbered = [{"nth": nth, **rating} for nth, rating in enumerate(ratings)]
    outcomes: list[StoredOrNot] = [None] * len(ratings)
    for nth, rating_id, village, service_point, awarded, balance, state in execute_prepared(
        STATEMENT_NAME, STATEMENT, [orjson.dumps(numbered)]
    ):
        outcomes[int(nth)] = (
            int(rating_id), village.decode(), service_point.decode(), int(awarded), int(balance),
            state.decode(),
        )  # fmt: skip
    return outcomes
