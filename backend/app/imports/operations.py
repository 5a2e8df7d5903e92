"""Acts of somebody at the desk: hand in a file, say which column is what, choose, apply, undo."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, has_permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.encryption import seal, unseal
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backend.app.core.files.spreadsheets import MOST_BYTES
from backend.app.core.queue import JobName, enqueue
from backend.app.imports.kinds import ClerkQuestion, ImportKind
from backend.app.imports.models import DataImport, ImportSource
from backend.app.imports.queries import has_applied, refused_sheet
from backend.app.imports.sealed import PURPOSE
from backend.app.imports.states import CHANGEABLE, ImportState

LONGEST_SOURCE, LONGEST_NAME, LONGEST_ANSWER = 40, 120, 60


class NotYourImport(NotAllowed):
    """Somebody else's name stands under it."""

    code = "not_your_import"
    message = "这份名单记在传它的人名下，只能由传它的人接着办"


class ImportMoved(Conflict):
    """Somebody else, or a job, is at it."""

    code = "import_moved"
    message = "这次导入已经往下走了，请刷新页面看看"


def start_import(
    actor: Actor, kind: ImportKind, county_id: int, source: str, params: Mapping[str, Any],
    content: bytes, file_name: str,
) -> DataImport:  # fmt: skip
    """Keeps the file, sealed; a job reads it. Raises InvalidInput."""
    _check_may(actor, kind, county_id)
    name = " ".join(source.split())
    if kind.source_words and not (1 <= len(name) <= LONGEST_SOURCE and name.isprintable()):
        raise InvalidInput(errors={"source": [f"{kind.source_words}，最多 {LONGEST_SOURCE} 个字"]})
    if not content or len(content) > MOST_BYTES:
        raise InvalidInput(errors={"file": ["文件是空的" if not content else "文件超过 10 MB"]})
    kept = db.session.get(ImportSource, (county_id, kind.code, name))
    made = DataImport(
        county_id=county_id, kind=kind.code, source=name, params=dict(params),
        state=ImportState.READING.value, file_name=file_name[-LONGEST_NAME:],
        file_sealed=seal(PURPOSE, content),
        columns={**(kept.columns if kept else {}), **kind.columns_of(params, county_id)},
        choices_sealed=_sealed(kept.choices if kept else {}),
        made_by_id=actor.person_id, made_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record("start_import", actor.person_id, "data_import", made.id, kind=kind.code, source=name)
    enqueue(JobName.CHECK_IMPORT, made.id)
    return made


def choose_columns(
    actor: Actor, kind: ImportKind, import_id: int, sheet: str, columns: Mapping[str, str]
) -> None:
    """Which sheet is read and which heading is which column of ours; it is read again."""
    found = _changeable(actor, kind, import_id)
    sheets = {found.about_sheet.get("sheet"), *found.about_sheet.get("others", [])}
    if sheet in sheets and sheet != found.about_sheet.get("sheet"):
        found.sheet, found.columns = sheet, {}
    else:
        headings = found.about_sheet.get("keys", [])
        found.columns = {code: key for code, key in columns.items() if key in headings}
        _check_each_once(kind, found.columns)
        _keep_columns(found)
    _read_again(found)


def choose_answers(
    actor: Actor, kind: ImportKind, import_id: int, answers: Mapping[str, str]
) -> None:
    """What the clerk says to questions, by their number; it counts for all rows alike."""
    found = _changeable(actor, kind, import_id)
    choices = choices_of(found)
    kept: dict[str, dict[str, str]] = {}
    for number, question in enumerate(questions_of(found)):
        answer = answers.get(str(number), "").strip()[:LONGEST_ANSWER]
        if not answer:
            continue
        choices.setdefault(question.column, {})[question.key] = answer
        if question.remembered and not kind.for_parts:
            kept.setdefault(question.column, {})[question.key] = answer
    found.choices_sealed = _sealed(choices)
    if kept:
        _keep_choices(found, kept)
    _read_again(found)


def request_apply(actor: Actor, kind: ImportKind, import_id: int) -> None:
    """A job takes over what is new or changed."""
    found = find_import(actor, kind, import_id, lock=True)
    if found.state != ImportState.READY:
        raise ImportMoved
    _keep_columns(found)
    found.state, found.done = ImportState.APPLYING.value, 0
    record("apply_import", actor.person_id, "data_import", found.id, **_about(found))
    enqueue(JobName.APPLY_IMPORT, found.id)


def request_undo(actor: Actor, kind: ImportKind, import_id: int) -> None:
    """A job takes everything back, unless something came after."""
    found = find_import(actor, kind, import_id, lock=True)
    if found.state != ImportState.APPLIED:
        raise ImportMoved
    found.state, found.fault = ImportState.UNDOING.value, None
    record("undo_import", actor.person_id, "data_import", found.id, **_about(found))
    enqueue(JobName.UNDO_IMPORT, found.id)


def find_import(actor: Actor, kind: ImportKind, import_id: int, lock: bool = False) -> DataImport:
    """Raises NotFound where it is not of this kind, or neither of the reader's county nor own.

    `lock` is for who changes something.
    """
    query = select(DataImport).where(DataImport.id == import_id, DataImport.kind == kind.code)
    found = db.session.scalar(query.with_for_update() if lock else query)
    if found is None or not _may_see(actor, kind, found):
        raise NotFound
    if lock and kind.in_own_name and found.made_by_id != actor.person_id:
        raise NotYourImport
    return found


def choices_of(found: DataImport) -> dict[str, dict[str, str]]:
    sealed = found.choices_sealed
    return orjson.loads(unseal(PURPOSE, sealed)) if sealed else {}


def questions_of(found: DataImport) -> list[ClerkQuestion]:
    sealed = found.questions_sealed
    return [ClerkQuestion(**one) for one in orjson.loads(unseal(PURPOSE, sealed))] if sealed else []


def _sealed(values: Any) -> bytes:
    return seal(PURPOSE, orjson.dumps(values))


def _check_may(actor: Actor, kind: ImportKind, county_id: int) -> None:
    if not (may(actor, kind.permission, (county_id,)) or _may_in_parts(actor, kind)):
        raise NotAllowed


def _may_see(actor: Actor, kind: ImportKind, found: DataImport) -> bool:
    is_own = found.made_by_id == actor.person_id
    if kind.seen_by_maker and not is_own:
        return False
    return may(actor, kind.permission, (found.county_id,)) or (
        is_own and _may_in_parts(actor, kind)
    )


def _may_in_parts(actor: Actor, kind: ImportKind) -> bool:
    return kind.for_parts and has_permission(actor, kind.permission)


def _changeable(actor: Actor, kind: ImportKind, import_id: int) -> DataImport:
    found = find_import(actor, kind, import_id, lock=True)
    if found.state not in CHANGEABLE or found.file_sealed is None or has_applied(found.id):
        raise ImportMoved
    return found


def _read_again(found: DataImport) -> None:
    found.state, found.done = ImportState.READING.value, 0
    enqueue(JobName.CHECK_IMPORT, found.id)


def _check_each_once(kind: ImportKind, columns: Mapping[str, str]) -> None:
    names = {column.code: column.name for column in kind.columns}
    taken: dict[str, str] = {}
    for code, key in columns.items():
        if key in taken:
            both = f"「{names[taken[key]]}」和「{names[code]}」选了同一列"
            raise InvalidInput(errors={f"column_{code}": [both]})
        taken[key] = code


def _keep_columns(found: DataImport) -> None:
    statement = insert(ImportSource).values(
        county_id=found.county_id, kind=found.kind, source=found.source, columns=found.columns
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["county_id", "kind", "source"], set_={"columns": found.columns}
        )
    )


def _keep_choices(found: DataImport, chosen: Mapping[str, Mapping[str, str]]) -> None:
    _keep_columns(found)
    kept = db.session.get_one(
        ImportSource, (found.county_id, found.kind, found.source),
        populate_existing=True, with_for_update=True,
    )  # fmt: skip
    choices = {column: dict(values) for column, values in kept.choices.items()}
    for column, values in chosen.items():
        choices.setdefault(column, {}).update(values)
    kept.choices = choices


def _about(found: DataImport) -> dict[str, Any]:
    return {"kind": found.kind, "source": found.source, **found.counts}


def refused_rows(actor: Actor, kind: ImportKind, import_id: int) -> bytes:
    """A workbook of what was not taken; who fetches it is in the audit log."""
    found = find_import(actor, kind, import_id)
    record("download_refused", actor.person_id, "data_import", found.id, kind=found.kind)
    return refused_sheet(found)
