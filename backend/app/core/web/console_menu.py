"""What every console page knows: the menu, the reader, local times."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, g, request

from backend.app.access import Actor, Permission, has_permission
from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.signs import signed

SETTINGS = "设置"
# At most eight entries for any one reader, in the words of the office.
MENU: tuple[tuple[str, str, Permission], ...] = (
    ("总览", "/console/", Permission.SEE_DASHBOARD),
    ("诉求", "/console/tickets", Permission.SEE_TICKETS),
    ("得分", "/console/villages", Permission.SEE_VILLAGES),
    ("问卷", "/console/surveys", Permission.SEE_SURVEYS),
    ("积分", "/console/points", Permission.SEE_POINTS),
    ("考核", "/console/assessments", Permission.SEE_PROGRAMMES),
    ("我的考核", "/console/assessments/own", Permission.SEE_OWN_ASSESSMENT),
    ("实地核查", "/console/assessments/checks/mine", Permission.CHECK_SITES),
    ("分管领导汇总", "/console/assessments/duty-leaders", Permission.EXPORT_DUTY_LEADERS),
    ("公示与导出", "/console/publications", Permission.EXPORT),
    ("待确认", "/console/security", Permission.CONFIRM_ACCOUNTS),
)
# What lies under 设置, each with its own guard: a reader's entry leads to the first of them.
SETTINGS_PAGES: tuple[tuple[str, str, Permission], ...] = (
    ("人员与权限", "/console/people", Permission.SEE_PEOPLE),
    ("县里的设置", "/console/places/settings", Permission.MANAGE_TICKET_RULES),
    ("区划调整", "/console/reorganisations", Permission.REORGANISE_VILLAGES),
    ("没办成的任务", "/console/failed-items", Permission.TEND_JOBS),
    ("操作记录", "/console/audit", Permission.SEE_AUDIT),
)


# Which pages lie under which entry.
UNDER: dict[str, tuple[str, ...]] = {
    "/console/tickets": ("/console/tickets", "/console/digest"),
    "/console/villages": (
        "/console/villages", "/console/townships", "/console/places", "/console/objections",
        "/console/reviews",
        "/console/adjustments", "/console/scores", "/console/village-types",
        "/console/months", "/console/schemes",
    ),
    "/console/surveys": ("/console/surveys",),
    "/console/points": ("/console/points",),
    "/console/publications": ("/console/publications", "/console/exports", "/console/tokens"),
    "/console/assessments": ("/console/assessments",),
    "/console/assessments/checks/mine": ("/console/assessments/checks/mine",),
    "/console/assessments/own": ("/console/assessments/own",),
    "/console/assessments/duty-leaders": ("/console/assessments/duty-leaders",),
    "/console/security": ("/console/security",),
    SETTINGS: (
        "/console/people", "/console/grants", "/console/own-data", "/console/audit",
        "/console/places/settings", "/console/failed-items", "/console/reorganisations",
    ),
}  # fmt: skip


OVERVIEW = ("/console/", "/console/leader")


@dataclass(frozen=True)
class MenuEntry:
    """One line of the menu."""

    label: str
    href: str
    current: bool


def me() -> Actor:
    return g.get("actor") or Actor(0)


def menu() -> list[MenuEntry]:
    """The entries this reader may open; the page lies under the current one."""
    here = request.path
    # The longest prefix: single pages of a feature lie under 设置.
    under = [
        (len(part), entry)
        for entry, parts in UNDER.items()
        for part in parts
        if here.startswith(part)
    ]
    current = max(under)[1] if under else "/console/" if here in OVERVIEW else ""
    entries = [
        MenuEntry(label, href, href == current)
        for label, href, permission in MENU
        if has_permission(me(), permission)
    ]
    pages = settings_pages()
    return [*entries, MenuEntry(SETTINGS, pages[0][1], current == SETTINGS)] if pages else entries


def settings_pages() -> list[tuple[str, str]]:
    """The pages under 设置 that this reader may open, in words and with their addresses."""
    return [
        (label, href)
        for label, href, permission in SETTINGS_PAGES
        if has_permission(me(), permission)
    ]


def local_time(at: datetime) -> str:
    return f"{at.astimezone(COUNTY_ZONE):%Y-%m-%d %H:%M}"


def may_do(name: str) -> bool:
    """For templates: whether the reader holds a permission anywhere."""
    return has_permission(me(), Permission(name))


def register(app: Flask) -> None:
    app.jinja_env.globals.update(me=me, menu=menu, may=may_do, settings_pages=settings_pages)
    app.jinja_env.filters.update(local_time=local_time, signed=signed)
    app.jinja_env.trim_blocks = True
