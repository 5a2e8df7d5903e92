"""The work of the jobs: read and plan, take over in batches, take back, forget.

Each may run again: reading starts anew, applying goes on with what is not applied yet.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

import orjson
import structlog
from sqlalchemy import delete, select, text, update

from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import copy_rows, db, lock, transaction
from backend.app.core.encryption import seal, unseal
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.queue import JobName, redis_client, send
from backend.app.core.read_cache import remembering
from backend.app.core.states import one_of
from backend.app.imports.kinds import (
    KINDS,
    TAKEN,
    AppliedRow,
    Cell,
    FileRow,
    ImportContext,
    Importer,
    ImportKind,
    RowEffect,
    RowOutcome,
    RowPlan,
)
from backend.app.imports.models import DataImport, ImportRow
from backend.app.imports.operations import choices_of
from backend.app.imports.sealed import PURPOSE
from backend.app.imports.sheets import ImportSheet, missing_columns, read_import
from backend.app.imports.states import BUSY, ImportState

T = TypeVar("T")
log = structlog.get_logger()
PLANNED_AT_ONCE, APPLIED_AT_ONCE = 2000, 2000
MOST_QUESTIONS, LONGEST_WORDS, MOST_WORDS = 300, 200, 8
ROW_COLUMNS = ("import_id", "line", "outcome", "is_late", "words", "cells_sealed")
MARK = text(
    """
    UPDATE data_import_row r
    SET outcome = m.outcome, words = ARRAY[m.words], is_applied = m.is_applied,
        subject_id = m.subject_id, before = CAST(m.before AS jsonb)
    FROM unnest(CAST(:lines AS int[]), CAST(:outcomes AS text[]), CAST(:words AS text[]),
                CAST(:applied AS bool[]), CAST(:subjects AS bigint[]), CAST(:befores AS text[]))
        AS m (line, outcome, words, is_applied, subject_id, before)
    WHERE r.import_id = :import_id AND r.line = m.line
    """
)
# Of those that come late, the ones that would be written.
WRITTEN_LATE = {RowOutcome.NEW, RowOutcome.ASKED}
COUNTS = text(
    f"""
    SELECT outcome, count(*)::int AS rows,
           count(*) FILTER (WHERE is_late AND {one_of("outcome", WRITTEN_LATE)})::int AS late
    FROM data_import_row WHERE import_id = :import_id GROUP BY outcome
    """
)
# What brings a busy import on.
JOBS = {
    ImportState.READING: JobName.CHECK_IMPORT,
    ImportState.APPLYING: JobName.APPLY_IMPORT,
    ImportState.UNDOING: JobName.UNDO_IMPORT,
}
SEEN_SECONDS = 3600
FAILED_WORDS = "读这个文件时出了错，请再传一次；还不行请找管理员"


def check_import(import_id: int) -> None:
    """Reads the file and says what each row would become; writes nothing else."""
    with _back_to(import_id, ImportState.FAILED, FAILED_WORDS):
        _check(import_id)


def apply_import(import_id: int) -> None:
    """Takes over what is new or changed, batch by batch; a batch that fails is tried row by row."""
    words = "没有导完，已导入的不会重复；请再点一次导入"
    with _back_to(import_id, ImportState.READY, words):
        _apply(import_id)


def undo_import(import_id: int) -> None:
    """Takes back all that nobody used; what stays, or why nothing was taken back, is told."""
    with _back_to(import_id, ImportState.APPLIED, "没有撤销成，请再试一次"):
        _undo(import_id)


def send_lost() -> int:
    """Sends the job anew where none has come on since the last look: it was lost with Redis."""
    with transaction():
        waiting = db.session.execute(
            select(DataImport.id, DataImport.state, DataImport.done).where(
                DataImport.state.in_(BUSY)
            )
        ).all()
    sent = 0
    for row in waiting:
        key, standing = f"import_seen:{row.id}", f"{row.state}:{row.done}"
        before = redis_client().get(key)
        redis_client().set(key, standing, ex=SEEN_SECONDS)
        if before == standing.encode():
            send(JOBS[ImportState(row.state)], row.id)
            sent += 1
    return sent


@contextmanager
def _back_to(import_id: int, state: ImportState, words: str) -> Iterator[None]:
    """Whatever breaks, the clerk is told and can go on; the error goes its own way."""
    try:
        yield
    except Exception:
        _set(import_id, state=state.value, fault=words)
        raise


def _check(import_id: int) -> None:
    found = _open(import_id, ImportState.READING)
    if found is None:
        return
    kind, context, content, wanted, columns = found
    try:
        sheet = read_import(kind.columns, content, wanted, columns)
    except InvalidInput as fault:
        reasons = [words for lines in fault.errors.values() for words in lines]
        _set(import_id, state=ImportState.FAILED.value, fault="；".join(reasons)[:200])
        return
    about = {**sheet.about, "missing": missing_columns(kind.columns, sheet.match, kind.any_of)}
    chosen = {code: about["keys"][place] for code, place in sheet.match.places.items()}
    _set(import_id, about_sheet=about, columns=chosen, total=len(sheet.lines), done=0, counts={})
    with transaction():
        db.session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
    if about["missing"]:
        _set(import_id, state=ImportState.COLUMNS.value)
        return
    _plan(import_id, kind.importer(context), sheet, context)


def _plan(import_id: int, importer: Importer, sheet: ImportSheet, context: ImportContext) -> None:
    context.since_1904 = sheet.since_1904
    rows = sheet.rows(context)
    with transaction():
        importer.prepare(rows)
    done = 0
    for lines, part in zip(_parts(sheet.lines), _parts(rows), strict=True):
        with transaction():
            plans = [planned(importer, row) for row in part]
            copy_rows(
                "data_import_row", ROW_COLUMNS,
                [
                    (
                        import_id, row.line, plan.outcome.value, plan.is_late,
                        _told(row, plan), _sealed(cells),
                    )
                    for row, plan, (_, cells) in zip(part, plans, lines, strict=True)
                ],
            )  # fmt: skip
            done += len(part)
            _update(import_id, done=done)
    questions = sorted(context.questions.values(), key=lambda q: (not q.needed, -q.rows))
    shown = [asdict(question) for question in questions[:MOST_QUESTIONS]]
    with transaction():
        _update(
            import_id, state=ImportState.READY.value, counts=_counts(import_id),
            questions_sealed=seal(PURPOSE, orjson.dumps(shown)),
        )  # fmt: skip


def planned(importer: Importer, row: FileRow) -> RowPlan:
    """What is wrong with a row comes before what it would become; a question before both."""
    plan = importer.plan(row)
    if row.reasons:
        return RowPlan(RowOutcome.REFUSED, is_late=plan.is_late)
    return RowPlan(RowOutcome.ASKED, plan.words, plan.is_late) if row.is_asked else plan


def _apply(import_id: int) -> None:
    found = _open(import_id, ImportState.APPLYING)
    if found is None:
        return
    kind, context, content, wanted, columns = found
    sheet = read_import(kind.columns, content, wanted, columns)
    context.since_1904 = sheet.since_1904
    rows = sheet.rows(context)
    importer = kind.importer(context)
    with transaction():
        importer.prepare(rows)
        waiting = _waiting(import_id, rows)
        _update(import_id, total=len(rows), done=len(rows) - len(waiting))
    for part in _parts(waiting, APPLIED_AT_ONCE):
        try:
            _take_over(import_id, importer, part, context)
        except Exception as fault:  # noqa: BLE001
            log.warning("import_batch_failed", import_id=import_id, error=type(fault).__name__)
            for row in part:
                _take_over_alone(import_id, importer, row, context)
    with transaction():
        importer.finish()
        counts = _counts(import_id)
        _update(
            import_id, state=ImportState.APPLIED.value, applied_at=clock.now(), counts=counts,
            fault=None,
        )  # fmt: skip
        record("import_applied", context.person_id, "data_import", import_id, **counts)


def _waiting(import_id: int, rows: Sequence[FileRow]) -> list[FileRow]:
    """Those that are to be taken over and are not yet."""
    lines = set(
        db.session.scalars(
            select(ImportRow.line).where(
                ImportRow.import_id == import_id, ImportRow.is_applied.is_(False),
                ImportRow.outcome.in_(TAKEN), ImportRow.line.in_([row.line for row in rows]),
            )
        )
    )  # fmt: skip
    return [row for row in rows if row.line in lines]


def _take_over(
    import_id: int, importer: Importer, rows: Sequence[FileRow], context: ImportContext
) -> None:
    """One transaction; what another import took meanwhile, or became of a village, is known now."""
    with transaction(), remembering():
        lock("imports", f"{context.county_id}:{type(importer).__name__}:{context.source}")
        # Another worker may be at the same import, where this one was given up too early.
        rows = _waiting(import_id, rows)
        plans = [planned(importer, row) for row in rows]
        taken = [index for index, plan in enumerate(plans) if plan.outcome in TAKEN]
        effects = importer.apply([plans[index] for index in taken]) if taken else []
        after = [RowEffect(plan.outcome) for plan in plans]
        for index, effect in zip(taken, effects, strict=True):
            after[index] = effect
        marks = [
            (row.line, _told(row, plan), effect)
            for row, plan, effect in zip(rows, plans, after, strict=True)
        ]
        _mark(import_id, marks)
        db.session.execute(
            update(DataImport)
            .where(DataImport.id == import_id)
            .values(done=DataImport.done + len(rows))
        )


def _take_over_alone(
    import_id: int, importer: Importer, row: FileRow, context: ImportContext
) -> None:
    try:
        _take_over(import_id, importer, [row], context)
    except Exception as fault:  # noqa: BLE001
        log.warning("import_row_failed", import_id=import_id, error=type(fault).__name__)
        words = fault.message if isinstance(fault, DomainError) else "这一行没有写成，请单独登记"
        with transaction():
            _mark(import_id, [(row.line, [words], RowEffect(RowOutcome.REFUSED))])


def _undo(import_id: int) -> None:
    with transaction():
        found = db.session.get(DataImport, import_id, with_for_update=True)
        if found is None or found.state != ImportState.UNDOING:
            return
        importer = KINDS[found.kind].importer(_context(found))
        rows = db.session.scalars(
            select(ImportRow).where(
                ImportRow.import_id == import_id, ImportRow.is_applied, ImportRow.outcome.in_(TAKEN)
            )
        ).all()
        try:
            with db.session.begin_nested():
                applied = [AppliedRow(row.line, row.subject_id, row.before) for row in rows]
                stays = importer.undo(applied) or {}
        except DomainError as refused:
            found.state, found.fault = ImportState.APPLIED.value, refused.message[:200]
            return
        for row in rows:
            if row.line in stays:
                row.words = [stays[row.line][:LONGEST_WORDS]]
        db.session.execute(
            update(ImportRow)
            .where(ImportRow.id.in_([row.id for row in rows if row.line not in stays]))
            .values(outcome=RowOutcome.UNDONE.value)
        )
        found.state, found.undone_at = ImportState.UNDONE.value, clock.now()
        found.counts = _counts(import_id)


def forget_files(before: datetime, most: int) -> int:
    """Files from before an instant go with the words of their rows; what became of them stays."""
    old = db.session.scalars(
        select(DataImport.id)
        .where(DataImport.file_sealed.is_not(None), DataImport.made_at < before)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    db.session.execute(
        update(DataImport)
        .where(DataImport.id.in_(old))
        .values(file_sealed=None, choices_sealed=None, questions_sealed=None)
    )
    db.session.execute(
        update(ImportRow).where(ImportRow.import_id.in_(old)).values(cells_sealed=None)
    )
    return len(old)


def _open(
    import_id: int, state: ImportState
) -> tuple[ImportKind, ImportContext, bytes, str | None, dict[str, str]] | None:
    """What a job needs; None where the import waits for no such job."""
    with transaction():
        found = db.session.get(DataImport, import_id, populate_existing=True)
        if found is None or found.state != state or found.file_sealed is None:
            return None
        return (
            KINDS[found.kind], _context(found), unseal(PURPOSE, found.file_sealed),
            found.sheet, dict(found.columns),
        )  # fmt: skip


def _context(found: DataImport) -> ImportContext:
    return ImportContext(
        found.id, found.county_id, found.made_by_id, found.source, found.params, choices_of(found)
    )


def _sealed(cells: Sequence[Cell]) -> bytes:
    return seal(PURPOSE, orjson.dumps([cell.text for cell in cells]))


def _told(row: FileRow, plan: RowPlan) -> list[str]:
    words = row.reasons or [plan.words]
    return [line[:LONGEST_WORDS] for line in words[:MOST_WORDS] if line]


def _mark(import_id: int, marks: Sequence[tuple[int, list[str], RowEffect]]) -> None:
    db.session.execute(
        MARK,
        {
            "import_id": import_id,
            "lines": [line for line, _, _ in marks],
            "outcomes": [effect.outcome.value for _, _, effect in marks],
            "words": ["；".join(words)[:LONGEST_WORDS] for _, words, _ in marks],
            "applied": [effect.outcome in TAKEN for _, _, effect in marks],
            "subjects": [effect.subject_id for _, _, effect in marks],
            "befores": [
                None if effect.before is None else orjson.dumps(effect.before).decode()
                for _, _, effect in marks
            ],
        },
    )


def _counts(import_id: int) -> dict[str, int]:
    rows = db.session.execute(COUNTS, {"import_id": import_id}).all()
    return {row.outcome: row.rows for row in rows} | {"late": sum(row.late for row in rows)}


def _update(import_id: int, **values: Any) -> None:
    db.session.execute(update(DataImport).where(DataImport.id == import_id).values(**values))


def _set(import_id: int, **values: Any) -> None:
    with transaction():
        _update(import_id, **values)


def _parts(items: Sequence[T], size: int = PLANNED_AT_ONCE) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
