"""A round before it is asked: drafted, saved as versions, checked, scheduled, taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor
from backend.app.core import calendar
from backend.app.core.audit import record
from backend.app.core.calendar import local_day
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotFound
from backend.app.surveys.answers import QuestionKind
from backend.app.surveys.keys import BOUND, period_name
from backend.app.surveys.library import check_question
from backend.app.surveys.models import SurveyRound, SurveyRoundVersion
from backend.app.surveys.published import unit_name, units_of
from backend.app.surveys.questionnaires import FEWEST, MOST
from backend.app.surveys.rounds import next_month
from backend.app.surveys.units import LEAST, Village, merge_neighbours

LONGEST_TITLE = 20
MOST_MONTHS_AHEAD = 12
BOUND_OF_UNITS = text(
    """
    SELECT u.unit_id, count(b.person_id) AS bound
    FROM ballot_unit_village u JOIN ballot_unit p ON p.id = u.unit_id
    LEFT JOIN binding b ON b.village_id = u.village_id AND b.ended_at IS NULL
    WHERE p.county_id = :county_id AND p.period = :period GROUP BY u.unit_id
    """
)
NAMES_OF_VILLAGES = text("SELECT id, name FROM region WHERE id = ANY(:ids)")


@dataclass(frozen=True)
class Written:
    """What the editor's form says; questionnaires as the round keeps them."""

    title: str
    questionnaires: Sequence[Mapping[str, Any]]
    opens_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True)
class SmallUnit:
    """A unit in which nobody could hide, or a proposal that is large enough."""

    name: str
    bound: int


def find_round(county_id: int, period: date) -> SurveyRound:
    """Raises NotFound."""
    found = db.session.scalar(
        select(SurveyRound).where(SurveyRound.county_id == county_id, SurveyRound.period == period)
    )
    if found is None:
        raise NotFound("这个月还没有问卷")
    return found


def list_rounds(county_id: int) -> list[SurveyRound]:
    """The newest month first."""
    query = select(SurveyRound).where(SurveyRound.county_id == county_id)
    return list(db.session.scalars(query.order_by(SurveyRound.period.desc())))


def list_versions(round_id: int) -> list[SurveyRoundVersion]:
    """The newest first."""
    query = select(SurveyRoundVersion).where(SurveyRoundVersion.round_id == round_id)
    return list(db.session.scalars(query.order_by(SurveyRoundVersion.version.desc())))


def usual_times(period: date) -> tuple[datetime, datetime]:
    """From eight in the morning of the first to six in the evening of the 25th."""
    first = calendar.midnight(period) + timedelta(hours=8)
    return first, calendar.midnight(period.replace(day=25)) + timedelta(hours=18)


