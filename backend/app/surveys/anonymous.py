"""Answering: no log-in, no cookie, no name. Served by an application of its own."""

from typing import Any

from flask import Blueprint

from backend.app.ballots import anonymous_store, anonymous_tokens
from backend.app.core.errors import InvalidInput
from backend.app.core.web.guards import open_to_all
from backend.app.surveys import answers

blueprint = Blueprint("surveys_anonymous", __name__, url_prefix="/anon")


@blueprint.post("/response")
@open_to_all("the token says that somebody may answer, and nothing says who")
def put_response() -> Any:
    """Validates everything, verifies the token, keeps the answer sealed."""
    given = anonymous_tokens.read_request((answers.BODY,))
    door = anonymous_tokens.admit(given, "survey")
    _check_body(door, given["body"])
    return anonymous_tokens.keep(door, given, given["body"])


def _check_body(door: anonymous_store.Door, body: bytes) -> None:
    """An answer that does not fit is refused before the token is spent."""
    questions = [answers.question_from(raw) for raw in door.questions or ()]
    try:
        answers.check(questions, answers.unpad(body))
    except answers.BodyInvalid as fault:
        raise InvalidInput(errors={"body": [f"答卷不合题目：{fault}"]}) from None
