"""What a feature says of a kind of file that it takes over: its columns, and what a row becomes.

A new kind is a row of `IMPORT_KINDS` in the feature's `import_kinds.py` and pages added to its
console (docs/changing.md, recipe 11).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from backend.app.access import Permission
from backend.app.core.files.spreadsheets import CellFault
from backend.app.imports.headings import FileColumn
from backend.app.imports.moments import SeveralOrders, WrittenMoment, read_moment

SCIENTIFIC_TEXT = re.compile(r"[+-]?\d+(?:\.\d+)?[Ee]\+?\d+")
NOTHING_WRITTEN = "（空）"
ORDER_WORDS = {"ymd": "年/月/日", "mdy": "月/日/年", "dmy": "日/月/年"}


class RowOutcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"
    ASKED = "asked"
    REFUSED = "refused"
    UNDONE = "undone"


OUTCOME_NAMES = {
    RowOutcome.NEW: "新收",
    RowOutcome.CHANGED: "更新",
    RowOutcome.KNOWN: "已有，不动",
    RowOutcome.ASKED: "等您选",
    RowOutcome.REFUSED: "不收",
    RowOutcome.UNDONE: "已撤销",
}
TAKEN = frozenset({RowOutcome.NEW, RowOutcome.CHANGED})
FAULT_WORDS = {
    CellFault.ERROR: "是错误值，请在表里改成真实内容",
    CellFault.FORMULA: "是公式，文件里没有算好的值；请在 WPS 或 Excel 里打开、保存后再传",
    CellFault.OLD: (
        "是公式，旧格式（.xls）里看不出算好了没有；请在 WPS 或 Excel 里打开，另存为 .xlsx 再传"
    ),
    CellFault.ZERO: "是公式，算出来的是 0，请在表里改成真实内容",
    CellFault.LONG: "超过 15 位，表格软件已经改掉了后面的数字；请从原系统重新导出，这一列设为文本",
}


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, and why it may not be what somebody wrote."""

    text: str
    fault: CellFault | None = None


@dataclass
class ClerkQuestion:
    """What a clerk decides once for all rows alike: a choice, or words of their own.

    `needed`: until then these rows are not taken. `remembered` for the source.
    """

    column: str
    key: str
    text: str
    reason: str
    options: list[tuple[str, str]]
    free: bool
    needed: bool
    remembered: bool
    rows: int = 0
    lines: list[int] = field(default_factory=list)


@dataclass
class ImportContext:
    """Whose import, for which county and source, with what was chosen for it."""

    import_id: int
    county_id: int
    person_id: int
    source: str
    params: Mapping[str, Any]
    choices: Mapping[str, Mapping[str, str]]
    since_1904: bool = False
    questions: dict[tuple[str, str], ClerkQuestion] = field(default_factory=dict)


