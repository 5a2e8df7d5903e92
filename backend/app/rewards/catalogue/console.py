"""奖品: the catalogue, as the office keeps it."""

from typing import Any

from flask import redirect, render_template, request
from flask import url_for as address_of

from backend.app.access import Permission, may, regions_of
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput
from backend.app.core.files.photos import MOST_BYTES
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query, query_args, read_id, takes_file
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.places.divisions import LEVEL_NAMES
from backend.app.places.picker_queries import find_regions
from backend.app.places.queries import get_place
from backend.app.points.blueprints import console as blueprint
from backend.app.points.forms import county_of
from backend.app.rewards import forms as reward_forms
from backend.app.rewards.catalogue import operations as rewards
from backend.app.rewards.catalogue.queries import list_rewards
from backend.app.rewards.errors import RewardUnknown
from backend.app.rewards.models import Reward

# By which words regions are looked for, and the one that was chosen.
REGION = Query.of(place=boxes.Text(40), region_id=boxes.Id())


@blueprint.get("/rewards")
@guard(Permission.SEE_REDEMPTIONS)
@query_args(all=boxes.YesNo())
def show_rewards(all: bool) -> str:  # noqa: A002
    """The catalogue with what lies in the shops."""
    return render_template(
        "rewards/rewards.html",
        rewards=list_rewards(county_of(Permission.SEE_REDEMPTIONS), all),
        with_retired=all, today=clock.today(),
    )  # fmt: skip


@blueprint.get("/rewards/new")
@guard(Permission.MANAGE_REWARDS)
def new_reward() -> Any:
    return _form(None)


def _form(reward: Reward | None, error: DomainError | None = None) -> Any:
    query = REGION.read()
    return render_page(
        "rewards/reward.html", error,
        reward=reward, today=clock.today(), search=query["place"],
        levels=LEVEL_NAMES, place=get_place(reward.region_id) if reward else None,
        regions=[] if reward else find_regions(
            regions_of(actor(), Permission.MANAGE_REWARDS), query["place"], query["region_id"]
        ),
    )  # fmt: skip


def _photo() -> bytes | None:
    file = request.files.get("photo")
    return file.read() if file and file.filename else None


@blueprint.post("/rewards/new")
@takes_file(MOST_BYTES)
@guard(Permission.MANAGE_REWARDS)
def add_reward() -> Any:
    try:
        region_id, reward = read_id("region_id"), reward_forms.read_reward()
        with transaction():
            rewards.add_reward(actor(), region_id, reward, _photo())
    except (InvalidInput, Conflict) as refused:
        return _form(None, refused)
    return redirect(address_of("points_console.show_rewards"))


def _seen(reward_id: int) -> Reward:
    """One of the reader's own; raises RewardUnknown for any other."""
    reward = db.session.get(Reward, reward_id)
    if reward is None or reward.retired_at is not None:
        raise RewardUnknown
    if not may(actor(), Permission.MANAGE_REWARDS, get_place(reward.region_id).path):
        raise RewardUnknown
    return reward


@blueprint.get("/rewards/<int:reward_id>")
@guard(Permission.MANAGE_REWARDS)
def show_reward(reward_id: int) -> Any:
    return _form(_seen(reward_id))


@blueprint.post("/rewards/<int:reward_id>")
@takes_file(MOST_BYTES)
@guard(Permission.MANAGE_REWARDS)
def change_reward(reward_id: int) -> Any:
    try:
        reward = reward_forms.read_reward()
        with transaction():
            rewards.change_reward(actor(), reward_id, reward, _photo())
    except (InvalidInput, Conflict) as refused:
        return _form(_seen(reward_id), refused)
    return redirect(address_of("points_console.show_rewards"))


@blueprint.post("/rewards/<int:reward_id>/retire")
@guard(Permission.MANAGE_REWARDS)
def retire_reward(reward_id: int) -> Any:
    with transaction():
        rewards.retire_reward(actor(), reward_id)
    return redirect(address_of("points_console.show_rewards"))
