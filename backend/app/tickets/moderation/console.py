"""待核 in the console: what waits for a reader, and the county's list of words, one a line."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of

from backend.app.access import Permission
from backend.app.core import moderated_words
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, typed
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.core.web.http import render_page
from backend.app.tickets.blueprints import console as blueprint
from backend.app.tickets.moderation import queue as moderation_queue
from backend.app.tickets.moderation import word_list

DONE = {"added": "新加 {} 个", "known": "{} 个本来就有", "removed": "删去 {} 个"}
COUNTS = Query.of(**{name: boxes.Number(most=99_999) for name in DONE})
SEARCH = Query.of(q=boxes.Text(20))
WORDS = Form.of(words=boxes.Text(), folded=boxes.Each(boxes.Text()))
DECISION = Form.of(
    decision=boxes.Choice(("show", "refuse"), missing="请选「可以看」或「不给看」"),
    kind=boxes.Text(), id=boxes.Id(otherwise=None), ticket_id=boxes.Id(otherwise=None),
)  # fmt: skip


def _done() -> str:
    """What the form sent last did, as its address says in numbers."""
    return "，".join(DONE[name].format(count) for name, count in COUNTS.read().items() if count)


def _page(error: DomainError | None = None) -> tuple[str, int]:
    county = own_county(Permission.MANAGE_TICKET_RULES)
    search = SEARCH.read()["q"]
    return render_page(
        "tickets/words.html", error,
        given=typed.get("words", ""), search=search,
        words=moderated_words.list_words(county, search), total=moderated_words.count_words(county),
        most=word_list.MOST_WORDS, done=_done(),
    )  # fmt: skip


@blueprint.get("/words")
@guard(Permission.MANAGE_TICKET_RULES)
def show_words() -> tuple[str, int]:
    """The county's list, all of it or what was searched for."""
    return _page()


def _save(what: str) -> dict[str, Any]:
    me, form = actor(), WORDS.read()
    county = own_county(Permission.MANAGE_TICKET_RULES)
    if what == "add":
        added, known = word_list.add_words(me, county, form["words"])
        return {"added": added, "known": known}
    if what == "remove":
        return {"removed": word_list.remove_words(me, county, form["folded"])}
    raise NotFound


@blueprint.post("/words/<string:what>")
@guard(Permission.MANAGE_TICKET_RULES)
def save_words(what: str) -> Any:
    """Adds or removes; a refusal is shown with what was typed."""
    try:
        with transaction():
            done = _save(what)
    except InvalidInput as refused:
        return _page(refused)
    search = SEARCH.read()["q"] or None
    return redirect(address_of("tickets_console.show_words", q=search, **done))


@blueprint.get("/held")
@guard(Permission.REVIEW_WORDS)
def show_moderated() -> str:
    """Everything in the county that waits to be read, tickets and ratings."""
    me = actor()
    waiting = moderation_queue.list_moderated(me)
    return render_template(
        "tickets/moderated.html", waiting=waiting, total=moderation_queue.count_moderated(me)
    )


@blueprint.post("/held")
@guard(Permission.REVIEW_WORDS)
def decide_moderated() -> Any:
    """One text shown or kept back, and back to the rest."""
    form = DECISION.read()
    if form["id"] is None:
        raise NotFound
    with transaction():
        moderation_queue.decide(
            actor(), form["kind"], form["id"], form["ticket_id"], form["decision"] == "show"
        )
    return redirect(address_of("tickets_console.show_moderated"))


@blueprint.app_context_processor
def waiting_words() -> dict[str, Callable[[], int]]:
    """For the tabs of every page of tickets."""
    return {"words_waiting": lambda: moderation_queue.count_moderated(actor())}