def create(actor: Actor, county_id: int, period: date, copy_of: date | None = None) -> SurveyRound:
    """A draft of a month, empty or with the questions of another one."""
    this_month = calendar.month_of(calendar.today())
    if not this_month <= period <= _later(this_month, MOST_MONTHS_AHEAD):
        raise InvalidInput(errors={"period": [f"只能排这个月到 {MOST_MONTHS_AHEAD} 个月以后的"]})
    source = find_round(county_id, copy_of) if copy_of else None
    opens_at, closes_at = usual_times(period)
    found = SurveyRound(
        county_id=county_id, period=period, title=f"{period.month} 月村民问卷",
        questionnaires=list(source.questionnaires) if source else [{"kind": None, "questions": []}],
        opens_at=opens_at, closes_at=closes_at, state="draft", version=0,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(found)
    except IntegrityError:
        raise Conflict("这个月已经有问卷了") from None
    _keep_version(actor, found)
    record("create_survey", actor.person_id, "survey", found.id, month=period_name(period))
    return found


def _later(month: date, months: int) -> date:
    for _ in range(months):
        month = next_month(month)
    return month


def save(actor: Actor, county_id: int, period: date, version: int, given: Written) -> SurveyRound:
    """A new version of a draft; raises InvalidInput naming each field, or Conflict."""
    found = _lock(county_id, period)
    if found.state != "draft":
        raise Conflict("已经排期或开始了。没开始的先撤回再改,开始了的不能再改")
    if found.version != version:
        raise Conflict
    found.title = _title(given.title)
    found.questionnaires = [_questionnaire(one) for one in given.questionnaires]
    found.opens_at, found.closes_at = _times(period, given)
    _keep_version(actor, found)
    record("save_survey", actor.person_id, "survey", found.id, month=period_name(period))
    return found


def _lock(county_id: int, period: date) -> SurveyRound:
    found = find_round(county_id, period)
    locked = db.session.get(SurveyRound, found.id, with_for_update=True, populate_existing=True)
    if locked is None:
        raise NotFound
    return locked


def _keep_version(actor: Actor, found: SurveyRound) -> None:
    found.version += 1
    db.session.add(
        SurveyRoundVersion(
            round_id=found.id, version=found.version, saved_by_id=actor.person_id,
            saved_at=calendar.now(),
            content={
                "title": found.title,
                "questionnaires": found.questionnaires,
                "opens_at": found.opens_at.isoformat(),
                "closes_at": found.closes_at.isoformat(),
            },
        )
    )  # fmt: skip
    db.session.flush()


def _title(given: str) -> str:
    title = given.strip()
    if not 0 < len(title) <= LONGEST_TITLE:
        raise InvalidInput(errors={"title": [f"标题写 1 到 {LONGEST_TITLE} 个字"]})
    return title


def _questionnaire(given: Mapping[str, Any]) -> dict[str, Any]:
    name = given["kind"] or "各村通用"
    questions = [
        check_question(one["kind"], one["words"], list(one["options"]), "questions")
        for one in given["questions"]
    ]
    if not FEWEST <= len(questions) <= MOST:
        raise InvalidInput(errors={"questions": [f"「{name}」应有 {FEWEST} 到 {MOST} 题"]})
    if all(question.kind is QuestionKind.TEXT for question in questions):
        raise InvalidInput(errors={"questions": [f"「{name}」至少要有一题是选择的"]})
    if len({question.words for question in questions}) != len(questions):
        raise InvalidInput(errors={"questions": [f"「{name}」有重复的题"]})
    return {"kind": given["kind"], "questions": [question.as_json() for question in questions]}


def _times(period: date, given: Written) -> tuple[datetime, datetime]:
    if given.opens_at is None or given.closes_at is None:
        raise InvalidInput(errors={"opens_at": ["请填开始和截止时间"]})
    for field, at in (("opens_at", given.opens_at), ("closes_at", given.closes_at)):
        if calendar.month_of(local_day(at)) != period:
            raise InvalidInput(errors={field: [f"应在 {period.year} 年 {period.month} 月里"]})
    if given.closes_at - given.opens_at < timedelta(days=1):
        raise InvalidInput(errors={"closes_at": ["至少开放一天,村民才来得及"]})
    return given.opens_at, given.closes_at


def schedule(actor: Actor, county_id: int, period: date) -> SurveyRound:
    """Lets the round open by itself; refused where somebody could not hide."""
    found = _lock(county_id, period)
    if found.state != "draft":
        raise Conflict
    for one in found.questionnaires:
        _questionnaire(one)
    if found.closes_at <= calendar.now() + timedelta(days=1):
        raise InvalidInput(errors={"closes_at": ["离截止不到一天了,请改截止时间"]})
    small = small_units(county_id, period)
    if small:
        faults = [f"{unit.name}:只有 {unit.bound} 人绑定,不到 {LEAST} 人,藏不住" for unit in small]
        raise InvalidInput("有的单位人太少,不能开匿名问卷", errors={"units": faults})
    found.state = "scheduled"
    db.session.flush()
    record("schedule_survey", actor.person_id, "survey", found.id, month=period_name(period))
    return found


def unschedule(actor: Actor, county_id: int, period: date) -> SurveyRound:
    """Back to a draft, while nobody has been asked."""
    found = _lock(county_id, period)
    if found.state != "scheduled":
        raise Conflict
    found.state = "draft"
    db.session.flush()
    record("unschedule_survey", actor.person_id, "survey", found.id, month=period_name(period))
    return found


def delete_draft(actor: Actor, county_id: int, period: date) -> None:
    """Forgets a draft that nobody was asked, with its versions."""
    found = _lock(county_id, period)
    if found.state != "draft":
        raise Conflict
    for version in list_versions(found.id):
        db.session.delete(version)
    db.session.flush()
    db.session.delete(found)
    record("delete_survey", actor.person_id, "survey", found.id, month=period_name(period))


def small_units(county_id: int, period: date) -> list[SmallUnit]:
    """The units too small to hide in: of the month's keys, or as they would be made now."""
    units = units_of(county_id, period)
    if not units:
        return [unit for unit in proposal(county_id) if unit.bound < LEAST]
    asked = {"county_id": county_id, "period": period}
    bound = {row.unit_id: row.bound for row in db.session.execute(BOUND_OF_UNITS, asked)}
    return [
        SmallUnit(unit_name(unit), bound.get(unit.unit_id, 0))
        for unit in units
        if bound.get(unit.unit_id, 0) < LEAST
    ]


def proposal(county_id: int) -> list[SmallUnit]:
    """The units that would be made of today's bindings: small villages with their neighbours."""
    villages = [Village(*row) for row in db.session.execute(BOUND, {"county_id": county_id})]
    size = {village.id: village.bound for village in villages}
    rows = db.session.execute(NAMES_OF_VILLAGES, {"ids": list(size)})
    names = {row.id: row.name for row in rows}
    return [
        SmallUnit("、".join(names[one] for one in unit), sum(size[one] for one in unit))
        for unit in merge_neighbours(villages)
    ]


def merges(county_id: int) -> list[SmallUnit]:
    """Of the proposal, what is put together."""
    return [unit for unit in proposal(county_id) if "、" in unit.name]
