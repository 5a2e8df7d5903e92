"""Acts on a round beside counting and closing it."""

from datetime import date

from flask import redirect
from flask import url_for as address_of

from backend.app.access import Permission
from backend.app.assessments.appraisals.console import Page, round_page
from backend.app.assessments.appraisals.dispute_operations import settle_dispute
from backend.app.assessments.appraisals.operations import prolong_round
from backend.app.assessments.appraisals.queries import get_group
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states.appraisals import DisputeState
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.core.web import boxes
from backend.app.core.web.forms import form_args
from backend.app.core.web.guards import actor, guard


@blueprint.post("/ballots/<int:round_id>/end")
@guard(Permission.SUPERVISE_TARGETS)
@form_args(ends_on=boxes.Day("截止日期不对"), reason=boxes.Text())
def prolong_ballots(round_id: int, ends_on: date | None, reason: str) -> Page:
    """A later last day, with a reason."""
    try:
        with transaction():
            prolong_round(actor(), round_id, ends_on, reason)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return round_page(round_id, error)
    return redirect(
        address_of("assessments_console.show_round", round_id=round_id, done="prolonged"), 303
    )  # fmt: skip


@blueprint.post("/ballots/groups/<int:group_id>/dispute")
@guard(Permission.DECIDE_RESULTS)
@form_args(
    answer=boxes.Choice(list(DisputeState), otherwise=DisputeState.OPEN), reason=boxes.Text()
)
def settle_raters(group_id: int, answer: str, reason: str) -> Page:
    """Whether ballots of raters who differ too much are used."""
    round_id = get_group(group_id, scope_of(actor()).county_id).round_id
    try:
        with transaction():
            settle_dispute(actor(), group_id, DisputeState.of(answer), reason)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return round_page(round_id, error)
    return redirect(
        address_of("assessments_console.show_round", round_id=round_id, done="settled"), 303
    )  # fmt: skip
