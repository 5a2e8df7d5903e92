"""Import of 12345 work orders from xlsx or CSV: a mapping kept per source, rows refused by name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.db import db
from backend.app.core.errors import DomainError, InvalidInput, NotAllowed
from backend.app.core.files.spreadsheets import ReadSheet
from backend.app.core.web.boxes import digits_of
from backend.app.places.name_queries import village_names
from backend.app.tickets.intake import operations as intake
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.kinds import KIND_NAMES, TO_CLASSIFY, Channel, TicketKind
from backend.app.tickets.models import HotlineMapping, Ticket
from backend.app.tickets.rules.categories import list_categories

# Our columns, what they mean, and the headings that are recognised without being told.
COLUMNS: dict[str, tuple[str, bool, tuple[str, ...]]] = {
    "number": ("工单编号", True, ("工单编号", "工单号", "编号", "诉求编号", "受理编号")),
    "words": ("内容", True, ("诉求内容", "内容", "反映内容", "问题描述", "工单内容")),
    "village": ("村", True, ("村", "村(社区)", "所属村", "村名", "属地", "发生地")),
    "kind": ("类型", False, ("类型", "诉求类型", "工单类型")),
    "category": ("分类", False, ("分类", "问题分类", "事项分类", "类别")),
    "received": ("受理时间", False, ("受理时间", "来电时间", "登记时间", "创建时间")),
    "due": ("办结时限", False, ("办结时限", "办理时限", "要求办结时间", "截止时间", "到期时间")),
    "name": ("反映人", False, ("反映人", "来电人", "姓名", "诉求人")),
    "phone": ("电话", False, ("电话", "联系电话", "来电号码", "手机号")),
}
TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M",
                "%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日")  # fmt: skip


@dataclass
class HotlineReport:
    """What an import did; `refused` are (line, reason)."""

    new: int = 0
    unclear: int = 0
    known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def guess(headings: Sequence[str], kept: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our columns against theirs: as last time where those headings are there, else by name."""
    found = {}
    for column, (_, _, known) in COLUMNS.items():
        before = (kept or {}).get(column)
        if before is not None and before in headings:
            found[column] = before
        else:
            match = next((heading for heading in headings if heading in known), None)
            if match is not None:
                found[column] = match
    return found


def kept_mapping(county_id: int, source: str) -> dict[str, str]:
    kept = db.session.get(HotlineMapping, (county_id, source))
    return dict(kept.columns) if kept else {}


def list_sources(county_id: int) -> list[str]:
    query = select(HotlineMapping.source).where(HotlineMapping.county_id == county_id)
    return list(db.session.scalars(query.order_by(HotlineMapping.source)))


def import_orders(
    actor: Actor, county_id: int, source: str, sheet: ReadSheet, columns: Mapping[str, str]
) -> HotlineReport:
    """Opens a ticket for every order not seen before; the same file again changes nothing."""
    if not may(actor, Permission.RUN_TICKET_DESK, (county_id,)):
        raise NotAllowed
    name = source.strip()
    if not 1 <= len(name) <= 20:
        raise InvalidInput(errors={"source": ["请填来源,如「市12345」,最多 20 个字"]})
    places = _placed(sheet.headings, columns)
    _keep_mapping(county_id, name, columns)
    known = set(
        db.session.scalars(
            select(Ticket.source_number).where(Ticket.county_id == county_id, Ticket.source == name)
        )
    )
    report = HotlineReport()
    reader = _Reader(county_id)
    for line, cells in _lines(sheet, places):
        number = cells["number"]
        if number in known:
            report.known += 1
            continue
        try:
            with db.session.begin_nested():
                said, at = reader.read(cells)
                intake.open_ticket(
                    said, Channel.HOTLINE, at, source=name, source_number=number,
                    hotline_due_at=reader.due(cells, at),
                )  # fmt: skip
        except DomainError as refused:
            reasons = [text for texts in refused.errors.values() for text in texts]
            report.refused.append((line, ";".join(reasons) or refused.message))
            continue
        known.add(number)
        report.new += 1
        report.unclear += bool(said.tags)
    record(
        "import_hotline", actor.person_id, "county", county_id,
        source=name, new=report.new, refused=len(report.refused),
    )  # fmt: skip
    return report


