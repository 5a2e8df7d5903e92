"""扣分、加分、容错: proposed by one with rule and case, in force once another approved them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from backend.app.access import Actor, Permission, may
from backend.app.accounts.queries import display_names
from backend.app.accounts.second_person import check_another_hand, check_other_side
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backend.app.core.queue import JobName, enqueue
from backend.app.places.name_queries import village_names
from backend.app.places.queries import VillageLabel, village_labels
from backend.app.scorecards.locks import corrections
from backend.app.scorecards.locks.operations import check_open, lock_of
from backend.app.scorecards.models import Adjustment, Correction, Scorecard
from backend.app.scorecards.objections.operations import ObjectionOwnSide
from backend.app.scorecards.operations import hold_month
from backend.app.scorecards.queries import check_month, desk_page
from backend.app.scorecards.score_json import points as points_of
from backend.app.scorecards.states import AdjustmentState
from backend.app.scoring.schemes import ADJUSTMENT_NAMES
from backend.app.tickets.facts import ticket_by_number

STATE_WORDS = AdjustmentState.names()
LONGEST, PAGE = 200, 50
MOST_POINTS, CENT = Decimal(100), Decimal("0.01")


class AdjustmentDecided(Conflict):
    code = "already_decided"
    message = "这一条刚才已有人审批，请刷新"


class OwnAdjustment(NotAllowed):
    code = "same_person"
    message = "提出的人不能自己审批，请换一位同事"


@dataclass(frozen=True)
class Proposal:
    """As typed into the form: `village` by name or code, `ticket` by number or empty."""

    village: str
    month: date
    kind: str
    points: str
    rule: str
    case_words: str
    ticket: str = ""


@dataclass(frozen=True)
class AdjustmentLine:
    """An adjustment with its village and what it moved, once it was computed."""

    adjustment: Adjustment
    village: VillageLabel
    moved: Decimal | None
    author: str
    decider: str

    @property
    def kind_words(self) -> str:
        return ADJUSTMENT_NAMES[self.adjustment.kind]

    @property
    def state_words(self) -> str:
        return STATE_WORDS[self.adjustment.state]


def propose_adjustment(actor: Actor, county_id: int, proposal: Proposal) -> Adjustment:
    """Raises MonthLocked, or InvalidInput naming every field that is wrong."""
    if not may(actor, Permission.ADJUST_SCORES, (county_id,)):
        raise NotAllowed
    check_month(proposal.month)
    values = _read(county_id, proposal)
    check_other_side(actor, values["village_id"], refusal=ObjectionOwnSide())
    hold_month(proposal.month)
    check_open(county_id, proposal.month)
    made = Adjustment(
        county_id=county_id, month=proposal.month, author_id=actor.person_id,
        authored_at=clock.now(), **values,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record(
        "propose_adjustment", actor.person_id, "adjustment", made.id, kind=made.kind,
        amount=f"{made.points:f}", region_id=made.village_id, month=f"{made.month:%Y-%m}",
    )  # fmt: skip
    return made


def _read(county_id: int, given: Proposal) -> dict[str, Any]:
    faults: dict[str, list[str]] = {}
    villages = village_names(county_id).find(given.village).ids
    if len(villages) != 1:
        several = "有几个同名的村，请写「镇名+村名」或 12 位代码"
        faults["village"] = [several if villages else "没有找到这个村"]
    if given.kind not in ADJUSTMENT_NAMES:
        faults["kind"] = ["请选扣分、加分或容错"]
    amount = _amount(given.points)
    if amount is None:
        faults["points"] = ["应为 0.01 到 100 分，最多两位小数"]
    rule, case_words = given.rule.strip(), given.case_words.strip()
    for name, words, what in (("rule", rule, "依据哪一条"), ("case_words", case_words, "什么事")):
        if not 1 <= len(words) <= LONGEST or "\x00" in words:
            faults[name] = [f"请写明{what}，最多 {LONGEST} 字"]
    ticket_id = ticket_by_number(county_id, given.ticket.strip()) if given.ticket.strip() else None
    if given.ticket.strip() and ticket_id is None:
        faults["ticket"] = ["没有这个编号的诉求"]
    if faults:
        raise InvalidInput(errors=faults)
    return {
        "village_id": villages[0], "kind": given.kind, "points": amount, "rule": rule,
        "case_words": case_words, "ticket_id": ticket_id,
    }  # fmt: skip


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        return None
    fits = amount.is_finite() and 0 < amount <= MOST_POINTS and amount == amount.quantize(CENT)
    return amount if fits else None


def decide_adjustment(actor: Actor, adjustment_id: int, is_approved: bool, note: str) -> Adjustment:
    """Approved ones count at the next computation, for which a job is sent at once; in a month that
    was locked meanwhile they are a numbered correction of the village."""
    found = db.session.get(Adjustment, adjustment_id)
    if found is None:
        raise NotFound("没有找到这一条")
    if not may(actor, Permission.ADJUST_SCORES, (found.county_id,)):
        raise NotAllowed
    check_another_hand(actor, found.author_id, refusal=OwnAdjustment())
    check_other_side(actor, found.village_id, refusal=ObjectionOwnSide())
    words = note.strip()
    if len(words) > LONGEST or "\x00" in words or not (is_approved or words):
        raise InvalidInput(errors={"note": [f"不批准要写理由，最多 {LONGEST} 字"]})
    # Whoever locks the month finds it decided, or this finds the month locked.
    hold_month(found.month)
    db.session.refresh(found, with_for_update=True)
    if found.state != "proposed":
        raise AdjustmentDecided
    lock = lock_of(found.county_id, found.month)
    found.state = "approved" if is_approved else "refused"
    found.decided_by_id, found.decided_at = actor.person_id, clock.now()
    found.note = words or None
    db.session.flush()
    record(
        "decide_adjustment", actor.person_id, "adjustment", found.id, decision=found.state,
        kind=found.kind, region_id=found.village_id, month=f"{found.month:%Y-%m}",
    )  # fmt: skip
    if is_approved and lock is not None:
        said = f"{ADJUSTMENT_NAMES[found.kind]} {found.points:f} 分：{found.rule}"
        corrections.apply_adjustment(actor, lock, found.village_id, said)
    elif is_approved:
        enqueue(JobName.RECOMPUTE_MONTH, found.county_id, f"{found.month:%Y-%m}")
    return found


def drop_adjustment(actor: Actor, adjustment_id: int) -> Adjustment:
    """Its author takes a proposal back, before or after the month was locked."""
    adjustment = db.session.get(Adjustment, adjustment_id, with_for_update=True)
    if adjustment is None:
        raise NotFound("没有找到这一条")
    if actor.person_id != adjustment.author_id:
        raise NotAllowed("只有提出的人能撤回")
    if adjustment.state != "proposed":
        raise AdjustmentDecided
    adjustment.state, adjustment.decided_at = "dropped", clock.now()
    db.session.flush()
    record("drop_adjustment", actor.person_id, "adjustment", adjustment.id,
           region_id=adjustment.village_id, month=f"{adjustment.month:%Y-%m}")  # fmt: skip
    return adjustment


def list_adjustments(
    scope: Collection[int], month: date | None = None, state: str = "", page: int = 1
) -> tuple[list[AdjustmentLine], int]:
    """One page of those within counties or townships, what waits first; and how many there are."""
    rows, total = desk_page(Adjustment, AdjustmentState.PROPOSED, scope, state, month, page, PAGE)
    return _lines(rows), total


def of_village(village_id: int, month: date) -> list[AdjustmentLine]:
    """The approved ones of a village's month."""
    query = select(Adjustment).where(
        Adjustment.village_id == village_id, Adjustment.month == month,
        Adjustment.state == "approved",
    )  # fmt: skip
    return _lines(list(db.session.scalars(query.order_by(Adjustment.id))))


