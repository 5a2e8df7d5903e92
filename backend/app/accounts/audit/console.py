"""操作记录: who did what, in words."""

from typing import Any

from flask import render_template

from backend.app.access import Permission, regions_of
from backend.app.accounts.audit import queries as audit_queries
from backend.app.accounts.audit.words import ACTIONS, DETAILS, SUBJECTS, VALUES
from backend.app.accounts.blueprints import console as blueprint
from backend.app.core.audit import AuditEntry
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query, turned
from backend.app.core.web.guards import actor, guard

Names = dict[tuple[str, str], str]
# What an auditor asks for most, each with the acts it means.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "failed": (
        "失败的登录",
        ("log_in_failed", "second_factor_failed", "phone_refused", "password_refused",
         "login_locked"),
    ),
    "telephones": ("查看电话", ("see_telephone",)),
    "grants": (
        "角色和账号",
        ("ask_for_grant", "ask_to_revoke", "decide_grant", "grant_role", "revoke_grant",
         "open_login", "reset_password", "register_phone", "activate_login", "found_office",
         "unlock_login", "disable_login", "enable_login", "invite_cadre", "accept_invitation"),
    ),
    "shell": ("服务器命令", ("shell_command",)),
}  # fmt: skip
ORIGINS = {"console": "工作台", "app": "小程序", "shell": "服务器", "job": "系统"}
ENTRIES = Query.of(
    person=boxes.Text(40), action=boxes.Text(60), address=boxes.Text(45),
    first=boxes.Day(otherwise=boxes.REFUSED), last=boxes.Day(otherwise=boxes.REFUSED),
    page=boxes.Page(),
)  # fmt: skip


def describe(detail: dict[str, Any], names: Names) -> str:
    """The details of an entry in words."""

    def word(name: str, value: Any) -> Any:
        if name in audit_queries.REGION_DETAILS:
            return names.get(("region", str(value)), value)
        return VALUES.get(str(value), value)

    return "，".join(
        f"{DETAILS.get(name, name)} {word(name, value)}" for name, value in detail.items()
    )


def name_subject(entry: AuditEntry, names: Names) -> str:
    """What an entry is about: kind and name, or kind and number."""
    kind = "region" if entry.subject_kind == "county" else entry.subject_kind
    called = names.get((kind, entry.subject_id)) or entry.subject_id
    return f"{SUBJECTS.get(entry.subject_kind, entry.subject_kind)} {called}"


def _actions(asked: str) -> tuple[str, ...]:
    """The acts that a group or one act's name stands for; none for all."""
    return GROUPS[asked][1] if asked in GROUPS else (asked,) if asked else ()


@blueprint.get("/audit")
@guard(Permission.SEE_AUDIT)
def list_audit() -> str:
    """Who did what, newest first."""
    query = ENTRIES.read()
    page, action = query["page"], query["action"]
    rows = audit_queries.list_audit(
        regions_of(actor(), Permission.SEE_AUDIT), person=query["person"],
        actions=_actions(action), address=query["address"], first=query["first"],
        last=query["last"], page=page,
    )  # fmt: skip
    names = audit_queries.name_subjects(entry for entry, _ in rows)
    return render_template(
        "accounts/audit.html",
        rows=rows[: audit_queries.PAGE], more=len(rows) > audit_queries.PAGE, page=page,
        asked={name: value or "" for name, value in query.items()},
        action_names=ACTIONS, groups=GROUPS, origins=ORIGINS, names=names,
        name_subject=name_subject, describe=describe, turn=lambda page: turned(page=page),
    )  # fmt: skip
