"""Asking for a file, writing it, and forgetting it after a week."""

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from backend.app.access import Actor, Permission, may
from backend.app.core import calendar, storage
from backend.app.core.audit import record
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.queue import JobName, enqueue
from backend.app.exports import points_sheet, redemptions_sheet
from backend.app.exports.models import Export
from backend.app.exports.sheets import write_csv, write_xlsx
from backend.app.places.queries import get_place
from backend.app.points import months, reward_lists
from backend.app.scorecards import queries as scorecards
from backend.app.scorecards.figures import NOTHING, Area, rounded

KEPT_FOR = timedelta(days=7)
FORMATS = ("xlsx", "csv")
FINISHED = ("done", "expired")
MONTH_SCORECARDS = "month_scorecards"
MONTH_POINTS = "month_points"
REDEMPTIONS = "redemptions"
KINDS = {MONTH_SCORECARDS: "村庄得分", MONTH_POINTS: "积分汇总", REDEMPTIONS: "兑换明细"}


def request_export(
    actor: Actor, region_id: int, month: date, format_: str, kind: str = MONTH_SCORECARDS
) -> Export:
    """Puts a file on the list; a worker writes it."""
    if format_ not in FORMATS:
        raise InvalidInput(errors={"format": ["请选 xlsx 或 csv"]})
    if kind not in KINDS:
        raise InvalidInput(errors={"kind": ["请选导出什么"]})
    place = get_place(region_id)
    if not may(actor, Permission.EXPORT, place.path):
        raise NotAllowed("这个地方不归您管,不能导出")
    at = calendar.now()
    export = Export(
        kind=kind,
        format=format_,
        month=month,
        region_id=region_id,
        state="queued",
        progress=0,
        file_name=f"{place.name}{month:%Y年%m月}{KINDS[kind]}.{format_}",
        requested_by_id=actor.person_id,
        requested_at=at,
        expires_at=at + KEPT_FOR,
    )
    db.session.add(export)
    db.session.flush()
    record(
        "request_export", actor.person_id, "export", export.id,
        month=f"{month:%Y-%m}", region_id=region_id, format=format_, kind=kind,
    )  # fmt: skip
    enqueue(JobName.WRITE_EXPORT, export.id)
    return export


def write_export(export_id: int) -> None:
    """Writes the file, as often as it is asked: a finished one is left alone."""
    with transaction():
        export = db.session.get(Export, export_id)
        if export is None or export.state in FINISHED:
            return
        export.state = "running"
        asked: dict[str, Any] = {
            "region_id": export.region_id,
            "month": export.month,
            "format": export.format,
            "kind": export.kind,
        }
        title = export.file_name.rsplit(".", 1)[0]
    try:
        key, count = _write_file(export_id, title, **asked)
    except Exception:
        with transaction():
            _set(export_id, state="failed", failure="没有写成,请再申请一次;还不行请找管理员")
        raise
    with transaction():
        first = _set(
            export_id, state="done", progress=100, file_key=key, row_count=count, failure=None,
            finished_at=calendar.now(),
        )  # fmt: skip
    if not first:
        storage.delete(key)


def _write_file(
    export_id: int, title: str, region_id: int, month: date, format: str, kind: str  # noqa: A002
) -> tuple[str, int]:  # fmt: skip
    rows = scorecards.export_rows(region_id, month) if kind == MONTH_SCORECARDS else []
    points = _points(region_id, month) if kind == MONTH_POINTS else None
    redeemed = reward_lists.export_rows(region_id, month) if kind == REDEMPTIONS else None
    count = len(rows)
    db.session.rollback()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"export.{format}"

        def progress(percent: int) -> None:
            with transaction():
                _set(export_id, progress=min(99, percent))

        if points is not None:
            count = points_sheet.write(path, format, title, points, progress)
        elif redeemed is not None:
            count = redemptions_sheet.write(path, format, title, redeemed, progress)
        elif format == "csv":
            write_csv(path, rows, progress)
        else:
            shown = scorecards.area_month([region_id], month)
            write_xlsx(path, title, rows, _summary(shown, month), progress)
        key = storage.new_key("exports", format)
        storage.put(key, path.read_bytes())
    return key, count


def _points(region_id: int, month: date) -> months.Report:
    county_id = get_place(region_id).county_id or region_id
    return months.report(county_id, region_id, month)


def _summary(shown: Area, month: date) -> list[tuple[str, Any]]:
    """The four numbers of the page, with its digits; figures are numbers that can be reckoned."""
    return [
        ("月份", f"{month:%Y-%m}"),
        ("村", shown.villages),
        ("有评价的村", shown.rated_villages),
        ("评价数", shown.n),
        ("待核", shown.held),
        ("满意度", NOTHING if shown.mean is None else rounded(shown.mean)),
        ("满意度 95% 区间", shown.mean_range),
        ("好评率%", NOTHING if shown.rate is None else rounded(shown.rate)),
        ("好评率 95% 区间", shown.rate_range),
        ("样本", shown.status_words or "够"),
        ("做成时间", f"{calendar.now().astimezone(calendar.COUNTY_ZONE):%Y-%m-%d %H:%M}"),
    ]


def _set(export_id: int, **values: Any) -> bool:
    """False when another worker has finished the file, or its week is over."""
    open_one = update(Export).where(Export.id == export_id, Export.state.not_in(FINISHED))
    done: Any = db.session.execute(open_one.values(**values))
    return bool(done.rowcount)


def delete_old_exports() -> int:
    """Removes files whose week is over; the list keeps their lines."""
    with transaction():
        old = db.session.scalars(
            select(Export)
            .where(Export.expires_at < calendar.now(), Export.state != "expired")
            .with_for_update(skip_locked=True)
        ).all()
        keys = [export.file_key for export in old if export.file_key]
        for export in old:
            export.state, export.file_key = "expired", None
    for key in keys:
        storage.delete(key)
    return len(old)