def _lines(rows: list[Adjustment]) -> list[AdjustmentLine]:
    villages = village_labels({row.village_id for row in rows})
    people = {row.author_id for row in rows} | {row.decided_by_id or 0 for row in rows}
    names = display_names(people)
    moved = _moved({(row.village_id, row.month) for row in rows})
    return [
        AdjustmentLine(
            row, villages[row.village_id], moved.get(str(row.id)), names.get(row.author_id, ""),
            names.get(row.decided_by_id or 0, ""),
        )
        for row in rows
    ]  # fmt: skip


def _moved(cards: Collection[tuple[int, date]]) -> dict[str, Decimal | None]:
    """What each moved in the cards as they were computed or corrected last, by its id."""
    villages, months = {village_id for village_id, _ in cards}, {month for _, month in cards}
    rows = db.session.scalars(
        select(Scorecard.adjustments).where(
            Scorecard.village_id.in_(villages), Scorecard.month.in_(months)
        )
    )
    later = db.session.scalars(
        select(Correction.after)
        .where(Correction.village_id.in_(villages), Correction.month.in_(months))
        .order_by(Correction.number)
    )
    listed = [*rows, *(after.get("adjustments", ()) for after in later)]
    return {one["ref"]: points_of(one["moved"]) for row in listed for one in row}


def villages_known(county_id: int) -> list[str]:
    """What the form offers for the village's field: 镇名+村名."""
    labels = village_labels(village.id for village in village_names(county_id).villages)
    return sorted(f"{label.township}{label.name}" for label in labels.values())
