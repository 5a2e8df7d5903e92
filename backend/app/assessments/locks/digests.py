"""The digests of a year: facts, programme and results, each computed from what is stored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import select, text

from backend.app.assessments.grades.queries import unit_grades
from backend.app.assessments.models import UnitResult
from backend.app.assessments.results.result_data import result_values
from backend.app.assessments.results.year_facts import YearFacts, year_facts
from backend.app.assessments.results.year_scores import score_year
from backend.app.core.db import db

# Columns of a stored result that computing gives.
RESULT = (
    "total", "task", "social", "rank", "band", "calibrated", "error", "parts", "losses", "moved",
)  # fmt: skip
# What a unit was told, and what of it counts; a later column changes no digest.
PLAN = {
    "programme": "id, code, title, year, version, basis_document, plan_number, content",
    "programme_group": (
        "id, name, task_weight, social_weight, ordinary_weight, bonus_cap, deduction_cap,"
        " cards_cap, excellent_share"
    ),
    "assessed_unit": "id, group_id, region_id, department_id, difficulty, first_month, last_month",
    "programme_element": (
        "id, code, name, scope, group_id, points, kind, rule, direction, source,"
        " owner_department_id, criteria, missing"
    ),
    "target": "id, element_id, unit_id, task, value, baseline, points, starts_on, due_on, edition",
}


@dataclass(frozen=True)
class YearDigests:
    """The whole, and by unit the digests of its facts and of its result."""

    facts: bytes
    programme: bytes
    results: bytes
    units: Mapping[str, Sequence[str]]


def canonical(value: Any) -> bytes:
    """The same bytes for the same values, figures as text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str).encode()


def digest_of(value: Any) -> bytes:
    return sha256(canonical(value)).digest()


def year_digests(programme_id: int, until: date) -> YearDigests:
    """From facts, programme and grades as they are stored now; totals are computed again."""
    facts = year_facts(programme_id, until)
    return _digests(facts, computed_results(facts))


def stored_digests(programme_id: int, until: date) -> YearDigests:
    """The same, with totals as they are stored: of a year whose rules are others by now."""
    rows = select(UnitResult).where(UnitResult.programme_id == programme_id)
    results = {
        row.unit_id: {name: getattr(row, name) for name in RESULT}
        for row in db.session.scalars(rows)
    }  # fmt: skip
    return _digests(year_facts(programme_id, until), results)


def _digests(facts: YearFacts, results: Mapping[int, Mapping[str, Any]]) -> YearDigests:
    programme_id = facts.programme_id
    grades = unit_grades(programme_id)
    told = {unit: [results[unit], grades.get(unit)] for unit in sorted(results)}
    return YearDigests(
        sha256(facts.canonical().encode()).digest(), programme_digest(programme_id),
        digest_of(list(told.items())),
        {
            str(unit.unit_id): [
                digest_of(asdict(unit)).hex(), digest_of(told.get(unit.unit_id)).hex(),
            ]
            for unit in facts.units
        },
    )  # fmt: skip


def computed_results(facts: YearFacts) -> dict[int, dict[str, Any]]:
    """What the facts give, by unit, as it is stored."""
    return {unit.unit_id: result_values(unit) for unit in score_year(facts)}


def programme_digest(programme_id: int) -> bytes:
    """Over the approved programme and every target, in the order of their numbers."""
    parts = {}
    for table, columns in PLAN.items():
        key = "id" if table == "programme" else "programme_id"
        rows = db.session.execute(
            text(f"SELECT {columns} FROM {table} WHERE {key} = :id ORDER BY id"),
            {"id": programme_id},
        )
        parts[table] = [list(row) for row in rows]
    return digest_of(parts)
