"""锁定: a county's month is frozen, and can be computed again to the byte."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import select

from backend.app.access import Actor, Permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backend.app.places.queries import region_path, settings_of
from backend.app.ratings.reviews import open_reviews
from backend.app.ratings.scan_token import LIFETIME
from backend.app.scorecards import facts as month_facts
from backend.app.scorecards.facts import VillageFacts
from backend.app.scorecards.models import (
    Adjustment,
    ImportedFact,
    MonthLock,
    Objection,
    Scorecard,
)
from backend.app.scorecards.operations import (
    approved_adjustments,
    hold_month,
    recompute_month,
    score,
)
from backend.app.scorecards.schemes.queries import scheme_for
from backend.app.scorecards.score_json import digest
from backend.app.scoring.catalog import IMPORTED, MEASURES
from backend.app.scoring.month import RULES_VERSION, UnitScore
from backend.app.scoring.scheme_json import as_json, from_json
from backend.app.scoring.schemes import NO_DATA
from backend.app.surveys.facts import unclosed
from backend.app.tickets.clocks.working_calendar import next_working_day

LONGEST_NOTE = 200
LOCKED_FROM_WORKING_DAY = 4


class MonthLocked(Conflict):
    code = "month_locked"
    message = "这个月已经锁定，数字不再变；有错请做更正"


class LockedTooEarly(Conflict):
    code = "month_locked_too_early"
    message = "这个月还不能锁定"


class NotLocked(NotFound):
    code = "month_not_locked"
    message = "这个月还没有锁定"


class ChecklistOpen(Conflict):
    code = "checklist_open"
    message = "还有没办完的事；确实要锁定，请写明理由"


@dataclass(frozen=True)
class ChecklistItem:
    """One thing to look at before a month is locked; `open` is how many are left.

    What only `warns` needs no reason to be left open.
    """

    code: str
    words: str
    open: int
    address: str = ""
    warns: bool = False


@dataclass(frozen=True)
class MovedVillage:
    """A village whose total or light a recount changed."""

    village_id: int
    before: str | None
    after: str | None
    light_before: str
    light_after: str


@dataclass(frozen=True)
class Verified:
    """What computing a locked month again gave."""

    month: date
    facts_equal: bool
    results_equal: bool
    cards_equal: bool
    rules_equal: bool
    villages: int

    @property
    def equal(self) -> bool:
        return self.facts_equal and self.results_equal and self.cards_equal


def lock_of(county_id: int, month: date) -> MonthLock | None:
    return db.session.get(MonthLock, (county_id, month))


def get_lock(county_id: int, month: date) -> MonthLock:
    found = lock_of(county_id, month)
    if found is None:
        raise NotLocked
    return found


def locked_months(county_id: int) -> list[MonthLock]:
    """The newest first."""
    query = select(MonthLock).where(MonthLock.county_id == county_id)
    return list(db.session.scalars(query.order_by(MonthLock.month.desc())))


def objection_days(county_id: int) -> int:
    """For how many days after a month's end one may object."""
    return settings_of(county_id).objection_days


def last_day(county_id: int, month: date) -> date:
    """The last day on which one may object to a case of this month."""
    return clock.next_month(month) + timedelta(days=objection_days(county_id) - 1)


def first_lock_day(county_id: int, month: date) -> date:
    """The fourth working day after the month; what waited for a signal has come by then."""
    return next_working_day(county_id, clock.next_month(month), LOCKED_FROM_WORKING_DAY - 1)


def too_early(county_id: int, month: date) -> str:
    """Why the month cannot be locked yet, in words; nothing once it can."""
    day = first_lock_day(county_id, month)
    if clock.today() >= day:
        return ""
    return (
        f"最早 {day.year} 年 {day.month} 月 {day.day} 日（次月第 {LOCKED_FROM_WORKING_DAY} "
        "个工作日）才能锁定，那时没有信号时评的都已到齐"
    )


def checklist(county_id: int, month: date) -> list[ChecklistItem]:
    """What should be finished before the month is locked."""
    closes_on = last_day(county_id, month)
    of_month = {"county_id": county_id, "month": month}
    _, scheme = scheme_for(county_id, month)
    wanted = {
        IMPORTED[one.code] for one in scheme.indicators if one.code in IMPORTED and one.weight
    }
    there = set(db.session.scalars(select(ImportedFact.source).filter_by(**of_month).distinct()))
    names = {measure.source: measure.name for measure in MEASURES.values()}
    missing = "、".join(names[source] for source in sorted(wanted - there))
    items = [
        ("reviews", "待复核的评价", open_reviews(county_id, month), "/console/reviews"),
        ("imports", f"还没导入的数据{':' + missing if missing else ''}", len(wanted - there),
         "/console/scores/imports"),
        ("survey", "没结束的问卷", int(unclosed(month, county_id)), "/console/surveys"),
        ("objections", "没裁决的申诉", _count(Objection, state="pending", **of_month),
         "/console/objections"),
        ("adjustments", "没审批的加减分", _count(Adjustment, state="proposed", **of_month),
         "/console/adjustments"),
    ]  # fmt: skip
    last = f"{closes_on.month} 月 {closes_on.day} 日"
    window = f"申诉期到 {last}才截止，锁定后成立的申诉要做更正"
    return [
        *(ChecklistItem(*item) for item in items),
        ChecklistItem("window", window, int(clock.today() <= closes_on), warns=True),
        _on_their_way(month),
    ]


