"""任务分解表: lines of 分任务, 难点堵点, 对策措施, 责任单位 and 时限, in and out."""

import io
import re
from collections.abc import Sequence

from backend.app.access import Permission
from backend.app.assessments import transitions
from backend.app.assessments.issues import operations
from backend.app.assessments.issues.operations import (
    LONGEST_TASK,
    LONGEST_WORDS,
    IssueDraft,
)
from backend.app.assessments.issues.queries import IssueRow, duty_choices
from backend.app.assessments.states.issues import IssueList, IssueSource, IssueState
from backend.app.core.clock import local_day
from backend.app.core.files.workbooks import Column, Sheet, write_book
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

LIST = FileColumn("list", "清单", False, ("清单", "清单类别", "类别"))
TASK = FileColumn("task", "分任务", True, ("分任务", "任务", "工作任务"))
DIFFICULTY = FileColumn("difficulty", "难点堵点", True, ("难点堵点", "难点", "问题"))
MEASURE = FileColumn("measure", "对策措施", True, ("对策措施", "措施", "解决措施"))
DUTIES = FileColumn("duties", "责任单位", True, ("责任单位", "牵头单位", "责任部门"))
DUE_ON = FileColumn("due_on", "时限", True, ("时限", "完成时限", "期限"))
COLUMNS = (LIST, TASK, DIFFICULTY, MEASURE, DUTIES, DUE_ON)
BETWEEN = re.compile(r"[、，,；;\n]+")
UNKNOWN_UNIT = "没有这个乡镇或部门，请填全称"


class IssueImporter:
    """New lines are added; a line that is there already stays as it is."""

    def __init__(self, context: ImportContext) -> None:
        self.context = context
        self.lists = {name.words: name for name in IssueList}
        self.duties = {name: key for key, name in duty_choices(context.county_id).items()}

    def prepare(self, _: Sequence[FileRow]) -> None:
        """Raises ProgrammeMoved once the year is locked."""
        self.programme = transitions.hold_under_way(
            int(self.context.params["programme"]), self.context.county_id
        )
        self.known = operations.known_lines(self.programme.id)

    def plan(self, row: FileRow) -> RowPlan:
        listed = row.text(LIST)
        chosen = self.lists.get(listed or IssueList.TASK.words)
        if chosen is None:
            row.refuse(f"「{LIST.name}」应为{'、'.join(self.lists)}，现在是「{listed[:10]}」")
        task, difficulty, measure = (
            self._words(row, column, most)
            for column, most in (
                (TASK, LONGEST_TASK), (DIFFICULTY, LONGEST_WORDS), (MEASURE, LONGEST_WORDS),
            )
        )  # fmt: skip
        duties = self._duties(row)
        moment = row.moment(DUE_ON)
        if row.reasons or chosen is None or moment is None or not duties:
            return RowPlan(RowOutcome.NEW)
        draft = IssueDraft(
            chosen, task, difficulty, measure, local_day(moment.at), duties, IssueSource.FILE
        )
        line = (task, difficulty, measure)
        if line in self.known:
            return RowPlan(RowOutcome.KNOWN, draft.task)
        return RowPlan(RowOutcome.NEW, f"{chosen.words}：{draft.task}", value=draft)

    def _words(self, row: FileRow, column: FileColumn, most: int) -> str:
        text = row.text(column).strip()
        if len(text) > most:
            row.refuse(f"「{column.name}」最多 {most} 个字")
        return text

    def _duties(self, row: FileRow) -> list[str]:
        names = [name for part in BETWEEN.split(row.text(DUTIES)) if (name := part.strip())]
        for name in names:
            if name not in self.duties:
                row.refuse(f"「{DUTIES.name}」里的「{name[:20]}」{UNKNOWN_UNIT}")
        return [self.duties[name] for name in names if name in self.duties]

    def apply(self, plans: Sequence[RowPlan]) -> Sequence[RowEffect]:
        drafts: list[IssueDraft] = [plan.value for plan in plans]
        ids = operations.take_over(self.programme, self.context.person_id, drafts)
        return [RowEffect(RowOutcome.NEW, issue_id) for issue_id in ids]

    def finish(self) -> None:
        """Units were told of each line."""

    def undo(self, rows: Sequence[AppliedRow]) -> dict[int, str]:
        """Lines that nobody has answered or closed go; the others stay."""
        return operations.take_back(rows)


ISSUES = ImportKind(
    "issues", "任务分解表", Permission.SUPERVISE_TARGETS, COLUMNS, IssueImporter,
    undo_words="已经答复或销号的行不能撤销，其余的可以。",
)  # fmt: skip

BOOK = (
    Column("清单", 10), Column("分任务", 30), Column("难点堵点", 40), Column("对策措施", 40),
    Column("责任单位", 26), Column("时限", 12), Column("状态", 10), Column("来源", 12),
    Column("问题单位", 18), Column("答复", 40), Column("销号说明", 30), Column("示例", 8),
)  # fmt: skip


def issue_book(title: str, rows: Sequence[IssueRow]) -> bytes:
    """The same columns as those that are read, and then what became of each line."""
    lists, states, sources = IssueList.names(), IssueState.names(), IssueSource.names()
    cells = [
        [
            lists[row.list], row.task, row.difficulty, row.measure, "、".join(row.duties),
            f"{row.due_on}", states[row.state] + ("（逾期）" if row.is_overdue else ""),
            sources[row.source], row.unit or "", row.answer or "", row.closing or "",
            "示例" if row.is_example else "",
        ]
        for row in rows
    ]  # fmt: skip
    written = io.BytesIO()
    write_book(written, title, [Sheet("任务分解表", BOOK, cells)], lambda _: None)
    return written.getvalue()
