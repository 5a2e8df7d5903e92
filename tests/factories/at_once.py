"""Several people act at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier

from flask import Flask

from backend.app.core.db import db, transaction
from backend.app.core.errors import DomainError
from tests.factories.tickets import forget


def outcome_of(act: Callable[[], object]) -> str:
    """What one act, in a transaction of its own, is told: "done" or the refusal's code."""
    try:
        with transaction():
            act()
    except DomainError as refused:
        return refused.code
    finally:
        db.session.remove()
    return "done"


def at_once(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Runs acts in threads of their own, which start together, by the clock of the test.

    Returns what each was told.
    """
    start = Barrier(len(acts))

    def one(act: Callable[[], object]) -> str:
        with app.app_context():
            start.wait(10)
            return outcome_of(act)

    forget()
    with ThreadPoolExecutor(len(acts)) as pool:
        outcomes = [pool.submit(copy_context().run, one, act) for act in acts]
        return [outcome.result() for outcome in outcomes]
