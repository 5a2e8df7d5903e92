"""A round before it is asked: drafted, saved as versions, checked, scheduled, taken back."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor
from backend.app.accounts.sql import join_person
from backend.app.ballots.anonymity_units import LEAST
from backend.app.ballots.signing_keys import has_units, period_name
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, fetch_named
from backend.app.core.errors import Conflict, InvalidInput, NotFound
from backend.app.surveys import validation
from backend.app.surveys.k_anonymity import small_units
from backend.app.surveys.models import SurveyRound, SurveyRoundVersion
from backend.app.surveys.round_files import village_kinds

MOST_MONTHS_AHEAD = 12
COMFORTABLE = timedelta(days=3)
VERSIONS = text(
    f"""
    SELECT v.version, v.content, v.saved_at, p.display_name AS saved_by
    FROM survey_round_version v LEFT {join_person("p", "v.saved_by_id")}
    WHERE v.round_id = :round_id ORDER BY v.version DESC
    """
)


def find_round(county_id: int, period: date) -> SurveyRound:
    """Raises NotFound."""
    survey_round = db.session.scalar(
        select(SurveyRound).where(SurveyRound.county_id == county_id, SurveyRound.period == period)
    )
    if survey_round is None:
        raise NotFound("这个月还没有问卷")
    return survey_round


def list_rounds(county_id: int) -> list[SurveyRound]:
    """The newest month first."""
    query = select(SurveyRound).where(SurveyRound.county_id == county_id)
    return list(db.session.scalars(query.order_by(SurveyRound.period.desc())))


class VersionLine(NamedTuple):
    """A version of a month's questions, when it was saved and by whom."""

    version: int
    content: dict[str, Any]
    saved_at: datetime
    saved_by: str | None


def list_versions(round_id: int) -> list[VersionLine]:
    """What was saved, the newest first."""
    return fetch_named(VersionLine, VERSIONS, {"round_id": round_id})


def usual_times(period: date) -> tuple[datetime, datetime]:
    """From eight in the morning of the first to six in the evening of the 25th.

    In a month that has begun from the next full hour on, and to its end where little is left.
    """
    next_hour = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    opens_at = max(clock.midnight(period) + timedelta(hours=8), next_hour)
    closes_at = clock.midnight(period.replace(day=25)) + timedelta(hours=18)
    if closes_at - opens_at < COMFORTABLE:
        closes_at = clock.midnight(clock.next_month(period)) - timedelta(minutes=1)
    return opens_at, closes_at


def create(actor: Actor, county_id: int, period: date, copy_of: date | None = None) -> SurveyRound:
    """A draft of a month, empty or with the questions of another one."""
    this_month = clock.month_of(clock.today())
    if not this_month <= period <= _later(this_month, MOST_MONTHS_AHEAD):
        raise InvalidInput(errors={"period": [f"只能排这个月到 {MOST_MONTHS_AHEAD} 个月以后的"]})
    opens_at, closes_at = usual_times(period)
    if closes_at - opens_at < validation.SHORTEST:
        raise InvalidInput(errors={"period": ["这个月只剩不到一天，来不及问了，请选下个月"]})
    source = find_round(county_id, copy_of) if copy_of else None
    survey_round = SurveyRound(
        county_id=county_id, period=period, title=f"{period.month} 月村民问卷",
        questionnaires=list(source.questionnaires) if source else [{"kind": None, "questions": []}],
        opens_at=opens_at, closes_at=closes_at, state="draft", version=0,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(survey_round)
    except IntegrityError:
        raise Conflict("这个月已经有问卷了") from None
    _keep_version(actor, survey_round)
    record("create_survey", actor.person_id, "survey", survey_round.id, month=period_name(period))
    return survey_round


def _later(month: date, months: int) -> date:
    for _ in range(months):
        month = clock.next_month(month)
    return month


def save(
    actor: Actor, county_id: int, period: date, version: int, edited_survey: validation.EditedSurvey
) -> SurveyRound:
    """A new version of a draft; raises InvalidInput naming every field at fault, or Conflict."""
    found = _lock(county_id, period)
    if found.state != "draft":
        raise Conflict("已经排期或开始了。没开始的先撤回再改，开始了的不能再改")
    if found.version != version:
        raise Conflict("刚才已有人存了新的一版。您写的还在下面，再按保存就会盖过那一版")
    checked = validation.check_round(period, edited_survey, village_kinds(county_id))
    found.title, found.questionnaires = checked.title, checked.questionnaires
    found.opens_at, found.closes_at = checked.opens_at, checked.closes_at
    _keep_version(actor, found)
    record("save_survey", actor.person_id, "survey", found.id, month=period_name(period))
    return found


def _lock(county_id: int, period: date) -> SurveyRound:
    found = find_round(county_id, period)
    locked = db.session.get(SurveyRound, found.id, with_for_update=True, populate_existing=True)
    if locked is None:
        raise NotFound
    return locked


def _keep_version(actor: Actor, survey_round: SurveyRound) -> None:
    survey_round.version += 1
    db.session.add(
        SurveyRoundVersion(
            round_id=survey_round.id, version=survey_round.version, saved_by_id=actor.person_id,
            saved_at=clock.now(),
            content={
                "title": survey_round.title,
                "questionnaires": survey_round.questionnaires,
                "opens_at": survey_round.opens_at.isoformat(),
                "closes_at": survey_round.closes_at.isoformat(),
            },
        )
    )  # fmt: skip
    db.session.flush()


def is_first_month(county_id: int, period: date) -> bool:
    """Whether a month began before it had keys: nobody has a ballot for it."""
    return period <= clock.month_of(clock.today()) and not has_units(county_id, period)


def schedule(actor: Actor, county_id: int, period: date) -> SurveyRound:
    """Lets the round open by itself; refused where somebody could not hide."""
    found = _lock(county_id, period)
    if found.state != "draft":
        raise Conflict
    validation.check_kept(found.questionnaires, found.opens_at)
    if is_first_month(county_id, period):
        raise Conflict("首月只收绑定：匿名票要提前领，这个月谁也没有票，下个月起才能问")
    small = small_units(county_id, period)
    if small:
        faults = [f"{unit.name}：只有 {unit.size} 人，不到 {LEAST} 人，藏不住" for unit in small]
        raise InvalidInput("有的单位人太少，不能开匿名问卷", errors={"units": faults})
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
    db.session.execute(delete(SurveyRoundVersion).where(SurveyRoundVersion.round_id == found.id))
    db.session.delete(found)
    record("delete_survey", actor.person_id, "survey", found.id, month=period_name(period))
