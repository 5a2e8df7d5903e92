"""撤牌: half of a card comes back after two good months; a red one stands instead of its yellow."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from backend.app.assessments.models import (
    ProgrammeAdjustment,
    TargetStanding,
    TargetSupervision,
)
from backend.app.assessments.states import ProgrammeAdjustmentKind, ProgrammeAdjustmentState
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.scoring.assessing.cards import Card, counted_cards
from backend.app.scoring.assessing.ladder import LadderPolicy
from backend.app.scoring.assessing.moves import UNTRUE

KINDS = (ProgrammeAdjustmentKind.YELLOW, ProgrammeAdjustmentKind.RED)
STANDING = (ProgrammeAdjustmentState.CONFIRMED, ProgrammeAdjustmentState.RETURNED)
REPLACED = "同一轮已记红牌，黄牌不再计分"


class _Round(NamedTuple):
    """From which period on a target was in which round."""

    period: date
    number: int


def settle_cards(programme_id: int, policy: LadderPolicy, target_ids: Collection[int] = ()) -> None:
    """What each confirmed card counts by the colours since; safe to repeat.

    Of every target of the programme where none is named.
    """
    cards = select(ProgrammeAdjustment).where(
        ProgrammeAdjustment.programme_id == programme_id,
        ProgrammeAdjustment.kind.in_(KINDS), ProgrammeAdjustment.state.in_(STANDING),
        ProgrammeAdjustment.target_id.is_not(None),
    )  # fmt: skip
    if target_ids:
        cards = cards.where(ProgrammeAdjustment.target_id.in_(target_ids))
    of_targets: dict[int, list[ProgrammeAdjustment]] = defaultdict(list)
    for card in db.session.scalars(cards.order_by(ProgrammeAdjustment.id).with_for_update()):
        of_targets[card.target_id or 0].append(card)
    colours, rounds = _colours(of_targets), _rounds(of_targets)
    for target_id, held in of_targets.items():
        described = [_card(card, colours[target_id], rounds[target_id]) for card in held]
        for card, counted in zip(held, counted_cards(described, policy), strict=True):
            _settle(card, card.points - counted.points + counted.returned, not counted.points)
    db.session.flush()


def _settle(card: ProgrammeAdjustment, returned: Decimal, is_replaced: bool) -> None:
    if card.returned_points == returned:
        return
    card.returned_points = returned
    card.state = STANDING[bool(returned)].value
    card.returned_at = clock.now() if returned else None
    card.note = REPLACED if is_replaced else None


def _card(
    row: ProgrammeAdjustment, colours: Sequence[tuple[date, str | None]], rounds: Sequence[_Round]
) -> Card:
    number = max((step.number for step in rounds if step.period <= row.period), default=1)
    after = [colour for period, colour in colours if period > row.period]
    return Card(row.kind, row.points, number, after, row.rule_code == UNTRUE)


def _colours(target_ids: Collection[int]) -> dict[int, list[tuple[date, str | None]]]:
    query = select(TargetStanding).where(TargetStanding.target_id.in_(target_ids))
    colours: dict[int, list[tuple[date, str | None]]] = defaultdict(list)
    for row in db.session.scalars(query.order_by(TargetStanding.period)):
        # A colour that only lasted because nothing was due gives nothing back.
        is_due = row.basis.get("is_due", False)
        colours[row.target_id].append((row.period, row.colour if is_due else None))
    return colours


def _rounds(target_ids: Collection[int]) -> dict[int, list[_Round]]:
    query = select(TargetSupervision).where(TargetSupervision.target_id.in_(target_ids))
    rounds: dict[int, list[_Round]] = defaultdict(list)
    for row in db.session.scalars(query):
        rounds[row.target_id].append(_Round(row.period, row.round))
    return rounds
