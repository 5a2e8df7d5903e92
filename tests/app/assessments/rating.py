"""Raters with slips before the anonymous application."""

from flask.testing import FlaskClient

from backend.app.access import Actor
from backend.app.assessments.appraisals import closing_operations, code_operations
from backend.app.core.db import transaction
from tests.factories.assessed import Assessed
from tests.factories.tickets import forget

DOOR = "/anon/ballot"


def print_run(running: Assessed, group_id: int, count: int = 20) -> list[str]:
    forget()
    with transaction():
        return code_operations.print_slips(running.office, group_id, count)


def rate(door: FlaskClient, code: str, *levels: int) -> int:
    """The status of a ballot that gives the township and the bureau these levels."""
    answers = {f"q{place}": str(level) for place, level in enumerate(levels) if level}
    return door.post(DOOR, data={"code": code, "sent": "1", **answers}).status_code


def close(boss: Actor, round_id: int) -> None:
    forget()
    with transaction():
        closing_operations.close_round(boss, round_id)


def receive(actor: Actor, group_id: int, *codes: str) -> int:
    forget()
    with transaction():
        return code_operations.receive_paper(actor, group_id, "\n".join(codes))
