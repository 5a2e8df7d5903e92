"""抽奖: off until somebody has read the note; draft, list, two readings of the seed, winners."""

from typing import Any

from flask import redirect
from flask import url_for as address_of

from backend.app.access import Permission, may
from backend.app.accounts.numbers import numbers_of
from backend.app.accounts.second_person import is_same_hand
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.boxes import whole
from backend.app.core.web.forms import Form, form_args
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.places.queries import get_place, list_townships, settings_of
from backend.app.points import forms
from backend.app.points.blueprints import console as blueprint
from backend.app.points.draws import operations as draws
from backend.app.points.draws.draw_rule import SeedFormat
from backend.app.points.draws.public import STATES
from backend.app.points.models import PointsDraw

SEED = ("seed_numbers", "seed_digits", "seed_ascending")
# What cannot be read is missing, and the check of a draft names what is missing.
PLAN = Form.of(
    region=boxes.Id(otherwise=0), title=boxes.Text(), prizes=boxes.Text(),
    first_month=boxes.Month(otherwise=None), last_month=boxes.Month(otherwise=None),
    seed_source=boxes.Text(squeezed=True), seed_at=boxes.Moment(otherwise=None),
    **{name: boxes.Number(otherwise=None) for name in SEED},
)  # fmt: skip


def read_prizes(words: str) -> tuple[tuple[str, int], ...]:
    """Lines such as "食用油 20"; what has no number counts none and is refused."""
    prizes = []
    for line in words.splitlines():
        name, _, count = line.strip().rpartition(" ")
        if line.strip():
            prizes.append((name.strip() or line.strip(), whole(count, most=999) or 0))
    return tuple(prizes)


def _plan(form: dict[str, Any]) -> draws.Plan:
    counts = [form[name] for name in SEED]
    return draws.Plan(
        form["title"], form["first_month"], form["last_month"], read_prizes(form["prizes"]),
        form["seed_source"], form["seed_at"], None if None in counts else SeedFormat(*counts),
    )  # fmt: skip


@blueprint.get("/draws")
@guard(Permission.SEE_POINTS)
def show_draws() -> Any:
    return _list()


def _list(error: DomainError | None = None) -> Any:
    county_id = forms.county_of()
    month = clock.previous_month(clock.month_of(clock.today()))
    return render_page(
        "points/draws.html", error, policy=settings_of(county_id), note=draws.LEGAL_NOTE,
        draws=draws.list_draws(county_id, with_drafts=True), states=STATES,
        county=get_place(county_id), townships=list_townships([county_id]), month=month,
        manages=may(actor(), Permission.MANAGE_POINTS, {county_id}),
    )  # fmt: skip


@blueprint.post("/draws/switch")
@guard(Permission.MANAGE_POINTS)
@form_args(on=boxes.YesNo(), note_read=boxes.YesNo())
def switch_draws(on: bool, note_read: bool) -> Any:
    try:
        with transaction():
            draws.switch(actor(), forms.county_of(Permission.MANAGE_POINTS), on, note_read)
    except InvalidInput as refused:
        return _list(refused)
    return redirect(address_of("points_console.show_draws"))


@blueprint.post("/draws")
@guard(Permission.MANAGE_POINTS)
def save_draw() -> Any:
    form = PLAN.read()
    try:
        with transaction():
            number = draws.save(actor(), form["region"], _plan(form)).id
    except (InvalidInput, Conflict, NotAllowed) as refused:
        return _list(refused)
    return redirect(address_of("points_console.show_draw", draw_id=number))


def _own_draw(draw_id: int) -> PointsDraw:
    found = [
        draw for draw in draws.list_draws(forms.county_of(), with_drafts=True) if draw.id == draw_id
    ]
    if not found:
        raise NotFound("没有找到这次抽奖")
    return found[0]


@blueprint.get("/draws/<int:draw_id>")
@guard(Permission.SEE_POINTS)
def show_draw(draw_id: int) -> Any:
    return _draw_page(draw_id)


def _draw_page(draw_id: int, error: DomainError | None = None) -> Any:
    """What a draft would come to, whether the seed was read, who won by 积分号."""
    draw, at = _own_draw(draw_id), clock.now()
    seeds, winners = draws.seeds_of(draw.id), draws.winners_of(draw.id)
    return render_page(
        "points/draw.html", error,
        draw=draw, states=STATES, place=get_place(draw.region_id),
        chances=draws.count_chances(draw) if draw.state == "draft" else draw.entries,
        winners=winners, numbers=numbers_of(winner.person_id for winner in winners),
        seeds=len(seeds), seed_due=at >= draw.seed_at,
        read_by_me=is_same_hand(actor().person_id, *(seed.person_id for seed in seeds)),
        seed_format=draws.format_of(draw), late=draws.is_called_off_late(draw),
        differ=len({seed.value for seed in seeds}) == len(seeds) > 1,
        manages=may(actor(), Permission.MANAGE_POINTS, {draw.county_id}),
    )  # fmt: skip


@blueprint.post("/draws/<int:draw_id>/<string:act>")
@guard(Permission.MANAGE_POINTS)
@form_args(value=boxes.Text(), reason=boxes.Text())
def move_draw(draw_id: int, act: str, value: str, reason: str) -> Any:
    """Publishes, takes a reading of the seed, or calls off."""
    me = actor()
    _own_draw(draw_id)
    try:
        with transaction():
            if act == "publish":
                draws.publish(me, draw_id)
            elif act == "seed":
                draws.enter_seed(me, draw_id, value)
            elif act == "call-off":
                draws.call_off(me, draw_id, reason)
            else:
                raise NotFound
    except (InvalidInput, Conflict, NotAllowed) as refused:
        return _draw_page(draw_id, refused)
    return redirect(address_of("points_console.show_draw", draw_id=draw_id))
