"""Reads of appeals: what may be appealed against, what was, and what stands after corrections."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.assessments.grades.queries import grade_rows
from backend.app.assessments.models import ResultCorrection, UnitResult
from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.assessments.states import AppealItem
from backend.app.core.db import db, fetch_named
from backend.app.scoring.assessing.grades import GRADE_NAMES
from backend.app.scoring.assessing.moves import MOVE_NAMES

CODES = {name: code for code, name in GRADE_NAMES.items()}
APPEALS = text(
    f"""
    SELECT a.id, a.unit_id, {UNIT_NAME} AS unit, u.region_id, u.department_id, a.item, a.item_id,
           a.item_words, a.words, a.raised_by_id, a.raised_at, a.due_at, a.state,
           a.decided_by_id, a.decided_at, a.decision
    FROM result_appeal a
    JOIN assessed_unit u ON u.id = a.unit_id
    {JOIN_NAME}
    WHERE a.programme_id = :id ORDER BY a.id
    """
)


class ShownAppeal(NamedTuple):
    """An appeal with the name of its unit."""

    id: int
    unit_id: int
    unit: str
    region_id: int | None
    department_id: int | None
    item: str
    item_id: int
    item_words: str
    words: str
    raised_by_id: int
    raised_at: datetime
    due_at: datetime
    state: str
    decided_by_id: int | None
    decided_at: datetime | None
    decision: str | None


@dataclass(frozen=True)
class AppealableItem:
    """One item of a unit's published result; `lost` where it cost points, `why` in words."""

    item: AppealItem
    item_id: int
    words: str
    lost: bool
    why: str = ""


def list_appeals(programme_id: int) -> list[ShownAppeal]:
    """In the order in which they came."""
    return fetch_named(ShownAppeal, APPEALS, {"id": programme_id})


def appealable_items(programme_id: int, unit_id: int) -> list[AppealableItem]:
    """Every element with points, every adjustment, and the grade."""
    result = db.session.get(UnitResult, (programme_id, unit_id))
    row = next((row for row in grade_rows(programme_id) if row.unit_id == unit_id), None)
    if result is None or row is None or row.grade is None:
        return []
    grade = f"等次：{GRADE_NAMES[row.grade]}"
    losses = {line["code"]: line["words"] for line in result.losses}
    return [
        AppealableItem(AppealItem.GRADE, unit_id, grade, True),
        *(
            AppealableItem(
                AppealItem.ADJUSTMENT, line["adjustment_id"],
                f"{MOVE_NAMES[line['kind']]} {line['points']} 分：{line['words']}"[:300], True,
            )
            for line in result.moved if line["adjustment_id"]
        ),
        *(
            AppealableItem(
                AppealItem.ELEMENT, part["target_id"],
                f"{part['name']}（得 {part['points']} 分，满分 {part['full']} 分）",
                Decimal(part["points"]) < Decimal(part["full"]),
                losses.get(part["code"], ""),
            )
            for part in result.parts if part["points"] is not None
        ),
    ]  # fmt: skip


def corrections_in_order(programme_id: int) -> list[ResultCorrection]:
    rows = select(ResultCorrection).where(ResultCorrection.programme_id == programme_id)
    return list(db.session.scalars(rows.order_by(ResultCorrection.number)))


def standing_grades(programme_id: int) -> dict[int, str]:
    """Each unit's grade as it counts now: as decided, or as corrected last."""
    decided = {row.unit_id: row.grade for row in grade_rows(programme_id) if row.grade}
    corrected = {
        row.unit_id: CODES[row.after["grade"]]
        for row in corrections_in_order(programme_id) if row.after["grade"] in CODES
    }  # fmt: skip
    return decided | corrected
