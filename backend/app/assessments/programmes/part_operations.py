"""Groups, units and elements of a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select

from backend.app.access import Actor
from backend.app.assessments.models import AssessedUnit, ProgrammeElement, ProgrammeGroup, Target
from backend.app.assessments.programmes.operations import open_draft
from backend.app.assessments.states import Duty, ElementScope
from backend.app.assessments.subjects.queries import all_subjects, subject_kinds
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotFound
from backend.app.places.queries import list_departments, list_townships, open_villages
from backend.app.scoring.assessing.plans import SOURCE_NAMES
from backend.app.scoring.assessing.progress import PROGRESS_NAMES
from backend.app.scoring.assessing.rules import MISSING_NAMES

LONGEST_ANCHOR = 200


@dataclass(frozen=True)
class GroupDraft:
    """A group as it is typed; `id` is None for a new one."""

    id: int | None
    name: str
    task_weight: Decimal
    social_weight: Decimal
    ordinary_weight: Decimal
    excellent_share: Decimal
    bonus_cap: Decimal = Decimal(5)
    deduction_cap: Decimal = Decimal(10)
    cards_cap: Decimal = Decimal(5)


@dataclass(frozen=True)
class UnitDraft:
    """A place or subject with the group it is put into."""

    group_id: int
    region_id: int | None
    department_id: int | None
    difficulty: Decimal = Decimal(1)
    duty_leader: str = ""
    burden_reason: str = ""
    subject_id: int | None = None
    # Of the programme's year, where it is not there for all of it.
    first_month: int = 1
    last_month: int = 12

    @property
    def key(self) -> tuple[int | None, int | None, int | None]:
        """What it is, whatever group it is in."""
        return self.region_id, self.department_id, self.subject_id


@dataclass(frozen=True)
class ElementDraft:
    """An indicator as it is typed or imported."""

    code: str
    name: str
    parent_id: int
    scope: str
    points: Decimal
    kind: str
    rule: Mapping[str, Any]
    source: str
    owner_department_id: int | None
    criteria: str
    group_id: int | None = None
    industry: str = ""
    direction: str = "up"
    measured_in: str = ""
    tags: Sequence[str] = ()
    basis: str = ""
    duty: str = Duty.NONE
    needs_evidence: bool = False
    missing: str = "leave_weight"
    # One sentence a level, the lowest first.
    anchors: Sequence[str] = ()
    is_example: bool = field(default=False)


def save_groups(actor: Actor, programme_id: int, drafts: Sequence[GroupDraft]) -> None:
    """Changes the groups that are there and adds the new ones; one without a name goes."""
    programme = open_draft(actor, programme_id)
    groups = {
        group.id: group
        for group in db.session.scalars(
            select(ProgrammeGroup).where(ProgrammeGroup.programme_id == programme.id)
        )
    }
    names = [draft.name for draft in drafts if draft.name]
    if len(names) != len(set(names)):
        raise InvalidInput(errors={"groups": ["两个类别不能同名"]})
    for position, draft in enumerate(drafts, 1):
        group = groups.get(draft.id or 0)
        if not draft.name:
            if group is not None:
                _drop_group(group)
            continue
        if group is None:
            group = ProgrammeGroup(county_id=programme.county_id, programme_id=programme.id)
            db.session.add(group)
        for name, value in vars(draft).items():
            if name != "id":
                setattr(group, name, value)
        group.position = position
    db.session.flush()
    record("save_programme", actor.person_id, "programme", programme.id, kind="考核类别")


def _drop_group(group: ProgrammeGroup) -> None:
    used = select(func.count()).where(AssessedUnit.group_id == group.id)
    tied = select(func.count()).where(ProgrammeElement.group_id == group.id)
    if db.session.scalar(used) or db.session.scalar(tied):
        raise Conflict(f"「{group.name}」里还有单位或指标，先移走再删")
    db.session.delete(group)


def place_units(actor: Actor, programme_id: int, drafts: Sequence[UnitDraft]) -> None:
    """The units are exactly these; one with targets stays until they are gone."""
    programme = open_draft(actor, programme_id)
    _check_places(programme.county_id, drafts)
    before = {
        (unit.region_id, unit.department_id, unit.subject_id): unit
        for unit in db.session.scalars(
            select(AssessedUnit).where(AssessedUnit.programme_id == programme.id)
        )
    }
    after = {draft.key: draft for draft in drafts}
    for key, unit in before.items():
        if key not in after:
            _drop_unit(unit)
    for key, draft in after.items():
        row = before.get(key)
        if row is None:
            row = AssessedUnit(county_id=programme.county_id, programme_id=programme.id)
            db.session.add(row)
        for name, value in vars(draft).items():
            setattr(row, name, value)
    db.session.flush()
    record(
        "save_programme", actor.person_id, "programme", programme.id, kind="被考核单位",
        count=len(after),
    )  # fmt: skip


def place_subjects(
    actor: Actor, programme_id: int, kind: str, industry: str, group_id: int | None
) -> int:
    """All subjects of a kind, or of one industry of it, into a group or out; returns how many."""
    programme = open_draft(actor, programme_id)
    listed = subject_kinds(programme.county_id)
    chosen = {
        key for key, (of_kind, of) in listed.items() if of_kind == kind and industry in ("", of)
    }  # fmt: skip
    rest = [draft for draft in drafts_of(programme.id) if draft.subject_id not in chosen]
    added = [] if group_id is None else [
        UnitDraft(group_id, None, None, subject_id=key) for key in listed if key in chosen
    ]  # fmt: skip
    place_units(actor, programme.id, [*rest, *added])
    return len(chosen)


def drafts_of(programme_id: int) -> list[UnitDraft]:
    """The units of a programme as they would be placed again."""
    query = select(AssessedUnit).where(AssessedUnit.programme_id == programme_id)
    return [
        UnitDraft(
            unit.group_id, unit.region_id, unit.department_id, unit.difficulty,
            unit.duty_leader, unit.burden_reason, unit.subject_id, unit.first_month,
            unit.last_month,
        )
        for unit in db.session.scalars(query.order_by(AssessedUnit.id))
    ]  # fmt: skip


def _check_places(county_id: int, drafts: Sequence[UnitDraft]) -> None:
    """Only this county's open townships, villages, departments and subjects."""
    regions = {place.id for place in list_townships([county_id])} | set(open_villages(county_id))
    departments = {place.id for place in list_departments(county_id)}
    subjects = {row.id for row in all_subjects(county_id)}
    for draft in drafts:
        sides = zip(draft.key, (regions, departments, subjects), strict=True)
        if not any(draft.key) or any(key and key not in known for key, known in sides):
            raise NotFound("有的单位不是本县的，请刷新后再选")


