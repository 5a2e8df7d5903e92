"""What every console page knows: the menu, the reader, local times."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, g, request

from backend.app.access import Actor, Permission, has_permission
from backend.app.core.clock import COUNTY_ZONE

# At most eight entries for any one reader, in the words of the office.
MENU: tuple[tuple[str, str, Permission], ...] = (
    ("总览", "/console/", Permission.SEE_DASHBOARD),
    ("诉求", "/console/tickets", Permission.SEE_TICKETS),
    ("得分", "/console/villages", Permission.SEE_VILLAGES),
    ("问卷", "/console/surveys", Permission.SEE_SURVEYS),
    ("积分", "/console/points", Permission.SEE_POINTS),
    ("公示与导出", "/console/publications", Permission.EXPORT),
    ("待确认", "/console/security", Permission.CONFIRM_ACCOUNTS),
    ("人员与权限", "/console/people", Permission.SEE_PEOPLE),
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
    "/console/people": ("/console/people", "/console/grants", "/console/own-data"),
    "/console/security": ("/console/security",),
    "/console/audit": ("/console/audit",),
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
    current = next((href for href, parts in UNDER.items() if here.startswith(parts)), "")
    current = current or ("/console/" if here in OVERVIEW else "")
    return [
        MenuEntry(label, href, href == current)
        for label, href, permission in MENU
        if has_permission(me(), permission)
    ]


def local_time(at: datetime) -> str:
    return f"{at.astimezone(COUNTY_ZONE):%Y-%m-%d %H:%M}"


def may_do(name: str) -> bool:
    """For templates: whether the reader holds a permission anywhere."""
    return has_permission(me(), Permission(name))


def register(app: Flask) -> None:
    app.jinja_env.globals.update(me=me, menu=menu, may=may_do)
    app.jinja_env.filters["local_time"] = local_time
    app.jinja_env.trim_blocks = True
