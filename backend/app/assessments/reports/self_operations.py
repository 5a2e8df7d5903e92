"""年终自评: a unit confirms its year, target by target or all at once, until the tenth day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor
from backend.app.assessments import parties, transitions
from backend.app.assessments.models import AssessedUnit, Programme, SelfAssessment
from backend.app.assessments.reports.errors import NotYourUnit, WindowMoved
from backend.app.assessments.reports.self_queries import year_rows
from backend.app.assessments.reports.year_times import year_times_of
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import ProgrammeState
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput

LONGEST_WORDS = 300


@dataclass(frozen=True)
class YearLine:
    """What a unit says of one target's year; no value: as it is known."""

    target_id: int
    value: Decimal | None = None
    words: str = ""


def assessed_until(programme: Programme) -> datetime:
    """The close of the tenth working day after the year's last, or as the programme says."""
    return year_times_of(programme).self_due_at


def takes_self_assessment(programme: Programme) -> bool:
    """In January, or from the day on which the year's end was begun, until the tenth day."""
    has_begun = (
        programme.state == ProgrammeState.CLOSING
        or clock.today() >= date(programme.year + 1, 1, 1)
    )  # fmt: skip
    return has_begun and clock.now() < assessed_until(programme)


def confirm_year(actor: Actor, unit_id: int, lines: Sequence[YearLine]) -> int:
    """Whole: every target is confirmed, as it is known where no line says more.

    Raises NotYourUnit, WindowMoved, InvalidInput. May be done again until the last day.
    """
    unit = db.session.get(AssessedUnit, unit_id, with_for_update={"read": True})
    if unit is None or not parties.works_for(actor, unit):
        raise NotYourUnit
    programme = transitions.hold_under_way(unit.programme_id, scope_of(actor).county_id)
    if not takes_self_assessment(programme):
        raise WindowMoved("自评在次年 1 月、第十个工作日下班前填，现在不是时候")
    known = {row.target_id: row for row in year_rows(unit.id)}
    said = {line.target_id: line for line in lines}
    faults: dict[str, list[str]] = {}
    if not said.keys() <= known.keys():
        faults["value"] = ["有不是您单位的目标，请刷新后再填"]
    rows = []
    for target_id, row in known.items():
        line = said.get(target_id, YearLine(target_id))
        if len(line.words) > LONGEST_WORDS:
            faults[f"words_{target_id}"] = [f"「{row.name}」最多 {LONGEST_WORDS} 个字"]
        if line.value is not None and not row.is_own_figure:
            faults[f"value_{target_id}"] = [f"「{row.name}」自动取数，不用填"]
        value = row.known if line.value is None else line.value
        if value != row.known and not line.words.strip():
            faults[f"words_{target_id}"] = [f"「{row.name}」和已审的数不同，请说明"]
        rows.append(
            {
                "target_id": target_id, "county_id": unit.county_id,
                "programme_id": unit.programme_id, "unit_id": unit.id, "value": value,
                "known": row.known, "words": line.words.strip(),
                "said_by_id": actor.person_id, "said_at": clock.now(),
            }
        )  # fmt: skip
    if faults:
        raise InvalidInput(errors=faults)
    if rows:
        statement = insert(SelfAssessment)
        changed = ("value", "known", "words", "said_by_id", "said_at")
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["target_id"],
                set_={name: statement.excluded[name] for name in changed},
            ),
            rows,
        )
    record("confirm_year", actor.person_id, "assessed_unit", unit.id, count=len(rows))
    return len(rows)
