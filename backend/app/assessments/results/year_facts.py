"""Everything that a year's totals are made of, read in one order."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

from sqlalchemy import text

from backend.app.assessments.appraisals.queries import social_groups
from backend.app.assessments.appraisals.social import SocialGroup
from backend.app.assessments.checks.queries import untrue_targets
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.measures.standing_sql import OF_TARGET, standing_fact
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import MemberUnit, list_groups, list_units
from backend.app.assessments.states import (
    ProgrammeAdjustmentState,
    ReportState,
    TargetState,
)
from backend.app.core.db import db
from backend.app.core.states import none_of, one_of
from backend.app.scoring.assessing.moves import CARDS, MoveKind
from backend.app.scoring.assessing.plans import REPORT
from backend.app.scoring.assessing.progress import BEGUN, ProgressKind
from backend.app.scoring.assessing.rules import RuleCode
from backend.app.scoring.assessing.shared import mean_of_members

REPORTED, NOT_REPORTED = "单位上报", "单位没有上报，按没有进展计"
NOT_MEASURED = "没有数据"
PERCENT, HUNDRED = "%", Decimal(100)
COUNTED = {ProgrammeAdjustmentState.CONFIRMED, ProgrammeAdjustmentState.RETURNED}
OF_ALL = "element_id = t.element_id AND unit_id IS NULL"
UNTIL = "period <= :until"
PARTS = text(
    f"""
    SELECT t.id AS target_id, t.unit_id, e.id AS element_id, e.code, e.name, t.points AS full,
           e.kind, e.rule, e.source, e.missing, e.measured_in, t.value AS goal, t.baseline,
           t.starts_on, f.period AS fact_period, f.value AS fact_value, f.yes, f.whole, f.error,
           f.points AS scored, f.reason, f.case_words, f.source AS fact_source, f.origin,
           r.period AS report_period, r.value AS reported, m.whole AS milestones, m.reached,
           c.value AS common_value, c.yes AS common_yes, c.whole AS common_whole,
           c.reason AS common_reason, c.case_words AS common_case, k.share, k.by_members,
           w.weight, (SELECT count(*) FROM shared_task_member WHERE task_id = k.id) AS members
    FROM target t
    JOIN programme_element e ON e.id = t.element_id
    LEFT JOIN shared_task k ON k.element_id = e.id
    LEFT JOIN shared_task_member w ON w.task_id = k.id AND w.unit_id = t.unit_id
    LEFT JOIN LATERAL ({standing_fact(OF_TARGET, UNTIL)}) f ON true
    LEFT JOIN LATERAL ({standing_fact(OF_ALL, UNTIL)}) c ON e.rule ->> 'rule' = 'shared'
    LEFT JOIN LATERAL (
        SELECT period, value FROM target_report
        WHERE target_id = t.id AND period <= :until AND state = '{ReportState.ACCEPTED}'
        ORDER BY period DESC LIMIT 1) r ON true
    LEFT JOIN LATERAL (
        SELECT sum(weight) AS whole,
               sum(weight) FILTER (WHERE EXISTS (
                   SELECT FROM target_report a
                   WHERE a.target_id = t.id AND a.period <= :until
                     AND a.state = '{ReportState.ACCEPTED}' AND s.id = ANY(a.milestone_ids)
               )) AS reached
        FROM target_milestone s WHERE s.target_id = t.id) m
      ON e.kind = '{ProgressKind.MILESTONE}'
    WHERE t.programme_id = :programme_id
      AND {none_of("t.state", (TargetState.DRAFT, TargetState.DROPPED))}
    ORDER BY t.unit_id, e.position, e.code, t.id
    """
)
MOVES = text(
    f"""
    SELECT unit_id, id, kind, points, returned_points AS returned, target_id, rule_code,
           case_words, basis, author_id, decided_by_id
    FROM programme_adjustment
    WHERE programme_id = :programme_id AND period <= :until AND {one_of("state", COUNTED)}
    ORDER BY unit_id, id
    """
)


@dataclass(frozen=True)
class PartFacts:
    """An element of a unit with the year's value by its best source.

    The value is `value` of `of`, None where nothing was measured; `common` is what all units of a
    shared task reached, `scored` the points that an owner gave in person. `untrue`: a check
    found 不属实, so the element earns the least that its rule knows.
    """

    target_id: int
    element_id: int
    code: str
    name: str
    full: Decimal
    kind: str
    rule: Mapping[str, Any]
    source: str
    missing: str
    measured_in: str
    goal: Decimal | None
    baseline: Decimal
    value: Decimal | None
    origin: str
    of: Decimal = Decimal(1)
    error: float | None = None
    common: Decimal | None = None
    common_of: Decimal = Decimal(1)
    scored: Decimal | None = None
    case_words: str = ""
    untrue: bool = False
    # Of a shared task: why the common result fell short, how many members share it, and the
    # unit's weight where that result is the mean of what they achieved.
    common_case: str = ""
    members: int = 0
    weight: Decimal | None = None

    @property
    def exact_value(self) -> Fraction | None:
        return None if self.value is None else Fraction(self.value) / Fraction(self.of)

    @property
    def exact_common(self) -> Fraction | None:
        return None if self.common is None else Fraction(self.common) / Fraction(self.common_of)


@dataclass(frozen=True)
class MoveFacts:
    """A confirmed adjustment; `returned` is what a card gave back already."""

    id: int
    kind: str
    points: Decimal
    returned: Decimal
    target_id: int | None
    rule_code: str
    case_words: str
    basis: str
    author_id: int | None
    decided_by_id: int


@dataclass(frozen=True)
class UnitYearFacts:
    """A unit of a group with its elements, adjustments and what its raters said."""

    unit_id: int
    name: str
    group_id: int
    group_name: str
    difficulty: Decimal
    weights: tuple[Decimal, Decimal, Decimal]
    caps: Mapping[str, Decimal]
    excellent_share: Decimal
    parts: tuple[PartFacts, ...]
    moves: tuple[MoveFacts, ...]
    social: tuple[SocialGroup, ...]


@dataclass(frozen=True)
class YearFacts:
    """A programme's facts from the year's start to the end of a month.

    `calibration` are the mean and the deviation that the programme asks for. Persons are not
    compared, nor are units of a template that gives no places: then `ranks_nobody` is true.
    """

    programme_id: int
    year: int
    until: date
    units: tuple[UnitYearFacts, ...]
    calibration: tuple[Decimal, Decimal] | None = None
    ranks_nobody: bool = False

    def canonical(self) -> str:
        """The same text for the same facts, figures as text: what a digest is made over."""
        facts = asdict(self)
        # Years locked before persons were assessed were digested without it.
        if not facts["ranks_nobody"]:
            del facts["ranks_nobody"]
        return json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)


def year_facts(
    programme_id: int, until: date, members: Sequence[MemberUnit] | None = None
) -> YearFacts:
    """`members` are its units where they are known already. Raises ProgrammeUnknown."""
    programme = db.session.get(Programme, programme_id)
    if programme is None:
        raise ProgrammeUnknown
    until = until.replace(day=1)
    values = {"programme_id": programme_id, "until": until}
    untrue = untrue_targets(programme_id)
    parts: dict[int, list[PartFacts]] = defaultdict(list)
    for row in db.session.execute(PARTS, values).mappings():
        part = _part(dict(row), until)
        parts[row["unit_id"]].append(replace(part, untrue=part.target_id in untrue))
    _share_means(parts)
    moves: dict[int, list[MoveFacts]] = defaultdict(list)
    for row in db.session.execute(MOVES, values).mappings():
        given = dict(row)
        moves[given.pop("unit_id")].append(MoveFacts(**given))
    social = social_groups(programme_id)
    groups = {group.id: group for group in list_groups(programme_id)}

    def facts_of(unit: MemberUnit) -> UnitYearFacts:
        group = groups[unit.group_id]
        return UnitYearFacts(
            unit.id, unit.name, group.id, group.name, unit.difficulty,
            (group.task_weight, group.social_weight, group.ordinary_weight),
            {
                MoveKind.BONUS.value: group.bonus_cap,
                MoveKind.DEDUCTION.value: group.deduction_cap, CARDS: group.cards_cap,
            },
            group.excellent_share, tuple(parts[unit.id]), tuple(moves[unit.id]),
            tuple(social.get(unit.id, ())),
        )  # fmt: skip

    calibration = programme.content.get("calibration")
    listed = list_units(programme_id) if members is None else members
    units = sorted(listed, key=lambda unit: unit.id)
    return YearFacts(
        programme.id, programme.year, until, tuple(facts_of(unit) for unit in units),
        (Decimal(calibration["mean"]), Decimal(calibration["deviation"])) if calibration else None,
        bool(programme.content.get("unranked")) or any(unit.is_person for unit in units),
    )  # fmt: skip


def _share_means(parts: Mapping[int, list[PartFacts]]) -> None:
    """The common result of members whose own results make it, in place."""
    members: dict[int, list[PartFacts]] = defaultdict(list)
    for part in chain.from_iterable(parts.values()):
        if part.weight is not None:
            members[part.element_id].append(part)
    means = {
        element_id: mean_of_members(
            (Fraction(part.weight or 0), part.exact_value)
            for part in listed
            if part.exact_value is not None
        )
        for element_id, listed in members.items()
    }
    for listed in parts.values():
        for place, part in enumerate(listed):
            mean = means.get(part.element_id) if part.weight is not None else None
            if mean is not None:
                listed[place] = replace(
                    part, common=Decimal(mean.numerator), common_of=Decimal(mean.denominator)
                )


def _part(row: Mapping[str, Any], until: date) -> PartFacts:
    value, of, origin = _best(row, until)
    common, common_of = _figure(
        row["common_value"], row["common_yes"], row["common_whole"], row["measured_in"]
    )
    if row["rule"]["rule"] == RuleCode.SHARED and row["measured_in"] == PERCENT:
        # What is shared counts of 1, whatever it is measured in.
        of, common_of = of * HUNDRED, common_of * HUNDRED
    is_fact = row["fact_period"] is not None and origin == _origin(row)
    return PartFacts(
        target_id=row["target_id"], element_id=row["element_id"], code=row["code"],
        name=row["name"], full=row["full"], kind=row["kind"], rule=_rule(row),
        source=row["source"], missing=row["missing"], measured_in=row["measured_in"],
        goal=row["goal"], baseline=row["baseline"], value=value, origin=origin, of=of,
        error=row["error"] if is_fact else None, common=common, common_of=common_of,
        scored=row["scored"] if is_fact else None,
        case_words=_case(row["reason"], row["case_words"]) if is_fact else "",
        common_case=_case(row["common_reason"] or "", row["common_case"] or ""),
        members=row["members"], weight=row["weight"] if row["by_members"] else None,
    )  # fmt: skip


def _rule(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the share that was agreed with the members of a shared task."""
    rule: Mapping[str, Any] = row["rule"]
    return rule if row["share"] is None else {**rule, "share": str(row["share"])}


