"""A subject on the phone of who runs it: in with a code, and nothing to fill in."""

from typing import Any

from backend.app.access import Permission
from backend.app.assessments.blueprints import api as blueprint
from backend.app.assessments.subjects import staff_operations
from backend.app.assessments.subjects.schemas import SubjectInvitationShape
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
