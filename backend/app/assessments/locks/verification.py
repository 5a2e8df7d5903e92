"""A locked year computed again: the same bytes, or which unit differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from backend.app.assessments.locks.digests import computed_results, year_digests
from backend.app.assessments.locks.queries import get_programme_lock
from backend.app.assessments.models import ProgrammeLock, UnitResult
from backend.app.assessments.programmes.queries import list_units
from backend.app.assessments.results.year_facts import year_facts
from backend.app.core.db import db
from backend.app.scoring.assessing.unit_total import RULES_VERSION


@dataclass(frozen=True)
class YearVerified:
    """What computing a locked year again gave; `differing` names units by what of them differs."""

    programme_equal: bool
    facts_equal: bool
    results_equal: bool
    rules_equal: bool
    units: int
    differing: Mapping[str, Sequence[str]]

    @property
    def equal(self) -> bool:
        return (
            self.programme_equal and self.facts_equal and self.results_equal and not self.differing
        )


FACTS, RESULT, STORED = "事实", "结果", "存着的得分"


def verify_year(programme_id: int) -> YearVerified:
    """Raises YearNotLocked."""
    lock = get_programme_lock(programme_id)
    now = year_digests(programme_id, lock.until)
    stored = _differing_rows(lock)
    differing: dict[str, list[str]] = {}
    for unit in list_units(programme_id):
        was, is_now = lock.units.get(str(unit.id)), now.units.get(str(unit.id))
        parts = [
            words for words, a, b in zip((FACTS, RESULT), was or ("", ""), is_now or ("", ""),
                                         strict=True) if a != b
        ]  # fmt: skip
        if unit.id in stored:
            parts.append(STORED)
        if parts:
            differing[unit.name] = parts
    return YearVerified(
        now.programme == lock.programme_digest, now.facts == lock.facts_digest,
        now.results == lock.results_digest, lock.rules_version == RULES_VERSION,
        len(now.units), differing,
    )  # fmt: skip


def _differing_rows(lock: ProgrammeLock) -> set[int]:
    """Units whose stored result is not what the frozen facts give."""
    results = computed_results(year_facts(lock.programme_id, lock.until))
    rows = {
        row.unit_id: row
        for row in db.session.scalars(
            select(UnitResult).where(UnitResult.programme_id == lock.programme_id)
        )
    }
    return {
        unit
        for unit in results.keys() | rows.keys()
        if unit not in results or unit not in rows or not _same(rows[unit], results[unit])
    }


def _same(row: UnitResult, values: Mapping[str, Any]) -> bool:
    return {name: getattr(row, name) for name in values} == dict(values)
