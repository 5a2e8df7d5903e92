"""诉求 in the console: the list with its tabs and filters, and 超时看板."""

from flask import render_template

from backend.app.access import Permission, has_permission, regions_of
from backend.app.core import clock
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query, turned
from backend.app.core.web.guards import actor, guard
from backend.app.places.queries import list_departments, list_townships
from backend.app.tickets import serializers
from backend.app.tickets.blueprints import console as blueprint
from backend.app.tickets.city.kinds import CityKind
from backend.app.tickets.city.queries import topics_of
from backend.app.tickets.clocks.lateness import late_words
from backend.app.tickets.desk import export_rows
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.kinds import CHANNEL_NAMES, KIND_NAMES, STEP_NAMES, Channel, TicketKind
from backend.app.tickets.office_names import office_names
from backend.app.tickets.rules import console as console_rules
from backend.app.tickets.states import Party

FILTERS = Query.of(
    view=boxes.Choice(desk_queries.VIEWS, otherwise=""), q=boxes.Text(40),
    category=boxes.Text(20), kind=boxes.Choice([kind.value for kind in TicketKind], otherwise=""),
    channel=boxes.Choice([channel.value for channel in Channel], otherwise=""),
    tag=boxes.Text(10), city_class=boxes.Text(8), region=boxes.Id(), department=boxes.Id(),
    sort=boxes.Text(), page=boxes.Page(desk_queries.LAST_PAGE),
)  # fmt: skip


def read_filters() -> desk_queries.TicketFilters:
    query = FILTERS.read()
    return desk_queries.TicketFilters(
        view=query["view"] or _first_view(), search=query["q"], category=query["category"],
        kind=query["kind"], channel=query["channel"], tag=query["tag"],
        city_class=query["city_class"],
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
    return list_page()


def list_page(error: DomainError | None = None) -> str:
    me, filters = actor(), read_filters()
    scope = desk_queries.scope_of(me)
    rows = desk_queries.find_tickets(scope, filters)
    runs_desk = has_permission(me, Permission.RUN_TICKET_DESK)
    counties = regions_of(me, Permission.SEE_TICKETS)
    counts, topics = desk_queries.view_counts(scope), topics_of(counties)
    return render_template(
        "tickets/list.html",
        filters=filters, views=desk_queries.VIEWS, counts=counts, turned=turned,
        said=late_words(counts["late"], counts["late_at_desk"]),
        cards=serializers.cards_of_both(
            rows[: desk_queries.PAGE], {Party.DESK} if runs_desk else {Party.HANDLER}
        ),
        more=len(rows) > desk_queries.PAGE, categories=topics.categories, kinds=KIND_NAMES,
        channels=CHANNEL_NAMES, runs_desk=runs_desk, error=error,
        townships=list_townships(counties),
        departments=[d for county in sorted(counties) for d in list_departments(county)],
        may_enter=has_permission(me, Permission.ENTER_FOR_OTHERS),
        may_rule=has_permission(me, Permission.MANAGE_TICKET_RULES),
        warnings=console_rules.calendar_warnings(me),
        levels=STEP_NAMES, city_classes=topics.classes, city_kinds=CityKind.names(),
        may_export=has_permission(me, Permission.EXPORT),
        kept={f"f.{name}": value for name, value in export_rows.kept(filters).items()},
    )  # fmt: skip


@blueprint.get("/board")
@guard(Permission.SEE_TICKETS)
def show_board() -> str:
    """超时看板: every office, the latest first; supervision; the burden of typing."""
    scope = desk_queries.scope_of(actor())
    lines = desk_queries.offices_board(scope)
    log = desk_queries.supervision_log(scope)
    names = office_names(lines)
    late = sum(line.late for line in lines)
    return render_template(
        "tickets/board.html",
        lines=lines, names=names, log=log, levels=STEP_NAMES,
        at=clock.now(), late=late,
        said=late_words(late, sum(line.late_at_desk for line in lines)),
        open=sum(line.open for line in lines),
    )  # fmt: skip
