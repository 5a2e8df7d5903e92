"""奖品: the catalogue, as the office keeps it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import redirect, render_template, request
from flask import url_for as address_of

from backend.app.access import Permission, may, regions_of
from backend.app.accounts.forms import read_id
from backend.app.accounts.queries import find_regions
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput
from backend.app.core.files.photos import MOST_BYTES
from backend.app.core.guards import actor, guard
from backend.app.core.http import status_of
from backend.app.places.queries import get_place
from backend.app.points.blueprints import console as blueprint
from backend.app.points.forms import county_of
from backend.app.rewards import console_queries
from backend.app.rewards import forms as reward_forms
from backend.app.rewards.catalogue import operations as rewards
from backend.app.rewards.errors import RewardUnknown
from backend.app.rewards.models import Reward

FORM_OVERHEAD = 64 * 1024
LEVELS = {"county": "县", "township": "乡镇", "village": "村"}
View = TypeVar("View", bound=Callable[..., Any])


def takes_a_photo(view: View) -> View:
    """Raises the size limit of this one route before anything reads the form."""

    @wraps(view)
    def larger(**kwargs: Any) -> Any:
        request.max_content_length = MOST_BYTES + FORM_OVERHEAD
        return view(**kwargs)

    return cast("View", larger)


@blueprint.get("/rewards")
@guard(Permission.SEE_REDEMPTIONS)
def show_rewards() -> str:
    """The catalogue with what lies in the shops."""
    with_retired = request.args.get("all") == "1"
    return render_template(
        "rewards/rewards.html",
        rewards=console_queries.list_rewards(county_of(Permission.SEE_REDEMPTIONS), with_retired),
        with_retired=with_retired, today=clock.today(),
    )  # fmt: skip


@blueprint.get("/rewards/new")
@guard(Permission.MANAGE_REWARDS)
def new_reward() -> Any:
    return _form(None)


def _form(reward: Reward | None, error: DomainError | None = None) -> Any:
    search = request.args.get("place", "")[:40]
    chosen = request.form.get("region_id", "")
    page = render_template(
        "rewards/reward.html",
        reward=reward, error=error, form=request.form, today=clock.today(), search=search,
        levels=LEVELS, place=get_place(reward.region_id) if reward else None,
        regions=[] if reward else find_regions(
            regions_of(actor(), Permission.MANAGE_REWARDS), search,
            int(chosen) if chosen.isdecimal() and len(chosen) < 18 else None,
        ),
    )  # fmt: skip
    return page, status_of(error) if error else 200


def _photo() -> bytes | None:
    file = request.files.get("photo")
    return file.read() if file and file.filename else None


@blueprint.post("/rewards/new")
@takes_a_photo
@guard(Permission.MANAGE_REWARDS)
def add_reward() -> Any:
    try:
        region_id = read_id(request.form, "region_id")
        with transaction():
            rewards.add_reward(actor(), region_id, reward_forms.read_reward(request.form), _photo())
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
@takes_a_photo
@guard(Permission.MANAGE_REWARDS)
def change_reward(reward_id: int) -> Any:
    try:
        with transaction():
            given = reward_forms.read_reward(request.form)
            rewards.change_reward(actor(), reward_id, given, _photo())
    except (InvalidInput, Conflict) as refused:
        return _form(_seen(reward_id), refused)
    return redirect(address_of("points_console.show_rewards"))


@blueprint.post("/rewards/<int:reward_id>/retire")
@guard(Permission.MANAGE_REWARDS)
def retire_reward(reward_id: int) -> Any:
    with transaction():
        rewards.retire_reward(actor(), reward_id)
    return redirect(address_of("points_console.show_rewards"))
