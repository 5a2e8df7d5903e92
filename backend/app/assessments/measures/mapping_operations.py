"""数据映射 kept, changed and dropped by the assessment office."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.app.access import Actor, Permission, may
from backend.app.assessments.measures.mapping_queries import MOST_FIGURES, get_mapping
from backend.app.assessments.models import FeedMapping
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.imports.headings import plain

LONGEST = 40


@dataclass(frozen=True)
class MappedFigure:
    """A heading with the code of its element; `whole` heads the column of how many in all."""

    heading: str
    code: str
    whole: str = ""


def save_mapping(
    actor: Actor, county_id: int, mapping_id: int | None, name: str, key_column: str,
    period_column: str, figures: Sequence[MappedFigure],
) -> FeedMapping:  # fmt: skip
    """A new one, or another edition; raises InvalidInput naming the boxes."""
    if not may(actor, Permission.MANAGE_PROGRAMMES, (county_id,)):
        raise NotAllowed
    listed = [figure for figure in figures if figure.heading or figure.code or figure.whole]
    _check(county_id, mapping_id, name, key_column, listed)
    mapping = (
        get_mapping(mapping_id, county_id)
        if mapping_id is not None
        else FeedMapping(county_id=county_id)
    )
    mapping.name, mapping.key_column, mapping.period_column = name, key_column, period_column
    mapping.figures = [vars(figure) for figure in listed]
    mapping.changed_by_id, mapping.changed_at = actor.person_id, clock.now()
    db.session.add(mapping)
    db.session.flush()
    record("save_feed_mapping", actor.person_id, "feed_mapping", mapping.id, name=name)
    return mapping


def _check(
    county_id: int, mapping_id: int | None, name: str, key_column: str,
    figures: Sequence[MappedFigure],
) -> None:  # fmt: skip
    faults: dict[str, list[str]] = {}
    if not name:
        faults["name"] = ["请填来源，如「12345 平台」"]
    taken = db.session.scalar(
        select(FeedMapping.id).where(FeedMapping.county_id == county_id, FeedMapping.name == name)
    )
    if taken not in (None, mapping_id):
        faults["name"] = ["已经有一个同名的映射，请改那一个"]
    if not key_column:
        faults["key_column"] = ["请填哪一列是单位"]
    if not 1 <= len(figures) <= MOST_FIGURES:
        faults["figures"] = [f"请填 1 到 {MOST_FIGURES} 列数"]
    for number, figure in enumerate(figures, 1):
        if not figure.heading or not figure.code:
            faults[f"figure_{number}"] = [f"第 {number} 项的列名和指标编码都要填"]
    headings = [plain(figure.heading) for figure in figures] + [plain(key_column)]
    if len(set(headings)) < len(headings):
        faults["figures"] = ["同一列只能用一次"]
    if faults:
        raise InvalidInput(errors=faults)


def drop_mapping(actor: Actor, county_id: int, mapping_id: int) -> None:
    """What was imported by it stays."""
    if not may(actor, Permission.MANAGE_PROGRAMMES, (county_id,)):
        raise NotAllowed
    mapping = get_mapping(mapping_id, county_id)
    record("drop_feed_mapping", actor.person_id, "feed_mapping", mapping.id, name=mapping.name)
    db.session.delete(mapping)
