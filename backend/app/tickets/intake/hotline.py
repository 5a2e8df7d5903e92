"""12345 work orders: what a row becomes, and how a whole file of them is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backend.app.access import Permission
from backend.app.core import clock
from backend.app.core.errors import InvalidInput
from backend.app.core.text_check import clean_words
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
from backend.app.imports.telephones import read_telephone
from backend.app.places.import_columns import CODE, TOWNSHIP, VILLAGE, read_village
from backend.app.places.name_queries import village_names
from backend.app.tickets.clocks.deadlines import Stage, Urgency, due
from backend.app.tickets.intake import order_operations
from backend.app.tickets.intake.operations import LONGEST, TicketRequest
from backend.app.tickets.kinds import KIND_NAMES, TO_CLASSIFY, TicketKind
from backend.app.tickets.rules.categories import list_categories
from backend.app.tickets.rules.queries import clock_of, limits_of

FIRST_DAY = date(2020, 1, 1)
LONGEST_NUMBER, LONGEST_NAME = 60, 20
NUMBER = FileColumn(
    "number", "工单编号", True,
    # Not 序号, which begins anew in every file.
    ("工单编号", "工单号", "诉求编号", "受理编号", "业务编号", "流水号", "编号"),
)  # fmt: skip
WORDS = FileColumn(
    "words",
    "内容",
    True,
    ("诉求内容", "反映内容", "工单内容", "问题描述", "诉求描述", "主要内容", "事项内容", "内容"),
)
KIND = FileColumn("kind", "类型", False, ("诉求类型", "工单类型", "诉求性质", "类型", "性质"))
CATEGORY = FileColumn(
    "category", "分类", False, ("问题分类", "事项分类", "诉求分类", "分类", "类别")
)
RECEIVED = FileColumn(
    "received",
    "受理时间",
    False,
    ("受理时间", "来电时间", "登记时间", "诉求时间", "创建时间", "工单时间", "时间"),
)
DUE = FileColumn(
    "due",
    "办结时限",
    False,
    ("办结时限", "办理时限", "要求办结时间", "截止时间", "到期时间", "时限", "反馈时限"),
)
NAME = FileColumn("name", "反映人", False, ("反映人", "来电人", "诉求人", "姓名", "联系人"))
PHONE = FileColumn(
    "phone", "电话", False, ("联系电话", "来电号码", "联系方式", "手机号", "手机号码", "电话")
)
UNKNOWN_KIND = "认不出的类型；不选的先放在县里，像举报一样保密，等人分类"


@dataclass(frozen=True)
class OrderRequest:
    """An order that passed: what it asks, since when, and until when by the hotline's own limit."""

    number: str
    request: TicketRequest
    received: datetime
    due: datetime | None


