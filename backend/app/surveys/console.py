"""问卷: drafts, schedule, results and words of the monthly survey."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import redirect, render_template
from flask import url_for as address_of

from backend.app.access import Permission, has_permission, regions_of
from backend.app.ballots.queries import UnitOfMonth
from backend.app.ballots.signing_keys import period_name, remake_period
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.console_menu import local_time
from backend.app.core.web.forms import Form, Query, form_args, last_page, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import status_of
from backend.app.places.queries import get_place, list_townships
from backend.app.surveys import (
    editor,
    forms,
    k_anonymity,
    library,
    results,
    review,
    summary,
    validation,
)
from backend.app.surveys import operations as rounds
from backend.app.surveys.blueprints import console as blueprint
from backend.app.surveys.models import SurveyRound
from backend.app.surveys.paper import operations as paper
from backend.app.surveys.paper import slips
from backend.app.surveys.questionnaires import MOST
from backend.app.surveys.round_files import has_answers, unit_name, units_of, village_kinds
from backend.app.surveys.states import RoundState

STATE_NAMES = RoundState.names()
VERSION = Form.of(
    title=boxes.Text(), version=boxes.Number(otherwise=-1), opens_at=boxes.Moment(),
    closes_at=boxes.Moment(),
)  # fmt: skip
TOWNSHIP = Query.of(township=boxes.Id())
TEXTS = Query.of(page=boxes.Page(), state=boxes.Choice(review.STATES, otherwise="moderated"))


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
    page = render_template(
        "surveys/list.html",
        rounds=editor.list_rounds(county_id), states=STATE_NAMES, error=error,
        months=[month for month in months if month not in taken],
        library=library.list_library(county_id), kind_names=library.KIND_NAMES,
        period_name=period_name, county_id=county_id,
        first_month=editor.is_first_month(county_id, months[0]), this_month=months[0],
    )  # fmt: skip
    return page, 422 if error else 200


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


@blueprint.get("/<period>/edit")
@guard(Permission.MANAGE_SURVEYS)
def show_editor(period: str) -> Any:
    return _editor(forms.read_month(period))


def _editor(period: date, error: DomainError | None = None) -> Any:
    county_id = county_of(Permission.MANAGE_SURVEYS)
    found = editor.find_round(county_id, period)
    small, has_keys = k_anonymity.small_units(county_id, period), bool(units_of(county_id, period))
    page = render_template(
        "surveys/edit.html",
        round=found, states=STATE_NAMES, error=error, most=MOST,
        kinds=village_kinds(county_id), library=library.list_library(county_id),
        kind_names=library.KIND_NAMES, versions=editor.list_versions(found.id), small=small,
        merges=k_anonymity.merges(county_id) if small or not has_keys else [],
        period_name=period_name,
        has_keys=has_keys, moment=_moment, levels=results.LEVEL_NAMES,
        this_month=clock.month_of(clock.today()), least=k_anonymity.LEAST,
    )  # fmt: skip
    return page, status_of(error) if error else 200


def _moment(kept: str) -> str:
    """A time as a version keeps it, by the county's clock."""
    return local_time(datetime.fromisoformat(kept))


@blueprint.post("/<period>/edit")
@guard(Permission.MANAGE_SURVEYS)
def save_round(period: str) -> Any:
    """Saves a version; a refusal is shown with what was typed."""
    county_id, month = county_of(Permission.MANAGE_SURVEYS), forms.read_month(period)
    kinds, choices = village_kinds(county_id), library.list_library(county_id)
    try:
        form, questionnaires = VERSION.read(), forms.read_questionnaires(typed, kinds, choices)
        written = validation.EditedSurvey(
            form["title"], questionnaires, form["opens_at"], form["closes_at"]
        )
        with transaction():
            editor.save(actor(), county_id, month, form["version"], written)
    except (InvalidInput, Conflict) as refused:
        return _editor(month, refused)
    return redirect(address_of(".show_editor", period=period))


