"""Meetings and volunteer work: entered for many people at once, confirmed by a second person."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.access import Actor, Permission, may
from backend.app.accounts.numbers import numbers_of
from backend.app.accounts.second_person import check_another_hand, is_same_hand
from backend.app.accounts.sql import join_person
from backend.app.accounts.villagers import villagers_of
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed, NotFound
from backend.app.core.read_cache import remembered
from backend.app.places.queries import get_place
from backend.app.places.sql import join_region, lies_within, village_now
from backend.app.points.errors import AlreadyDecided, SamePerson
from backend.app.points.ledger import credit_deed
from backend.app.points.models import PointsDeed, PointsDeedPerson, PointsRule
from backend.app.points.point_sources import AUTOMATIC
from backend.app.points.states import ActivityState

OLDEST = timedelta(days=60)
MOST_PEOPLE = 500
DAY_WORDS = f"请填哪天的事，只收 {OLDEST.days} 天以内的"
NOTE_WORDS = "请写清楚是什么事，如「11 月 8 日村民代表会」"


def can_be_entered(day: date) -> bool:
    """Whether something of this day can be entered today."""
    return clock.today() - OLDEST <= day <= clock.today()


def is_clear(note: str) -> bool:
    """Whether somebody wrote what it was."""
    return 2 <= len(note.strip()) <= 200


def deed_rules(village_id: int, day: date) -> list[PointsRule]:
    """What can be entered for a village: its own deeds and its county's, in their order."""
    place = get_place(village_id)
    return list(
        db.session.scalars(
            select(PointsRule)
            .where(
                PointsRule.region_id.in_((village_id, place.county_id)),
                PointsRule.code.not_in(AUTOMATIC),
                PointsRule.starts_on <= day,
                PointsRule.ends_on.is_(None) | (PointsRule.ends_on >= day),
            )
            .order_by(PointsRule.region_id != village_id, PointsRule.id)
        )
    )


class DeedEntry(NamedTuple):
    """What happened in a village, and who took part."""

    village_id: int
    rule_id: int
    happened_on: date | None
    note: str
    person_ids: Sequence[int]


def enter(
    actor: Actor,
    village_id: int,
    rule_id: int,
    happened_on: date | None,
    note: str,
    person_ids: Sequence[int],
) -> PointsDeed:
    """Writes down who took part; nobody has points yet."""
    return enter_all(actor, [DeedEntry(village_id, rule_id, happened_on, note, person_ids)])[0]


def enter_all(actor: Actor, entries: Sequence[DeedEntry]) -> list[PointsDeed]:
    """The same of many, in a few statements; raises for the first that is wrong."""
    deeds = [_checked(actor, entry) for entry in entries]
    db.session.add_all(deeds)
    db.session.flush()
    for deed, entry in zip(deeds, entries, strict=True):
        people = sorted(set(entry.person_ids))
        db.session.add_all(PointsDeedPerson(deed_id=deed.id, person_id=one) for one in people)
        record(
            "enter_points_deed", actor.person_id, "points_deed", deed.id,
            region_id=deed.village_id, people=len(people),
        )  # fmt: skip
    db.session.flush()
    return deeds


def _checked(actor: Actor, entry: DeedEntry) -> PointsDeed:
    """The row to be written; raises with every reason against it."""
    village_id, rule_id, happened_on, note, person_ids = entry
    place = get_place(village_id)
    if place.level != "village" or not may(actor, Permission.ENTER_DEEDS, place.path):
        raise NotAllowed("这个村不归您管")
    faults: dict[str, list[str]] = {}
    days = {clock.today(), happened_on or clock.today()}
    if not any(rule_id in _rule_ids(village_id, day) for day in days):
        faults["rule_id"] = ["请选一件办法里有的事"]
    if happened_on is None or not can_be_entered(happened_on):
        faults["happened_on"] = [DAY_WORDS]
    if not is_clear(note):
        faults["note"] = [NOTE_WORDS]
    strangers = set(person_ids) - _people_of(village_id)
    if not person_ids:
        faults["people"] = ["请选参加的人"]
    elif len(set(person_ids)) > MOST_PEOPLE:
        faults["people"] = [f"一次最多 {MOST_PEOPLE} 人"]
    elif strangers:
        numbers = "、".join(map(str, sorted(numbers_of(strangers).values())[:5]))
        faults["people"] = [f"这些积分号不是本村的：{numbers}"]
    if faults:
        raise InvalidInput(errors=faults)
    return PointsDeed(
        county_id=place.county_id, village_id=village_id, rule_id=rule_id,
        happened_on=happened_on, note=note.strip(), state="waiting",
        entered_by_id=actor.person_id, entered_at=clock.now(),
    )  # fmt: skip


