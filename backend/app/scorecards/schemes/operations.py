"""考核方案: drafted by one, tried on a month, approved by another, and never changed afterwards."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, lock
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.core.signs import signed
from backend.app.places.queries import kinds_of_villages, region_path
from backend.app.scorecards import facts as month_facts
from backend.app.scorecards.models import AssessmentScheme, ImportedFact, MonthLock
from backend.app.scorecards.operations import approved_adjustments, score
from backend.app.scorecards.schemes.queries import get_scheme, scheme_for
from backend.app.scoring.catalog import IMPORTED, MEASURES
from backend.app.scoring.month import UnitScore
from backend.app.scoring.scheme_json import as_json, from_json
from backend.app.scoring.schemes import FORBIDDEN, Scheme, faults

LONGEST_TITLE, LONGEST_NOTE = 60, 200


class SchemeFaulty(InvalidInput):
    code = "scheme_faulty"
    message = "方案还不能用"


class SchemeNotDraft(Conflict):
    code = "scheme_not_draft"
    message = "这一版已经定稿，不能再改；要改请另起一版"


class OwnDraft(Conflict):
    code = "own_draft"
    message = "自己起草的方案要由另一个人审定"


class MonthsLocked(Conflict):
    code = "months_locked"
    message = "从这个月起已经有锁定的月份，方案只能从没锁定的月份开始"


@dataclass(frozen=True)
class MovedTotal:
    """A village whose total would be another one, and the indicator that moves it most."""

    village_id: int
    before: UnitScore
    after: UnitScore
    because: str

    @property
    def change(self) -> int:
        return (self.after.total or 0) - (self.before.total or 0)


@dataclass(frozen=True)
class SchemeTrial:
    """A draft tried on a month: hundredths of points, lights by code, before and after."""

    month: date
    villages: int
    moved: tuple[MovedTotal, ...]
    lights: dict[tuple[str, str], int]
    rank_moves: int


def village_kinds(county_id: int) -> list[str | None]:
    """The types of the county's villages, those of none last."""
    return sorted(kinds_of_villages(county_id), key=lambda kind: (kind is None, kind or ""))


def faults_of(county_id: int, scheme: Scheme) -> list[str]:
    """Every reason why this county may not use it."""
    return faults(scheme, measurable(county_id), village_kinds(county_id))


def measurable(county_id: int) -> list[str]:
    """The codes the county has data for: what other systems tell only once it was imported."""
    sources = set(
        db.session.scalars(
            select(ImportedFact.source).where(ImportedFact.county_id == county_id).distinct()
        )
    )
    return [
        code
        for code in MEASURES
        if code not in FORBIDDEN and (code not in IMPORTED or IMPORTED[code] in sources)
    ]


def save_draft(
    actor: Actor, county_id: int, title: str, first_month: date, scheme: Scheme,
    scheme_id: int | None = None,
) -> AssessmentScheme:  # fmt: skip
    """A new version, or a draft changed; faults are kept and shown, and refuse the approval."""
    _check(actor, county_id)
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        raise InvalidInput(errors={"title": [f"请写名称，最多 {LONGEST_TITLE} 字"]})
    if scheme_id is None:
        draft = AssessmentScheme(
            county_id=county_id, year=first_month.year, state="draft",
            version=_next_version(county_id, first_month.year), drafted_by_id=actor.person_id,
        )  # fmt: skip
        db.session.add(draft)
    else:
        draft = _draft(actor, scheme_id)
        if draft.year != first_month.year:
            draft.version = _next_version(county_id, first_month.year)
            draft.year = first_month.year
        # Whoever wrote it last is who may not approve it.
        draft.drafted_by_id = actor.person_id
    draft.title, draft.first_month = title.strip(), first_month
    draft.content, draft.drafted_at = as_json(scheme), clock.now()
    db.session.flush()
    record("save_scheme", actor.person_id, "assessment_scheme", draft.id, version=draft.version)
    return draft


