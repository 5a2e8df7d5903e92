"""三色图: subjects by colour month after month, the list of them, and who is to leave."""

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.models import Programme
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import EXIT_TABLE, ExitCause, ExitMove, ExitState, SubjectKind
from backend.app.assessments.subjects import exit_operations
from backend.app.assessments.subjects.rating_book import rating_book
from backend.app.assessments.subjects.rating_queries import (
    LIGHTS,
    RatingView,
    list_exits,
    rating_view,
    rolling_programmes,
)
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import status_of

COLOURS = tuple(light.code for light in LIGHTS)
WHICH = Query.of(
    programme=boxes.Id(otherwise=None), colour=boxes.Choice(COLOURS),
    industry=boxes.Text(20, squeezed=True), search=boxes.Text(40, squeezed=True),
)  # fmt: skip
NAMED = Form.of(unit_id=boxes.Id(missing="请选主体"), words=boxes.Text(200))
VERSION = Form.of(version=boxes.Number(missing="请刷新再办"), note=boxes.Text(200))


def _programme() -> Programme | None:
    """The one in the address, or the newest."""
    wanted = WHICH.read()["programme"]
    listed = rolling_programmes(scope_of(actor()).county_id)
    if wanted and wanted not in {row.id for row in listed}:
        raise ProgrammeUnknown
    return next((row for row in listed if wanted in (None, row.id)), None)


def _view(programme: Programme) -> RatingView:
    values = WHICH.read()
    return rating_view(
        programme, values["colour"] or "", values["industry"], values["search"]
    )  # fmt: skip


def _page(error: DomainError | None = None) -> tuple[str, int]:
    programme = _programme()
    view = _view(programme) if programme else None
    exits = list_exits(programme.id) if programme else []
    people = {row.exit.proposed_by_id or 0 for row in exits}
    people |= {row.exit.decided_by_id or 0 for row in exits}
    page = render_template(
        "assessments/subject_ratings.html", programme=programme, view=view, error=error,
        programmes=rolling_programmes(scope_of(actor()).county_id), lights=LIGHTS, exits=exits,
        names=display_names(people), states=ExitState.names(), causes=ExitCause.names(),
        kinds=SubjectKind.names(), query=WHICH.read(), moves=_moves,
    )  # fmt: skip
    return page, status_of(error) if error else 200


def _moves(state: str) -> set[str]:
    """What may be done from here."""
    return {move.value for move, rule in EXIT_TABLE.items() if state in rule.starts}


@blueprint.get("/subjects/ratings")
@guard(Permission.SEE_ALL_PROGRAMMES)
def show_ratings() -> tuple[str, int]:
    """The chart, the list with its filters, and exits."""
    return _page()


@blueprint.get("/subjects/ratings.xlsx")
@guard(Permission.SEE_ALL_PROGRAMMES)
def download_ratings() -> Response:
    """The filtered list with every month; where there is no programme, the page that says so."""
    programme = _programme()
    if programme is None:
        return redirect(address_of(".show_ratings"))
    title = f"{programme.title}三色图"
    return send_book(rating_book(title, _view(programme)), f"{title}.xlsx")


def _back(programme_id: int | None) -> Response:
    return redirect(address_of(".show_ratings", programme=programme_id), 303)


@blueprint.post("/subjects/ratings/exits")
@guard(Permission.MANAGE_PROGRAMMES)
def propose_violation() -> tuple[str, int] | Response:
    """A named violation."""
    programme = _programme()
    if programme is None:
        raise ProgrammeUnknown
    programme_id = programme.id
    try:
        with transaction():
            exit_operations.propose_violation(actor(), programme, **NAMED.read())
    except DomainError as refused:
        return _page(refused)
    return _back(programme_id)


@blueprint.post("/subjects/exits/<int:exit_id>/<any(propose, confirm, drop, return):move>")
@guard(Permission.MANAGE_PROGRAMMES)
def move_exit(exit_id: int, move: str) -> tuple[str, int] | Response:
    """Put forward, decided by another person, or undone after twelve months."""
    try:
        values = VERSION.read()
        with transaction():
            _move(exit_id, ExitMove(move), values["version"], values["note"])
    except DomainError as refused:
        return _page(refused)
    return _back(WHICH.read()["programme"])


def _move(exit_id: int, move: ExitMove, version: int, note: str) -> None:
    if move is ExitMove.PROPOSE:
        exit_operations.propose_exit(actor(), exit_id, version)
    elif move is ExitMove.RETURN:
        exit_operations.return_subject(actor(), exit_id, version)
    else:
        is_confirmed = move is ExitMove.CONFIRM
        exit_operations.decide_exit(actor(), exit_id, version, is_confirmed, note)
