"""What the pages of a year's end share: which programme they are about."""

from flask import render_template

from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import shown_programme
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query
from backend.app.core.web.guards import actor

WHICH_PROGRAMME = Query.of(programme=boxes.Id(otherwise=None), done=boxes.Text(12))


def asked_programme() -> tuple[ReaderScope, Programme | None]:
    """The one that the address names, or the newest past its draft; None where there is none."""
    scope = scope_of(actor())
    return scope, shown_programme(scope.county_id, WHICH_PROGRAMME.read()["programme"])


def own_programme() -> tuple[ReaderScope, Programme]:
    """Raises ProgrammeUnknown where there is none yet."""
    scope, programme = asked_programme()
    if programme is None:
        raise ProgrammeUnknown
    return scope, programme


def no_programme(title: str) -> tuple[str, int]:
    """The page where nothing has been issued yet."""
    return render_template("assessments/no_programme.html", title=title), 200
