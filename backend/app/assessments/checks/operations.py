"""核查: drawn by a seed, assigned to two, found out by each alone, decided by a third."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import parties, transitions
from backend.app.assessments.checks.conclusion_operations import conclude
from backend.app.assessments.checks.errors import CheckMoved, CheckUnknown, NotYourCheck
from backend.app.assessments.checks.queries import claims_of, findings_of, plan_digest
from backend.app.assessments.models import (
    CheckDraw,
    EvidenceUse,
    Programme,
    ProgrammeWindow,
    SiteCheck,
    SiteFinding,
    Target,
)
from backend.app.assessments.reports.evidence_operations import MOST_FILES, keep_file
from backend.app.assessments.reports.facts import facts_of, is_below_nothing
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states.checks import CheckFinding, CheckState
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.scoring.assessing.sampling import SHARE, draw, seed_of

LONGEST_WORDS = 300


@dataclass(frozen=True)
class Seen:
    """What somebody says of a claim; `value` is what there really was."""

    finding: CheckFinding
    words: str
    value: Decimal | None = None


def draw_checks(actor: Actor, programme_id: int, period: date) -> int:
    """Once a period: all claims that were black or red, a tenth of the rest. Raises CheckMoved."""
    county_id = scope_of(actor).county_id
    if not may(actor, Permission.SUPERVISE_TARGETS, (county_id,)):
        raise NotAllowed
    programme = transitions.hold_judged(programme_id, county_id)
    _check_evaluated(programme, period)
    claims = claims_of(programme, period)
    if not claims:
        raise CheckMoved("到这个月还没有报完成而没核查过的目标，不用抽")
    digest = plan_digest(programme, period)
    draw_id = db.session.scalar(
        insert(CheckDraw)
        .values(
            county_id=county_id, programme_id=programme.id, period=period, digest=digest,
            share=Decimal(SHARE.numerator) / SHARE.denominator,
            frame=[[claim.key, claim.always] for claim in claims],
            drawn_by_id=actor.person_id, drawn_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(CheckDraw.id)
    )  # fmt: skip
    if draw_id is None:
        raise CheckMoved("这个月已经抽过，名单由种子定，不能重抽")
    always = {claim.key for claim in claims if claim.always}
    drawn = draw(seed_of(digest), claims)
    units = select(Target.id, Target.unit_id).where(Target.id.in_(drawn))
    db.session.add_all(
        SiteCheck(
            county_id=county_id, programme_id=programme.id, draw_id=draw_id,
            unit_id=row.unit_id, target_id=row.id, is_always=row.id in always,
        )
        for row in db.session.execute(units.order_by(Target.id))
    )  # fmt: skip
    db.session.flush()
    record("draw_checks", actor.person_id, "check_draw", draw_id, count=len(drawn), digest=digest)
    return draw_id


def _check_evaluated(programme: Programme, period: date) -> None:
    evaluated = select(ProgrammeWindow.evaluated_at).where(
        ProgrammeWindow.programme_id == programme.id, ProgrammeWindow.period == period
    )
    if db.session.scalar(evaluated) is None:
        raise InvalidInput(errors={"period": ["请选已经定色的月份"]})


def hold_check(check_id: int, county_ids: Collection[int]) -> SiteCheck:
    """With its row held, its programme still under way. Raises CheckUnknown."""
    check = db.session.get(SiteCheck, check_id)
    if check is None or check.county_id not in county_ids:
        raise CheckUnknown
    transitions.hold_judged(check.programme_id, check.county_id)
    return db.session.get_one(SiteCheck, check_id, with_for_update=True, populate_existing=True)


def _own_check(actor: Actor, check_id: int) -> SiteCheck:
    """One that the actor is to look at, not yet concluded. Raises CheckUnknown, CheckMoved."""
    check = hold_check(check_id, actor.region_ids)
    if (
        not may(actor, Permission.CHECK_SITES, (check.county_id,))
        or actor.person_id not in (check.first_checker_id, check.second_checker_id)
    ):  # fmt: skip
        raise CheckUnknown
    if check.state != CheckState.ASSIGNED:
        raise CheckMoved
    return check


def record_finding(actor: Actor, check_id: int, seen: Seen) -> CheckState:
    """Once each, from the visit's day on. Two that found the same agree.

    Raises CheckUnknown, CheckMoved, InvalidInput.
    """
    check = _own_check(actor, check_id)
    if check.visit_on is None or clock.today() < check.visit_on:
        raise CheckMoved(f"核查日是 {check.visit_on}，到那天再记")
    _check_seen(check, seen)
    finding_id = db.session.scalar(
        insert(SiteFinding)
        .values(
            county_id=check.county_id, check_id=check.id, checker_id=actor.person_id,
            finding=seen.finding.value, value=seen.value, words=seen.words.strip(),
            at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(SiteFinding.id)
    )  # fmt: skip
    if finding_id is None:
        raise CheckMoved("您已经记过了，记下的不能改")
    record("record_finding", actor.person_id, "site_check", check.id)
    findings = findings_of([check.id])[check.id]
    if len(findings) == 2:
        _compare(check, findings)
    return CheckState.of(check.state)


def _check_seen(check: SiteCheck, seen: Seen) -> None:
    faults: dict[str, list[str]] = {}
    if not 1 <= len(seen.words.strip()) <= LONGEST_WORDS:
        faults["words"] = [f"请写明看到了什么，最多 {LONGEST_WORDS} 个字"]
    target = facts_of(check.target_id).target
    if seen.finding is CheckFinding.PARTLY and target.value is not None and seen.value is None:
        faults["value"] = ["部分属实的，请填实际完成的数"]
    if is_below_nothing(seen.value, target.baseline):
        faults["value"] = ["实际完成的数不能小于 0"]
    if faults:
        raise InvalidInput(errors=faults)


def _compare(check: SiteCheck, findings: list[SiteFinding]) -> None:
    first, second = findings
    is_partly = first.finding == CheckFinding.PARTLY
    if first.finding == second.finding and (not is_partly or first.value == second.value):
        check.state, check.result = CheckState.AGREED.value, first.finding
        check.value = first.value if is_partly else None
        check.words, check.concluded_at = first.words, clock.now()
        db.session.flush()
        conclude(check, second.checker_id)
    else:
        check.state = CheckState.DISPUTED.value
        db.session.flush()


def decide_check(actor: Actor, check_id: int, seen: Seen) -> None:
    """By a third person, of neither checkers nor the unit. Raises NotYourCheck, CheckMoved."""
    check = hold_check(check_id, (scope_of(actor).county_id,))
    if not may(actor, Permission.DECIDE_RESULTS, (check.county_id,)):
        raise NotAllowed
    if parties.works_for(actor, facts_of(check.target_id).unit):
        raise NotYourCheck
    check_another_hand(
        actor, check.first_checker_id, check.second_checker_id, refusal=NotYourCheck()
    )
    if check.state != CheckState.DISPUTED:
        raise CheckMoved
    _check_seen(check, seen)
    check.state, check.result = CheckState.DECIDED.value, seen.finding.value
    check.value = seen.value if seen.finding is CheckFinding.PARTLY else None
    check.words, check.concluded_at = seen.words.strip(), clock.now()
    check.decided_by_id = actor.person_id
    db.session.flush()
    record("decide_check", actor.person_id, "site_check", check.id, decision=seen.finding.words)
    conclude(check, actor.person_id)


def add_check_file(actor: Actor, check_id: int, content: bytes, name: str) -> None:
    """A photo or document that a checker brings; with the unit's files, used by the check."""
    check = _own_check(actor, check_id)
    count = select(func.count()).where(EvidenceUse.check_id == check.id)
    if (db.session.scalar(count) or 0) >= MOST_FILES:
        raise InvalidInput(errors={"file": [f"一项核查最多附 {MOST_FILES} 份材料"]})
    evidence_id, _ = keep_file(actor, check.unit_id, check.county_id, content, name)
    db.session.execute(
        insert(EvidenceUse)
        .values(
            county_id=check.county_id, evidence_id=evidence_id, check_id=check.id,
            used_by_id=actor.person_id, used_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    record("use_evidence", actor.person_id, "evidence", evidence_id)
