"""督办: the board by states; proposed, confirmed or dropped, answered, 销号."""

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.evaluation import ladder_operations as operations
from backend.app.assessments.evaluation.ledger_book import write_ledger
from backend.app.assessments.evaluation.queries import county_lights
from backend.app.assessments.evaluation.supervision_queries import (
    MOST_LISTED,
    board_counts,
    board_steps,
)
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import ProgrammeAdjustmentKind, SupervisionState
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.tickets.kinds import STEP_NAMES

WHICH = Query.of(state=boxes.Choice(list(SupervisionState), otherwise=None))
ACT = Form.of(
    step=boxes.Id(missing="请选一步督办"), words=boxes.Text(),
    act=boxes.Choice(("confirm", "drop", "close"), missing="请选一种办法"),
)  # fmt: skip
ANSWER = Form.of(step=boxes.Id(missing="请选一步督办"), words=boxes.Text())
Page = tuple[str, int] | Response


def _page(error: DomainError | None = None) -> tuple[str, int]:
    scope = scope_of(actor())
    is_office = may(actor(), Permission.SUPERVISE_TARGETS, (scope.county_id,))
    usual = SupervisionState.PROPOSED if is_office else SupervisionState.OPEN
    state = WHICH.read()["state"] or usual
    states = {
        known.value: known.words for known in SupervisionState
        if scope.sees_all or known.value not in ("proposed", "dropped")
    }  # fmt: skip
    return render_page(
        "assessments/supervision.html", error,
        state=str(state), states=states, counts=board_counts(scope),
        steps=board_steps(scope, str(state)), is_office=is_office, scope=scope, now=clock.now(),
        step_names=STEP_NAMES, cards=ProgrammeAdjustmentKind.names(),
        lights=county_lights(scope.county_id),
    )  # fmt: skip


@blueprint.get("/supervision")
@guard(Permission.SEE_PROGRAMMES)
def show_supervision() -> tuple[str, int]:
    """The board, one state at a time."""
    return _page()


@blueprint.get("/supervision.xlsx")
@guard(Permission.SEE_PROGRAMMES)
def download_supervision() -> Response:
    """督办台账: the steps of every state, of what the reader may see."""
    book = write_ledger("督办台账", board_steps(scope_of(actor()), "", MOST_LISTED))
    return send_book(book, "督办台账.xlsx")


@blueprint.post("/supervision")
@guard(Permission.SUPERVISE_TARGETS)
def supervise() -> Page:
    """The office: confirmed, dropped with a reason, or 销号."""
    try:
        form = ACT.read()
        with transaction():
            if form["act"] == "confirm":
                operations.confirm_step(actor(), form["step"])
            elif form["act"] == "drop":
                operations.drop_step(actor(), form["step"], form["words"])
            else:
                operations.close_step(actor(), form["step"])
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return _back()


@blueprint.post("/supervision/answers")
@guard(Permission.REPORT_TARGETS)
def answer_step() -> Page:
    """The unit says why, and what it will do."""
    try:
        form = ANSWER.read()
        with transaction():
            operations.answer_step(actor(), form["step"], form["words"])
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return _back()


def _back() -> Response:
    return redirect(
        address_of("assessments_console.show_supervision", state=WHICH.read()["state"]), 303
    )  # fmt: skip
