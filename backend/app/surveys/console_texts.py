"""Words that villagers wrote to a survey: the county reads them first."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect
from flask import url_for as address_of

from backend.app.access import Permission
from backend.app.ballots.signing_keys import period_name
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query, form_args, last_page, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.surveys import (
    editor,
    forms,
    review,
)
from backend.app.surveys import operations as rounds
from backend.app.surveys.blueprints import console as blueprint
from backend.app.surveys.console import STATE_NAMES, county_of
from backend.app.surveys.round_files import unit_name, units_of

TEXTS = Query.of(page=boxes.Page(), state=boxes.Choice(review.STATES, otherwise="moderated"))


@blueprint.get("/<period>/texts")
@guard(Permission.MANAGE_SURVEYS)
def show_texts(period: str) -> Any:
    return _texts(forms.read_month(period))


def _texts(month: date, error: DomainError | None = None) -> Any:
    """Words with their unit only where enough people answered there."""
    number, state = TEXTS.read().values()
    county_id = county_of(Permission.MANAGE_SURVEYS)
    found = editor.find_round(county_id, month)
    counts, period = review.count_texts(found.id), period_name(month)
    return render_page(
        "surveys/texts.html", error,
        round=found, texts=review.list_texts(found.id, state, number), state=state,
        states=STATE_NAMES, decidable=state != review.FEW, page=number,
        last=last_page(counts[state], review.PAGE), turn=lambda page: _turn(period, state, page),
        names={unit.unit_id: unit_name(unit) for unit in units_of(county_id, month)},
        questions=rounds.questions_of_units(found), review_states=review.STATES, counts=counts,
        period_name=period_name,
    )  # fmt: skip


def _turn(period: str, state: str, page: int) -> str:
    return address_of(".show_texts", period=period, state=state, page=page)


@blueprint.post("/<period>/texts")
@guard(Permission.MANAGE_SURVEYS)
@form_args(show=boxes.YesNo(), state=boxes.Text())
def decide_texts(period: str, show: bool, state: str) -> Any:
    """Releases or keeps back what was ticked."""
    month = forms.read_month(period)
    survey_round = editor.find_round(county_of(Permission.MANAGE_SURVEYS), month)
    try:
        with transaction():
            review.decide(actor(), survey_round, _ids(typed.getlist("texts")), show)
    except InvalidInput as refused:
        return _texts(month, refused)
    return redirect(address_of(".show_texts", period=period, state=state or "moderated"))


def _ids(given: list[str]) -> list[UUID]:
    try:
        return [UUID(one) for one in given]
    except ValueError:
        raise InvalidInput(errors={"texts": ["请先勾选"]}) from None
