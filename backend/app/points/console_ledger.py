"""流水: one entry by its number, or one person's by theirs; never what was answered."""

from typing import Any

from flask import Blueprint, render_template, request

from backend.app.access import Permission
from backend.app.core.guards import guard
from backend.app.points import forms, queries


@guard(Permission.SEE_POINTS)
def show_ledger() -> Any:
    """By the number of an entry as a villager's phone shows it, or by a 积分号."""
    county_id = forms.county_of()
    entry = forms.read_number(request.args, "entry")
    person = forms.read_number(request.args, "person")
    return render_template(
        "points/ledger.html",
        entry=entry,
        person=person,
        asked=bool(entry or person),
        lines=queries.find_entries(county_id, entry, person),
        account=queries.account_of(county_id, person) if person else None,
    )


def register(blueprint: Blueprint) -> None:
    """Hangs this page on the console's blueprint."""
    blueprint.add_url_rule("/ledger", view_func=show_ledger, methods=["GET"])
