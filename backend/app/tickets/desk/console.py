"""诉求 in the console: the desk's list, one ticket, its moves, many at once."""

from collections.abc import Callable, Collection
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of

from backend.app.access import Actor, Permission, has_permission, regions_of
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.boxes import whole
from backend.app.core.web.forms import Form, Query, turned
from backend.app.core.web.guards import actor, guard
from backend.app.places.queries import list_departments, list_townships, search_villages
from backend.app.tickets import handling, queries, serializers, supervision
from backend.app.tickets.blueprints import console as blueprint
from backend.app.tickets.clocks.deadlines import URGENCY_NAMES
from backend.app.tickets.clocks.lateness import late_words
from backend.app.tickets.desk import export_rows
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.kinds import CHANNEL_NAMES, KIND_NAMES, STEP_NAMES, Channel, TicketKind
from backend.app.tickets.models import Ticket, TicketEvent
from backend.app.tickets.rules import console as console_rules
from backend.app.tickets.rules.categories import list_categories, names_of
from backend.app.tickets.rules.routing import Office
from backend.app.tickets.states import ExtensionState, Move, Party, State, moves
from backend.app.tickets.transitions import has_handled_in

MOST_AT_ONCE = 50
FILTERS = Query.of(
    view=boxes.Choice(desk_queries.VIEWS, otherwise=""), q=boxes.Text(40),
    category=boxes.Text(20), kind=boxes.Choice([kind.value for kind in TicketKind], otherwise=""),
    channel=boxes.Choice([channel.value for channel in Channel], otherwise=""),
    tag=boxes.Text(10), region=boxes.Id(), department=boxes.Id(), sort=boxes.Text(),
    page=boxes.Page(desk_queries.LAST_PAGE),
)  # fmt: skip
VILLAGE = Query.of(village=boxes.Text(20))
# Whatever a move may need; each asks for what is its own.
MOVE = Form.of(
    version=boxes.Number(otherwise=None), words=boxes.Text(), typing_seconds=boxes.Number(
    otherwise=None), kind=boxes.Text(), category=boxes.Text(), urgency=boxes.Text(),
    tags=boxes.Text(), about_cadres=boxes.YesNo(), confidential=boxes.YesNo(), unit=boxes.Text(),
    decision=boxes.Text(), into=boxes.Text(), answer=boxes.Text(), level=boxes.Number(otherwise=0),
    event_id=boxes.Id(otherwise=None), days=boxes.Number(otherwise=0), result=boxes.Text(),
)  # fmt: skip
MANY = Form.of(ids=boxes.Each(boxes.Id()), act=boxes.Text(), sure=boxes.YesNo())
Sent = dict[str, Any]


def read_filters() -> desk_queries.TicketFilters:
    query = FILTERS.read()
    return desk_queries.TicketFilters(
        view=query["view"] or _first_view(), search=query["q"], category=query["category"],
        kind=query["kind"], channel=query["channel"], tag=query["tag"],
        region_id=query["region"], department_id=query["department"],
        newest=query["sort"] == "newest", page=query["page"],
    )  # fmt: skip


def _first_view() -> str:
    """The desk begins with what nobody has; everybody else with what lies with them."""
    return "desk" if has_permission(actor(), Permission.RUN_TICKET_DESK) else "running"


@blueprint.get("")
@guard(Permission.SEE_TICKETS)
def list_tickets() -> str:
    """The list: tabs of work, filters in the address."""
    return _list()


def _list(error: DomainError | None = None) -> str:
    me, filters = actor(), read_filters()
    scope = desk_queries.scope_of(me)
    rows = desk_queries.find_tickets(scope, filters)
    runs_desk = has_permission(me, Permission.RUN_TICKET_DESK)
    counties = regions_of(me, Permission.SEE_TICKETS)
    counts = desk_queries.view_counts(scope)
    return render_template(
        "tickets/list.html",
        filters=filters, views=desk_queries.VIEWS, counts=counts, turned=turned,
        said=late_words(counts["late"], counts["late_at_desk"]),
        cards=serializers.cards_of_both(
            rows[: desk_queries.PAGE], {Party.DESK} if runs_desk else {Party.HANDLER}
        ),
        more=len(rows) > desk_queries.PAGE, categories=names_of(counties), kinds=KIND_NAMES,
        channels=CHANNEL_NAMES, runs_desk=runs_desk, error=error,
        townships=list_townships(counties),
        departments=[d for county in sorted(counties) for d in list_departments(county)],
        may_enter=has_permission(me, Permission.ENTER_FOR_OTHERS),
        may_rule=has_permission(me, Permission.MANAGE_TICKET_RULES),
        warnings=console_rules.calendar_warnings(me),
        levels=STEP_NAMES,
        may_export=has_permission(me, Permission.EXPORT),
        kept={f"f.{name}": value for name, value in export_rows.kept(filters).items()},
    )  # fmt: skip