def _on_their_way(month: date) -> ChecklistItem:
    """What waits on phones without a signal; all of it has come before a month can be locked."""
    last_at = clock.midnight(clock.next_month(month)) + LIFETIME
    last = clock.local_day(last_at)
    words = f"没有信号时评的，最晚 {last.month} 月 {last.day} 日零点到齐"
    return ChecklistItem("on_their_way", words, int(clock.now() < last_at), warns=True)


def _count(model: type[Objection] | type[Adjustment], **values: object) -> int:
    return len(list(db.session.scalars(select(model.id).filter_by(**values))))


def check_open(county_id: int, month: date) -> None:
    """Raises MonthLocked; for whoever is about to change what a month is made of."""
    if lock_of(county_id, month) is not None:
        raise MonthLocked


def recount(county_id: int, month: date) -> list[MovedVillage]:
    """Computes an open month anew and returns what that changed, by village."""
    before = _totals(county_id, month)
    recompute_month(month, county_id)
    after = _totals(county_id, month)
    nothing = (None, NO_DATA.code)
    return [
        MovedVillage(village_id, *_pair(before.get(village_id, nothing), after[village_id]))
        for village_id in sorted(after)
        if after[village_id] != before.get(village_id, nothing)
    ]


def _totals(county_id: int, month: date) -> dict[int, tuple[str | None, str]]:
    query = select(Scorecard.village_id, Scorecard.total, Scorecard.light).where(
        Scorecard.county_id == county_id, Scorecard.month == month
    )
    return {
        row.village_id: (None if row.total is None else f"{row.total:.2f}", row.light)
        for row in db.session.execute(query)
    }


def _pair(
    before: tuple[str | None, str], after: tuple[str | None, str]
) -> tuple[str | None, str | None, str, str]:
    return before[0], after[0], before[1], after[1]


def lock_month(actor: Actor, county_id: int, month: date, note: str = "") -> MonthLock:
    """Computes the month once more and freezes it.

    Raises LockedTooEarly, MonthLocked, ChecklistOpen.
    `note` is the reason for locking although the checklist is not empty; it is published.
    """
    if not may(actor, Permission.LOCK_MONTHS, region_path(county_id)):
        raise NotAllowed
    if early := too_early(county_id, month):
        raise LockedTooEarly(early)
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(errors={"note": [f"理由最多 {LONGEST_NOTE} 字"]})
    hold_month(month)
    check_open(county_id, month)
    left = [item for item in checklist(county_id, month) if item.open and not item.warns]
    if left and not note.strip():
        raise ChecklistOpen(errors={"note": [f"{item.words} {item.open} 件" for item in left]})
    changed = recount(county_id, month)
    scheme_id, scheme = scheme_for(county_id, month)
    kept = month_facts.kept(month, [county_id])
    found = score(kept, month, scheme, approved_adjustments(month, [county_id]))
    lock = MonthLock(
        county_id=county_id, month=month, locked_at=clock.now(), locked_by_id=actor.person_id,
        scheme_id=scheme_id, scheme=as_json(scheme), rules_version=RULES_VERSION,
        facts_digest=month_facts.digest(kept), results_digest=digest(found),
        checklist={
            "left": [{"words": item.words, "open": item.open} for item in left],
            "note": note.strip(),
            "moved": [asdict(one) for one in changed],
        },
    )  # fmt: skip
    db.session.add(lock)
    db.session.flush()
    record("lock_month", actor.person_id, "county", county_id, month=f"{month:%Y-%m}",
           facts=lock.facts_digest.hex(), results=lock.results_digest.hex())  # fmt: skip
    return lock


def computed_again(lock: MonthLock) -> tuple[list[VillageFacts], tuple[UnitScore, ...]]:
    """A locked month from its frozen facts and scheme."""
    kept = month_facts.kept(lock.month, [lock.county_id])
    given = approved_adjustments(lock.month, [lock.county_id], lock.locked_at)
    return kept, score(kept, lock.month, from_json(lock.scheme), given)


def counties_locked(month: date) -> list[int]:
    """The counties that have locked this month."""
    query = select(MonthLock.county_id).where(MonthLock.month == month)
    return list(db.session.scalars(query.order_by(MonthLock.county_id)))
