"""The identified half of the survey: fetching ballots. Answering happens elsewhere, unnamed."""

from typing import Any

from backend.app.access import Permission
from backend.app.accounts.errors import MiniProgramOnly
from backend.app.ballots import operations, schemas
from backend.app.core.db import transaction
from backend.app.core.web.bodies import Blueprint
from backend.app.core.web.guards import actor, current_session, guard

blueprint = Blueprint("surveys", __name__, url_prefix="/api/v1", description="匿名票")


@blueprint.post("/ballots")
@guard(Permission.RATE)
@blueprint.arguments(schemas.BallotRequestShape())
@blueprint.response(200, schemas.BallotsShape())
def issue_ballots(body: dict[str, Any]) -> dict[str, Any]:
    """Tokens of one of the next two months, signed unseen: at a launch, never when answering."""
    _need_mini_program()
    with transaction():
        ballots = operations.issue_ballots(
            actor().person_id, body["period"], body["survey"], body["tickets"]
        )
    return {
        "unit": ballots.unit_id,
        "survey": ballots.survey,
        "tickets": list(ballots.tickets),
    }


@blueprint.post("/ballots/paper")
@guard(Permission.RATE)
@blueprint.arguments(schemas.PaperRequestShape())
@blueprint.response(200, schemas.PaperShape())
def choose_paper(body: dict[str, Any]) -> dict[str, Any]:
    """A villager who trusts paper more takes a slip in a coming month instead of tokens."""
    _need_mini_program()
    with transaction():
        return {"unit": operations.vote_on_paper(actor().person_id, body["period"])}


def _need_mini_program() -> None:
    """A browser forgets, and the county serves what it runs: no ballot is issued to one."""
    if current_session().data.get("way"):
        raise MiniProgramOnly
