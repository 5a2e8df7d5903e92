"""The 分解表 comes in: every line or none, faults by line, and first what it would change."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from backend.app.access import Actor
from backend.app.assessments.models import Programme, ProgrammeElement
from backend.app.assessments.programmes.operations import open_draft
from backend.app.assessments.programmes.part_operations import (
    ElementDraft,
    add_element,
    position_after,
    write_element,
)
from backend.app.assessments.programmes.queries import MemberUnit, list_elements, list_units
from backend.app.assessments.states import ElementScope
from backend.app.assessments.targets import sheet_columns as columns
from backend.app.assessments.targets.draft_operations import replace_targets, take_out
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.assessments.targets.drafts import Key, MilestoneDraft, TargetDraft
from backend.app.assessments.targets.sheet_columns import SheetLine, day_of, read_line
from backend.app.assessments.targets.sheet_tables import LineFaults, SheetTable
from backend.app.assessments.targets.smart_queries import smart_advice
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.places.queries import list_departments
from backend.app.scoring.assessing.smart import SmartFault

EVERYBODY = "全部"


@dataclass
class _KnownNames:
    """What the cells of a file may name."""

    units: dict[str, list[MemberUnit]] = field(default_factory=lambda: defaultdict(list))
    groups: dict[str, list[MemberUnit]] = field(default_factory=lambda: defaultdict(list))
    departments: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class TargetDifference:
    """One target that an import adds, changes or takes out."""

    unit: str
    code: str
    before: TargetDraft | None
    after: TargetDraft | None
    advice: Sequence[SmartFault] = ()


@dataclass(frozen=True)
class Decomposition:
    """A file that was understood: its elements, its targets by element code and unit."""

    elements: Mapping[str, SheetLine]
    owners: Mapping[str, int]
    groups: Mapping[str, int | None]
    industries: Mapping[str, str]
    targets: Mapping[tuple[str, int], Mapping[str, Any]]
    steps: Mapping[tuple[str, int], tuple[MilestoneDraft, ...]]


@dataclass(frozen=True)
class DecompositionReport:
    """What an import did, or would do."""

    lines: int
    elements_new: int
    differences: Sequence[TargetDifference]
    same: int

    def count(self, kind: str) -> int:
        tests = {
            "new": lambda one: one.before is None,
            "gone": lambda one: one.after is None,
            "changed": lambda one: one.before and one.after,
        }
        return sum(bool(tests[kind](one)) for one in self.differences)


def import_targets(
    actor: Actor, programme_id: int, sheet: SheetTable, steps: SheetTable, is_whole: bool = False
) -> DecompositionReport:
    """Writes the file. `is_whole`: targets that are not in it go. Raises InvalidInput by line.

    Whoever only wants to see what would change rolls the transaction back.
    """
    programme = open_draft(actor, programme_id)
    units = list_units(programme.id)
    read = _read(programme, units, sheet, steps)
    before = stored_drafts(programme.id)
    elements, new = _write_elements(programme, read)
    after = _drafts(read, elements)
    changed = {key: draft for key, draft in after.items() if before.get(key) != draft}
    gone = [key for key in before if is_whole and key not in after]
    take_out(programme, gone)
    replace_targets(programme, list(changed.values()))
    db.session.flush()
    names = {unit.id: unit.name for unit in units}
    codes = {element.id: element.code for element in elements.values()}
    codes |= {element.id: element.code for element in list_elements(programme.id)}
    indicators = {element.id: element for element in elements.values()}
    advice = smart_advice(programme, changed.values(), indicators)
    differences = [
        TargetDifference(
            names[unit], codes[element], before.get((element, unit)), draft,
            advice.get((element, unit), ()),
        )
        for (element, unit), draft in changed.items()
    ] + [TargetDifference(names[unit], codes[element], before[element, unit], None)
         for element, unit in gone]  # fmt: skip
    report = DecompositionReport(len(sheet.rows), new, differences, len(after) - len(changed))
    record(
        "import_targets", actor.person_id, "programme", programme.id, new=report.count("new"),
        changed=report.count("changed"), gone=report.count("gone"),
    )  # fmt: skip
    return report


def _known(programme: Programme, units: Sequence[MemberUnit]) -> _KnownNames:
    known = _KnownNames(
        departments={one.name: one.id for one in list_departments(programme.county_id)}
    )
    for unit in units:
        known.units[unit.name].append(unit)
        if unit.code:
            known.units[unit.code].append(unit)
        known.groups[unit.group_name].append(unit)
        known.groups[EVERYBODY].append(unit)
        if unit.industry:
            known.groups[unit.industry].append(unit)
    return known


def _read(
    programme: Programme, units: Sequence[MemberUnit], sheet: SheetTable, steps: SheetTable
) -> Decomposition:
    missing = [name for name in columns.REQUIRED if name not in sheet.headings]
    if missing:
        raise InvalidInput(errors={"file": [f"表头缺少：{'、'.join(missing)}，请用下载的表来填"]})
    known, faults = _known(programme, units), LineFaults()
    elements: dict[str, SheetLine] = {}
    owners: dict[str, int] = {}
    groups: dict[str, int | None] = {}
    industries: dict[str, str] = {}
    targets: dict[tuple[str, int], Mapping[str, Any]] = {}
    seen: dict[tuple[str, int], int] = {}
    for number, fault in sheet.faults:
        faults.note(number, fault)
    for number, cells in _cells(sheet):
        line, wrong = read_line(number, cells, programme.year)
        code = line.element["code"]
        members = _members(line, known, wrong)
        _same_element(line, elements.setdefault(code, line), wrong)
        owners[code] = _owner(line, known, wrong)
        groups[code] = _group(line, members, groups.get(code), wrong)
        industries[code] = _industry(line, members, industries.get(code), wrong)
        for unit in members:
            if (code, unit.id) in seen:
                wrong.append(f"和第 {seen[code, unit.id]} 行是同一个指标和单位（{unit.name}）")
            seen.setdefault((code, unit.id), number)
            targets[code, unit.id] = line.target
        for fault in wrong:
            faults.note(number, fault)
    found = _steps(programme, known, targets, steps, faults)
    faults.refuse()
    return Decomposition(elements, owners, groups, industries, targets, found)


def _cells(sheet: SheetTable) -> Iterator[tuple[int, dict[str, str]]]:
    for number, row in zip(sheet.numbers, sheet.rows, strict=True):
        yield number, dict(zip(sheet.headings, row, strict=False))


def _members(line: SheetLine, known: _KnownNames, wrong: list[str]) -> list[MemberUnit]:
    """The units a line is for: one by name or code; of a common element a whole group, too."""
    if not line.unit:
        return []
    if line.unit in known.groups and line.element["scope"] != ElementScope.UNIT:
        return known.groups[line.unit]
    found = known.units.get(line.unit.strip("'"), [])
    if len(found) != 1:
        reason = "有几个叫这个名字的单位，请填代码" if found else "没有这个被考核单位"
        wrong.append(f"「{columns.UNIT}」{line.unit[:20]}：{reason}")
        return []
    return found


def _same_element(line: SheetLine, first: SheetLine, wrong: list[str]) -> None:
    """Lines of one code say the same of the element."""
    if line.element != first.element or line.owner != first.owner:
        wrong.append(f"编码 {line.element['code']} 和第 {first.number} 行的指标内容不一样")


def _owner(line: SheetLine, known: _KnownNames, wrong: list[str]) -> int:
    owner = known.departments.get(line.owner, 0)
    if line.owner and not owner:
        wrong.append(f"「{columns.OWNER}」没有部门「{line.owner[:20]}」")
    return owner


def _group(
    line: SheetLine, members: Sequence[MemberUnit], before: int | None, wrong: list[str]
) -> int | None:
    """A group's element is for one group alone."""
    if line.element["scope"] != ElementScope.GROUP:
        return None
    found = {unit.group_id for unit in members} | ({before} if before else set())
    if len(found) > 1:
        wrong.append("类别共性的指标只能给一个类别的单位")
    return min(found, default=None)


