"""The editor of a month's questions, and what moves the month on."""

from datetime import date, datetime
from typing import Any

from flask import redirect
from flask import url_for as address_of

from backend.app.access import Permission
from backend.app.ballots.signing_keys import period_name, remake_period
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.console_menu import local_time
from backend.app.core.web.forms import Form, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.surveys import (
    editor,
    forms,
    k_anonymity,
    library,
    results,
    validation,
)
from backend.app.surveys import operations as rounds
from backend.app.surveys.blueprints import console as blueprint
from backend.app.surveys.console import STATE_NAMES, county_of, round_page
from backend.app.surveys.paper import operations as paper
from backend.app.surveys.questionnaires import MOST
from backend.app.surveys.round_files import units_of, village_kinds

VERSION = Form.of(
    title=boxes.Text(), version=boxes.Number(otherwise=-1), opens_at=boxes.Moment(),
    closes_at=boxes.Moment(),
)  # fmt: skip


@blueprint.get("/<period>/edit")
@guard(Permission.MANAGE_SURVEYS)
def show_editor(period: str) -> Any:
    return _editor(forms.read_month(period))


def _editor(period: date, error: DomainError | None = None) -> Any:
    county_id = county_of(Permission.MANAGE_SURVEYS)
    survey_round = editor.find_round(county_id, period)
    small, has_keys = k_anonymity.small_units(county_id, period), bool(units_of(county_id, period))
    return render_page(
        "surveys/edit.html", error,
        round=survey_round, states=STATE_NAMES, most=MOST,
        kinds=village_kinds(county_id), library=library.list_library(county_id),
        kind_names=library.KIND_NAMES, versions=editor.list_versions(survey_round.id), small=small,
        merges=k_anonymity.merges(county_id) if small or not has_keys else [],
        period_name=period_name,
        has_keys=has_keys, moment=_moment, levels=results.LEVEL_NAMES,
        this_month=clock.month_of(clock.today()), least=k_anonymity.LEAST,
    )  # fmt: skip


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
        show = round_page if act == "publish" else _editor
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
            raise Conflict("还有纸票没录完，录完或作废后才能公布")
        if rounds.publish_round(found.id):
            record("publish_survey", me.person_id, "survey", found.id, month=period_name(month))
