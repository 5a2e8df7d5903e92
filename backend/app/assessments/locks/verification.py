"""A locked year computed again: the same bytes, or which unit differs.

A year that was locked by earlier rules is not computed by today's: what it was locked by and what
it gave lie in the tables, and their digests are taken again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from backend.app.assessments.locks.digests import (
    computed_results,
    stored_digests,
    year_digests,
)
from backend.app.assessments.locks.queries import get_programme_lock
from backend.app.assessments.models import ProgrammeLock, UnitResult
from backend.app.assessments.programmes.queries import list_units
from backend.app.assessments.results.year_facts import year_facts
from backend.app.core.db import db
from backend.app.scoring.assessing.unit_total import RULES_VERSION


@dataclass(frozen=True)
class YearVerified:
    """What computing a locked year again gave; `differing` names units by what of them differs.

    With other rules than it was locked by, `results_equal` is about what is stored.
    """

    programme_equal: bool
    facts_equal: bool
    results_equal: bool
    rules_version: int
    units: int
    differing: Mapping[str, Sequence[str]]

    @property
    def rules_equal(self) -> bool:
        return self.rules_version == RULES_VERSION

    @property
    def equal(self) -> bool:
        return (
            self.programme_equal and self.facts_equal and self.results_equal and not self.differing
        )


FACTS, RESULT, STORED = "事实", "结果", "存着的得分"


def verify_year(programme_id: int) -> YearVerified:
    """Raises YearNotLocked."""
    lock = get_programme_lock(programme_id)
    is_same = lock.rules_version == RULES_VERSION
    now = (year_digests if is_same else stored_digests)(programme_id, lock.until)
    stored = _differing_rows(lock) if is_same else set()
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
        now.results == lock.results_digest, lock.rules_version, len(now.units), differing,
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
