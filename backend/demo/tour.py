"""The demo county's doors and a tour of eight steps, each at a real case of this county."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import current_app, url_for
from sqlalchemy import text

from backend.app.core.db import db
from backend.app.core.states import one_of
from backend.app.tickets.states import WITH_UNIT, State
from backend.demo.load import county_id
from backend.demo.people import (
    LOGINS,
    PASSWORD,
    cadre_openid,
    phone_villages,
    villager_openid,
)

POSTER = text(
    """
    SELECT q.code FROM qr_code q JOIN service_point s ON s.id = q.service_point_id
    WHERE s.village_id = :village_id AND s.kind_code = 'water'
      AND q.revoked_at IS NULL AND s.closed_on IS NULL ORDER BY q.id LIMIT 1
    """
)
# The one that waits longest; where nothing is late, the next that will be.
TICKET = text(
    f"""
    SELECT id FROM ticket WHERE county_id = :county_id AND closed_at IS NULL
      AND {one_of("state", WITH_UNIT - {State.WAITING})}
    ORDER BY due_at LIMIT 1
    """  # noqa: S608  constants of our own code
)
DRAW = text(
    "SELECT id FROM points_draw WHERE region_id = :county_id AND drawn_at IS NOT NULL"
    " ORDER BY drawn_at DESC LIMIT 1"
)
NEWEST = text(
    "SELECT code, to_char(month, 'YYYY-MM') AS month FROM score_publication_village"
    " WHERE village_id = :village_id ORDER BY score_publication_village.month DESC LIMIT 1"
)


@dataclass(frozen=True)
class Stop:
    """A door, or a step of the tour; `login` is the user name it takes, or ""."""

    title: str
    what: str
    address: str
    login: str = ""


@dataclass(frozen=True)
class Tour:
    """What the front page of a demo county shows beside a real one's."""

    password: str
    doors: tuple[Stop, ...]
    steps: tuple[Stop, ...]
    logins: tuple[Any, ...] = LOGINS


def make_tour() -> Tour | None:
    """Looked up anew each time; None while the county has no villages yet."""
    county = county_id()
    villages = phone_villages(county)
    if not villages:
        return None
    village = villages[0]
    found = {"county_id": county, "village_id": village.id}
    poster, ticket, draw = (db.session.scalar(one, found) for one in (POSTER, TICKET, DRAW))
    told = db.session.execute(NEWEST, found).one_or_none()
    page = f"/p/{told.code}/{told.month}" if told else "/p/"
    villager, cadre = villager_openid(village.code, 1), cadre_openid(village.code)
    return Tour(PASSWORD, _doors(villager, cadre), (
        Stop("看一张海报", "村里供水点贴的就是它，码是真的", f"/preview/posters/{poster}.png"),
        Stop("扫它，点一个脸", "用村民的手机，不用打字", _phone(villager, q=_scanned(poster))),
        Stop("看村干部今天要办的", "一件还没接手的诉求在等着", _phone(cadre, path=CADRE_PAGE)),
        Stop("县里盯着最急的一件", "谁在办、还剩多久、走过哪几步", _ticket(ticket), "county"),
        Stop("一个村的得分", "每一分扣在哪件事上，都点得开", _card(village.id, told), "county"),
        Stop("领导一屏", "几个村亮灯，四个数，谁超时了", "/console/leader", "leader"),
        Stop("村民看到的公示", "同一个村，同样的数，大白话", page),
        Stop("自己验一次抽奖", "浏览器当场重算，改一个字就对不上", _draw(draw, county)),
    ))  # fmt: skip


CADRE_PAGE = "pages/cadre/index"


def _doors(villager: str, cadre: str) -> tuple[Stop, ...]:
    return (
        Stop("村民的手机", "扫码、问卷、诉求、积分", _phone(villager)),
        Stop("村干部的手机", "今天要办的、答复、得分", _phone(cadre, path=CADRE_PAGE)),
        Stop("县乡工作台", "派单、审核、锁定、公示", "/console/", "county"),
        Stop("领导一屏", "只读，也能放大屏", "/console/leader", "leader"),
        Stop("公示", "谁都能看，也能下载", "/p/"),
        Stop("接口说明", "给别的系统用", "/api/docs"),
    )


def _phone(person: str, **more: str) -> str:
    return f"/preview/?{urlencode({'person': person, **more})}"


def _scanned(poster: str | None) -> str:
    """What the phone reads off the poster."""
    return f"{current_app.config['SETTINGS'].public_host}/q/{poster}"


def _ticket(ticket_id: int | None) -> str:
    if ticket_id is None:
        return url_for("tickets_console.list_tickets")
    return url_for("tickets_console.show_ticket", ticket_id=ticket_id)


def _card(village_id: int, told: Any) -> str:
    month = told.month if told else None
    return url_for("scorecards_console.show_scorecard", village_id=village_id, month=month)


def _draw(draw_id: int | None, county: int) -> str:
    if draw_id is None:
        return url_for("points_public.list_public_draws", county_id=county)
    return url_for("points_public.show_public_draw", draw_id=draw_id)
