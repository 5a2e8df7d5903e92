"""主体交易: a file of sales, purchases and applications, told apart by their numbers."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from backend.app.access import Permission, may
from backend.app.accounts.queries import actor_today
from backend.app.assessments.states import UNDER_WAY, Goods, TradeKind
from backend.app.assessments.subjects.queries import all_subjects
from backend.app.assessments.subjects.trade_operations import (
    TradeDraft,
    add_trades,
    withdraw_trades,
)
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.states import one_of
from backend.app.core.web.boxes import Amount
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

SUBJECT = FileColumn("subject", "主体", True, ("主体", "主体名称", "名称", "店名", "主体编码"))
KIND = FileColumn("kind", "类别", True, ("类别", "交易类别", "业务类别"))
NUMBER = FileColumn("number", "流水号", True, ("流水号", "单号", "编号", "订单号"))
HAPPENED = FileColumn("happened_on", "日期", True, ("日期", "交易日期", "施用日期", "时间"))
RECORDED = FileColumn("recorded_on", "登记日期", False, ("登记日期", "录入日期"))
GOODS = FileColumn("goods", "品类", True, ("品类", "农资类别", "商品类别"))
AMOUNT = FileColumn("amount", "金额或用量", True, ("金额或用量", "金额", "用量", "数量"))
REAL_NAME = FileColumn("is_real_name", "实名", False, ("实名", "是否实名"))
QUOTA = FileColumn("quota", "定额", False, ("定额", "限量", "定额用量"))
COLUMNS = (SUBJECT, KIND, NUMBER, HAPPENED, RECORDED, GOODS, AMOUNT, REAL_NAME, QUOTA)
FIGURE = Amount(places=4, most=10**12)
YES_NO = {"是": True, "否": False, "实名": True, "非实名": False}
KNOWN = text(
    """
    SELECT subject_id, kind, number, happened_on, recorded_on, goods, amount, is_real_name, quota
    FROM subject_trade WHERE county_id = :county_id AND withdrawn_at IS NULL
      AND number = ANY(:numbers)
    """
)
# Whose elements measure which subjects.
OWNED = text(
    f"""
    SELECT DISTINCT u.subject_id FROM programme_element e
    JOIN programme p ON p.id = e.programme_id JOIN assessed_unit u ON u.programme_id = p.id
    WHERE p.county_id = :county_id AND {one_of("p.state", UNDER_WAY)}
      AND u.subject_id IS NOT NULL AND e.owner_department_id = ANY(:departments)
    """
)


class TradeImporter:
    """New lines only: a number that is known already changes nothing, or is refused."""

    def __init__(self, context: ImportContext) -> None:
        self.context = context
        self.actor = actor_today(context.person_id)
        self.kinds = {kind.words: kind.value for kind in TradeKind}
        self.goods = {goods.words: goods.value for goods in Goods}
        self.lines: dict[Any, int] = {}

    def prepare(self, rows: Sequence[FileRow]) -> None:
        county_id = self.context.county_id
        mine = self._mine()
        self.subjects: dict[str, list[int]] = {}
        for row in all_subjects(county_id):
            if mine is None or row.id in mine:
                for name in {row.name, row.code} - {""}:
                    self.subjects.setdefault(name, []).append(row.id)
        numbers = [row.cells[NUMBER.code].text for row in rows if NUMBER.code in row.cells]
        known = db.session.execute(KNOWN, {"county_id": county_id, "numbers": numbers})
        drafts = (TradeDraft(*row) for row in known)
        self.known = {(draft.subject_id, draft.kind, draft.number): draft for draft in drafts}

    def _mine(self) -> set[int] | None:
        """None: the office hands in of all."""
        if may(self.actor, Permission.MANAGE_PROGRAMMES, (self.context.county_id,)):
            return None
        departments = {grant.department_id or 0 for grant in self.actor.grants}
        values = {"county_id": self.context.county_id, "departments": sorted(departments)}
        return set(db.session.scalars(OWNED, values))

    def plan(self, row: FileRow) -> RowPlan:
        draft = self._read(row)
        if draft is None or row.reasons:
            return RowPlan(RowOutcome.NEW)
        key = draft.subject_id, draft.kind, draft.number
        line = self.lines.setdefault(key, row.line)
        if line != row.line:
            row.refuse(f"和第 {line} 行是同一个流水号")
        known = self.known.get(key)
        if known is not None and known != draft:
            row.refuse(f"流水号 {draft.number} 导入过，内容不一样；先撤销那一批再导")
        words = f"{TradeKind.names()[draft.kind]} {draft.amount.normalize():f}"
        outcome = RowOutcome.KNOWN if known is not None else RowOutcome.NEW
        return RowPlan(outcome, words, value=draft)

    def apply(self, plans: Sequence[RowPlan]) -> Sequence[RowEffect]:
        ids = add_trades(
            self.context.county_id, self.context.person_id, self.context.source,
            [plan.value for plan in plans],
        )  # fmt: skip
        return [RowEffect(RowOutcome.NEW, trade_id) for trade_id in ids]

    def finish(self) -> None:
        """Figures follow by night."""

    def undo(self, rows: Sequence[AppliedRow]) -> None:
        withdraw_trades(self.context.county_id, [row.subject_id or 0 for row in rows])

    def _read(self, row: FileRow) -> TradeDraft | None:
        subject_id = self._subject(row)
        kind = row.choice(KIND, self.kinds, TradeKind.names(), "没有这个类别，请选一个", True)
        goods = row.choice(GOODS, self.goods, Goods.names(), "没有这个品类，请选一个", True)
        number = row.identifier(NUMBER, 40)
        happened_on = self._day(row, HAPPENED)
        recorded_on = self._day(row, RECORDED) or happened_on
        amount = self._figure(row, AMOUNT)
        is_applied = kind == TradeKind.APPLIED
        quota = self._figure(row, QUOTA) if is_applied else None
        is_real_name = None if is_applied else YES_NO.get(row.text(REAL_NAME))
        if kind and not is_applied and is_real_name is None:
            row.refuse(f"「{REAL_NAME.name}」填 是 或 否")
        if is_applied and quota is None and not row.text(QUOTA):
            row.refuse(f"施用要填「{QUOTA.name}」")
        if happened_on and recorded_on and recorded_on < happened_on:
            row.refuse(f"「{RECORDED.name}」不能早于「{HAPPENED.name}」")
        if recorded_on and recorded_on > clock.today():
            row.refuse("日期还没有到")
        if None in (subject_id, kind, goods, happened_on, recorded_on, amount) or row.reasons:
            return None
        values: dict[str, Any] = {
            "subject_id": subject_id, "kind": kind, "number": number, "happened_on": happened_on,
            "recorded_on": recorded_on, "goods": goods, "amount": amount,
            "is_real_name": is_real_name, "quota": quota,
        }  # fmt: skip
        return TradeDraft(**values)

    def _subject(self, row: FileRow) -> int | None:
        name = row.text(SUBJECT)
        listed = self.subjects.get(name, [])
        if name and len(listed) != 1:
            several = "有几个同名的主体，请填编码"
            row.refuse(several if listed else f"没有主体「{name[:20]}」，或者不由您部门负责")
        return listed[0] if len(listed) == 1 else None

    def _day(self, row: FileRow, column: FileColumn) -> date | None:
        moment = row.moment(column)
        return moment.at.astimezone(clock.COUNTY_ZONE).date() if moment else None

    def _figure(self, row: FileRow, column: FileColumn) -> Decimal | None:
        words = row.text(column).replace(",", "")
        figure = FIGURE.read(words) if words else None
        if words and (figure is None or figure <= 0):
            row.refuse(f"「{column.name}」应为大于 0 的数字，现在是「{words[:20]}」")
        return figure


TRADES = ImportKind(
    "trades", "主体交易", Permission.REVIEW_REPORTS, COLUMNS, TradeImporter,
    source_words="请填来源系统，如「农资监管平台」", seen_by_maker=True,
    undo_words="撤销后这一批不再计算。",
)  # fmt: skip
