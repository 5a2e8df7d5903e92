"""流水: one entry by its number, or one person's by theirs; never what was answered.

For those who confirm deeds in that person's own village, and nobody else.
"""

from typing import Any

from flask import render_template

from backend.app.access import Permission, regions_of
from backend.app.core.web import boxes
from backend.app.core.web.forms import query_args
from backend.app.core.web.guards import actor, guard
from backend.app.points import forms, queries
from backend.app.points.blueprints import console as blueprint


@blueprint.get("/ledger")
@guard(Permission.CONFIRM_DEEDS)
@query_args(entry=boxes.Number(), person=boxes.Text())
def show_ledger(entry: int | None, person: str) -> Any:
    """By the number of an entry as a villager's phone shows it, or by a 积分号."""
    county_id = forms.county_of(Permission.CONFIRM_DEEDS)
    within = regions_of(actor(), Permission.CONFIRM_DEEDS)
    person_id = forms.person_numbered(person)
    return render_template(
        "points/ledger.html",
        entry=entry,
        person=person,
        asked=entry is not None or person_id is not None,
        lines=queries.find_entries(county_id, within, entry, person_id),
        account=queries.account_of(county_id, within, person_id) if person_id else None,
    )