@dataclass
class FileRow:
    """A row in our columns; what is wrong with it is collected, so that all is told at once."""

    line: int
    cells: Mapping[str, Cell]
    context: ImportContext
    reasons: list[str] = field(default_factory=list)
    is_asked: bool = False

    def text(self, column: FileColumn) -> str:
        """The words of a cell; a fault or a needed one's absence is noted."""
        cell = self.cells.get(column.code, Cell(""))
        if cell.fault is not None and cell.fault is not CellFault.LONG:
            self.refuse(f"「{column.name}」{FAULT_WORDS[cell.fault]}")
            return ""
        if not cell.text and column.needed:
            self.refuse(f"「{column.name}」没填")
        return cell.text

    def identifier(self, column: FileColumn, most: int) -> str:
        """A number or code of which no digit may be lost."""
        cell = self.cells.get(column.code, Cell(""))
        if cell.fault is CellFault.LONG or SCIENTIFIC_TEXT.fullmatch(cell.text):
            self.refuse(f"「{column.name}」{FAULT_WORDS[CellFault.LONG]}")
            return ""
        words = self.text(column)
        if len(words) > most:
            self.refuse(f"「{column.name}」最多 {most} 个字")
        return words

    def moment(self, column: FileColumn) -> WrittenMoment | None:
        """A day or time; what reads in several orders, or not at all, is asked once."""
        text = self.text(column)
        if not text:
            return None
        chosen = self.context.choices.get(column.code, {})
        moment = read_moment(chosen.get(text, text), chosen, self.context.since_1904)
        if isinstance(moment, SeveralOrders):
            readings = [
                (order, f"{ORDER_WORDS[order]}：{at:%Y年%-m月%-d日}")
                for order, at in moment.readings.items()
            ]
            self.ask(
                column, moment.shape, text, "这种日期有几种读法，选一次，这样写的都照这个读",
                lambda: readings, remembered=True,
            )  # fmt: skip
            return None
        if moment is None:
            self.ask(column, text, text, "不是能认的日期，请写成 2026-11-05 15:20", free=True)
        return moment

    def choice(
        self,
        column: FileColumn,
        known: Mapping[str, str],
        names: Mapping[str, str],
        reason: str,
        needed: bool = False,
    ) -> str | None:
        """One of a few values: by our own word, or as the clerk said of this one. Never guessed."""
        text = self.text(column)
        value = known.get(text) or self.context.choices.get(column.code, {}).get(text)
        if value in names:
            return value
        shown = text or NOTHING_WRITTEN
        self.ask(
            column, text, shown, reason, lambda: list(names.items()),
            needed=needed, remembered=True,
        )  # fmt: skip
        return None

    def ask(
        self, column: FileColumn, key: str, text: str, reason: str,
        options: Callable[[], list[tuple[str, str]]] = list,
        free: bool = False, needed: bool = True, remembered: bool = False,
    ) -> None:  # fmt: skip
        """The same question of many rows is one."""
        asked = self.context.questions.get((column.code, key))
        if asked is None:
            asked = ClerkQuestion(
                column.code, key, text, reason, options(), free, needed, remembered
            )
            self.context.questions[column.code, key] = asked
        asked.rows += 1
        if len(asked.lines) < 5:
            asked.lines.append(self.line)
        self.is_asked = self.is_asked or needed

    def refuse(self, reason: str) -> None:
        self.reasons.append(reason)


@dataclass(frozen=True)
class RowPlan:
    """What a row becomes; `words` say so to the clerk, `value` is for applying it."""

    outcome: RowOutcome
    words: str = ""
    is_late: bool = False
    value: Any = None


@dataclass(frozen=True)
class RowEffect:
    """What applying a row made or changed: enough to take it back."""

    outcome: RowOutcome
    subject_id: int | None = None
    before: dict[str, Any] | None = None


@dataclass(frozen=True)
class AppliedRow:
    """A row that was taken over, as it was written down."""

    line: int
    subject_id: int | None
    before: dict[str, Any] | None


class Importer(Protocol):
    """One import's work, made anew for each run. All writes happen in the caller's transaction."""

    def prepare(self, rows: Sequence[FileRow], /) -> None:
        """All rows, before any is planned."""

    def plan(self, row: FileRow) -> RowPlan:
        """What the row becomes; what it notes on the row as wrong or asked comes first."""

    def apply(self, plans: Sequence[RowPlan]) -> Sequence[RowEffect]:
        """Takes over some rows that are new or changed; once each."""

    def finish(self) -> None:
        """After the last row, in a transaction of its own; may be called again."""

    def undo(self, rows: Sequence[AppliedRow]) -> Mapping[int, str] | None:
        """Takes all back by counter-entries; raises DomainError where something came after.

        A kind whose rows hang on nothing shared may leave some: their lines, and why.
        """


@dataclass(frozen=True)
class ImportKind:
    """A kind of file. `source_words` ask where it comes from; None: it has no source.

    `in_own_name`: what it makes counts as made by whoever handed it in, who alone goes on with it.
    `seen_by_maker`: nobody else sees the file, not even another holder of the permission.
    `columns_of` says of the parameters and the county which heading is which column, where that is
    settled before the file comes.
    `next_step`: words and endpoint of the page where the work goes on.
    """

    code: str
    name: str
    permission: Permission
    columns: tuple[FileColumn, ...]
    importer: Callable[[ImportContext], Importer]
    source_words: str | None = None
    usual_source: str = ""
    # Of several columns with figures at least one has to be there.
    any_of: tuple[str, ...] = ()
    # Whoever holds the permission in a part of the county hands in files too, and sees their own;
    # what one part chose for its words says nothing of another's.
    for_parts: bool = False
    in_own_name: bool = False
    seen_by_maker: bool = False
    undo_words: str = ""
    columns_of: Callable[[Mapping[str, Any], int], Mapping[str, str]] = lambda *_: {}
    next_step: tuple[str, str] | None = None


KINDS: dict[str, ImportKind] = {}
