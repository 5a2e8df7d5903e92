"""纸票: the roll of slips, slips to print, batches entered twice."""

from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of

from backend.app.access import Permission, regions_of
from backend.app.ballots.queries import UnitOfMonth
from backend.app.ballots.signing_keys import period_name
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query, form_args, read_id, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.places.queries import get_place
from backend.app.surveys import editor, forms, results
from backend.app.surveys.blueprints import console as blueprint
from backend.app.surveys.models import PaperBatch, SurveyRound
from backend.app.surveys.paper import operations as paper
from backend.app.surveys.paper.slips import slips_of
from backend.app.surveys.round_files import unit_name, units_of

# On paper, at first; a browser prints as many sheets as are needed.
ROLL_LINES = 40
UNIT = Query.of(unit=boxes.Id())
CHOSEN_UNIT = Query.of(unit=boxes.Id(missing=boxes.Id.words))
ENTRY = Query.of(unit=boxes.Id(missing=boxes.Id.words), slips=boxes.Id(missing=boxes.Id.words))


def _round(period: str) -> SurveyRound:
    regions = regions_of(actor(), Permission.ENTER_PAPER_VOTES)
    if not regions:
        raise NotFound
    county_id = get_place(min(regions)).county_id or min(regions)
    return editor.find_round(county_id, forms.read_month(period))


def _units(survey_round: SurveyRound) -> list[UnitOfMonth]:
    """The units this reader enters slips for: a township's staff those that touch it."""
    units = units_of(survey_round.county_id, survey_round.period)
    regions = regions_of(actor(), Permission.ENTER_PAPER_VOTES)
    if survey_round.county_id in regions:
        return units
    return [unit for unit in units if not regions.isdisjoint(unit.township_ids)]


def _own_unit(survey_round: SurveyRound, unit_id: int) -> UnitOfMonth:
    for unit in _units(survey_round):
        if unit.unit_id == unit_id:
            return unit
    raise NotFound


def _page(survey_round: SurveyRound, error: DomainError | None = None) -> Any:
    units = _units(survey_round)
    names = {unit.unit_id: unit_name(unit) for unit in units}
    batches = [batch for batch in paper.list_batches(survey_round.id) if batch.unit_id in names]
    unit_id = UNIT.read()["unit"]
    chosen = unit_id if unit_id in names else None
    return render_page(
        "surveys/paper.html", error,
        round=survey_round, batches=batches, names=names, chosen=chosen,
        slips=slips_of(chosen) if chosen else None,
        states=paper.STATE_NAMES, period_name=period_name, me_id=actor().person_id,
        fewest=paper.FEWEST_SLIPS, most=paper.MOST_SLIPS,
    )  # fmt: skip


@blueprint.get("/<period>/paper")
@guard(Permission.ENTER_PAPER_VOTES)
def show_paper(period: str) -> Any:
    return _page(_round(period))


@blueprint.post("/<period>/paper/slips")
@guard(Permission.ENTER_PAPER_VOTES)
@form_args(name=boxes.Text(), digits=boxes.Text())
def give_slip(period: str, name: str, digits: str) -> Any:
    """Notes one person on the roll; the name is not kept."""
    found = _round(period)
    try:
        unit = _own_unit(found, read_id("unit"))
        with transaction():
            paper.give_slip(actor(), found.county_id, unit.unit_id, name, digits)
    except (InvalidInput, Conflict) as refused:
        return _page(found, refused)
    return redirect(address_of(".show_paper", period=period, unit=unit.unit_id))


@blueprint.get("/<period>/paper/print")
@guard(Permission.ENTER_PAPER_VOTES)
def print_slips(period: str) -> str:
    """Four slips on a page of A4, for one unit."""
    found = _round(period)
    unit = _own_unit(found, CHOSEN_UNIT.read()["unit"])
    return render_template(
        "surveys/slips.html",
        round=found, name=unit_name(unit), questions=paper.questions_for(found, unit.unit_id),
        option_words=results.option_words,
    )  # fmt: skip


@blueprint.get("/<period>/paper/roll")
@guard(Permission.ENTER_PAPER_VOTES)
def print_roll(period: str) -> str:
    """A sheet to be signed by whoever gets a slip; nothing of it comes back into the system."""
    found = _round(period)
    unit = _own_unit(found, CHOSEN_UNIT.read()["unit"])
    return render_template(
        "surveys/roll.html",
        round=found, name=unit_name(unit), slips=slips_of(unit.unit_id), lines=ROLL_LINES,
        month=lambda day: f"{day.year} 年 {day.month} 月",
    )  # fmt: skip