def _drop_unit(unit: AssessedUnit) -> None:
    if db.session.scalar(select(func.count()).where(Target.unit_id == unit.id)):
        raise Conflict("有目标任务的单位不能去掉，请先在「分解」里删它的目标")
    db.session.delete(unit)


def save_dimension(actor: Actor, programme_id: int, code: str, name: str) -> ProgrammeElement:
    """A heading over indicators."""
    programme = open_draft(actor, programme_id)
    faults = {}
    if not 1 <= len(code) <= 20:
        faults["dimension_code"] = ["编码填 1 到 20 个字符"]
    if not 1 <= len(name) <= 80:
        faults["dimension_name"] = ["名称填 1 到 80 个字"]
    if faults:
        raise InvalidInput(errors=faults)
    _check_code(programme.id, code, None)
    dimension = add_element(
        programme.county_id, programme.id, position_after(programme.id), code, name
    )
    record("save_element", actor.person_id, "programme", programme.id, code=code, name=name)
    return dimension


def position_after(programme_id: int) -> int:
    query = select(func.max(ProgrammeElement.position)).where(
        ProgrammeElement.programme_id == programme_id
    )
    return (db.session.scalar(query) or 0) + 1


def add_element(
    county_id: int, programme_id: int, position: int, code: str, name: str
) -> ProgrammeElement:
    """A dimension's row."""
    dimension = ProgrammeElement(
        county_id=county_id, programme_id=programme_id, position=position, code=code, name=name,
        scope=ElementScope.COMMON.value,
    )  # fmt: skip
    db.session.add(dimension)
    db.session.flush()
    return dimension


