"""Moves of tickets in the console: one form each, and the same for many at once."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of

from backend.app.access import Actor, Permission
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.boxes import whole
from backend.app.core.web.forms import Form
from backend.app.core.web.guards import actor, guard
from backend.app.places.queries import list_departments, list_townships
from backend.app.tickets import handling, serializers, supervision
from backend.app.tickets.blueprints import console as blueprint
from backend.app.tickets.city import case_operations as city
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.desk.console import list_page
from backend.app.tickets.desk.console_ticket import ticket_page
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.kinds import STEP_NAMES
from backend.app.tickets.models import Ticket
from backend.app.tickets.rules.routing import Office
from backend.app.tickets.states import Party

MOST_AT_ONCE = 50
# Whatever a move may need; each asks for what is its own.
MOVE = Form.of(
    version=boxes.Number(otherwise=None), words=boxes.Text(), typing_seconds=boxes.Number(
    otherwise=None), kind=boxes.Text(), category=boxes.Text(), urgency=boxes.Text(),
    tags=boxes.Text(), city_class=boxes.Text(), about_cadres=boxes.YesNo(),
    confidential=boxes.YesNo(), unit=boxes.Text(), decision=boxes.Text(), into=boxes.Text(),
    answer=boxes.Text(), level=boxes.Number(otherwise=0),
    event_id=boxes.Id(otherwise=None), days=boxes.Number(otherwise=0), result=boxes.Text(),
)  # fmt: skip
MANY = Form.of(ids=boxes.Each(boxes.Id()), act=boxes.Text(), sure=boxes.YesNo())
Sent = dict[str, Any]


def office_in(unit: str) -> Office:
    """ "d3" is department 3, "r7" region 7; raises InvalidInput for anything else."""
    number = whole(unit[1:], 1)
    if number is None or unit[0] not in "dr":
        raise InvalidInput(errors={"unit": ["请选派给哪个单位"]})
    return Office(department_id=number) if unit[0] == "d" else Office(region_id=number)


def _written(form: Sent) -> WrittenReply:
    return WrittenReply(form["words"], (), form["typing_seconds"])


def _classified(form: Sent) -> desk.Classified:
    return desk.Classified(
        kind=form["kind"] or None,
        category=form["category"] or None,
        urgency=form["urgency"] or None,
        tags=tuple(form["tags"].replace(",", ",").split(",")),
        about_cadres=form["about_cadres"],
        confidential=form["confidential"],
    )


Doer = Callable[[Actor, int, int | None, Sent], Ticket]
# One form each; the name is the last part of its address.
ACTS: dict[str, Doer] = {
    "accept": lambda me, i, v, _: desk.accept(me, i, v),
    "decline": lambda me, i, v, f: desk.decline(me, i, v, f["words"]),
    "classify": lambda me, i, v, f: desk.classify(me, i, v, _classified(f)),
    "city_class": lambda me, i, v, f: city.set_class(me, i, v, f["city_class"] or None),
    "verify": lambda me, i, v, f: city.verify(me, i, v, f["words"]),
    "assign": lambda me, i, v, f: desk.assign(me, i, v, office_in(f["unit"]), f["words"]),
    "decide_extension": lambda me, i, v, f: desk.decide_extension(
        me, i, v, f["decision"] == "approve", f["words"]
    ),
    "merge": lambda me, i, v, f: desk.merge(me, i, v, desk_queries.id_of_number(me, f["into"])),
    "release": lambda me, i, v, _: desk.release(me, i, v),
    "follow_up": lambda me, i, v, f: desk.follow_up(me, i, v, f["answer"] or None, f["words"]),
    "close_unsolved": lambda me, i, v, f: desk.close_unsolved(me, i, v, f["words"]),
    "reopen": lambda me, i, v, f: desk.reopen_by_desk(me, i, v, f["words"]),
    "supplement": lambda me, i, v, f: desk.supplement_by_phone(me, i, v, f["words"]),
    "archive": lambda me, i, v, _: desk.archive(me, i, v),
    "supervise": lambda me, i, v, f: supervision.supervise(me, i, v, f["level"], f["words"]),
    "words": lambda me, i, _, f: desk.review_words(me, i, f["event_id"], f["decision"] == "show"),
    "sign": lambda me, i, v, _: handling.sign(me, i, v or 0),
    "ask": lambda me, i, v, f: handling.ask(me, i, v or 0, _written(f)),
    "resume": lambda me, i, v, _: handling.resume(me, i, v or 0),
    "progress": lambda me, i, v, f: handling.report_progress(me, i, v or 0, _written(f)),
    "request_extension": lambda me, i, v, f: handling.request_extension(
        me, i, v or 0, f["days"], _written(f)
    ),
    "hand_back": lambda me, i, v, f: handling.hand_back(me, i, v or 0, _written(f)),
    "reply": lambda me, i, v, f: handling.reply(me, i, v or 0, f["result"], _written(f)),
}


@blueprint.post("/<int:ticket_id>/<string:act>")
@guard(Permission.HANDLE_TICKETS)
def move_ticket(ticket_id: int, act: str) -> Any:
    """One move; a refusal is shown on the page with what was typed."""
    doer, form = ACTS.get(act), MOVE.read()
    try:
        if doer is None:
            raise InvalidInput("没有这一步")
        with transaction():
            doer(actor(), ticket_id, form["version"], form)
    except DomainError as refused:
        return ticket_page(ticket_id, refused)
    return redirect(address_of("tickets_console.show_ticket", ticket_id=ticket_id))


BULK: dict[str, Doer] = {
    "assign": ACTS["assign"],
    "accept": ACTS["accept"],
    "supervise": ACTS["supervise"],
    "archive": ACTS["archive"],
}


@blueprint.post("/bulk")
@guard(Permission.RUN_TICKET_DESK)
def move_many() -> Any:
    """The same move for many: asked back first, then each by itself, and every refusal named."""
    me, (ids, act, sure), form = actor(), MANY.read().values(), MOVE.read()
    if act not in BULK or not ids or len(ids) > MOST_AT_ONCE:
        refused = InvalidInput(f"请选 1 到 {MOST_AT_ONCE} 件和要办的事")
        return list_page(refused), 422
    tickets = [desk_queries.find_for_staff(me, ticket_id)[0] for ticket_id in ids]
    if not sure:
        return render_template(
            "tickets/bulk.html", cards=serializers.cards(tickets, {Party.DESK}), act=act,
            departments=list_departments(tickets[0].county_id),
            townships=list_townships([tickets[0].county_id]), levels=STEP_NAMES,
        )  # fmt: skip
    done, refusals = 0, []
    for ticket_id, number in [(ticket.id, ticket.number) for ticket in tickets]:
        try:
            with transaction():
                BULK[act](me, ticket_id, None, form)
            done += 1
        except DomainError as error:
            reasons = [text for texts in error.errors.values() for text in texts]
            refusals.append((number, reasons[0] if reasons else error.message))
    return render_template("tickets/bulk_done.html", done=done, refusals=refusals)
