"""Parts and events of the county town: the list loaded, a few dozen cases handled and looked at."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import text

from backend.app.access import Actor
from backend.app.accounts.queries import actor_today
from backend.app.core import clock
from backend.app.core.clock import clock_at
from backend.app.core.db import db, lock, transaction
from backend.app.places.queries import list_departments
from backend.app.tickets import handling
from backend.app.tickets.city import case_operations as cases
from backend.app.tickets.city import operations as city
from backend.app.tickets.city.queries import list_classes
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.intake.proxies import enter
from backend.app.tickets.kinds import Channel, TicketKind
from backend.app.tickets.rules.routing import Office, staff_for

SEED, CASES, DAYS = 610528, 30, 40
OWNERS = {
    "B0101": "县水务局", "B0105": "县供电公司", "B0118": "县供电公司", "S0110": "县交通运输局",
}  # fmt: skip
SEEN = {
    "B0101": "自来水井盖松动", "B0105": "电力井盖破了一角", "B0118": "路灯不亮",
    "S0110": "路面坑槽", "S0102": "路边堆着垃圾", "S0504": "店铺摆到人行道上",
    "S0406": "下雨后路面积水",
}  # fmt: skip
# 15%, 30%, 160 cases, a week: what a city's platform reported of the time before it.
BEFORE = {
    name: Decimal(figure) for name, figure in (
        ("discovery_rate", 15), ("handling_rate", 30), ("handled_a_month", 160),
        ("handling_hours", 168),
    )
}  # fmt: skip
LIES_WITH = text("SELECT unit_region_id, unit_department_id, version FROM ticket WHERE id = :id")
STAFF = text(
    "SELECT person_id FROM role_grant WHERE role = :role AND region_id = :id ORDER BY id LIMIT 1"
)


def load_city(county_id: int) -> int:
    """Once; returns how many cases."""
    manager, clerk = _person("county_manager", county_id), _person("county_staff", county_id)
    with transaction():
        lock("demo", "city")
        if list_classes(county_id):
            return 0
        _decide(manager, county_id)
        villages = db.session.scalars(
            text("SELECT id FROM region WHERE county_id = :id AND level = 'village' ORDER BY id"),
            {"id": county_id},
        ).all()
    dice = random.Random(SEED)
    at = clock.now()
    for nth in range(CASES):
        moment = at - timedelta(days=dice.uniform(0.2, DAYS))
        _live_through(dice, nth, moment, clerk, manager, dice.choice(villages))
    return CASES


def _person(role: str, county_id: int) -> Actor:
    with transaction():
        person_id = db.session.scalars(STAFF, {"role": role, "id": county_id}).one()
    return actor_today(person_id)


def _decide(manager: Actor, county_id: int) -> None:
    city.load_classes(manager, county_id)
    departments = {bureau.name: bureau.id for bureau in list_departments(county_id)}
    for code, owner in OWNERS.items():
        city.set_dispatch(manager, county_id, code, "owner", departments.get(owner))
    source = "示例：一个城市平台公开报道的建成前数据"
    city.keep_baseline(manager, county_id, BEFORE, "平台建成以前", source)


def _live_through(
    dice: random.Random, nth: int, moment: datetime, clerk: Actor, manager: Actor, village: int
) -> None:
    """Seen on a round or told by telephone, handled within hours, looked at; some wait."""
    code, words = dice.choice(list(SEEN.items()))
    is_told = nth % 4 == 0
    channel = Channel.PHONE if is_told else Channel.PATROL
    request = TicketRequest(
        TicketKind.HELP, words, village, contact_name="过路群众" if is_told else None
    )
    with clock_at(moment), transaction():
        ticket_id = enter(clerk, channel, request, code).id
    handler, version = _handler(ticket_id)
    if nth % 7 == 6 or handler is None:
        return
    done = moment + timedelta(hours=dice.uniform(1, 20))
    with clock_at(done), transaction():
        version = handling.sign(handler, ticket_id, version).version
        handling.reply(handler, ticket_id, version, "done", WrittenReply("已经处置好"))
    if nth % 5 == 4:
        with clock_at(done + timedelta(hours=2)), transaction():
            desk.reopen_by_desk(manager, ticket_id, None, "现场看没有处置到位")
    elif nth % 3:
        with clock_at(done + timedelta(hours=3)), transaction():
            cases.verify(manager, ticket_id, None, "现场看过，已经处置")


def _handler(ticket_id: int) -> tuple[Actor | None, int]:
    """Somebody of the office that it lies with, and which version of it that is."""
    with transaction():
        row = db.session.execute(LIES_WITH, {"id": ticket_id}).one()
        people = staff_for(Office(row.unit_region_id, row.unit_department_id))
    return (actor_today(people[0]) if people else None), row.version
