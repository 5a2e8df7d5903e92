"""人员与权限 and 操作记录: pages about staff, cadres and what was done."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import MAY_GRANT, ROLE_NAMES, Permission, Role, has_permission, regions_of
from backend.app.accounts import grants, logins, queries
from backend.app.core import calendar
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.guards import actor, guard

ACTIONS = {
    "log_in": "登录",
    "login_locked": "账号被锁定",
    "enrol_second_factor": "启用动态口令",
    "change_password": "修改密码",
    "open_login": "开账号",
    "reset_password": "重置密码",
    "unlock_login": "解锁账号",
    "disable_login": "停用账号",
    "enable_login": "恢复账号",
    "grant_role": "授予角色",
    "revoke_grant": "收回角色",
    "review_words": "审核留言",
    "request_export": "申请导出",
    "download_export": "下载导出",
    "recompute_month": "重新计算得分",
    "import_divisions": "导入区划",
    "add_service_point": "新设服务点",
    "rename_service_point": "服务点改名",
    "close_service_point": "撤销服务点",
    "set_photo": "换照片",
    "rotate_code": "换发二维码",
    "revoke_code": "停用二维码",
    "print_posters": "打印海报",
    "merge_villages": "合并村",
    "move_region": "改隶属",
    "rename_region": "更名",
    "set_points_rule": "设积分规则",
    "create_administrator": "开管理员账号",
}
SUBJECTS = {
    "person": "人员", "region": "地方", "service_point": "服务点", "rating": "评价",
    "export": "导出", "county": "县", "points_rule": "积分规则",
}  # fmt: skip
DETAILS = {
    "role": "角色", "region_id": "地方编号", "grant_id": "授权编号", "decision": "结论",
    "reason": "原因", "serial": "码编号", "month": "月份", "format": "格式", "total": "总数",
    "new": "新增", "renamed": "改名", "moved": "移动", "gone": "消失", "count": "数量",
    "amount": "每次分数", "daily_cap": "每天次数", "posters": "张数",
    "recoded": "换代码", "reopened": "恢复",
}  # fmt: skip


def _turn(page: int) -> str:
    """The same page of the log with another number."""
    kept = {name: value for name, value in request.args.items() if value and name != "page"}
    return f"{request.path}?{urlencode({**kept, 'page': page})}"


def _day(name: str, source: Any) -> date | None:
    text = source.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(errors={name: ["应为日期,如 2026-11-20"]}) from None


def _page() -> int:
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not text.isdecimal() or len(text) > 18:
        raise InvalidInput(errors={name: ["请从列表中选一个"]})
    return int(text)


def _role(text: str) -> Role | None:
    return Role(text) if text in {role.value for role in Role} else None


@guard(Permission.SEE_PEOPLE)
def list_people() -> str:
    """Staff and cadres, with what they may do."""
    search, role = request.args.get("q", "")[:40], _role(request.args.get("role", ""))
    lines, total = queries.list_people(search, role, _page())
    return render_template(
        "accounts/people.html",
        lines=lines, total=total, page=_page(), size=queries.PAGE, search=search, role=role,
        role_names=ROLE_NAMES, now=calendar.now(),
        may_open=has_permission(actor(), Permission.MANAGE_LOGINS),
    )  # fmt: skip


def _person_page(person_id: int, status: int = 200, **more: Any) -> Any:
    me = actor()
    grantable = frozenset().union(*(MAY_GRANT.get(role, frozenset()) for role in me.roles))
    page = render_template(
        "accounts/person.html",
        person=queries.get_person(person_id),
        grants=queries.grant_lines(person_id),
        role_names=ROLE_NAMES,
        grantable=[role for role in Role if role in grantable],
        may_grant=has_permission(me, Permission.GRANT_ROLES) and me.person_id != person_id,
        may_manage=has_permission(me, Permission.MANAGE_LOGINS) and me.person_id != person_id,
        grantable_regions=lambda: queries.grantable_regions(
            regions_of(me, Permission.GRANT_ROLES)
        ),
        today=calendar.today(), now=calendar.now(),
        **more,
    )  # fmt: skip
    return page, status


@guard(Permission.SEE_PEOPLE)
def show_person(person_id: int) -> Any:
    """One person's grants and their history."""
    return _person_page(person_id)


@guard(Permission.MANAGE_LOGINS)
def open_login() -> Any:
    """A new member of staff; the password is shown this once."""
    form = request.form
    with transaction():
        person_id, password = logins.open_login(
            actor(), form.get("username", ""), form.get("display_name", "")
        )
    return _person_page(person_id, password=password)


@guard(Permission.GRANT_ROLES)
def grant_role(person_id: int) -> Any:
    """Grants a role; a refusal is shown beside the form."""
    form = request.form
    try:
        role = _role(form.get("role", ""))
        if role is None:
            raise InvalidInput(errors={"role": ["请选角色"]})
        starts_on = _day("starts_on", form) or calendar.today()
        with transaction():
            grants.grant_role(
                actor(), person_id, role, _number("region_id"), starts_on, _day("ends_on", form)
            )
    except DomainError as refused:
        return _person_page(person_id, 422, error=refused)
    return _back(person_id)


@guard(Permission.GRANT_ROLES)
def revoke_grant(grant_id: int) -> Response:
    """Ends a grant at once."""
    with transaction():
        grants.revoke_grant(actor(), grant_id)
    return _back(_number("person_id"))


@guard(Permission.MANAGE_LOGINS)
def reset_password(person_id: int) -> Any:
    """A new one-time password, shown this once."""
    with transaction():
        password = logins.reset_password(actor(), person_id)
    return _person_page(person_id, password=password)


@guard(Permission.MANAGE_LOGINS)
def unlock(person_id: int) -> Response:
    """Ends a lock early."""
    with transaction():
        logins.unlock(actor(), person_id)
    return _back(person_id)


@guard(Permission.MANAGE_LOGINS)
def set_disabled(person_id: int) -> Response:
    """Disables or enables a log-in."""
    with transaction():
        logins.set_disabled(actor(), person_id, request.form.get("disabled") == "1")
    return _back(person_id)


def _back(person_id: int) -> Response:
    return redirect(address_of("accounts_console.show_person", person_id=person_id))


@guard(Permission.SEE_AUDIT)
def list_audit() -> str:
    """Who did what, newest first."""
    asked = request.args
    rows = queries.list_audit(
        asked.get("person", "")[:40],
        asked.get("action", "")[:60],
        _day("first", asked),
        _day("last", asked),
        _page(),
    )
    return render_template(
        "accounts/audit.html",
        rows=rows[: queries.PAGE], more=len(rows) > queries.PAGE, page=_page(), asked=asked,
        actions=queries.list_actions(), action_names=ACTIONS, subject_names=SUBJECTS,
        detail_names=DETAILS, turn=_turn,
    )  # fmt: skip


def register(blueprint: Blueprint) -> None:
    """Hangs these pages on the console's blueprint."""
    for rule, view, method in (
        ("/people", list_people, "GET"),
        ("/people", open_login, "POST"),
        ("/people/<int:person_id>", show_person, "GET"),
        ("/people/<int:person_id>/grants", grant_role, "POST"),
        ("/grants/<int:grant_id>/revoke", revoke_grant, "POST"),
        ("/people/<int:person_id>/password", reset_password, "POST"),
        ("/people/<int:person_id>/unlock", unlock, "POST"),
        ("/people/<int:person_id>/disabled", set_disabled, "POST"),
        ("/audit", list_audit, "GET"),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=[method])