def _industry(
    line: SheetLine, members: Sequence[MemberUnit], before: str | None, wrong: list[str]
) -> str:
    """An industry's element is for its subjects alone."""
    if line.element["scope"] != ElementScope.INDUSTRY:
        return ""
    listed = {unit.industry for unit in members} | ({before} if before else set())
    if len(listed) != 1 or "" in listed:
        wrong.append("行业共性的指标只能给一个行业的主体")
    return min(listed, default="")


def _steps(
    programme: Programme, known: _KnownNames,
    targets: Mapping[tuple[str, int], Mapping[str, Any]], sheet: SheetTable, faults: LineFaults,
) -> dict[tuple[str, int], tuple[MilestoneDraft, ...]]:  # fmt: skip
    """The sheet of milestones: each belongs to a line of the first sheet."""
    found: dict[tuple[str, int], tuple[MilestoneDraft, ...]] = {}
    for number, cells in _cells(sheet):
        units = known.units.get(cells.get(columns.UNIT, ""), [])
        key = (cells.get(columns.CODE, ""), units[0].id if len(units) == 1 else 0)
        words, due_on = (
            cells.get(columns.STEP, ""),
            day_of(cells.get(columns.DUE, ""), programme.year),
        )
        weight = columns.WORTH.read(cells.get(columns.WEIGHT, ""))
        if key not in targets:
            faults.note(number, "（节点表）没有这个指标编码和单位")
        elif not words or len(words) > 200 or due_on is None or not weight or weight < 0:
            faults.note(number, "（节点表）节点、完成时限、权重都要填，权重应大于 0")
        else:
            found[key] = (*found.get(key, ()), MilestoneDraft(words, due_on, weight))
    return found


