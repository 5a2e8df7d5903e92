"""A file of who took part in what: registered as on the phone, confirmed by a second person.

Villagers have no names with us that tell them apart, so a row says who by the 积分号.
"""

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.access import Permission, may
from backend.app.accounts.numbers import people_numbered
from backend.app.accounts.queries import actor_today
from backend.app.accounts.villagers import Villager, villagers_of
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.errors import Conflict
from backend.app.core.web.boxes import whole
from backend.app.imports.headings import FileColumn
from backend.app.imports.kinds import (
    AppliedRow,
    FileRow,
    ImportContext,
    ImportKind,
    RowEffect,
    RowOutcome,
    RowPlan,
)
from backend.app.places.import_columns import CODE, TOWNSHIP, VILLAGE, read_village
from backend.app.places.name_queries import village_names
from backend.app.places.queries import get_place
from backend.app.places.sql import village_now
from backend.app.points.activities import operations as activities
from backend.app.points.activities.deed_limits import DeedLimits, NamedRule
from backend.app.points.models import PointsDeed
from backend.app.points.states import ActivityState

DAY = FileColumn("day", "日期", True, ("日期", "哪天", "活动日期", "参加日期", "时间"))
ACT = FileColumn("act", "事项", True, ("事项", "什么事", "积分事项", "项目", "活动"))
NUMBER = FileColumn("number", "积分号", False, ("积分号", "村民积分号", "个人积分号"))
NAME = FileColumn("name", "姓名", False, ("姓名", "村民姓名", "参加人", "名字"))
TIMES = FileColumn("times", "次数", False, ("次数", "几次"))
NOTE = FileColumn("note", "说明", True, ("说明", "活动说明", "内容", "备注"))
TEMPLATE = (TOWNSHIP, VILLAGE, DAY, ACT, NUMBER, NAME, NOTE)
LAST_NUMBER = 10**15 - 1
REGISTERED = text(
    f"""
    SELECT {village_now("d.village_id")} AS village_id, d.rule_id, d.happened_on, d.note,
           p.person_id, d.state
    FROM points_deed d JOIN points_deed_person p ON p.deed_id = d.id
    WHERE d.county_id = :county_id AND d.happened_on >= :since
      AND d.state <> '{ActivityState.WITHDRAWN}'
    ORDER BY d.id
    """
)


class DeedKey(NamedTuple):
    """What rows of one registration have in common."""

    village_id: int
    rule_id: int
    happened_on: date
    note: str


class Participation(NamedTuple):
    """One row: somebody took part in something."""

    deed: DeedKey
    person_id: int