def _page(ticket_id: int, error: DomainError | None = None) -> tuple[str, int]:
    me = actor()
    ticket, parties = desk_queries.find_for_staff(me, ticket_id)
    scope = desk_queries.scope_of(me)
    events = serializers.events_of(ticket)
    handled = Party.HANDLER in parties or has_handled_in(events, me.person_id)
    filed = ticket.archived_at is not None
    offered = [] if filed else moves(State(ticket.state), parties, handled)
    shown = serializers.detail(ticket, parties, [move.value for move in offered], events=events)
    category = shown["category"]["code"] if shown["category"] else None
    page = render_template(
        "tickets/ticket.html",
        ticket=ticket, shown=shown, error=error,
        parties={party.value for party in parties},
        pending=bool(shown["extension"] and shown["extension"]["state"] == ExtensionState.PENDING),
        channel=CHANNEL_NAMES[Channel(ticket.channel)], urgency_names=URGENCY_NAMES,
        kinds=KIND_NAMES, levels=STEP_NAMES,
        merged=serializers.cards(desk_queries.merged_into(scope, ticket), parties),
        moderated=list(filter(_is_moderated, events)) if Party.DESK in parties else [],
        **_choices(ticket, category, scope, parties, set(offered)),
    )  # fmt: skip
    return page, 422 if error else 200


def _is_moderated(event: TicketEvent) -> bool:
    """What an author wrote later and the text check moderated."""
    return event.words_state == "moderated" and event.party == Party.AUTHOR


def _choices(
    ticket: Ticket,
    category: str | None,
    scope: desk_queries.Scope,
    parties: Collection[Party],
    offered: Collection[Move],
) -> dict[str, Any]:
    """What the forms of the offered moves choose from, and nothing for those that are not."""
    found: dict[str, Any] = {}
    if not {Move.ACCEPT, Move.ASSIGN, Move.REASSIGN}.isdisjoint(offered):
        found |= _offices(ticket)
    if Move.CLASSIFY in offered:
        found["categories"] = list_categories(ticket.county_id)
    if Move.MERGE in offered:
        found["similar"] = serializers.cards(desk_queries.similar(scope, ticket, parties), parties)
    if Move.REPLY in offered:
        found["templates"] = queries.reply_templates(ticket.county_id, category)
    return found


def _offices(ticket: Ticket) -> dict[str, Any]:
    """Where it could go: departments, townships, the village, and villages found by name."""
    search = VILLAGE.read()["village"]
    return {
        "departments": list_departments(ticket.county_id),
        "townships": list_townships([ticket.county_id]),
        "villages": search_villages(search, [ticket.county_id]) if search else [],
        "village_search": search,
    }


@blueprint.get("/<int:ticket_id>")
@guard(Permission.SEE_TICKETS)
def show_ticket(ticket_id: int) -> tuple[str, int]:
    """One ticket: facts, story, and what the reader may do with it."""
    return _page(ticket_id)


@blueprint.get("/<int:ticket_id>/print")
@guard(Permission.SEE_TICKETS)
def print_ticket(ticket_id: int) -> str:
    """The work order on one sheet."""
    me = actor()
    ticket, parties = desk_queries.find_for_staff(me, ticket_id)
    with transaction():
        record("print_ticket", me.person_id, "ticket", ticket_id)
    shown = serializers.detail(ticket, parties, [])
    return render_template(
        "tickets/print.html",
        ticket=ticket, shown=shown, channel=CHANNEL_NAMES[Channel(ticket.channel)],
        urgency=URGENCY_NAMES, printed_at=clock.now(),
    )  # fmt: skip


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
        return _page(ticket_id, refused)
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
        return _list(refused), 422
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


@blueprint.get("/board")
@guard(Permission.SEE_TICKETS)
def show_board() -> str:
    """超时看板: every office, the latest first; supervision; the burden of typing."""
    scope = desk_queries.scope_of(actor())
    lines = desk_queries.offices_board(scope)
    log = desk_queries.supervision_log(scope)
    names = serializers.office_names(lines)
    late = sum(line.late for line in lines)
    return render_template(
        "tickets/board.html",
        lines=lines, names=names, log=log, levels=STEP_NAMES,
        at=clock.now(), late=late,
        said=late_words(late, sum(line.late_at_desk for line in lines)),
        open=sum(line.open for line in lines),
    )  # fmt: skip
