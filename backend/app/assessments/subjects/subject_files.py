"""主体名单: a file with a line for each subject; the code, or else the name, says which it is."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from backend.app.access import Permission
from backend.app.assessments.models import AssessedSubject
from backend.app.assessments.states import SubjectKind
from backend.app.assessments.subjects.operations import (
    SubjectDraft,
    put_subject,
    write_subject,
)
from backend.app.assessments.subjects.queries import all_subjects, get_subject
from backend.app.core import clock
from backend.app.core.errors import Conflict
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
from backend.app.places.import_columns import TOWNSHIP
from backend.app.places.queries import list_townships

NAME = FileColumn("name", "名称", True, ("名称", "主体名称", "单位名称", "姓名", "店名", "学校"))
KIND = FileColumn("kind", "类别", True, ("类别", "主体类别", "类型"))
CODE = FileColumn("code", "编码", False, ("编码", "主体编码", "统一社会信用代码", "编号"))
INDUSTRY = FileColumn("industry", "行业", False, ("行业", "产业", "从事行业"))
AREA = FileColumn("area", "面积（亩）", False, ("面积（亩）", "面积(亩)", "面积", "种植面积"))
OFFICER = FileColumn("officer", "联系人", False, ("联系人", "联系干部", "一对一联系人"))
OPENED = FileColumn("opened_on", "开始日期", False, ("开始日期", "开业日期", "成立日期"))
COLUMNS = (NAME, KIND, CODE, TOWNSHIP, INDUSTRY, AREA, OFFICER, OPENED)
MOST = {NAME: 80, CODE: 40, INDUSTRY: 20, OFFICER: 20}
MU = Amount(places=4, most=10**9)
LABELS = {
    "kind": "类别", "name": "名称", "code": "编码", "region_id": "乡镇", "industry": "行业",
    "area": "面积", "officer": "联系人", "opened_on": "开始日期",
}  # fmt: skip


class SubjectImporter:
    """New subjects, and what changed of those that are known; an empty cell changes nothing."""

    def __init__(self, context: ImportContext) -> None:
        self.context = context
        self.kinds = {kind.words: kind.value for kind in SubjectKind}
        self.townships = {
            place.name: place.id for place in list_townships([context.county_id])
        }  # fmt: skip
        self.lines: dict[Any, int] = {}

    def prepare(self, _: Sequence[FileRow]) -> None:
        listed = all_subjects(self.context.county_id)
        self.by_code = {row.code: row for row in listed if row.code}
        self.by_name = {(row.kind, row.name): row for row in reversed(listed)}

    def plan(self, row: FileRow) -> RowPlan:
        kind = row.choice(KIND, self.kinds, SubjectKind.names(), "没有这个类别，请选一个", True)
        values = {column.code: row.identifier(column, most) for column, most in MOST.items()}
        region_id, area, opened_on = self._place(row), self._area(row), self._opened(row)
        if row.reasons or kind is None:
            return RowPlan(RowOutcome.NEW)
        known = self._known(kind, values)
        key = known.id if known else values["code"] or (kind, values["name"])
        line = self.lines.setdefault(key, row.line)
        if line != row.line:
            row.refuse(f"和第 {line} 行是同一个主体；真有两个同名的，请填编码区分")
        draft = self._draft(known, kind, values, region_id, area, opened_on)
        if known is None:
            return RowPlan(RowOutcome.NEW, f"新增{SubjectKind.names()[kind]}", value=(0, draft))
        changes = [
            LABELS[name] for name, value in vars(draft).items() if getattr(known, name) != value
        ]
        outcome = RowOutcome.CHANGED if changes else RowOutcome.KNOWN
        return RowPlan(
            outcome, f"改{'、'.join(changes)}" if changes else "", value=(known.id, draft)
        )

    def apply(self, plans: Sequence[RowPlan]) -> Sequence[RowEffect]:
        effects = []
        for plan in plans:
            subject_id, draft = plan.value
            county_id = self.context.county_id
            known = get_subject(subject_id, county_id) if subject_id else None
            before = _plain(_draft_of(known)) if known else None
            subject = put_subject(county_id, draft, subject_id)
            change = {"before": before, "after": _plain(draft)}
            effects.append(RowEffect(plan.outcome, subject.id, change))
        return effects

    def finish(self) -> None:
        """Programmes take subjects when somebody puts them into a group."""

    def undo(self, rows: Sequence[AppliedRow]) -> None:
        """What was changed is changed back; a new one leaves the list on this day."""
        for row in rows:
            subject = get_subject(row.subject_id or 0, self.context.county_id)
            change = row.before or {}
            if _plain(_draft_of(subject)) != change["after"] or subject.exited_on:
                raise Conflict("有的主体后来又改过，不能整批撤销；请再导一次正确的名单")
            if change["before"] is not None:
                write_subject(subject, _read(change["before"]))
                continue
            subject.exited_on = max(clock.today(), subject.opened_on)
            subject.exit_reason = "撤销导入"

    def _known(self, kind: str, values: dict[str, str]) -> AssessedSubject | None:
        """By its code; without one by its name."""
        if values["code"]:
            return self.by_code.get(values["code"])
        return self.by_name.get((kind, values["name"]))

    def _place(self, row: FileRow) -> int | None:
        text = row.text(TOWNSHIP)
        if text and text not in self.townships:
            row.refuse(f"没有乡镇「{text[:20]}」，请写全称")
        return self.townships.get(text)

    def _area(self, row: FileRow) -> Decimal | None:
        text = row.text(AREA)
        area = MU.read(text) if text else None
        if text and (area is None or area <= 0):
            row.refuse(f"「{AREA.name}」应为大于 0 的数字，现在是「{text[:20]}」")
        return area

    def _opened(self, row: FileRow) -> date | None:
        moment = row.moment(OPENED)
        return moment.at.astimezone(clock.COUNTY_ZONE).date() if moment else None

    def _draft(
        self, known: AssessedSubject | None, kind: str, values: dict[str, str],
        region_id: int | None, area: Decimal | None, opened_on: date | None,
    ) -> SubjectDraft:  # fmt: skip
        """What the line says; where it says nothing, what is known."""
        empty = SubjectDraft(kind, "", "", self.context.county_id, "", None, "", clock.today())
        before = _draft_of(known) if known else empty
        told = {**values, "region_id": region_id, "area": area, "opened_on": opened_on}
        merged: dict[str, Any] = {name: value for name, value in told.items() if value}
        return replace(before, kind=kind, **merged)


def _draft_of(subject: AssessedSubject) -> SubjectDraft:
    return SubjectDraft(**{name: getattr(subject, name) for name in LABELS})


def _plain(draft: SubjectDraft) -> dict[str, Any]:
    """As it stands in JSON."""
    return asdict(draft) | {
        "area": None if draft.area is None else f"{draft.area.normalize():f}",
        "opened_on": draft.opened_on.isoformat(),
    }  # fmt: skip


def _read(plain: dict[str, Any]) -> SubjectDraft:
    area = None if plain["area"] is None else Decimal(plain["area"])
    opened_on = date.fromisoformat(plain["opened_on"])
    return SubjectDraft(**{**plain, "area": area, "opened_on": opened_on})


SUBJECTS = ImportKind(
    "subjects", "主体名单", Permission.MANAGE_PROGRAMMES, COLUMNS, SubjectImporter,
    undo_words="有的主体后来又改过，就不能整批撤销；新增的会从名单里退出。",
)  # fmt: skip
