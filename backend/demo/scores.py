"""Last month's scores in the demo county: what was objected to, adjusted and imported."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.accounts.queries import actor_today, staff_of
from backend.app.core import clock
from backend.app.core.db import db, lock, transaction
from backend.app.places import village_kinds
from backend.app.scorecards.adjustments import operations as adjustments
from backend.app.scorecards.adjustments.operations import Proposal
from backend.app.scorecards.imports import operations as fact_imports
from backend.app.scorecards.objections import operations as objections
from backend.app.scorecards.objections.operations import Raised, cases_in, standing_facts
from backend.app.scorecards.operations import recompute_month
from backend.app.scorecards.shown import show_week
from backend.demo.villages import character_of, dice

DAYS_TO_OBJECT = 45
SAID = (
    ("那天全镇停电，窗口的机器开不了，不是不给办", "upheld", "核过停电记录，属实，这件不怪村里"),
    ("这件事归县水务局管，村里当天就报上去了", "refused", "报得晚了两天，维持"),
    ("评的是老卫生室，早就搬走了，海报忘了撤", "pending", ""),
    ("雨下得路都断了，师傅进不来，三天后就修好了", "pending", ""),
)
GIVEN = (
    ("exemption", "3", "考核办法第 12 条：不可抗力不扣分", "暴雨冲断进村路，两件超期", True),
    ("deduction", "2", "考核办法第 8 条：公示不按时", "「你说我办」公示晚了 6 天", True),
    ("bonus", "1", "考核办法第 15 条：做法被县里推广", "大喇叭念结果，县里推广", False),
)
VILLAGES = text(
    """
    SELECT v.id, v.code, v.name, t.name AS township
    FROM region v JOIN region t ON t.id = v.township_id
    WHERE v.county_id = :county_id AND v.level = 'village' AND v.closed_on IS NULL ORDER BY v.code
    """
)
SUBURBAN, SETTLED = "城郊村", "移民安置点"


def load_scores(county_id: int, at: datetime) -> None:
    """Last month's desk; nothing happens the second time."""
    month = clock.previous_month(clock.month_of(clock.local_day(at)))
    with transaction() as session:
        lock("demo", "scores")
        if session.scalar(text("SELECT EXISTS (SELECT FROM objection)")):
            return
        rows = session.execute(VILLAGES, {"county_id": county_id}).all()
        staff, boss = (_one(role, county_id) for role in (Role.COUNTY_STAFF, Role.COUNTY_MANAGER))
        # Tickets came after the months were computed.
        recompute_month(month, county_id)
        with clock.clock_at(min(at, clock.midnight(clock.next_month(month)) + timedelta(days=1.4))):
            _types(staff, county_id, rows)
            _import(staff, county_id, month, rows)
            busy = [row for row in rows if character_of(row.code).ratings_a_month > 25]
            _object(staff, county_id, month, busy)
            _adjust(staff, boss, county_id, month, busy)
        recompute_month(month, county_id)
        show_week()


def _one(role: Role, county_id: int) -> Actor:
    query = text(
        "SELECT person_id FROM role_grant WHERE role = :role AND region_id = :id ORDER BY id"
    )
    return actor_today(
        db.session.scalars(query, {"role": role.value, "id": county_id}).first() or 0
    )


def _types(staff: Actor, county_id: int, rows: Sequence[Any]) -> None:
    for name in (SUBURBAN, SETTLED):
        village_kinds.add_kind(staff, county_id, name)
    first: dict[int, str] = {row.id: SUBURBAN for row in rows[:12]}
    village_kinds.set_kinds(staff, county_id, first)


def _import(staff: Actor, county_id: int, month: date, rows: Sequence[Any]) -> None:
    figures = {}
    for row in rows:
        code = row.code
        roll = dice("online", code, month)
        whole = roll.randrange(20, 160)
        yes = min(whole, int(whole * roll.uniform(0.55, 0.99)))
        figures[row.id, "online"] = (yes, whole)
    fact_imports.store_facts(county_id, month, "政务服务平台", staff.person_id, figures)
    fact_imports.recompute(county_id, month)


def _object(staff: Actor, county_id: int, month: date, busy: Sequence[Any]) -> None:
    """The phone's cadre has one of each; two neighbours wait."""
    objections.set_objection_days(staff, county_id, DAYS_TO_OBJECT)
    first = busy[0].id
    _raise(staff, first, month, SAID[:3], 0)
    for nth, row in enumerate(busy[3:5], 1):
        _raise(staff, row.id, month, SAID[3:], nth)


def _raise(
    staff: Actor, village_id: int, month: date, said: Sequence[tuple[str, str, str]], nth: int
) -> None:
    facts = standing_facts(village_id, month)
    cadres = staff_of({Role.CADRE}, village_id)
    cases = sorted(cases_in(facts.cases, "rating")) if facts else []
    if not cadres:
        return
    cadre = actor_today(cadres[0])
    for place, (case_id, (words, state, reason)) in enumerate(zip(cases, said, strict=False)):
        raised = Raised(village_id, month, "rating", case_id, words)
        made = objections.raise_objection(cadre, UUID(int=610530 + 10 * nth + place), raised)
        if state != "pending":
            objections.decide_objection(staff, made.id, state == "upheld", reason)


def _adjust(staff: Actor, boss: Actor, county_id: int, month: date, busy: Sequence[Any]) -> None:
    """Two approved by the county manager, one waits."""
    for row, (kind, amount, rule, case_words, approved) in zip(busy, GIVEN, strict=False):
        code = row.code
        made = adjustments.propose_adjustment(
            staff, county_id, Proposal(code, month, kind, amount, rule, case_words)
        )
        if approved:
            adjustments.decide_adjustment(boss, made.id, True, "属实")
