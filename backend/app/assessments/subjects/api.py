"""A subject on the phone of who runs it: in with a code, and nothing to fill in."""

from typing import Any

from backend.app.access import Permission
from backend.app.assessments.blueprints import api as blueprint
from backend.app.assessments.subjects import staff_operations
from backend.app.assessments.subjects.own_queries import (
    chosen_subject,
    own_card,
    own_subjects,
)
from backend.app.assessments.subjects.schemas import (
    OwnSubjectsShape,
    SubjectInvitationShape,
    SubjectQuery,
)
from backend.app.core.db import transaction
from backend.app.core.web.guards import actor, guard


@blueprint.post("/me/subjects")
@guard(Permission.OWN_ACCOUNT)
@blueprint.arguments(SubjectInvitationShape())
@blueprint.response(204)
def become_subject_staff(body: dict[str, Any]) -> None:
    """Runs a subject with the code the office gave; again, it changes nothing."""
    with transaction():
        staff_operations.accept_invitation(actor().person_id, body["code"])


@blueprint.get("/subject")
@guard(Permission.SEE_OWN_ASSESSMENT)
@blueprint.arguments(SubjectQuery(), location="query")
@blueprint.response(200, OwnSubjectsShape())
def show_own_subject(query: dict[str, Any]) -> dict[str, Any]:
    """The reader's subjects, and one of them with its rating; read-only."""
    listed = own_subjects(actor())
    chosen = chosen_subject(listed, query["subject"])
    return {
        "subjects": [{"id": row.id, "name": row.name} for row in listed],
        "card": own_card(chosen) if chosen else None,
    }
