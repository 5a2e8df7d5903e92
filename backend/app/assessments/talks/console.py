"""反馈谈话 of those who answer for persons: with whom, how far, and what was said."""

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.states.talks import TalkKind, TalkSide, TalkState
from backend.app.assessments.talks.errors import TalkUnknown
from backend.app.assessments.talks.forms import read_talk
from backend.app.assessments.talks.operations import write_talk
from backend.app.assessments.talks.queries import (
    get_person,
    persons_of,
    quarters_begun,
    talks_of,
)
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.core.web.http import render_page

DONE = Query.of(done=boxes.Text(12))
READERS = Permission.REVIEW_REPORTS


@blueprint.get("/talks")
@guard(READERS)
def list_talks() -> tuple[str, int]:
    """Everybody by name, with where the talks of this and the last quarter stand."""
    people = persons_of(actor(), own_county(READERS), TalkSide.MANAGER)
    return render_page(
        "assessments/talks.html", None, people=people, talks=talks_of([row.id for row in people]),
        kinds=TalkKind.names(), states=TalkState.names(), quarters_of=quarters_begun,
    )  # fmt: skip


def _page(unit_id: int, error: DomainError | None = None) -> tuple[str, int]:
    person, side = get_person(actor(), own_county(READERS), unit_id)
    if side is not TalkSide.MANAGER:
        raise TalkUnknown
    talks = talks_of([unit_id])[unit_id]
    return render_page(
        "assessments/talk.html", error, person=person, talks=talks,
        kinds=TalkKind.names(), states=TalkState.names(), quarters=quarters_begun(person.year),
        names=display_names({row.manager_id or 0 for row in talks}), done=DONE.read()["done"],
    )  # fmt: skip


@blueprint.get("/talks/<int:unit_id>")
@guard(READERS)
def show_talks(unit_id: int) -> tuple[str, int]:
    """What was said so far, and what is to be written down."""
    return _page(unit_id)


@blueprint.post("/talks/<int:unit_id>")
@guard(READERS)
def write_managers_talk(unit_id: int) -> tuple[str, int] | Response:
    """In the words of who answers for the person."""
    try:
        with transaction():
            write_talk(actor(), own_county(READERS), unit_id, read_talk(), TalkSide.MANAGER)
    except DomainError as refused:
        return _page(unit_id, refused)
    address = address_of("assessments_console.show_talks", unit_id=unit_id, done="written")
    return redirect(address, 303)
