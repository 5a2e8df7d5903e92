"""流水: one entry by its number, or one person's by theirs; never what was answered.

For those who confirm deeds in that person's own village, and nobody else.
"""

from typing import Any

from flask import render_template, request

from backend.app.access import Permission, regions_of
from backend.app.core.guards import actor, guard
from backend.app.points import forms, queries
from backend.app.points.blueprints import console as blueprint


@blueprint.get("/ledger")
@guard(Permission.CONFIRM_DEEDS)
def show_ledger() -> Any:
    """By the number of an entry as a villager's phone shows it, or by a 积分号."""
    county_id = forms.county_of(Permission.CONFIRM_DEEDS)
    within = regions_of(actor(), Permission.CONFIRM_DEEDS)
    entry = forms.read_number(request.args, "entry")
    person = forms.read_person(request.args)
    return render_template(
        "points/ledger.html",
        entry=entry,
        person=request.args.get("person", ""),
        asked=entry is not None or person is not None,
        lines=queries.find_entries(county_id, within, entry, person),
        account=queries.account_of(county_id, within, person) if person else None,
    )
