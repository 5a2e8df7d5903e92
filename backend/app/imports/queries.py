"""Reads for the pages of imports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Select, exists, func, select

from backend.app.access import Actor, may
from backend.app.core.db import db
from backend.app.core.encryption import unseal
from backend.app.core.files.workbooks import form_sheet
from backend.app.imports.kinds import OUTCOME_NAMES, ImportKind, RowOutcome
from backend.app.imports.models import DataImport, ImportRow
from backend.app.imports.sealed import PURPOSE

PAGE, MOST_LISTED = 50, 20
NOT_TAKEN = (RowOutcome.REFUSED.value, RowOutcome.ASKED.value)


@dataclass(frozen=True)
class ShownRow:
    """A row as the preview shows it."""

    line: int
    outcome: str
    words: list[str]
    is_late: bool
    cells: list[str]
    subject_id: int | None

    @property
    def outcome_name(self) -> str:
        return OUTCOME_NAMES[RowOutcome(self.outcome)]


def list_imports(kind: ImportKind, county_id: int, actor: Actor) -> list[DataImport]:
    """The newest of a county; whoever works in a part of it sees their own."""
    query = select(DataImport).where(
        DataImport.county_id == county_id, DataImport.kind == kind.code
    )
    if kind.seen_by_maker or not may(actor, kind.permission, (county_id,)):
        query = query.where(DataImport.made_by_id == actor.person_id)
    return list(db.session.scalars(query.order_by(DataImport.id.desc()).limit(MOST_LISTED)))


def list_sources(kind: ImportKind, county_id: int) -> list[str]:
    """Those that something was taken over from, the last one first."""
    query = select(DataImport.source).where(
        DataImport.county_id == county_id, DataImport.kind == kind.code,
        DataImport.applied_at.is_not(None),
    )  # fmt: skip
    newest = func.max(DataImport.applied_at).desc()
    return list(db.session.scalars(query.group_by(DataImport.source).order_by(newest)))


def count_rows(import_id: int, outcome: str) -> int:
    query = select(func.count()).where(ImportRow.import_id == import_id)
    return db.session.scalar(query.where(ImportRow.outcome == outcome) if outcome else query) or 0


def count_made(import_id: int, made: Mapping[str, Any]) -> int:
    """Rows that were taken over and made this."""
    query = select(func.count()).where(
        ImportRow.import_id == import_id, ImportRow.is_applied, ImportRow.before.contains(made)
    )
    return db.session.scalar(query) or 0


def find_rows(import_id: int, outcome: str, page: int) -> list[ShownRow]:
    """One page, in the order of the file."""
    query = select(ImportRow).where(ImportRow.import_id == import_id)
    if outcome:
        query = query.where(ImportRow.outcome == outcome)
    rows = db.session.scalars(query.order_by(ImportRow.line).limit(PAGE).offset((page - 1) * PAGE))
    return [_shown(row) for row in rows]


def refused_sheet(found: DataImport) -> bytes:
    """What was not taken, with the reason in front and the columns as they came."""
    keys = found.about_sheet.get("keys", [])
    names = [key or f"第{place}列" for place, key in enumerate(keys, 1)]
    query = select(ImportRow).where(
        ImportRow.import_id == found.id, ImportRow.outcome.in_(NOT_TAKEN)
    )
    rows = [_shown(row) for row in db.session.scalars(query.order_by(ImportRow.line))]
    lines = [
        (str(row.line), "；".join(row.words) or row.outcome_name, *row.cells[: len(names)])
        for row in rows
    ]
    return form_sheet("没收的行", ("原表行号", "为什么没收", *_apart(names)), lines)


def _apart(names: list[str]) -> list[str]:
    """No two columns of one name."""
    taken = {"原表行号", "为什么没收"}
    apart = []
    for place, name in enumerate(names, 1):
        own = name if name not in taken else f"{name}（第{place}列）"
        taken.add(own)
        apart.append(own)
    return apart


def _shown(row: ImportRow) -> ShownRow:
    sealed = row.cells_sealed
    cells = orjson.loads(unseal(PURPOSE, sealed)) if sealed else []
    return ShownRow(row.line, row.outcome, row.words, row.is_late, cells, row.subject_id)


def has_applied(import_id: int) -> bool:
    """Whether some rows were taken over already."""
    applied = exists().where(ImportRow.import_id == import_id, ImportRow.is_applied)
    return bool(db.session.scalar(select(applied)))


def subjects_of(import_id: int) -> Select[int | None]:
    """What the rows of an import became, as part of another statement."""
    return select(ImportRow.subject_id).where(ImportRow.import_id == import_id)