def approve(actor: Actor, scheme_id: int, note: str = "") -> AssessmentScheme:
    """By another person. Raises SchemeFaulty, OwnDraft, MonthsLocked."""
    draft = _draft(actor, scheme_id)
    check_another_hand(actor, draft.drafted_by_id, refusal=OwnDraft())
    found = faults_of(draft.county_id, from_json(draft.content))
    if found:
        raise SchemeFaulty(errors={"scheme": found})
    locked = select(func.max(MonthLock.month)).where(MonthLock.county_id == draft.county_id)
    newest: date | None = db.session.scalar(locked)
    if newest is not None and newest >= draft.first_month:
        raise MonthsLocked
    _make_room(draft)
    draft.state, draft.note = "approved", note.strip()[:LONGEST_NOTE] or None
    draft.approved_by_id, draft.approved_at = actor.person_id, clock.now()
    db.session.flush()
    record("approve_scheme", actor.person_id, "assessment_scheme", draft.id,
           version=draft.version, first_month=f"{draft.first_month:%Y-%m}")  # fmt: skip
    return draft


def _make_room(draft: AssessmentScheme) -> None:
    same = select(AssessmentScheme.id).where(
        AssessmentScheme.county_id == draft.county_id, AssessmentScheme.state == "approved",
        AssessmentScheme.first_month == draft.first_month,
    )  # fmt: skip
    if db.session.scalar(same) is not None:
        raise Conflict("已经有一版从这个月开始，请换一个开始月份")


def drop(actor: Actor, scheme_id: int) -> None:
    """A draft nobody wants any more; its version number is not used again."""
    draft = _draft(actor, scheme_id)
    draft.state = "dropped"
    record("drop_scheme", actor.person_id, "assessment_scheme", draft.id)


def what_if(county_id: int, month: date, scheme: Scheme) -> SchemeTrial:
    """The month's kept facts scored by this scheme and by the one in force."""
    kept = month_facts.kept(month, [county_id])
    given = approved_adjustments(month, [county_id])
    before = score(kept, month, scheme_for(county_id, month)[1], given)
    after = score(kept, month, scheme, given)
    moved = [
        MovedTotal(old.unit, old, new, _because(old, new))
        for old, new in zip(before, after, strict=True)
        if old.total != new.total
    ]
    moved.sort(key=lambda one: (-abs(one.change), one.village_id))
    lights: dict[tuple[str, str], int] = {}
    for old, new in zip(before, after, strict=True):
        key = (old.light.code, new.light.code)
        lights[key] = lights.get(key, 0) + 1
    ranks = sum(old.rank != new.rank for old, new in zip(before, after, strict=True))
    return SchemeTrial(month, len(kept), tuple(moved), lights, ranks)


def _because(old: UnitScore, new: UnitScore) -> str:
    """The name of the indicator whose lost points changed most."""
    before = {indicator.code: indicator.lost for indicator in old.indicators}
    after = {indicator.code: indicator.lost for indicator in new.indicators}
    codes = sorted(before.keys() | after.keys())
    widest = max(codes, key=lambda code: abs(after.get(code, 0) - before.get(code, 0)))
    change = before.get(widest, 0) - after.get(widest, 0)
    return f"{MEASURES[widest].name} {signed(change / 100)}"


def _draft(actor: Actor, scheme_id: int) -> AssessmentScheme:
    draft = get_scheme(scheme_id, for_update=True)
    _check(actor, draft.county_id)
    if draft.state != "draft":
        raise SchemeNotDraft
    return draft


def _check(actor: Actor, county_id: int) -> None:
    if not may(actor, Permission.MANAGE_SCHEMES, region_path(county_id)):
        raise NotAllowed


def _next_version(county_id: int, year: int) -> int:
    # Two drafts at once number themselves one after the other.
    lock("scheme_version", county_id)
    newest = select(func.max(AssessmentScheme.version)).where(
        AssessmentScheme.county_id == county_id, AssessmentScheme.year == year
    )
    return (db.session.scalar(newest) or 0) + 1
