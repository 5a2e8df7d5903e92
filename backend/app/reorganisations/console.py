"""区划调整: what waits for a second person, what was done, and the form with what would move."""

from typing import Any

from flask import Blueprint, redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, regions_of
from backend.app.accounts.queries import display_names
from backend.app.accounts.second_person import hands_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.places.queries import get_place, list_children, list_townships, village_label
from backend.app.places.queries import region_names as names_of
from backend.app.places.targets import list_points
from backend.app.reorganisations import operations
from backend.app.reorganisations.models import Reorganisation
from backend.app.reorganisations.preview import hanging_on
from backend.app.reorganisations.states import ReorganisationKind, ReorganisationState

blueprint = Blueprint("reorganisations_console", __name__, url_prefix="/console/reorganisations")
KINDS = ReorganisationKind.names()
CHOICE = Query.of(
    village=boxes.Text(), kind=boxes.Choice(KINDS, otherwise=ReorganisationKind.MERGE.value),
    done=boxes.Text(),
)  # fmt: skip
PROPOSAL = Form.of(
    village_id=boxes.Id(missing="请先选村"), kind=boxes.Choice(KINDS, missing="请选怎么调整"),
    on=boxes.Day(missing="请选从哪天起"), basis=boxes.Text(), into=boxes.Text(),
    township_id=boxes.Id(otherwise=0), name=boxes.Text(), code=boxes.Text(squeezed=True),
    groups=boxes.Each(boxes.Id()), points=boxes.Each(boxes.Id()),
)  # fmt: skip
DECISION = Form.of(choice=boxes.Choice(("confirm", "drop"), missing="请选确认或撤回"))
DONE = {
    "proposed": "已提出。请另一位同事到这里确认；确认以前什么也不变。",
    "confirm": "已办好。",
    "drop": "已撤回，什么也没有变。",
}


def _county() -> int:
    return min(regions_of(actor(), Permission.REORGANISE_VILLAGES))


@blueprint.get("")
@guard(Permission.REORGANISE_VILLAGES)
def list_reorganisations() -> tuple[str, int]:
    return _list()


def _list(error: DomainError | None = None) -> tuple[str, int]:
    listed = operations.list_of(_county())
    return render_page(
        "reorganisations/list.html", error,
        lines=[_line(one) for one in listed], kinds=KINDS,
        ended=operations.list_ended(_county()),
        done=DONE.get(CHOICE.read()["done"]),
    )  # fmt: skip


@blueprint.get("/new")
@guard(Permission.REORGANISE_VILLAGES)
def show_form() -> tuple[str, int]:
    """The village as it is, what would become of everything, and the boxes of that kind."""
    query = CHOICE.read()
    kind = ReorganisationKind.of(query["kind"])
    try:
        village_id = operations.find_village(_county(), query["village"])
        operations.check_fits(village_id, kind)
    except InvalidInput as error:
        return _list(error)
    return _form(village_id, kind)


def _form(
    village_id: int, kind: ReorganisationKind, error: DomainError | None = None
) -> tuple[str, int]:
    return render_page(
        "reorganisations/form.html", error,
        village=village_label(village_id), place=get_place(village_id), kind=kind,
        hanging=hanging_on(village_id, kind), townships=list_townships([_county()]),
        groups=list_children(village_id), points=list_points(village_id),
        today=clock.today().isoformat(),
    )  # fmt: skip


@blueprint.post("")
@guard(Permission.REORGANISE_VILLAGES)
def propose() -> tuple[str, int] | Response:
    try:
        said = PROPOSAL.read()
    except InvalidInput as error:
        return _again(error)
    try:
        with transaction():
            made = operations.propose(actor(), _county(), _proposal(said))
    except (InvalidInput, Conflict) as error:
        return _form(said["village_id"], ReorganisationKind.of(said["kind"]), error)
    return redirect(_address(made, "proposed"), 303)


def _again(error: InvalidInput) -> tuple[str, int]:
    """The form once more, where it says which village and kind it was."""
    try:
        read = Form.of(
            village_id=boxes.Id(missing="请先选村"),
            kind=boxes.Choice(KINDS, missing="请选怎么调整"),
        ).read()
    except InvalidInput:
        return _list(error)
    return _form(read["village_id"], ReorganisationKind.of(read["kind"]), error)


def _proposal(said: dict[str, Any]) -> operations.PlannedReorganisation:
    return operations.PlannedReorganisation(
        kind=ReorganisationKind.of(said["kind"]), village_id=said["village_id"], on=said["on"],
        basis=said["basis"], into=said["into"], township_id=said["township_id"],
        name=said["name"], code=said["code"], group_ids=tuple(said["groups"]),
        point_ids=tuple(said["points"]),
    )  # fmt: skip


@blueprint.get("/<int:reorganisation_id>")
@guard(Permission.REORGANISE_VILLAGES)
def show_reorganisation(reorganisation_id: int) -> tuple[str, int]:
    return _page(reorganisation_id)


def _page(reorganisation_id: int, error: DomainError | None = None) -> tuple[str, int]:
    found = operations.get(actor(), reorganisation_id)
    waits = found.state == ReorganisationState.PROPOSED
    return render_page(
        "reorganisations/show.html", error,
        line=_line(found), item=found, done=DONE.get(CHOICE.read()["done"]),
        waits=waits, mine=found.author_id in hands_of(actor().person_id),
        ahead=found.takes_effect_on > clock.today(),
        hanging=hanging_on(found.village_id, ReorganisationKind.of(found.kind))
        if waits else found.moved or [],
        chosen=_chosen(found),
    )  # fmt: skip


def _chosen(found: Reorganisation) -> list[str]:
    """The groups and service points of a new village, by name."""
    groups = names_of(found.group_ids)
    points = {point.id: point.name for point in list_points(found.village_id)}
    return [*groups.values(), *(points[one] for one in found.point_ids if one in points)]


@blueprint.post("/<int:reorganisation_id>")
@guard(Permission.REORGANISE_VILLAGES)
def decide(reorganisation_id: int) -> tuple[str, int] | Response:
    """Carried out by somebody other than its author, or taken back."""
    try:
        choice = DECISION.read()["choice"]
        with transaction():
            act = operations.confirm if choice == "confirm" else operations.drop
            found = act(actor(), reorganisation_id)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(reorganisation_id, error)
    return redirect(_address(found, choice), 303)


def _address(found: Reorganisation, done: str) -> str:
    return address_of(
        "reorganisations_console.show_reorganisation", reorganisation_id=found.id, done=done
    )


def _line(found: Reorganisation) -> dict[str, Any]:
    """What a list and the page say of one."""
    places = names_of([one for one in (found.into_id, found.township_id) if one is not None])
    people = display_names([found.author_id, found.decided_by_id or 0])
    village = found.village_name
    what = {
        ReorganisationKind.MERGE: f"{village} 并入 {places.get(found.into_id or 0, '')}",
        ReorganisationKind.SPLIT: f"从 {village} 分出 {found.name}",
        ReorganisationKind.RENAME: f"{village} 改名 {found.name}",
        ReorganisationKind.MOVE: f"{village} 划到 {places.get(found.township_id or 0, '')}",
    }
    return {
        "item": found, "what": what[ReorganisationKind.of(found.kind)],
        "state": ReorganisationState.of(found.state),
        "author": people.get(found.author_id, ""),
        "decider": people.get(found.decided_by_id or 0, ""),
    }  # fmt: skip
