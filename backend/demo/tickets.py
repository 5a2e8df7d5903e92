"""Two months of tickets in the demo county, made by the same operations as in life."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from backend.app.access import Actor
from backend.app.accounts.queries import actor_today
from backend.app.core.clock import clock_at
from backend.app.core.db import db, lock, transaction
from backend.app.core.errors import DomainError
from backend.app.places.queries import list_departments
from backend.app.places.reorganisation import add_department
from backend.app.tickets import author, handling, supervision
from backend.app.tickets.clocks.working_calendar import seed_calendar
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.intake.operations import TicketRequest, submit
from backend.app.tickets.kinds import TicketKind
from backend.app.tickets.rules.operations import seed_county, set_routing
from backend.app.tickets.rules.routing import Office, staff_for
from backend.demo.people import phone_villages, villager_openid

SEED = 610528
TICKETS_A_DAY = 2
# What nobody got round to is recent: it waits on the board, and is not forgotten for months.
FORGOTTEN_DAYS = 12
BUREAUS = {"县水务局": "water", "县供电公司": "power", "县交通运输局": "", "县卫生健康局": ""}
SAID: dict[str, tuple[tuple[str, str], ...]] = {
    "light": (("村口第三盏路灯不亮，报过两回了", "灯泡换了，今晚就亮"),
              ("北巷一盏路灯也没有，老人晚上不敢出门", "已经报到镇里，这个月底装两盏")),
    "water": (("早上水小得像线，三楼上不去水", "换了加压泵的阀门，现在水压正常"),
              ("水管漏水，停水两天了", "昨晚抢修好了，已经来水")),
    "road": (("下雨以后村道塌了一块，三轮车过不去", "填了石子先通车，秋后硬化"),
             ("通组路的坑越来越大", "上周补好了，您再看看")),
    "clean": (("三天没来收垃圾了，巷口臭得很", "收运车坏了，今天补收，以后两天一趟"),
              ("有人往渠里倒粪水", "找到那家人了，已经清干净")),
    "medical": (("卫生室常用的降压药经常没有", "跟镇卫生院说好了，每周一补药"),),
    "welfare": (("低保申请交了一个月没有回音", "已经入户核实，公示七天后报县里"),),
    "power": (("晚上电压不稳，灯一闪一闪", "台区换了变压器，再有问题打电话"),),
    "service": (("办一个证明跑了三回，每回说少材料", "材料单贴在墙上了，以后一次说清"),),
    "dispute": (("邻居盖房占了我家排水沟", "两家坐下来说好了，往里退三十公分"),),
    "farm": (("机井坏了，柿子树浇不上水", "配件到了，明天能用"),),
}  # fmt: skip
PLACES = ("村口", "二组", "小学门口", "涝池边", "北巷", None, None)
SOMEBODY = text(
    """
    SELECT p.id, b.village_id FROM person p JOIN binding b ON b.person_id = p.id
    WHERE p.openid LIKE 'demo-%-v%' AND b.county_id = :county_id AND b.ended_at IS NULL
    ORDER BY p.id OFFSET :nth LIMIT 1
    """
)
BY_NAME = text(
    """
    SELECT p.id, b.village_id FROM person p JOIN binding b ON b.person_id = p.id
    WHERE p.openid = :openid AND b.county_id = :county_id AND b.ended_at IS NULL
    """
)
Dice = random.Random


def prepare(county_id: int) -> None:
    """Categories, calendar, bureaus and rules; nothing happens the second time."""
    with transaction():
        seed_calendar(county_id)
        seed_county(county_id)
        there = {department.name for department in list_departments(county_id)}
        manager = _manager(county_id)
        for name, category in BUREAUS.items():
            if name in there:
                continue
            bureau = add_department(manager, county_id, name)
            if category == "water":
                set_routing(manager, county_id, category, "department", bureau.id)


def _manager(county_id: int) -> Actor:
    query = "SELECT person_id FROM role_grant WHERE role = 'county_manager' AND region_id = :id"
    return actor_today(db.session.scalars(text(query), {"id": county_id}).one())


def load_tickets(county_id: int, since: datetime, at: datetime) -> int:
    """Tickets in every state since then; returns how many, 0 where there are some already."""
    with transaction() as session:
        lock("demo", "tickets")
        if session.scalar(text("SELECT EXISTS (SELECT FROM ticket)")):
            return 0
        dice = Dice(SEED)
        people = session.scalar(
            text("SELECT count(*) FROM binding WHERE county_id = :id"), {"id": county_id}
        )
        desk_person = _desk(county_id)
        made = 0
        days = (at - since) / timedelta(days=1)
        moments = sorted(
            at - timedelta(days=dice.uniform(0.02, days)) for _ in range(int(days * TICKETS_A_DAY))
        )
        for nth, moment in enumerate(moments):
            person_id, village_id = session.execute(
                SOMEBODY, {"county_id": county_id, "nth": dice.randrange(people or 1)}
            ).one()
            _live_through(dice, nth, moment, at, person_id, village_id, desk_person)
            made += 1
        made += _waiting_for_the_phones_cadre(county_id, at)
    with clock_at(at):
        supervision.escalate_overdue()
    return made


def _waiting_for_the_phones_cadre(county_id: int, at: datetime) -> int:
    """One that nobody has taken up yet, so that the preview's cadre has something to do."""
    openid = villager_openid(phone_villages(county_id)[0].code, 1)
    values = {"county_id": county_id, "openid": openid}
    person_id, village_id = db.session.execute(BY_NAME, values).one()
    words, _ = SAID["light"][0]
    said = TicketRequest(TicketKind.HELP, words, village_id, category="light", place_note="村口")
    with clock_at(at - timedelta(hours=2)):
        submit(person_id, UUID(int=SEED - 1), said)
    return 1


