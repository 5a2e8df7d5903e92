"""黄牌、红牌: proposed ones confirmed or dropped, each with its colours and what came back."""

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.accounts.queries import display_names
from backend.app.assessments.adjustments import operations
from backend.app.assessments.adjustments.card_book import write_cards
from backend.app.assessments.adjustments.console import DECISION, WHICH
from backend.app.assessments.adjustments.queries import (
    CARDS,
    count_adjustments,
    list_adjustments,
)
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.console_year import (
    WHICH_PROGRAMME,
    asked_programme,
    no_programme,
)
from backend.app.assessments.evaluation.figures import distinct_lights
from backend.app.assessments.evaluation.queries import lights_of
from backend.app.assessments.states import (
    UNDER_WAY,
    ProgrammeAdjustmentKind,
    ProgrammeAdjustmentState,
)
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.web.downloads import send_book
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page


def _page(error: DomainError | None = None) -> tuple[str, int]:
    scope, programme = asked_programme()
    if programme is None:
        return no_programme("红黄牌")
    counts = count_adjustments(scope, programme.id, CARDS)
    usual = ProgrammeAdjustmentState.PROPOSED
    state = WHICH.read()["state"] or (
        usual if usual in counts else ProgrammeAdjustmentState.CONFIRMED
    )
    rows = list_adjustments(scope, programme.id, CARDS, str(state))
    people = {row.decided_by_id for row in rows}
    return render_page(
        "assessments/cards.html", error,
        programme=programme, state=str(state), rows=rows, counts=counts,
        states=ProgrammeAdjustmentState.names(), kinds=ProgrammeAdjustmentKind.names(),
        lights=distinct_lights(lights_of(programme)), scope=scope,
        names=display_names({person for person in people if person}),
        decides=may(actor(), Permission.DECIDE_RESULTS, (programme.county_id,)),
        under_way=programme.state in UNDER_WAY, done=WHICH.read()["done"],
    )  # fmt: skip


@blueprint.get("/cards")
@guard(Permission.SEE_PROGRAMMES)
def show_cards() -> tuple[str, int]:
    """One state at a time."""
    return _page()


@blueprint.post("/cards")
@guard(Permission.DECIDE_RESULTS)
def decide_card() -> tuple[str, int] | Response:
    """Of a proposed card, by somebody who is not of the unit."""
    try:
        form = DECISION.read()
        with transaction():
            operations.decide_adjustment(
                actor(), form["adjustment"], form["act"] == "confirm", form["note"]
            )
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    programme_id = WHICH_PROGRAMME.read()["programme"]
    address = address_of("assessments_console.show_cards", programme=programme_id, done="decided")
    return redirect(address, 303)


@blueprint.get("/cards.xlsx")
@guard(Permission.SEE_PROGRAMMES)
def download_cards() -> Response:
    """红黄牌清单: every card of what the reader may see."""
    scope, programme = asked_programme()
    if programme is None:
        return redirect(address_of("assessments_console.show_cards"))
    rows = list_adjustments(scope, programme.id, CARDS)
    return send_book(write_cards(programme, rows), f"{programme.title}红黄牌清单.xlsx")
