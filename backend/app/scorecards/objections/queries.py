"""Reads of objections: the desk's queue, a village's own, and their share."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, func, select

from backend.app.accounts.queries import display_names
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.places.queries import (
    VillageLabel,
    village_label,
    village_labels,
)
from backend.app.ratings.facts import own_among
from backend.app.scorecards.evidence import CaseLine, case_lines, costs_of
from backend.app.scorecards.models import Objection
from backend.app.scorecards.objections.operations import CaseUnknown, last_day, standing_facts
from backend.app.scorecards.queries import desk_page
from backend.app.scorecards.states import ObjectionState

PAGE = 30
STATE_WORDS = ObjectionState.names()
STATE_ICONS = {"pending": "◆", "upheld": "✓", "refused": "■"}
STRUCK = "申诉成立，不计入得分"


@dataclass(frozen=True)
class ObjectionLine:
    """An objection with its village and its case."""

    objection: Objection
    village: VillageLabel
    case: CaseLine | None

    @property
    def state_words(self) -> str:
        return STATE_WORDS[self.objection.state]

    @property
    def icon(self) -> str:
        return STATE_ICONS[self.objection.state]


@dataclass(frozen=True)
class ObjectionShares:
    """A county's month; the share is of what was decided, None where nothing was."""

    raised: int
    pending: int
    upheld: int
    refused: int

    @property
    def decided(self) -> int:
        return self.upheld + self.refused

    @property
    def upheld_share(self) -> Decimal | None:
        """In percent points."""
        return Decimal(100 * self.upheld) / self.decided if self.decided else None


@dataclass(frozen=True)
class StandingCase:
    """A case of a village's month with what it cost, and what was said against it."""

    village: VillageLabel
    month: date
    case: CaseLine
    costs: list[str]
    may_object: bool
    closes_on: date
    objection_id: int | None
    objection_words: str | None


def standing_case(village_id: int, month: date, kind: str, case_id: int) -> StandingCase:
    """Raises CaseUnknown where the case neither stands in the month nor was objected to."""
    village = village_label(village_id)
    facts = standing_facts(village_id, month)
    costs = costs_of(facts.cases, kind, case_id) if facts else []
    raised = db.session.scalar(
        select(Objection).where(Objection.case_kind == kind, Objection.case_id == case_id)
    )
    if raised is not None and raised.village_id != village_id:
        raise CaseUnknown
    case = case_lines([(kind, case_id)]).get((kind, case_id))
    if case is None or not (costs or raised):
        raise CaseUnknown
    closes_on = last_day(village.county_id, month)
    return StandingCase(
        village, month, case, costs, raised is None and clock.today() <= closes_on, closes_on,
        raised.id if raised else None, STATE_WORDS[raised.state] if raised else None,
    )  # fmt: skip


def objection_shares(county_id: int, month: date) -> ObjectionShares:
    """How many cases of the month were objected to, and with what end."""
    counted = (
        select(Objection.state, func.count().label("cases"))
        .where(Objection.county_id == county_id, Objection.month == month)
        .group_by(Objection.state)
    )
    counts = {row.state: row.cases for row in db.session.execute(counted)}
    return ObjectionShares(
        sum(counts.values()), counts.get("pending", 0), counts.get("upheld", 0),
        counts.get("refused", 0),
    )  # fmt: skip


def list_objections(
    scope: Collection[int], state: str = "", month: date | None = None, page: int = 1
) -> tuple[list[ObjectionLine], int]:
    """One page of those within counties or townships, what waits first; and how many there are."""
    rows, total = desk_page(Objection, ObjectionState.PENDING, scope, state, month, page, PAGE)
    return _described(rows), total


def of_villages(village_ids: Collection[int], month: date | None = None) -> list[ObjectionLine]:
    """A cadre's own, the newest first."""
    query = select(Objection).where(Objection.village_id.in_(village_ids))
    if month:
        query = query.where(Objection.month == month)
    return _lines(query.order_by(Objection.id.desc()).limit(PAGE))


def struck_cases(village_id: int, month: date) -> list[ObjectionLine]:
    """What no longer counts and yet stays visible: 申诉成立,不计入得分."""
    query = select(Objection).where(
        Objection.village_id == village_id, Objection.month == month, Objection.state == "upheld"
    )
    return _lines(query.order_by(Objection.id))


def struck_ratings_of(person_id: int) -> list[int]:
    """The ids of a villager's own ratings that stay and no longer count."""
    upheld = select(Objection.case_id).where(
        Objection.case_kind == "rating", Objection.state == "upheld"
    )
    return own_among(person_id, list(db.session.scalars(upheld)))


def states_of(village_id: int, month: date) -> dict[tuple[str, int], dict[str, object]]:
    """What became of each case of a village's month that was objected to."""
    rows = db.session.execute(
        select(Objection.case_kind, Objection.case_id, Objection.id, Objection.state).where(
            Objection.village_id == village_id, Objection.month == month
        )
    )
    return {
        (row.case_kind, row.case_id): {"id": row.id, "words": STATE_WORDS[row.state]}
        for row in rows
    }


def people_of(objection: Objection) -> dict[int, str]:
    """What those are called who objected and decided."""
    return display_names({objection.raised_by_id, objection.decided_by_id or 0})


def line_of(objection: Objection) -> ObjectionLine:
    return _described([objection])[0]


def _lines(query: Select[Objection]) -> list[ObjectionLine]:
    return _described(list(db.session.scalars(query)))


def _described(found: list[Objection]) -> list[ObjectionLine]:
    if not found:
        return []
    villages = village_labels({one.village_id for one in found})
    cases = case_lines((one.case_kind, one.case_id) for one in found)
    return [
        ObjectionLine(one, villages[one.village_id], cases.get((one.case_kind, one.case_id)))
        for one in found
    ]
