"""用名单导入: a list of cadres and staff, the slips with their codes, and new codes."""

from flask import render_template

from backend.app.access import Permission, regions_of
from backend.app.accounts.blueprints import console as blueprint
from backend.app.accounts.grants import invitations
from backend.app.accounts.grants.invitation_queries import count_without_code, list_waiting
from backend.app.accounts.people.importing import PEOPLE
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.imports.console import add_pages, earlier

WAITING = Query.of(q=boxes.Text(20))


def _lists(
    error: DomainError | None = None, slip: invitations.Slip | None = None
) -> tuple[str, int]:
    me = actor()
    words, within = WAITING.read()["q"], regions_of(me, Permission.INVITE_CADRES)
    return render_page(
        "accounts/people_lists.html", error,
        slip=slip, may_invite=bool(within), now=clock.now(), search=words,
        waiting=list_waiting(within, words), without_code=count_without_code(me.person_id),
        **earlier(PEOPLE),
    )  # fmt: skip


@blueprint.get("/people/lists")
@guard(Permission.ASK_FOR_GRANTS)
def show_people_lists() -> tuple[str, int]:
    """The form, what was imported before, and who has not typed a code in yet."""
    return _lists()


add_pages(blueprint, PEOPLE, "/people/lists", _lists)


@blueprint.post("/people/lists/slips")
@guard(Permission.INVITE_CADRES)
def hand_out_slips() -> str | tuple[str, int]:
    """A sheet to print, shown this once; the codes are stored as digests alone."""
    try:
        with transaction():
            slips = invitations.hand_out_slips(actor())
    except DomainError as refused:
        return _lists(refused)
    return render_template("accounts/slips.html", slips=slips, days=invitations.GOOD_FOR.days)


@blueprint.post("/people/invitations/<int:invitation_id>/code")
@guard(Permission.INVITE_CADRES)
def renew_invitation(invitation_id: int) -> tuple[str, int]:
    """Another code for one cadre, shown this once."""
    try:
        with transaction():
            slip = invitations.renew(actor(), invitation_id)
    except DomainError as refused:
        return _lists(refused)
    return _lists(slip=slip)
