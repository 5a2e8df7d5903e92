"""Digests of counted answers, published with the results: a phone finds its own among them."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import delete, func, select

from backend.app.core.db import db
from backend.app.surveys.models import SurveyAnswerList, SurveyResult
from backend.app.surveys.results import PHONE


def keep(round_id: int, unit_id: int, digests: Iterable[bytes]) -> None:
    """What was counted of one unit; shown to nobody until `freeze` has drawn lists together."""
    db.session.add(
        SurveyAnswerList(
            round_id=round_id, unit_id=unit_id, unit_ids=[unit_id], digests=sorted(digests)
        )
    )


def freeze(round_id: int, unit_ids: Iterable[int]) -> None:
    """Writes the lists as they are published, and forgets which line is of which hidden unit."""
    counted = {
        row.unit_id: row.digests
        for row in db.session.scalars(
            select(SurveyAnswerList).where(SurveyAnswerList.round_id == round_id)
        )
    }
    lists = draw_together(
        {unit_id: counted.get(unit_id, []) for unit_id in unit_ids}, set(_published_n(round_id))
    )
    db.session.execute(delete(SurveyAnswerList).where(SurveyAnswerList.round_id == round_id))
    db.session.add_all(
        SurveyAnswerList(round_id=round_id, unit_id=units[0], unit_ids=units, digests=digests)
        for units, digests in lists
    )
    db.session.flush()


def draw_together(
    counted: Mapping[int, Sequence[bytes]], shown: Set[int]
) -> list[tuple[list[int], list[bytes]]]:
    """One sorted list a shown unit, one for all hidden units together. Pure.

    The lines of a single hidden unit would say how few answered: the smallest shown unit joins it,
    and where there is none it has no list.
    """
    hidden = set(counted) - shown
    alone = set(counted) & shown
    if len(hidden) == 1 and alone:
        smallest = min(alone, key=lambda unit: (len(counted[unit]), unit))
        hidden.add(smallest)
        alone.remove(smallest)
    groups = [[unit] for unit in sorted(alone)]
    if len(hidden) > 1:
        groups.append(sorted(hidden))
    return [
        (units, sorted(digest for unit in units for digest in counted[unit])) for units in groups
    ]


def lists_of(round_id: int, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """The published lists; `n` is the most people that the results name of their units."""
    published = _published_n(round_id)
    rows = db.session.scalars(
        select(SurveyAnswerList)
        .where(SurveyAnswerList.round_id == round_id)
        .order_by(SurveyAnswerList.unit_id)
    )
    return [
        {
            "units": {str(unit_id): names[unit_id] for unit_id in row.unit_ids},
            "n": max((published.get(unit_id, 0) for unit_id in row.unit_ids), default=0),
            "digests": [digest.hex() for digest in row.digests],
        }
        for row in rows
    ]


def _published_n(round_id: int) -> dict[int, int]:
    """The units that results are shown of, each with the most people of one question."""
    rows = db.session.execute(
        select(SurveyResult.unit_id, func.max(SurveyResult.n).label("n"))
        .where(
            SurveyResult.round_id == round_id, SurveyResult.channel == PHONE,
            SurveyResult.n.is_not(None),
        )
        .group_by(SurveyResult.unit_id)
    )  # fmt: skip
    return {row.unit_id: row.n for row in rows}
