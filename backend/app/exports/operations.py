"""Asking for a file, writing it, and forgetting it after a week."""

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from backend.app.access import Actor, Permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.batches import each
from backend.app.core.db import db, transaction
from backend.app.core.errors import DomainError, InvalidInput, NotAllowed
from backend.app.core.files import storage
from backend.app.core.queue import JobName, enqueue
from backend.app.exports.kinds import KINDS, MONTH, TICKETS, ExportKind
from backend.app.exports.models import Export
from backend.app.exports.request_params import Asked
from backend.app.exports.states import FINISHED, ExportState
from backend.app.places.queries import get_place

KEPT_FOR = timedelta(days=7)
LONGEST_FAILURE = 200


def request_export(
    actor: Actor, region_id: int, month: date, format_: str, kind: str = MONTH,
    filters: dict[str, Any] | None = None,
) -> Export:  # fmt: skip
    """Puts a file on the list; a worker writes it. `filters` are those of the page."""
    if kind not in KINDS:
        raise InvalidInput(errors={"kind": ["请选导出什么"]})
    if format_ not in KINDS[kind].formats:
        formats = "或 ".join(KINDS[kind].formats)
        raise InvalidInput(errors={"format": [f"这份文件的格式请选 {formats}"]})
    place = get_place(region_id)
    if not may(actor, Permission.EXPORT, place.path):
        raise NotAllowed("这个地方不归您管，不能导出")
    at = clock.now()
    export = Export(
        kind=kind,
        format=format_,
        month=month,
        region_id=region_id,
        filters=filters or {},
        state=ExportState.QUEUED,
        progress=0,
        file_name=f"{place.name}{_dated(kind, month)}{KINDS[kind].name}.{format_}",
        requested_by_id=actor.person_id,
        requested_at=at,
        expires_at=at + KEPT_FOR,
    )
    db.session.add(export)
    db.session.flush()
    record(
        "request_export", actor.person_id, "export", export.id,
        month=f"{month:%Y-%m}", region_id=region_id, format=format_, kind=kind,
        filters=sorted(filters or {}),
    )  # fmt: skip
    enqueue(JobName.WRITE_EXPORT, export.id)
    return export


def _dated(kind: str, month: date) -> str:
    """A list of tickets is of the day it was asked for; everything else of its month."""
    return f"{clock.today():%Y年%m月%d日}" if kind == TICKETS else f"{month:%Y年%m月}"


def write_export(export_id: int) -> None:
    """Writes the file, as often as it is asked: a finished one is left alone."""
    with transaction():
        export = db.session.get(Export, export_id)
        if export is None or export.state in FINISHED:
            return
        export.state = ExportState.RUNNING
        kind = KINDS[export.kind]
        asked = Asked(
            export.requested_by_id, export.region_id, export.month, export.format,
            export.file_name.rsplit(".", 1)[0], export.filters,
        )  # fmt: skip
    try:
        key, count = _write_file(export_id, kind, asked)
    except DomainError as refused:
        # Asked again it would be refused again: what is wrong is said, and nobody retries.
        with transaction():
            _set(export_id, state=ExportState.FAILED, failure=refused.message[:LONGEST_FAILURE])
        return
    except Exception:
        with transaction():
            _set(
                export_id,
                state=ExportState.FAILED,
                failure="没有写成，请再申请一次；还不行请找管理员",
            )
        raise
    with transaction():
        first = _set(
            export_id, state=ExportState.DONE, progress=100, file_key=key, row_count=count,
            failure=None, finished_at=clock.now(),
        )  # fmt: skip
    if not first:
        storage.delete(key)


def _write_file(export_id: int, kind: ExportKind, asked: Asked) -> tuple[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"export.{asked.format}"

        def progress(percent: int) -> None:
            with transaction():
                _set(export_id, progress=min(99, percent))

        count = kind.write(path, asked, progress)
        key = storage.new_key("exports", asked.format)
        storage.put(key, path.read_bytes())
    return key, count


def _set(export_id: int, **values: Any) -> bool:
    """False when another worker has finished the file, or its week is over."""
    open_one = update(Export).where(Export.id == export_id, Export.state.not_in(FINISHED))
    done: Any = db.session.execute(open_one.values(**values))
    return bool(done.rowcount)


def delete_old_exports() -> int:
    """Removes files whose week is over; the list keeps their lines."""
    with transaction():
        over = select(Export.id).where(
            Export.expires_at < clock.now(), Export.state != ExportState.EXPIRED
        )
        ids = db.session.scalars(over.order_by(Export.id)).all()
    return each(JobName.DELETE_OLD_EXPORTS, ids, _delete_file)


def _delete_file(export_id: int) -> int:
    export = db.session.get(Export, export_id, with_for_update=True)
    if export is None or export.state == ExportState.EXPIRED:
        return 0
    if export.file_key:
        storage.delete(export.file_key)
    export.state, export.file_key = ExportState.EXPIRED, None
    return 1