class OrderImporter:
    """Orders of one source; the same number is taken once."""

    def __init__(self, context: ImportContext) -> None:
        self.context = context
        self.names = village_names(context.county_id)
        self.kinds = {name: kind.value for kind, name in KIND_NAMES.items()}
        self.kind_names = {kind.value: name for kind, name in KIND_NAMES.items()}
        self.written: dict[str, dict[tuple[str, str], int]] = {}

    def prepare(self, rows: Sequence[FileRow]) -> None:
        county_id = self.context.county_id
        categories = list_categories(county_id)
        self.categories = {category.name: category.code for category in categories}
        self.urgencies = {category.code: Urgency(category.urgency) for category in categories}
        self.working_time = clock_of(county_id)
        self.limits = limits_of(county_id, clock.now())
        self.known = order_operations.known_numbers(county_id, self.context.source)
        for row in rows:
            number = row.cells[NUMBER.code].text
            self.written.setdefault(number, {}).setdefault(_wording(row), row.line)

    def plan(self, row: FileRow) -> RowPlan:
        number = row.identifier(NUMBER, LONGEST_NUMBER)
        words = self._words(row)
        village_id, group = read_village(row, self.names)
        received, due_at = self._times(row)
        kind = row.choice(KIND, self.kinds, self.kind_names, UNKNOWN_KIND)
        self._check_repeat(row, number)
        category = self.categories.get(row.text(CATEGORY))
        # A telephone never costs the row; what does not fit stays beside it.
        contact, name = read_telephone(row.text(PHONE)), row.text(NAME)
        notes = [contact.note or "", name if len(name) > LONGEST_NAME else ""]
        request = TicketRequest(
            kind=TicketKind(kind) if kind else TicketKind.REPORT,
            about_cadres=kind is None,
            confidential=kind is None,
            tags=() if kind else (TO_CLASSIFY,),
            words=words,
            village_id=village_id,
            category=category,
            place_note=group,
            phone=contact.number,
            contact_name=name[:LONGEST_NAME] or None,
            contact_note=" ".join(filter(None, notes)) or None,
        )
        late = self._is_late(category, received, due_at)
        if number in self.known:
            return RowPlan(RowOutcome.KNOWN, "这个编号收过了")
        if self.written.get(number, {}).get(_wording(row), row.line) != row.line:
            return RowPlan(RowOutcome.KNOWN, "和前面一行完全一样")
        told = [self.names.label(village_id), self.kind_names.get(kind or "", "待分类")]
        if kind is None:
            told.append("先在县里")
        words = " · ".join(filter(None, told))
        return RowPlan(RowOutcome.NEW, words, late, OrderRequest(number, request, received, due_at))

    def apply(self, plans: Sequence[RowPlan]) -> Sequence[RowEffect]:
        ids = order_operations.open_orders(self.context.source, [plan.value for plan in plans])
        self.known |= {plan.value.number for plan in plans}
        return [RowEffect(RowOutcome.NEW, ticket_id) for ticket_id in ids]

    def finish(self) -> None:
        order_operations.tell_offices(self.context.import_id, self.context.source)

    def undo(self, rows: Sequence[AppliedRow]) -> None:
        order_operations.annul_orders(
            self.context.person_id, [row.subject_id for row in rows if row.subject_id]
        )

    def _words(self, row: FileRow) -> str | None:
        try:
            return clean_words(row.text(WORDS), limit=LONGEST)
        except InvalidInput as fault:
            row.refuse(f"「内容」{fault.errors['words'][0]}")
            return None

    def _times(self, row: FileRow) -> tuple[datetime, datetime | None]:
        """Since when and until when; now only where no time is given at all."""
        at = clock.now()
        moment, limit = row.moment(RECEIVED), row.moment(DUE)
        received = moment.at if moment else at
        if received > at:
            row.refuse(f"受理时间 {received:%Y-%m-%d %H:%M} 还没到")
        elif received.date() < FIRST_DAY:
            row.refuse(f"受理时间 {received:%Y-%m-%d} 太早了")
        if limit is None:
            return received, None
        # A day without an hour is whole.
        due_at = limit.at + timedelta(days=1) if limit.whole_day else limit.at
        if due_at <= received:
            row.refuse(f"办结时限 {limit.at:%Y-%m-%d %H:%M} 早于受理时间")
        return received, due_at

    def _is_late(self, category: str | None, received: datetime, due_at: datetime | None) -> bool:
        if due_at is None:
            urgency = self.urgencies.get(category or "", Urgency.ORDINARY)
            limit = self.limits[urgency, Stage.RESOLUTION]
            due_at = due(self.working_time, limit, received)
        return due_at <= clock.now()

    def _check_repeat(self, row: FileRow, number: str) -> None:
        """One number with different words was destroyed, or belongs to one order only."""
        lines = sorted(self.written.get(number, {}).values())
        if number and len(lines) > 1:
            others = "、".join(str(line) for line in lines[:3])
            row.refuse(f"编号 {number} 在第 {others} 行重复，内容却不一样，请核对编号")


def _wording(row: FileRow) -> tuple[str, str]:
    return row.cells[WORDS.code].text, row.cells[VILLAGE.code].text


ORDERS = ImportKind(
    "orders", "12345 工单", Permission.RUN_TICKET_DESK,
    (NUMBER, WORDS, VILLAGE, KIND, CATEGORY, RECEIVED, DUE, NAME, PHONE, TOWNSHIP, CODE),
    OrderImporter, source_words="请填来源，如「市12345」", usual_source="市12345",
    undo_words="已经有人办过其中一件，就不能整批撤销。",
)  # fmt: skip