def save_element(
    actor: Actor, programme_id: int, draft: ElementDraft, element_id: int | None = None
) -> ProgrammeElement:
    """An indicator, new or old; whoever saves it makes it the county's own."""
    programme = open_draft(actor, programme_id)
    check_element(draft)
    _check_code(programme.id, draft.code, element_id)
    element = _element(programme.id, element_id) if element_id else None
    if element is None:
        element = ProgrammeElement(
            county_id=programme.county_id, programme_id=programme.id,
            position=position_after(programme.id),
        )  # fmt: skip
        db.session.add(element)
    write_element(element, draft)
    db.session.flush()
    record(
        "save_element", actor.person_id, "programme", programme.id, code=draft.code,
        name=draft.name,
    )  # fmt: skip
    return element


def write_element(element: ProgrammeElement, draft: ElementDraft) -> None:
    values = {**vars(draft), "rule": dict(draft.rule), "tags": list(draft.tags)}
    values["anchors"] = list(draft.anchors)
    for name, value in values.items():
        setattr(element, name, str(value) if name in ("scope", "duty", "kind") else value)


def _check_code(programme_id: int, code: str, element_id: int | None) -> None:
    same = select(ProgrammeElement.id).where(
        ProgrammeElement.programme_id == programme_id, ProgrammeElement.code == code,
        ProgrammeElement.id != (element_id or 0),
    )  # fmt: skip
    if db.session.scalar(same) is not None:
        raise InvalidInput(errors={"code": [f"编码 {code} 已经有了，请换一个"]})


def _anchor_faults(draft: ElementDraft) -> dict[str, list[str]]:
    levels = str(draft.rule.get("levels", "5"))
    if draft.anchors and str(len(draft.anchors)) != levels:
        return {"anchors": [f"要有 {levels} 句，一行一句，从第 1 档写起；或者都不写"]}
    if any(len(words) > LONGEST_ANCHOR for words in draft.anchors):
        return {"anchors": [f"每句最多 {LONGEST_ANCHOR} 个字"]}
    return {}


def check_element(draft: ElementDraft) -> None:
    """What no draft may hold; what keeps it from approval is said by the refusals."""
    faults = _anchor_faults(draft)
    if not 1 <= len(draft.code) <= 20:
        faults["code"] = ["编码填 1 到 20 个字符"]
    if not 1 <= len(draft.name) <= 80:
        faults["name"] = ["名称填 1 到 80 个字"]
    if draft.scope == ElementScope.GROUP and draft.group_id is None:
        faults["group_id"] = ["类别共性要选是哪个类别的"]
    if (draft.scope == ElementScope.INDUSTRY) != bool(draft.industry) or len(draft.industry) > 20:
        faults["industry"] = ["行业共性要填是哪个行业的，最多 20 个字；别的不填"]
    if draft.kind not in PROGRESS_NAMES:
        faults["kind"] = ["请选进度方式"]
    if draft.missing not in MISSING_NAMES:
        faults["missing"] = ["请选缺数据时怎么算"]
    if draft.source.partition(":")[0] + ":" not in SOURCE_NAMES or len(draft.source) > 40:
        faults["source"] = ["请选数据来源"]
    if len(draft.criteria) > 2000:
        faults["criteria"] = ["评分标准最多 2000 个字"]
    if faults:
        raise InvalidInput(errors=faults)


def _element(programme_id: int, element_id: int) -> ProgrammeElement:
    element = db.session.get(ProgrammeElement, element_id)
    if element is None or element.programme_id != programme_id:
        raise NotFound("没有找到这个指标")
    return element


def drop_element(actor: Actor, programme_id: int, element_id: int) -> None:
    """With the targets made of it; a dimension only when nothing is left under it."""
    programme = open_draft(actor, programme_id)
    element = _element(programme.id, element_id)
    below = select(func.count()).where(ProgrammeElement.parent_id == element.id)
    if db.session.scalar(below):
        raise Conflict("这个维度下还有指标，先删指标")
    if db.session.scalar(select(func.count()).where(Target.element_id == element.id)):
        raise Conflict("这个指标已经分解成目标，请先在「分解」里删掉")
    db.session.execute(delete(ProgrammeElement).where(ProgrammeElement.id == element.id))
    record("drop_element", actor.person_id, "programme", programme.id, code=element.code)