def _entry(
    survey_round: SurveyRound, unit_id: int, slips: int, batch: PaperBatch | None,
    error: DomainError | None = None,
) -> Any:  # fmt: skip
    """The grid of one batch; where two people differ, their readings beside it."""
    name = unit_name(_own_unit(survey_round, unit_id))
    differs = batch is not None and batch.state == "differs"
    first, second = paper.entries(batch) if batch is not None and differs else ([], [])
    is_first = batch is not None and batch.first_by_id == actor().person_id
    return render_page(
        "surveys/entry.html", error,
        round=survey_round, unit_id=unit_id, name=name, slips=slips, batch=batch,
        questions=paper.questions_for(survey_round, unit_id), option_words=results.option_words,
        differing=paper.differing(batch) if batch is not None and differs else [],
        mine=first if is_first else second, theirs=second if is_first else first,
        written=written, period_name=period_name,
    )  # fmt: skip


def written(answer: Any) -> str:
    """An answer as it was typed: numbers from 1, or words."""
    if answer is None:
        return ""
    if isinstance(answer, list):
        return " ".join(str(one + 1) for one in answer)
    return str(answer + 1) if isinstance(answer, int) else str(answer)


@blueprint.get("/<period>/paper/entry")
@guard(Permission.ENTER_PAPER_VOTES)
def show_entry(period: str) -> Any:
    """An empty grid for the first person."""
    found = _round(period)
    try:
        unit_id, slips = ENTRY.read().values()
        unit = _own_unit(found, unit_id)
        if not paper.FEWEST_SLIPS <= slips <= paper.MOST_SLIPS:
            fault = f"一次录 {paper.FEWEST_SLIPS} 到 {paper.MOST_SLIPS} 张"
            raise InvalidInput(errors={"slips": [fault]})
        slips_of(unit.unit_id).check_entering(slips, "slips")
    except InvalidInput as refused:
        return _page(found, refused)
    return _entry(found, unit.unit_id, slips, None)


@blueprint.post("/<period>/paper/entry")
@guard(Permission.ENTER_PAPER_VOTES)
def put_entry(period: str) -> Any:
    """The first person's entry."""
    found = _round(period)
    unit_id, slips = ENTRY.read().values()
    unit, slips = _own_unit(found, unit_id), min(slips, paper.MOST_SLIPS)
    try:
        questions = paper.questions_for(found, unit.unit_id)
        sheets = forms.read_sheets(typed, questions, slips)
        with transaction():
            paper.start_batch(actor(), found, unit.unit_id, sheets)
    except InvalidInput as refused:
        return _entry(found, unit.unit_id, slips, None, refused)
    return redirect(address_of(".show_paper", period=period, unit=unit.unit_id))


@blueprint.get("/<period>/paper/<int:batch_id>")
@guard(Permission.ENTER_PAPER_VOTES)
def show_batch(period: str, batch_id: int) -> Any:
    found = _round(period)
    batch = paper.find_batch(found, batch_id)
    _own_unit(found, batch.unit_id)
    paper.check_hand(actor(), batch)
    return _entry(found, batch.unit_id, batch.slips, batch)


@blueprint.post("/<period>/paper/<int:batch_id>")
@guard(Permission.ENTER_PAPER_VOTES)
def put_batch(period: str, batch_id: int) -> Any:
    """The second person's entry, or a correction by either."""
    found = _round(period)
    batch = paper.find_batch(found, batch_id)
    _own_unit(found, batch.unit_id)
    try:
        questions = paper.questions_for(found, batch.unit_id)
        sheets = forms.read_sheets(typed, questions, batch.slips)
        with transaction():
            counted = paper.enter_again(actor(), found, batch_id, sheets).state == "counted"
    except InvalidInput as refused:
        return _entry(found, batch.unit_id, batch.slips, batch, refused)
    if not counted:
        return redirect(address_of(".show_batch", period=period, batch_id=batch_id))
    return redirect(address_of(".show_paper", period=period, unit=batch.unit_id))


@blueprint.post("/<period>/paper/<int:batch_id>/drop")
@guard(Permission.ENTER_PAPER_VOTES)
def drop_batch(period: str, batch_id: int) -> Any:
    found = _round(period)
    _own_unit(found, paper.find_batch(found, batch_id).unit_id)
    with transaction():
        paper.drop_batch(actor(), found, batch_id)
    return redirect(address_of(".show_paper", period=period))
