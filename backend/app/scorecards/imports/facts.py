"""A file of what other systems counted: a line a village, two figures for each measure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from backend.app.access import Permission
from backend.app.core.clock import parse_month
from backend.app.core.errors import Conflict
from backend.app.core.web.boxes import whole
from backend.app.imports.headings import FileColumn
from backend.app.imports.kinds import (
    AppliedRow,
    FileRow,
    ImportContext,
    ImportKind,
    RowEffect,
    RowOutcome,
    RowPlan,
)
from backend.app.places.import_columns import CODE, TOWNSHIP, VILLAGE, read_village
from backend.app.places.name_queries import village_names
from backend.app.scorecards.imports import operations
from backend.app.scorecards.imports.operations import COLUMNS, Figures
from backend.app.scorecards.locks.operations import check_open

MOST = 1_000_000_000
OPTIONAL_VILLAGE = replace(VILLAGE, needed=False)
PAIRS = {
    source: tuple(FileColumn(f"{source}_{place}", name, False, (name,))
                  for place, name in enumerate(pair))
    for source, pair in COLUMNS.items()
}  # fmt: skip
FIGURES = tuple(column for pair in PAIRS.values() for column in pair)


@dataclass(frozen=True)
class VillageFigures:
    """One line: a village and its figures by source."""

    village_id: int
    figures: dict[str, Figures]


class FactImporter:
    """One month's figures; those of a village that were there before are replaced."""

    def __init__(self, context: ImportContext) -> None:
        self.context = context
        self.month: date = parse_month(context.params["month"]) or date.min
        self.names = village_names(context.county_id)
        self.lines: dict[int, int] = {}

    def prepare(self, _: Sequence[FileRow]) -> None:
        check_open(self.context.county_id, self.month)
        self.before = operations.figures_of(self.context.county_id, self.month)

    def plan(self, row: FileRow) -> RowPlan:
        village_id, _ = read_village(row, self.names, OPTIONAL_VILLAGE)
        figures = {source: pair for source in PAIRS if (pair := _pair(row, source)) is not None}
        if village_id is None:
            return RowPlan(RowOutcome.NEW)
        line = self.lines.setdefault(village_id, row.line)
        if line != row.line:
            row.refuse(f"和第 {line} 行是同一个村")
        known = {source: self.before.get((village_id, source)) for source in figures}
        words = "，".join(f"{PAIRS[s][0].name} {y}/{w}" for s, (y, w) in figures.items())
        if known == figures:
            return RowPlan(RowOutcome.KNOWN, words or "没有数字")
        outcome = RowOutcome.CHANGED if any(known.values()) else RowOutcome.NEW
        return RowPlan(outcome, words, value=VillageFigures(village_id, figures))

    def apply(self, plans: Sequence[RowPlan]) -> Sequence[RowEffect]:
        check_open(self.context.county_id, self.month)
        self._store(
            {
                (plan.value.village_id, source): pair
                for plan in plans
                for source, pair in plan.value.figures.items()
            }
        )
        return [
            RowEffect(
                plan.outcome, plan.value.village_id,
                {
                    source: {"before": self.before.get((plan.value.village_id, source)), "after": p}
                    for source, p in plan.value.figures.items()
                },
            )
            for plan in plans
        ]  # fmt: skip

    def finish(self) -> None:
        operations.recompute(self.context.county_id, self.month)

    def undo(self, rows: Sequence[AppliedRow]) -> None:
        """Writes the earlier figures again; where there were none, of nothing (0 of 0)."""
        check_open(self.context.county_id, self.month)
        today = operations.figures_of(self.context.county_id, self.month)
        restored: dict[tuple[int, str], Figures] = {}
        for row in rows:
            for source, change in (row.before or {}).items():
                key = (row.subject_id or 0, source)
                if today.get(key) != tuple(change["after"]):
                    raise Conflict("这些数后来又改过，不能整批撤销；请再导一次正确的表")
                restored[key] = tuple(change["before"] or (0, 0))
        self._store(restored)
        operations.recompute(self.context.county_id, self.month)

    def _store(self, figures: dict[tuple[int, str], Figures]) -> None:
        operations.store_facts(
            self.context.county_id, self.month, self.context.source, self.context.person_id, figures
        )


def _pair(row: FileRow, source: str) -> Figures | None:
    """The two numbers; None where both cells are empty: not known is not zero."""
    pair = PAIRS[source]
    there = [column for column in pair if column.code in row.cells]
    if len(there) == 1:
        (missing,) = (column for column in pair if column not in there)
        row.refuse(f"有「{there[0].name}」，还缺「{missing.name}」这一列")
    if len(there) < 2:
        return None
    texts = [row.text(column) for column in pair]
    if not any(texts):
        return None
    numbers = [read_number(row, column, text) for column, text in zip(pair, texts, strict=True)]
    if None in numbers:
        return None
    yes, all_ = numbers[0] or 0, numbers[1] or 0
    if yes > all_:
        row.refuse(f"「{pair[0].name}」{yes} 比「{pair[1].name}」{all_} 还多")
    return yes, all_


def read_number(row: FileRow, column: FileColumn, text: str, most: int = MOST) -> int | None:
    """A whole number, with or without thousands marked."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix(".0")
    number = whole(plain, most=most)
    if not text:
        row.refuse(f"「{column.name}」没填")
    elif number is None:
        row.refuse(f"「{column.name}」应为 0 到 {most} 的整数，现在是「{text[:20]}」")
    return number


FACTS = ImportKind(
    "facts", "考核数据", Permission.IMPORT_FACTS, (CODE, TOWNSHIP, OPTIONAL_VILLAGE, *FIGURES),
    FactImporter, source_words="请填来源系统，如「政务服务平台」",
    any_of=tuple(column.code for column in FIGURES),
    undo_words="这个月锁定了，或者有的数后来又改过，就不能整批撤销。",
)  # fmt: skip