def _desk(county_id: int) -> Actor:
    query = "SELECT person_id FROM role_grant WHERE role = 'county_staff' AND region_id = :id"
    return actor_today(db.session.scalars(text(query), {"id": county_id}).first() or 0)


def _live_through(
    dice: Dice, nth: int, moment: datetime, end: datetime, person_id: int, village_id: int,
    desk_person: Actor,
) -> None:  # fmt: skip
    """One ticket from its words to wherever it got by now."""
    category = dice.choice(sorted(SAID))
    words, answer = dice.choice(SAID[category])
    ticket_request = TicketRequest(
        TicketKind.HELP if dice.random() < 0.7 else TicketKind.COMPLAINT,
        words,
        village_id,
        category=category,
        place_note=dice.choice(PLACES),
    )
    with clock_at(moment):
        ticket = submit(person_id, UUID(int=SEED + nth), ticket_request)
    is_recent = end - moment < timedelta(days=FORGOTTEN_DAYS)
    steps = _story(dice, ticket, answer, person_id, desk_person)
    if is_recent and dice.random() < 0.15:
        # Nobody gets round to it: what the board is for.
        steps = steps[: dice.choice((0, 1))]
    for pause, step in steps:
        moment += pause
        if moment > end:
            break
        with clock_at(moment):
            try:
                step()
            except DomainError:
                break


def _story(
    dice: Dice, ticket: Any, answer: str, person_id: int, desk_person: Actor
) -> list[tuple[timedelta, Callable[[], object]]]:
    """What will happen to it, and how long after the step before."""
    staff = staff_for(Office(ticket.unit_region_id, ticket.unit_department_id))
    if not staff:
        return []
    handler = actor_today(staff[0])
    me, hours = Actor(person_id), timedelta(hours=1)
    seconds = dice.randrange(20, 150)
    slow = dice.random() < 0.18
    steps: list[tuple[timedelta, Callable[[], object]]] = [
        (hours * dice.uniform(0.3, 6 if not slow else 40), lambda: _sign(handler, ticket)),
    ]
    if dice.random() < 0.25:
        steps.append((hours * dice.uniform(1, 9), lambda: _progress(handler, ticket)))
    if dice.random() < 0.2:
        steps.append((hours * 3, lambda: _ask_for_time(handler, ticket)))
        steps.append((hours * 5, lambda: _grant_time(desk_person, ticket)))
    written = WrittenReply(answer, typing_seconds=seconds)
    steps.append(
        (
            hours * dice.uniform(4, 60 if not slow else 260),
            lambda: handling.reply(handler, ticket.id, ticket.version, "done", written),
        )
    )
    verdict = dice.choices(("solved", "partly", "not", ""), (58, 14, 10, 18))[0]
    if verdict:
        level = {"solved": 1, "partly": 3, "not": 4}[verdict]
        steps.append(
            (
                hours * dice.uniform(1, 40),
                lambda: author.give_verdict(me, ticket.id, ticket.version, verdict, level),
            )
        )
    if verdict == "not":
        steps.append((hours, lambda: author.reopen(me, ticket.id, ticket.version, "还是老样子")))
        steps.append((hours * 6, lambda: _sign(handler, ticket)))
        steps.append((hours * 20, lambda: _reply_again(handler, ticket)))
    return steps


def _sign(handler: Actor, ticket: Any) -> None:
    handling.sign(handler, ticket.id, ticket.version)


def _progress(handler: Actor, ticket: Any) -> None:
    reply = WrittenReply("去现场看过了，正在找师傅", typing_seconds=25)
    handling.report_progress(handler, ticket.id, ticket.version, reply)


def _ask_for_time(handler: Actor, ticket: Any) -> None:
    reply = WrittenReply("配件要从西安发来", typing_seconds=15)
    handling.request_extension(handler, ticket.id, ticket.version, 3, reply)


def _grant_time(desk_person: Actor, ticket: Any) -> None:
    desk.decide_extension(desk_person, ticket.id, ticket.version, True, None)


def _reply_again(handler: Actor, ticket: Any) -> None:
    said = WrittenReply("这回把整个灯头（管件）都换了，您再看看", typing_seconds=40)
    handling.reply(handler, ticket.id, ticket.version, "done", said)
