"""问卷 in the console: all months with the library, and one month with its results."""

from datetime import date
from typing import Any

from flask import redirect
from flask import url_for as address_of

from backend.app.access import Permission, has_permission, regions_of
from backend.app.ballots.queries import UnitOfMonth
from backend.app.ballots.signing_keys import period_name
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query, form_args, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.places.queries import get_place, list_townships
from backend.app.surveys import (
    editor,
    forms,
    library,
    results,
    review,
    summary,
)
from backend.app.surveys import operations as rounds
from backend.app.surveys.blueprints import console as blueprint
from backend.app.surveys.models import SurveyRound
from backend.app.surveys.paper import operations as paper
from backend.app.surveys.paper import slips
from backend.app.surveys.round_files import has_answers, unit_name, units_of
from backend.app.surveys.states import RoundState

STATE_NAMES = RoundState.names()
TOWNSHIP = Query.of(township=boxes.Id())


def county_of(permission: Permission = Permission.SEE_SURVEYS) -> int:
    """The county of the reader's grants; a township's staff see their county's rounds."""
    regions = regions_of(actor(), permission)
    if not regions:
        raise NotFound
    return get_place(min(regions)).county_id or min(regions)


def townships_of_reader() -> frozenset[int] | None:
    """The townships a reader is limited to; None for those who see the whole county."""
    regions = regions_of(actor(), Permission.SEE_SURVEYS)
    if any(get_place(region).level == "county" for region in regions):
        return None
    return regions


@blueprint.get("")
@guard(Permission.SEE_SURVEYS)
def show_rounds() -> Any:
    """All months, and the library of questions."""
    return _rounds()


def _rounds(error: DomainError | None = None) -> Any:
    county_id = county_of()
    taken = {one.period for one in editor.list_rounds(county_id)}
    months = [clock.month_of(clock.today())]
    while len(months) <= editor.MOST_MONTHS_AHEAD:
        months.append(clock.next_month(months[-1]))
    return render_page(
        "surveys/list.html", error,
        rounds=editor.list_rounds(county_id), states=STATE_NAMES,
        months=[month for month in months if month not in taken],
        library=library.list_library(county_id), kind_names=library.KIND_NAMES,
        period_name=period_name, county_id=county_id,
        first_month=editor.is_first_month(county_id, months[0]), this_month=months[0],
    )  # fmt: skip


@blueprint.post("")
@guard(Permission.MANAGE_SURVEYS)
@form_args(period=boxes.Text(), copy_of=boxes.Text())
def create_round(period: str, copy_of: str) -> Any:
    """A new month, empty or copied."""
    county_id, month = county_of(Permission.MANAGE_SURVEYS), forms.read_month(period)
    try:
        with transaction():
            copied = forms.read_month(copy_of) if copy_of else None
            editor.create(actor(), county_id, month, copied)
    except DomainError as refused:
        return _rounds(refused)
    return redirect(address_of(".show_editor", period=period_name(month)))


@blueprint.post("/library")
@guard(Permission.MANAGE_SURVEYS)
@form_args(retire=boxes.Id(otherwise=0), kind=boxes.Text(), words=boxes.Text())
def change_library(retire: int, kind: str, words: str) -> Any:
    """Adds an own question, or retires one."""
    county_id = county_of(Permission.MANAGE_SURVEYS)
    try:
        with transaction():
            if typed.get("retire"):
                library.retire_question(actor(), county_id, retire)
            else:
                options = forms.read_options(typed, "options")
                question = {"kind": kind, "words": words, "options": options}
                library.add_question(actor(), county_id, question)
    except InvalidInput as refused:
        return _rounds(refused)
    return redirect(address_of(".show_rounds", _anchor="library"))


@blueprint.get("/<period>")
@guard(Permission.SEE_SURVEYS)
def show_round(period: str) -> Any:
    """One month: what is asked, that somebody answered, and after publication what was said."""
    return round_page(forms.read_month(period))


def round_page(month: date, error: DomainError | None = None) -> Any:
    county_id = county_of()
    found = editor.find_round(county_id, month)
    wanted, mine = TOWNSHIP.read()["township"], townships_of_reader()
    units = _visible(units_of(county_id, month), mine, wanted)
    said = _said(found)
    of_units = [said.get(unit.unit_id, []) for unit in units]
    return render_page(
        "surveys/round.html", error,
        round=found, states=STATE_NAMES, said=said, unit_name=unit_name, units=units,
        summary=summary.summarise(of_units), share=summary.share, speaks=summary.speaks,
        quoted=sum(summary.speaks(one) for one in of_units), kind_names=library.KIND_NAMES,
        unfinished=paper.count_unfinished(found.id),
        texts=results.texts_of(found.id), may_quote=results.may_quote,
        sentences=results.sentences, option_words=results.option_words,
        answered=has_answers(county_id, month), period_name=period_name, township=wanted,
        townships=[t for t in list_townships([county_id]) if mine is None or t.id in mine],
        counts=review.count_texts(found.id) if _reads_words() else None,
        levels=results.LEVEL_NAMES, county_id=county_id, paper=slips.numbers_of(found.id),
    )  # fmt: skip


def _said(survey_round: SurveyRound) -> dict[int, list[results.QuestionResult]]:
    if survey_round.state != "published":
        return {}
    return results.said_of(survey_round.id, rounds.questions_of_units(survey_round))


def _visible(
    units: list[UnitOfMonth], mine: frozenset[int] | None, wanted: int | None
) -> list[UnitOfMonth]:
    """The units of the reader's townships, or of the one that was chosen."""
    chosen = mine if wanted is None else frozenset({wanted})
    if mine is not None and chosen is not None:
        chosen &= mine
    if chosen is None:
        return units
    return [unit for unit in units if not chosen.isdisjoint(unit.township_ids)]


def _reads_words() -> bool:
    return has_permission(actor(), Permission.MANAGE_SURVEYS)
