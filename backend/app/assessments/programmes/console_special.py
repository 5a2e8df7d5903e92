"""专项设置: rhythm of meetings, steps of acceptance and portraits of a draft."""

import re

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.programmes.console_wizard import own_programme
from backend.app.assessments.programmes.queries import list_elements
from backend.app.assessments.programmes.special_operations import (
    MOST_PORTRAITS,
    MOST_STEPS,
    SpecialParts,
    save_special,
)
from backend.app.assessments.states import OPEN_DRAFT
from backend.app.assessments.states.acceptance import AcceptanceParty
from backend.app.assessments.states.rhythms import MeetingRhythm
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

BETWEEN = re.compile(r"[、，,；;\s]+")
SPECIAL = Form.of(
    rhythm=boxes.Choice(list(MeetingRhythm), missing="请选报送节奏"),
    **{f"step_{n}": boxes.Text(squeezed=True) for n in range(MOST_STEPS)},
    **{
        f"by_{n}": boxes.Choice(list(AcceptanceParty), otherwise=AcceptanceParty.OFFICE)
        for n in range(MOST_STEPS)
    },
    **{f"portrait_{n}": boxes.Text(squeezed=True) for n in range(MOST_PORTRAITS)},
    **{f"codes_{n}": boxes.Text(squeezed=True) for n in range(MOST_PORTRAITS)},
)


def _page(programme_id: int, error: DomainError | None = None) -> tuple[str, int]:
    programme = own_programme(programme_id)
    return render_page(
        "assessments/special.html", error, programme=programme,
        open=programme.state in OPEN_DRAFT, rhythms=MeetingRhythm.names(),
        parties=AcceptanceParty.names(), most_steps=MOST_STEPS, most_portraits=MOST_PORTRAITS,
        elements=[row for row in list_elements(programme.id) if row.parent_id],
    )  # fmt: skip


@blueprint.get("/programmes/<int:programme_id>/special")
@guard(Permission.MANAGE_PROGRAMMES)
def show_special(programme_id: int) -> tuple[str, int]:
    """What most programmes leave as it is."""
    return _page(programme_id)


@blueprint.post("/programmes/<int:programme_id>/special")
@guard(Permission.MANAGE_PROGRAMMES)
def save_special_parts(programme_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        form = SPECIAL.read()
        parts = SpecialParts(
            form["rhythm"],
            [(name, form[f"by_{n}"]) for n in range(MOST_STEPS) if (name := form[f"step_{n}"])],
            [
                (name, [code for code in BETWEEN.split(form[f"codes_{n}"]) if code])
                for n in range(MOST_PORTRAITS) if (name := form[f"portrait_{n}"])
            ],
        )  # fmt: skip
        with transaction():
            save_special(actor(), programme.id, parts)
    except (InvalidInput, Conflict) as error:
        return _page(programme_id, error)
    return redirect(address_of(".show_special", programme_id=programme_id), 303)
