"""今日提醒: the inbox of staff, by day."""

from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.web import boxes
from backend.app.core.web.forms import form_args
from backend.app.core.web.guards import actor, guard
from backend.app.notices import operations, queries

blueprint = Blueprint("notices_console", __name__, url_prefix="/console/digest")


@blueprint.get("")
@guard(Permission.USE_CONSOLE)
def show_digest() -> str:
    """The newest notices, day by day; what was not seen is marked."""
    person_id = actor().person_id
    items = queries.digest(person_id)

    def day_of(notice: Any) -> str:
        return f"{clock.local_day(notice.created_at):%Y-%m-%d}"

    return render_template(
        "notices/digest.html",
        items=items, days=[(day, list(group)) for day, group in groupby(items, day_of)],
        unread=queries.unread_count(person_id),
    )  # fmt: skip


@blueprint.post("")
@guard(Permission.USE_CONSOLE)
@form_args(up_to=boxes.Id(otherwise=None))
def mark_read(up_to: int | None) -> Response:
    """Everything up to the newest one shown."""
    if up_to is not None:
        with transaction():
            operations.mark_read(actor().person_id, up_to)
    return redirect(address_of("notices_console.show_digest"))
