"""The inbox on the phone, and the taps that allow WeChat to ring."""

from typing import Any

from backend.app.access import Permission
from backend.app.core.db import transaction
from backend.app.core.web.bodies import Blueprint
from backend.app.core.web.guards import actor, guard
from backend.app.core.wechat import template_id
from backend.app.notices import operations, queries, schemas
from backend.app.notices.templates import TEMPLATES

blueprint = Blueprint("notices", __name__, url_prefix="/api/v1", description="消息")


@blueprint.get("/me/notices")
@guard(Permission.OWN_ACCOUNT)
@blueprint.arguments(schemas.InboxQuery(), location="query")
@blueprint.response(200, schemas.InboxShape())
def show_inbox(query: dict[str, Any]) -> dict[str, Any]:
    """Own notices, newest first."""
    person_id = actor().person_id
    rows = queries.inbox(person_id, query["before"])
    page = rows[: queries.PAGE]
    return {
        "items": [
            {
                "id": notice.id,
                "title": notice.title,
                "words": notice.words,
                "at": notice.created_at,
                "read": notice.read_at is not None,
                "page": notice.page,
            }
            for notice in page
        ],
        "next": page[-1].id if len(rows) > queries.PAGE else None,
        "unread": queries.unread_count(person_id),
    }


@blueprint.post("/me/notices/read")
@guard(Permission.OWN_ACCOUNT)
@blueprint.arguments(schemas.ReadShape())
@blueprint.response(200, schemas.UnreadShape())
def mark_read(body: dict[str, Any]) -> dict[str, Any]:
    """Everything up to one notice has been seen."""
    person_id = actor().person_id
    with transaction():
        operations.mark_read(person_id, body["up_to"])
    return {"unread": queries.unread_count(person_id)}


@blueprint.get("/me/subscriptions")
@guard(Permission.OWN_ACCOUNT)
@blueprint.response(200, schemas.TemplatesShape())
def list_templates() -> dict[str, Any]:
    """What the phone may ask leave for; nothing while the county has no templates."""
    return {
        "templates": [
            {"key": key, "template_id": known, "words": template.words}
            for key, template in TEMPLATES.items()
            if (known := template_id(key))
        ]
    }


@blueprint.post("/me/subscriptions")
@guard(Permission.OWN_ACCOUNT)
@blueprint.arguments(schemas.AcceptedShape())
@blueprint.response(204)
def keep_subscriptions(body: dict[str, Any]) -> None:
    """The tap was accepted: one message for each."""
    with transaction():
        operations.keep_subscriptions(actor().person_id, body["accepted"])
