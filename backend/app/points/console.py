"""积分: what was given this month, the budget, what waits; the pages of rules and activities."""

from datetime import date
from typing import Any

from flask import render_template

from backend.app.access import Permission, regions_of
from backend.app.core import clock
from backend.app.core.web import boxes
from backend.app.core.web.forms import query_args
from backend.app.core.web.guards import actor, guard
from backend.app.places.queries import get_place
from backend.app.points import (
    forms,
    months,
    queries,
)
from backend.app.points.blueprints import console as blueprint
from backend.app.points.rules import budget
from backend.app.points.rules import queries as rule_queries


@blueprint.get("")
@guard(Permission.SEE_POINTS)
@query_args(month=boxes.Month())
def show_overview(month: date | None) -> Any:
    """One page for the morning: spent, left, waiting."""
    county_id, today = forms.county_of(), clock.today()
    within = regions_of(actor(), Permission.SEE_POINTS)
    month = month or clock.month_of(today)
    rule_set = rule_queries.rule_set_on(county_id, today)
    place = forms.read_place()
    widest = county_id if county_id in within else min(within)
    region = place.id if within.intersection(place.path) and place.id != county_id else widest
    report = months.report(county_id, region, month)
    return render_template(
        "points/overview.html",
        month=month, this_month=clock.month_of(today), rule_set=rule_set,
        forecast=budget.forecast(rule_set, today) if rule_set else None,
        report=report, whole=region == county_id, place=get_place(region), widest=widest,
        rows=report.townships if region == county_id else report.villages,
        waiting=queries.waiting(county_id, within), today=today,
        previous=clock.previous_month(month), next=clock.next_month(month),
    )  # fmt: skip
