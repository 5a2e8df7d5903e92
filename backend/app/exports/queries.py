"""Reads of exports."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.core.errors import Gone, NotFound
from backend.app.exports.models import Export
from backend.app.exports.states import ExportState

MOST = 30
OWN = text(
    """
    SELECT id, kind, file_name, state, progress, row_count, failure, requested_at, expires_at
    FROM export WHERE requested_by_id = :person_id ORDER BY id DESC LIMIT :most
    """
)


class ExportGone(Gone):
    code = "export_gone"
    message = "文件只留 7 天，已经清理，请重新导出"


class OwnExport(NamedTuple):
    """A file in the list of whoever asked for it."""

    id: int
    kind: str
    file_name: str
    state: str
    progress: int
    row_count: int | None
    failure: str | None
    requested_at: datetime
    expires_at: datetime


def list_own(person_id: int) -> list[OwnExport]:
    """A person's newest exports."""
    return fetch_named(OwnExport, OWN, {"person_id": person_id, "most": MOST})


def get_own_file(person_id: int, export_id: int) -> Export:
    """Only whoever asked for a file may fetch it; raises NotFound or ExportGone."""
    export = db.session.get(Export, export_id)
    if export is None or export.requested_by_id != person_id:
        raise NotFound("没有找到这个导出")
    if export.state == ExportState.EXPIRED or export.expires_at < clock.now():
        raise ExportGone
    if export.file_key is None:
        raise NotFound("文件还没有写好，请稍等")
    return export