Best = tuple[Decimal | None, Decimal, str]


def _best(row: Mapping[str, Any], until: date) -> Best:
    """A measured value before a report of the same period; work never reported stands still."""
    fact, report = row["fact_period"], row["report_period"]
    if fact is not None and (report is None or fact >= report):
        value, of = _figure(row["fact_value"], row["yes"], row["whole"], row["measured_in"])
        return value, of, _origin(row)
    begun = row["kind"] in BEGUN and row["source"].startswith(REPORT)
    if report is None:
        if not begun or row["starts_on"] > until:
            return None, Decimal(1), NOT_MEASURED
        return _nothing_done(row), Decimal(1), NOT_REPORTED
    if row["kind"] == ProgressKind.MILESTONE:
        return row["reached"] or Decimal(0), row["milestones"] or Decimal(1), REPORTED
    return row["reported"], Decimal(1), REPORTED


def _nothing_done(row: Mapping[str, Any]) -> Decimal:
    baseline: Decimal = row["baseline"]
    return Decimal(0) if row["kind"] == ProgressKind.MILESTONE else baseline


def _figure(
    value: Decimal | None, yes: Decimal | None, whole: Decimal | None, measured_in: str
) -> tuple[Decimal | None, Decimal]:
    """A figure and of how much it is; so many of so many count in percent where that is said."""
    if whole is None or yes is None:
        return value, Decimal(1)
    return (yes * HUNDRED if measured_in == PERCENT else yes), whole


def _case(reason: str, case: str) -> str:
    """Why an owner took points, and what happened."""
    return f"{reason}（{case}）" if reason and case else reason or case


def _origin(row: Mapping[str, Any]) -> str:
    if row["fact_source"] is None:
        return ""
    source = MeasureSource.of(row["fact_source"])
    return f"{source.words}：{row['origin']}" if row["origin"] else source.words
