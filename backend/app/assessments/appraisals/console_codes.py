"""One-time codes of a group: a run printed and handed out, voided, and taken back with paper."""

import io
from collections.abc import Callable

from flask import redirect, send_file
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.appraisals import code_operations
from backend.app.assessments.appraisals.console import Page, group_page
from backend.app.assessments.appraisals.paper_ballot import draw_ballot
from backend.app.assessments.appraisals.queries import get_group, get_round
from backend.app.assessments.appraisals.questions import worded_questions
from backend.app.assessments.appraisals.slip_sheets import SlipWords, draw_slips
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.models import AppraisalGroup, AppraisalRound
from backend.app.assessments.scopes import scope_of
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, Unavailable
from backend.app.core.registry import settings
from backend.app.core.web import boxes
from backend.app.core.web.forms import form_args
from backend.app.core.web.guards import actor, guard

# A code with its blanks and the line's end.
LONGEST_LINE = 24
PDF = "application/pdf"


@blueprint.post("/ballots/groups/<int:group_id>/codes")
@guard(Permission.SUPERVISE_TARGETS)
@form_args(count=boxes.Number("张数应为整数", missing="请填印几张"))
def print_slips(group_id: int, count: int) -> Page:
    """The slips, this once: their codes are kept nowhere."""
    group, held = _round_of(group_id)
    try:
        address = _address()
        with transaction():
            codes = code_operations.print_slips(actor(), group_id, count)
            # What cannot be drawn was not printed.
            words = SlipWords(held.title, group.name, f"{held.ends_on:%Y-%m-%d}", address)
            paper = draw_slips(words, codes)
    except (InvalidInput, Conflict, NotAllowed, Unavailable) as error:
        return group_page(group_id, error)
    return _send(paper, f"{group.name}小条.pdf")


def _round_of(group_id: int) -> tuple[AppraisalGroup, AppraisalRound]:
    group = get_group(group_id, scope_of(actor()).county_id)
    return group, get_round(group.round_id, group.county_id)


def _send(paper: bytes, name: str) -> Response:
    return send_file(io.BytesIO(paper), mimetype=PDF, as_attachment=True, download_name=name)


def _address() -> str:
    host = settings().anonymous_host
    if not host:
        raise Unavailable("匿名入口的地址还没有设（ANONYMOUS_HOST），请系统管理员先设好")
    return f"{host}/anon/ballot"


@blueprint.get("/ballots/groups/<int:group_id>.pdf")
@guard(Permission.SUPERVISE_TARGETS)
def print_ballot(group_id: int) -> Response:
    """One ballot on paper, to be copied."""
    group, held = _round_of(group_id)
    paper = draw_ballot(held.title, group.name, worded_questions(held))
    return _send(paper, f"{group.name}纸票.pdf")


@blueprint.post("/ballots/groups/<int:group_id>/runs/<int:run>")
@guard(Permission.SUPERVISE_TARGETS)
def void_slips(group_id: int, run: int) -> Page:
    """The whole run, with what was given by it."""
    return _done(group_id, lambda: code_operations.void_run(actor(), group_id, run))


@blueprint.post("/ballots/groups/<int:group_id>/returned")
@guard(Permission.SUPERVISE_TARGETS)
@form_args(codes=boxes.Text(code_operations.MOST_RETURNED * LONGEST_LINE))
def receive_slips(group_id: int, codes: str) -> Page:
    """The slips that came back with paper."""
    return _done(group_id, lambda: code_operations.receive_paper(actor(), group_id, codes))


def _done(group_id: int, act: Callable[[], object]) -> Page:
    try:
        with transaction():
            act()
    except (InvalidInput, Conflict, NotAllowed) as error:
        return group_page(group_id, error)
    return redirect(address_of("assessments_console.show_group", group_id=group_id), 303)