def _write_elements(
    programme: Programme, read: Decomposition
) -> tuple[dict[str, ProgrammeElement], int]:
    """Elements by code, new or changed; and how many are new."""
    known = {element.code: element for element in list_elements(programme.id)}
    dimensions = {element.name: element for element in known.values() if element.parent_id is None}
    position, new = position_after(programme.id), 0
    found: dict[str, ProgrammeElement] = {}
    for code, line in read.elements.items():
        parent = dimensions.get(line.element["dimension"])
        if parent is None:
            parent = add_element(
                programme.county_id, programme.id, position, f"W{position}",
                line.element["dimension"],
            )  # fmt: skip
            dimensions[parent.name], position = parent, position + 1
        element = known.get(code)
        if element is None:
            element = ProgrammeElement(
                county_id=programme.county_id, programme_id=programme.id, position=position,
                missing="leave_weight",
            )  # fmt: skip
            position, new = position + 1, new + 1
            db.session.add(element)
        _write_element(element, _element_draft(read, code, line, parent.id, element))
        found[code] = element
    db.session.flush()
    return found, new


def _write_element(element: ProgrammeElement, draft: ElementDraft) -> None:
    """Untouched where the file says what is there, so that an example stays one."""
    same = all(
        getattr(element, name) == (dict(value) if name == "rule" else value)
        for name, value in {**vars(draft), "tags": list(draft.tags)}.items()
        if name not in ("is_example", "anchors")
    )
    if not same:
        write_element(element, draft)


def _element_draft(
    read: Decomposition, code: str, line: SheetLine, parent_id: int, element: ProgrammeElement
) -> ElementDraft:
    values = {name: value for name, value in line.element.items() if name != "dimension"}
    worth: Decimal = element.points if element.points is not None else line.target["points"]
    return ElementDraft(
        **values, parent_id=parent_id, points=worth, group_id=read.groups[code],
        industry=read.industries[code],
        owner_department_id=read.owners[code], missing=element.missing,
        needs_evidence=bool(element.needs_evidence), anchors=element.anchors or (),
    )  # fmt: skip


def _drafts(
    read: Decomposition, elements: Mapping[str, ProgrammeElement]
) -> dict[Key, TargetDraft]:
    drafts = (
        TargetDraft(
            element_id=elements[code].id, unit_id=unit_id,
            milestones=read.steps.get((code, unit_id), ()), **values,
        )
        for (code, unit_id), values in read.targets.items()
    )  # fmt: skip
    return {draft.key: draft for draft in drafts}