class DeedImporter:
    """Rows of one village, day, act and note are one registration of several people."""

    def __init__(self, context: ImportContext) -> None:
        self.context = context
        self.actor = actor_today(context.person_id)
        self.names = village_names(context.county_id)
        self.lines: dict[Participation, int] = {}
        self.rules: dict[tuple[int, date], dict[str, NamedRule]] = {}
        self.villagers: dict[int, dict[int, Villager]] = {}
        self.is_allowed: dict[int, bool] = {}

    def prepare(self, rows: Sequence[FileRow]) -> None:
        numbers = {_number(row) for row in rows}
        self.people = people_numbered(number for number in numbers if number is not None)
        self.registered = self._registered()
        self.limits = DeedLimits(
            self.people.values(),
            [
                (what.person_id, what.deed.rule_id)
                for what, state in self.registered.items()
                if state == ActivityState.WAITING
            ],
        )

    def plan(self, row: FileRow) -> RowPlan:
        village_id, _ = read_village(row, self.names)
        day, note = _day(row), _note(row)
        _check_once(row)
        person_id = self._person(row)
        if village_id is None or not self._may_enter(row, village_id):
            return RowPlan(RowOutcome.NEW)
        self._check_villager(row, village_id, person_id)
        rule = self._rule(row, village_id, day) if day else None
        if day is None or rule is None or person_id is None:
            return RowPlan(RowOutcome.NEW)
        what = Participation(DeedKey(village_id, rule.id, day, note), person_id)
        line = self.lines.setdefault(what, row.line)
        if line != row.line:
            row.refuse(f"和第 {line} 行重复")
        if state := self.registered.get(what):
            return RowPlan(RowOutcome.KNOWN, f"登记过了，{ActivityState.of(state).words}")
        where = self.names.label(village_id)
        words = f"{where}：登记「{rule.label}」，每人 {rule.amount} 分，要另一个人确认"
        if not row.reasons and not row.is_asked:
            words += self.limits.words(row.line, person_id, rule)
        return RowPlan(RowOutcome.NEW, words, value=what)

    def apply(self, plans: Sequence[RowPlan]) -> Sequence[RowEffect]:
        """What another file registered meanwhile stays as it is."""
        registered = self._registered()
        people: dict[DeedKey, list[int]] = {}
        for plan in plans:
            if plan.value not in registered:
                people.setdefault(plan.value.deed, []).append(plan.value.person_id)
        parts = [
            (key, person_ids[start : start + activities.MOST_PEOPLE])
            for key, person_ids in people.items()
            for start in range(0, len(person_ids), activities.MOST_PEOPLE)
        ]
        entries = [activities.DeedEntry(*key, part) for key, part in parts]
        deeds: dict[Participation, int] = {}
        for (key, part), deed in zip(parts, activities.enter_all(self.actor, entries), strict=True):
            deeds.update((Participation(key, person_id), deed.id) for person_id in part)
        return [
            RowEffect(RowOutcome.NEW, deeds[plan.value])
            if plan.value in deeds
            else RowEffect(RowOutcome.KNOWN)
            for plan in plans
        ]

    def finish(self) -> None:
        """A second person confirms."""

    def undo(self, rows: Sequence[AppliedRow]) -> None:
        """Withdraws what waits; what was refused stays so. Raises Conflict after a confirmation."""
        query = (
            select(PointsDeed)
            .where(PointsDeed.id.in_({row.subject_id for row in rows}))
            .order_by(PointsDeed.id)
            .with_for_update()
        )
        deeds = db.session.scalars(query.execution_options(populate_existing=True)).all()
        if any(deed.state == ActivityState.CONFIRMED for deed in deeds):
            raise Conflict("已经有人确认过其中的登记，分已经给了，不能整批撤销；没确认的可以不通过")
        waiting = [deed for deed in deeds if deed.state == ActivityState.WAITING]
        activities.withdraw_all(self.actor, waiting)

    def _registered(self) -> dict[Participation, str]:
        """The state of what was registered already, the last where it was done twice."""
        since = clock.today() - activities.OLDEST
        rows = db.session.execute(REGISTERED, {"county_id": self.context.county_id, "since": since})
        return {
            Participation(
                DeedKey(row.village_id, row.rule_id, row.happened_on, row.note), row.person_id
            ): row.state
            for row in rows
        }

    def _person(self, row: FileRow) -> int | None:
        """By the 积分号 alone."""
        faults = len(row.reasons)
        written = row.identifier(NUMBER, 20)
        if not written:
            if len(row.reasons) == faults:
                row.refuse(f"「积分号」没填{_name_alone(row)}")
            return None
        person_id = self.people.get(_number(row) or 0)
        if person_id is None:
            row.refuse(f"没有积分号「{written}」；村民手机「我的积分」里有")
        return person_id

    def _may_enter(self, row: FileRow, village_id: int) -> bool:
        if village_id not in self.is_allowed:
            path = get_place(village_id).path
            self.is_allowed[village_id] = may(self.actor, Permission.ENTER_DEEDS, path)
        if not self.is_allowed[village_id]:
            row.refuse("这个村不归您管")
        return self.is_allowed[village_id]

    def _check_villager(self, row: FileRow, village_id: int, person_id: int | None) -> None:
        """Refuses whoever belongs to another village, or whom we know by another name."""
        if village_id not in self.villagers:
            people = villagers_of(village_id)
            self.villagers[village_id] = {villager.person_id: villager for villager in people}
        if person_id is None:
            return
        villager = self.villagers[village_id].get(person_id)
        written = row.text(NAME)
        if villager is None:
            row.refuse(f"积分号「{_number(row)}」不是本村的")
        elif villager.name and written and _plain(villager.name) != _plain(written):
            row.refuse(f"积分号「{villager.number}」是{villager.name}的，不是「{written}」的")

    def _rule(self, row: FileRow, village_id: int, day: date) -> NamedRule | None:
        """The village's own rule of that name on that day before its county's; else it is asked."""
        if (village_id, day) not in self.rules:
            self.rules[village_id, day] = {
                _plain(rule.label): NamedRule(
                    rule.id,
                    rule.label,
                    rule.amount,
                    rule.daily_cap,
                    rule.monthly_cap,
                    rule.rule_set_id,
                )
                for rule in reversed(activities.deed_rules(village_id, day))
            }
        rules_then, written = self.rules[village_id, day], row.text(ACT)
        if not written:
            return None
        if not rules_then:
            row.refuse(f"这个村 {day} 没有能登记的积分事项，请先表决积分办法")
            return None
        chosen = row.context.choices.get(ACT.code, {}).get(written)
        rule = rules_then.get(_plain(chosen or written))
        if rule is None and chosen:
            row.refuse(f"这个村 {day} 的积分办法里没有「{chosen}」")
        elif rule is None:
            row.ask(
                ACT, written, written, "积分办法里没有这件事，请选是哪一件",
                lambda: [(known.label, known.label) for known in rules_then.values()],
            )  # fmt: skip
        return rule


def _plain(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", words).split())


def _number(row: FileRow) -> int | None:
    cell = row.cells.get(NUMBER.code)
    return whole(_plain(cell.text), most=LAST_NUMBER) if cell else None


def _name_alone(row: FileRow) -> str:
    return "：村民没有在这里登记姓名，光凭姓名认不出是谁" if row.text(NAME) else ""


def _day(row: FileRow) -> date | None:
    moment = row.moment(DAY)
    if moment is None:
        return None
    day = moment.at.date()
    if not activities.can_be_entered(day):
        row.refuse(f"「日期」{day}：{activities.DAY_WORDS}")
    return day


def _note(row: FileRow) -> str:
    note = row.text(NOTE).strip()
    if note and not activities.is_clear(note):
        row.refuse(f"「说明」{activities.NOTE_WORDS}，2 到 200 个字")
    return note


def _check_once(row: FileRow) -> None:
    """A row is one time; several on one day differ by their notes."""
    times = row.text(TIMES)
    if times and whole(_plain(times).removesuffix("次"), least=1, most=1) is None:
        row.refuse(
            f"「次数」是「{times[:20]}」：一行只登记一次，做了几次请分几行写，说明写清是哪一次"
        )


DEEDS = ImportKind(
    "deeds", "活动登记", Permission.ENTER_DEEDS,
    (CODE, TOWNSHIP, VILLAGE, DAY, ACT, NUMBER, NAME, TIMES, NOTE), DeedImporter, for_parts=True,
    undo_words="已经有人确认过其中一条，就不能整批撤销。",
)  # fmt: skip