def _placed(headings: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Where each of our columns lies in their sheet."""
    faults = {}
    for column, (label, needed, _) in COLUMNS.items():
        heading = columns.get(column)
        if needed and not heading:
            faults[column] = [f"请指明哪一列是「{label}」"]
        elif heading and heading not in headings:
            faults[column] = [f"表里没有「{heading}」这一列"]
    if faults:
        raise InvalidInput(errors=faults)
    return {column: headings.index(heading) for column, heading in columns.items() if heading}


def _keep_mapping(county_id: int, source: str, columns: Mapping[str, str]) -> None:
    kept = {column: heading for column, heading in columns.items() if heading}
    db.session.execute(
        insert(HotlineMapping)
        .values(county_id=county_id, source=source, columns=kept)
        .on_conflict_do_update(index_elements=["county_id", "source"], set_={"columns": kept})
    )


def _lines(sheet: ReadSheet, places: Mapping[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number as the spreadsheet shows it, our columns)."""
    for line, row in zip(sheet.numbers, sheet.rows, strict=True):
        yield (
            line,
            {column: row[place] if place < len(row) else "" for column, place in places.items()},
        )


class _Reader:
    """Turns a row into what somebody said; raises InvalidInput with the row's fault."""

    def __init__(self, county_id: int) -> None:
        self.names = village_names(county_id)
        self.kinds = {name: kind for kind, name in KIND_NAMES.items()}
        self.categories = {c.name: c.code for c in list_categories(county_id)}

    def read(self, cells: Mapping[str, str]) -> tuple[TicketRequest, datetime]:
        if not cells["number"] or len(cells["number"]) > 60:
            raise InvalidInput(errors={"number": ["没有工单编号"]})
        kind = self.kinds.get(cells.get("kind", "").strip())
        # A type we do not know may be a complaint about somebody: it is kept like one until the
        # desk has said what it is.
        said = TicketRequest(
            kind=kind or TicketKind.REPORT,
            about_cadres=kind is None,
            confidential=kind is None,
            tags=() if kind else (TO_CLASSIFY,),
            words=cells["words"],
            village_id=self._village(cells["village"]),
            category=self.categories.get(cells.get("category", "")),
            phone=digits_of(cells.get("phone", "")) or None,
            contact_name=cells.get("name") or None,
        )
        return said, self._received(cells.get("received", ""))

    def _village(self, name: str) -> int:
        found = self.names.find(name).ids
        if len(found) == 1:
            return found[0]
        fault = "有几个同名的村,请写「镇名+村名」" if found else f"没有找到村「{name}」"
        raise InvalidInput(errors={"village": [fault]})

    def _received(self, text: str) -> datetime:
        """When the hotline took it, the start of the citizen's time; now where it does not say."""
        at = clock.now()
        if not text:
            return at
        received = _instant(text)
        if received is None or received > at or received.date() < date(2020, 1, 1):
            raise InvalidInput(errors={"received": [f"受理时间「{text}」不对"]})
        return received

    def due(self, cells: Mapping[str, str], received: datetime) -> datetime | None:
        """The hotline's own limit, which is the citizen's; a day without an hour is whole."""
        text = cells.get("due", "")
        if not text:
            return None
        found = _instant(text)
        if found is not None and ":" not in text:
            found += timedelta(days=1)
        if found is None or found <= received:
            raise InvalidInput(errors={"due": [f"办结时限「{text}」不对"]})
        return found


def _instant(text: str) -> datetime | None:
    """A time as hotlines write it, or None."""
    for form in TIME_FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=COUNTY_ZONE)
        except ValueError:
            continue
    return None
