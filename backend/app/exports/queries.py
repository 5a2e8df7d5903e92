"""Reads of exports."""

from typing import Any

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.errors import Gone, NotFound
from backend.app.exports.models import Export
from backend.app.places.sql import join_region

MOST = 30
OWN = text(
    f"""
    SELECT e.*, r.name AS region_name FROM export e {join_region("r", "e.region_id")}
    WHERE e.requested_by_id = :person_id ORDER BY e.id DESC LIMIT :most
    """
)


class ExportGone(Gone):
    code = "export_gone"
    message = "文件只留 7 天,已经清理,请重新导出"


def list_own(person_id: int) -> list[Any]:
    """A person's newest exports."""
    return list(db.session.execute(OWN, {"person_id": person_id, "most": MOST}))


def get_own_file(person_id: int, export_id: int) -> Export:
    """Only whoever asked for a file may fetch it; raises NotFound or ExportGone."""
    export = db.session.get(Export, export_id)
    if export is None or export.requested_by_id != person_id:
        raise NotFound("没有找到这个导出")
    if export.state == "expired" or export.expires_at < clock.now():
        raise ExportGone
    if export.file_key is None:
        raise NotFound("文件还没有写好,请稍等")
    return export