@blueprint.post("/<period>/<act>")
@guard(Permission.MANAGE_SURVEYS)
def move_round(period: str, act: str) -> Any:
    """Schedules, takes back, forgets, publishes, or makes the month's units anew."""
    county_id, month = county_of(Permission.MANAGE_SURVEYS), forms.read_month(period)
    try:
        with transaction():
            _move(county_id, month, act)
    except (InvalidInput, Conflict) as refused:
        show = _round_page if act == "publish" else _editor
        return show(month, refused)
    if act == "delete":
        return redirect(address_of(".show_rounds"))
    target = ".show_round" if act in ("publish", "schedule") else ".show_editor"
    return redirect(address_of(target, period=period))


def _move(county_id: int, month: date, act: str) -> None:
    me = actor()
    if act == "schedule":
        editor.schedule(me, county_id, month)
    elif act == "unschedule":
        editor.unschedule(me, county_id, month)
    elif act == "delete":
        editor.delete_draft(me, county_id, month)
    elif act == "remake":
        remake_period(county_id, month)
        record("remake_survey_keys", me.person_id, "survey", period_name(month))
    elif act != "publish":
        raise NotFound
    else:
        found = editor.find_round(county_id, month)
        if paper.count_unfinished(found.id):
            raise Conflict("还有纸票没录完,录完或作废后才能公布")
        if rounds.publish_round(found.id):
            record("publish_survey", me.person_id, "survey", found.id, month=period_name(month))


@blueprint.get("/<period>")
@guard(Permission.SEE_SURVEYS)
def show_round(period: str) -> Any:
    """One month: what is asked, that somebody answered, and after publication what was said."""
    return _round_page(forms.read_month(period))


def _round_page(month: date, error: DomainError | None = None) -> Any:
    county_id = county_of()
    found = editor.find_round(county_id, month)
    wanted, mine = TOWNSHIP.read()["township"], townships_of_reader()
    units = _visible(units_of(county_id, month), mine, wanted)
    said = _said(found)
    of_units = [said.get(unit.unit_id, []) for unit in units]
    page = render_template(
        "surveys/round.html",
        round=found, states=STATE_NAMES, said=said, unit_name=unit_name, units=units, error=error,
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
    return page, status_of(error) if error else 200


def _said(found: SurveyRound) -> dict[int, list[results.QuestionResult]]:
    if found.state != "published":
        return {}
    return results.said_of(found.id, rounds.questions_of_units(found))


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
    page = render_template(
        "surveys/texts.html",
        round=found, texts=review.list_texts(found.id, state, number), state=state, error=error,
        states=STATE_NAMES, decidable=state != review.FEW, page=number,
        last=last_page(counts[state], review.PAGE), turn=lambda page: _turn(period, state, page),
        names={one.unit_id: unit_name(one) for one in units_of(county_id, month)},
        questions=rounds.questions_of_units(found), review_states=review.STATES, counts=counts,
        period_name=period_name,
    )  # fmt: skip
    return page, 422 if error else 200


def _turn(period: str, state: str, page: int) -> str:
    return address_of(".show_texts", period=period, state=state, page=page)


@blueprint.post("/<period>/texts")
@guard(Permission.MANAGE_SURVEYS)
@form_args(show=boxes.YesNo(), state=boxes.Text())
def decide_texts(period: str, show: bool, state: str) -> Any:
    """Releases or keeps back what was ticked."""
    month = forms.read_month(period)
    found = editor.find_round(county_of(Permission.MANAGE_SURVEYS), month)
    try:
        with transaction():
            review.decide(actor(), found, _ids(typed.getlist("texts")), show)
    except InvalidInput as refused:
        return _texts(month, refused)
    return redirect(address_of(".show_texts", period=period, state=state or "moderated"))


def _ids(given: list[str]) -> list[UUID]:
    try:
        return [UUID(one) for one in given]
    except ValueError:
        raise InvalidInput(errors={"texts": ["请先勾选"]}) from None