@remembered
def _rule_ids(village_id: int, day: date) -> frozenset[int]:
    return frozenset(rule.id for rule in deed_rules(village_id, day))


@remembered
def _people_of(village_id: int) -> frozenset[int]:
    return frozenset(villager.person_id for villager in villagers_of(village_id))


def decide(actor: Actor, deed_id: int, confirm: bool, note: str = "") -> int:
    """Confirms or refuses; returns how many got points. Whoever entered it or took part cannot."""
    deed = db.session.get(PointsDeed, deed_id, with_for_update=True, populate_existing=True)
    if deed is None:
        raise NotFound
    if not may(actor, Permission.CONFIRM_DEEDS, get_place(deed.village_id).path):
        raise NotAllowed("这个村不归您管")
    people = db.session.scalars(
        select(PointsDeedPerson)
        .where(PointsDeedPerson.deed_id == deed.id)
        .order_by(PointsDeedPerson.person_id)
    ).all()
    involved = [deed.entered_by_id, *(person.person_id for person in people)]
    check_another_hand(actor, *involved, refusal=SamePerson())
    if deed.state != "waiting":
        raise AlreadyDecided
    if not confirm and len(note.strip()) < 2:
        raise InvalidInput(errors={"note": ["不通过要写原因"]})
    deed.state = "confirmed" if confirm else "refused"
    deed.decided_by_id, deed.decided_at = actor.person_id, clock.now()
    deed.decision_note = note.strip()[:200] or None
    db.session.flush()
    credited = sum(bool(_credit(deed, person)) for person in people) if confirm else 0
    record(
        "decide_points_deed", actor.person_id, "points_deed", deed.id,
        region_id=deed.village_id, confirmed=confirm, credited=credited,
    )  # fmt: skip
    return credited


def withdraw(actor: Actor, deed_id: int) -> None:
    """Takes a registration back while nobody has decided it; only the hand that entered it."""
    deed = db.session.get(PointsDeed, deed_id, with_for_update=True, populate_existing=True)
    if deed is None:
        raise NotFound
    withdraw_all(actor, [deed])


def withdraw_all(actor: Actor, deeds: Sequence[PointsDeed]) -> None:
    """The same of many, whose rows the caller holds."""
    for entered_by_id in {deed.entered_by_id for deed in deeds}:
        if not is_same_hand(actor.person_id, entered_by_id):
            raise NotAllowed("谁登记的由谁撤回")
    at = clock.now()
    for deed in deeds:
        if deed.state != ActivityState.WAITING:
            raise AlreadyDecided
        deed.state, deed.decided_at = ActivityState.WITHDRAWN.value, at
        record(
            "withdraw_points_deed", actor.person_id, "points_deed", deed.id,
            region_id=deed.village_id,
        )  # fmt: skip
    db.session.flush()


def _credit(deed: PointsDeed, one: PointsDeedPerson) -> int:
    return credit_deed(one.person_id, deed.county_id, deed.village_id, deed.rule_id, one.id)


LIST = text(
    f"""
    SELECT d.id, d.state, d.happened_on, d.note, d.entered_at, d.decided_at, d.decision_note,
           r.label, r.amount, v.name AS village_name, e.display_name AS entered_by,
           c.display_name AS decided_by, d.entered_by_id,
           (SELECT count(*) FROM points_deed_person p WHERE p.deed_id = d.id) AS people,
           :me = ANY(SELECT person_id FROM points_deed_person p WHERE p.deed_id = d.id) AS took_part
    FROM points_deed d
    JOIN points_rule r ON r.id = d.rule_id
    {join_region("v", village_now("d.village_id"))}
    {join_person("e", "d.entered_by_id")}
    LEFT {join_person("c", "d.decided_by_id")}
    WHERE {lies_within("v", ":within")}
      AND (:state = '' OR d.state = :state)
    ORDER BY d.id DESC LIMIT :most
    """
)


def list_deeds(within: frozenset[int], me: int, state: str = "", most: int = 60) -> list[object]:
    """What was entered in these regions, newest first."""
    values = {"within": list(within), "me": me, "state": state, "most": most}
    return list(db.session.execute(LIST, values))
