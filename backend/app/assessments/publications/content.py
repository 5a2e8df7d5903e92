"""A year as it will be published, in plain values: what each unit gained and lost, and why."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson

from backend.app.assessments.grades.queries import GradePool, GradeRow, grade_pools
from backend.app.assessments.models import Programme, ProgrammeElement, ProgrammeLock
from backend.app.assessments.programmes.queries import (
    exceptions_of,
    list_elements,
    list_groups,
)
from backend.app.assessments.programmes.rule_words import rule_words
from backend.app.assessments.publications.names import hide_names, names_in
from backend.app.assessments.results.queries import ShownResult, shown_results
from backend.app.assessments.states import ElementScope, ProgrammeAdjustmentKind
from backend.app.assessments.subjects.public_queries import rated_firms
from backend.app.core.web.console_menu import local_time
from backend.app.places.queries import get_place
from backend.app.scoring.assessing.grades import GRADE_NAMES, rules_from_data
from backend.app.scoring.assessing.moves import MOVE_NAMES

Content = dict[str, Any]
NOTHING = "—"


def compose_year(programme: Programme, lock: ProgrammeLock) -> Content:
    """Everything that everybody reads of a locked year; figures as they are written."""
    place = get_place(programme.county_id)
    results = {row.unit_id: row for row in shown_results(programme.id)}
    pools = grade_pools(programme)
    rules = rules_from_data(programme.content.get("grades", {}))
    units = [_unit(row, pool, results.get(row.unit_id)) for pool in pools for row in pool.rows]
    content = {
        "county": place.name, "code": (place.code or "")[:6], "programme": programme.id,
        "title": programme.title, "year": programme.year, "basis": programme.basis_document,
        "plan_number": programme.plan_number, "locked_at": local_time(lock.locked_at),
        "rules_version": lock.rules_version, "facts_digest": lock.facts_digest.hex(),
        "programme_digest": lock.programme_digest.hex(),
        "results_digest": lock.results_digest.hex(),
        "left": [{"words": row["words"], "open": row["open"]} for row in lock.checklist["left"]],
        "note": lock.checklist["note"],
        "bounds": [
            {"grade": GRADE_NAMES[grade], "least": f"{least:f}"} for grade, least in rules.bounds
        ],
        "last_grade": GRADE_NAMES["poor"], "social_least": f"{rules.social_least}",
        "guards": exceptions_of(programme),
        "elements": [_element(row) for row in _common(list_elements(programme.id))],
        "groups": _groups(programme, pools, units),
    }  # fmt: skip
    firms = rated_firms(programme)
    if firms["ratings"] or firms["exits"]:
        content["firms"] = firms
    return hide_names(content, names_in(programme.id))


def canonical_bytes(content: Content) -> bytes:
    """What a publication's digest is over."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def _common(elements: Iterable[ProgrammeElement]) -> list[ProgrammeElement]:
    return [row for row in elements if row.parent_id and row.scope != ElementScope.UNIT]


def _element(row: ProgrammeElement) -> Content:
    name, parameters = rule_words(row.rule or {})
    return {
        "code": row.code, "name": row.name, "points": f"{row.points:f}", "rule": name,
        "parameters": parameters, "criteria": row.criteria,
    }  # fmt: skip


def _groups(
    programme: Programme, pools: Sequence[GradePool], units: Sequence[Content]
) -> list[Content]:
    """Groups in their order, each with its weights and units."""
    pool_of = {group: pool for pool in pools for group in pool.groups}
    return [
        {
            "name": group.name, "task_weight": _short(group.task_weight),
            "social_weight": _short(group.social_weight), "bonus_cap": _short(group.bonus_cap),
            "deduction_cap": _short(group.deduction_cap), "cards_cap": _short(group.cards_cap),
            "places": pool_of[group.name].places,
            "together_with": [name for name in pool_of[group.name].groups if name != group.name],
            "units": listed,
        }
        for group in list_groups(programme.id)
        if (listed := [unit for unit in units if unit["group"] == group.name])
    ]  # fmt: skip


def _unit(row: GradeRow, pool: GradePool, result: ShownResult | None) -> Content:
    parts = result.parts if result else ()
    moved = [_moved(line) for line in (result.moved if result else ())]
    return {
        "unit_id": row.unit_id, "name": row.unit, "group": row.group_name, "pool": pool.name,
        "total": _figure(row.total), "task": _figure(result.task if result else None),
        "social": _figure(row.social), "band": row.band,
        "grade": GRADE_NAMES.get(row.grade or "", NOTHING),
        "grade_reason": row.reason or "", "minutes": row.minutes_number or "",
        "parts": [
            {
                name: part[name]
                for name in ("code", "name", "full", "points", "value", "aim", "origin", "untrue")
            }
            for part in parts
        ],
        "lost": [
            {name: line[name] for name in ("code", "name", "points", "words")}
            for line in (result.losses if result else ()) if Decimal(line["points"])
        ],
        "moved": moved,
        "exempted": [
            line for line in moved if line["code"] == ProgrammeAdjustmentKind.EXEMPTION
        ],
    }  # fmt: skip


def _moved(line: Mapping[str, Any]) -> Content:
    return {
        "code": line["kind"], "kind": MOVE_NAMES[line["kind"]], "points": line["points"],
        "words": line["words"], "basis": line["basis"],
    }  # fmt: skip


def _figure(value: Decimal | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def _short(value: Decimal) -> str:
    return f"{value.normalize():f}"
