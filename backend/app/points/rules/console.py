"""积分办法: versions with their vote, the draft and what it would cost, putting it in force."""

from typing import Any

from flask import Response, redirect, request, send_file
from flask import url_for as address_of

from backend.app.access import Permission, may
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotFound
from backend.app.core.files import storage
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, form_args, query_args, takes_file, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.places.queries import get_place, search_villages
from backend.app.points import forms
from backend.app.points.blueprints import console as blueprint
from backend.app.points.point_sources import AUTOMATIC
from backend.app.points.rules import budget, simulation
from backend.app.points.rules import operations as rules
from backend.app.points.rules import queries as rule_queries
from backend.app.points.rules.examples import EXAMPLES
from backend.app.points.rules.rulebook import item_from, most_a_month

SPARE_LINES = 3
DRAFT = Form.of(title=boxes.Text(), yearly_budget=boxes.Number(otherwise=0), act=boxes.Text())
START = Form.of(starts_on=boxes.Day())


@blueprint.get("/rules")
@guard(Permission.SEE_POINTS)
@query_args(q=boxes.Text())
def show_rules(q: str) -> Any:
    return _rules_page(q)


def _rules_page(words: str = "", error: DomainError | None = None) -> Any:
    """The versions of one county or village, newest first, with the draft on top."""
    place, county_id, today = forms.read_place(), forms.county_of(), clock.today()
    if place.county_id != county_id:
        raise NotFound
    versions = rule_queries.rule_sets_of(place.id)
    now = rule_queries.rule_set_on(place.id, today)
    return render_page(
        "points/rules.html", error,
        place=place, county=get_place(county_id), today=today,
        versions=versions, rules={one.id: rule_queries.rules_of(one.id) for one in versions},
        loose=rule_queries.loose_rules(place.id), draft=rules.draft_of(place.id),
        left=[(get_place(one.region_id).name, one) for one in rules.drafts_left(place.id)],
        forecast=budget.forecast(now, today) if now else None,
        villages=rule_queries.villages_with_rules(county_id), most_a_month=most_a_month,
        found=search_villages(words, [county_id])[:8] if words else [], q=words,
        automatic=AUTOMATIC, examples=EXAMPLES, item_from=item_from,
        mine=place.is_open and may(actor(), Permission.MANAGE_POINTS, place.path),
    )  # fmt: skip


@blueprint.get("/rules/edit")
@guard(Permission.MANAGE_POINTS)
def edit_draft() -> Any:
    return _editor()


def _editor(
    error: DomainError | None = None, tried: simulation.RuleSimulation | None = None
) -> Any:
    """The draft as a table, with what was typed where it was refused."""
    place = forms.read_place()
    draft = rules.draft_of(place.id)
    if request.method == "POST":
        title, total = typed.get("title", ""), typed.get("yearly_budget", "")
        lines: list[Any] = forms.read_items()[1]
    elif draft is not None:
        title, total, lines = draft.title, str(draft.yearly_budget), list(draft.items)
    else:
        now = rule_queries.rule_set_on(place.id, clock.today())
        title, total = f"{place.name}积分办法", str(now.yearly_budget if now else "")
        lines = [_line(rule) for rule in rule_queries.rules_on(place.id, clock.today())]
    return render_page(
        "points/rule_editor.html", error,
        place=place, draft=draft, title=title, budget=total, lines=lines,
        spare=8 if typed.get("act") == "more" or not lines else SPARE_LINES,
        automatic=AUTOMATIC, examples=EXAMPLES, tried=tried,
    )  # fmt: skip


def _line(rule: Any) -> dict[str, Any]:
    """A rule in force, as the first lines of a new draft."""
    names = ("code", "label", "amount", "daily_cap", "monthly_cap")
    line = {name: getattr(rule, name) for name in names}
    return {"group": rule.group_name or "村务参与", **line}


