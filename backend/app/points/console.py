"""积分: what was given this month, the budget, what waits; the pages of rules and deeds."""

from typing import Any

from flask import render_template, request

from backend.app.access import Permission, regions_of
from backend.app.core import clock
from backend.app.core.guards import actor, guard
from backend.app.places.queries import get_place
from backend.app.points import (
    budget,
    console_deeds,
    console_draws,
    console_ledger,
    console_redemptions,
    console_rewards,
    console_rules,
    console_shops,
    console_watch,
    forms,
    months,
    queries,
    rule_queries,
)
from backend.app.points.blueprints import console as blueprint


@blueprint.get("")
@guard(Permission.SEE_POINTS)
def show_overview() -> Any:
    """One page for the morning: spent, left, waiting."""
    county_id, today = forms.county_of(), clock.today()
    within = regions_of(actor(), Permission.SEE_POINTS)
    month = clock.parse_month(request.args.get("month")) or clock.month_of(today)
    rule_set = rule_queries.rule_set_on(county_id, today)
    asked = forms.read_place(request.args)
    widest = county_id if county_id in within else min(within)
    region = asked.id if within.intersection(asked.path) and asked.id != county_id else widest
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


console_rules.register(blueprint)
console_deeds.register(blueprint)
console_ledger.register(blueprint)
console_watch.register(blueprint)
console_draws.register(blueprint)
console_rewards.register(blueprint)
console_shops.register(blueprint)
console_redemptions.register(blueprint)