@blueprint.post("/rules/edit")
@guard(Permission.MANAGE_POINTS)
def save_draft() -> Any:
    """Saves, or shows what the draft would have cost on the last quarter's acts."""
    place, form = forms.read_place(), DRAFT.read()
    items, _ = forms.read_items()
    if form["act"] == "more":
        return _editor()
    try:
        with transaction():
            rules.save_draft(actor(), place.id, form["title"], items, form["yearly_budget"])
    except (InvalidInput, Conflict) as refused:
        return _editor(refused)
    if form["act"] == "try":
        return _editor(tried=simulation.preview(place, items, clock.today()))
    return redirect(address_of("points_console.show_rules", region=place.id))


@blueprint.post("/rules/example/<name>")
@guard(Permission.MANAGE_POINTS)
def load_example(name: str) -> Any:
    """Puts an example into the draft: it still needs a vote."""
    if name not in EXAMPLES:
        raise NotFound
    place = forms.read_place()
    _, items, total = EXAMPLES[name]
    with transaction():
        rules.save_draft(actor(), place.id, f"{place.name}积分办法", items, total)
    return redirect(address_of("points_console.edit_draft", region=place.id))


@blueprint.post("/rules/adopt")
@takes_file(rules.LARGEST_FILE)
@guard(Permission.MANAGE_POINTS)
def adopt_draft() -> Any:
    """The vote and its minutes put the draft into force."""
    place = forms.read_place()
    file = request.files.get("minutes")
    try:
        vote, starts_on = forms.read_vote(), START.read()["starts_on"]
        minutes = (file.filename or "", file.read()) if file and file.filename else None
        with transaction():
            rules.adopt(actor(), place.id, vote, starts_on, minutes)
    except (InvalidInput, Conflict) as refused:
        return _rules_page(error=refused)
    return redirect(address_of("points_console.show_rules", region=place.id))


@blueprint.post("/rules/drop")
@guard(Permission.MANAGE_POINTS)
def drop_draft() -> Any:
    place = forms.read_place()
    with transaction():
        rules.drop_draft(actor(), place.id)
    return redirect(address_of("points_console.show_rules", region=place.id))


@blueprint.post("/rules/left/<int:draft_id>")
@guard(Permission.MANAGE_POINTS)
@form_args(act=boxes.Choice(("take", "drop"), missing="请选接着用或不要"))
def settle_left_draft(draft_id: int, act: str) -> Any:
    """The draft of a village that went into this one: taken over or not wanted."""
    place = forms.read_place()
    try:
        with transaction():
            settle = rules.take_over_draft if act == "take" else rules.drop_left_draft
            settle(actor(), place.id, draft_id)
    except (InvalidInput, Conflict) as refused:
        return _rules_page(error=refused)
    return redirect(address_of("points_console.show_rules", region=place.id))


@blueprint.post("/rules/<int:rule_set_id>/end")
@guard(Permission.MANAGE_POINTS)
@form_args(reason=boxes.Text())
def end_rules(rule_set_id: int, reason: str) -> Any:
    try:
        with transaction():
            ended = rules.end_rules(actor(), rule_set_id, reason)
            region_id = ended.region_id
    except (InvalidInput, Conflict) as refused:
        return _rules_page(error=refused)
    return redirect(address_of("points_console.show_rules", region=region_id))


@blueprint.get("/rules/<int:rule_set_id>/minutes")
@guard(Permission.SEE_POINTS)
def show_minutes(rule_set_id: int) -> Response:
    """The uploaded minutes of a vote."""
    found = rule_queries.get_rule_set(rule_set_id)
    if found.county_id != forms.county_of() or found.minutes_key is None:
        raise NotFound
    # An attachment, whatever its kind: what was uploaded never runs as a page of ours.
    return send_file(
        storage.path(found.minutes_key), as_attachment=True,
        download_name=f"{found.title}第{found.version}版会议记录.{found.minutes_key.rsplit('.')[-1]}",
    )  # fmt: skip
