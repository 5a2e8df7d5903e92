"""颜色疑问: a unit asks within days, somebody else of the office answers, a value may be mended."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments.evaluation.errors import OwnQuery, QueryMoved, QueryUnknown
from backend.app.assessments.evaluation.operations import recompute_from
from backend.app.assessments.models import (
    ColourQuery,
    ProgrammeWindow,
    ReportReview,
    TargetReport,
    TargetStanding,
)
from backend.app.assessments.reports.errors import NotYourReview, NotYourUnit
from backend.app.assessments.reports.facts import (
    facts_of,
    is_below_nothing,
    is_office,
    works_for,
)
from backend.app.assessments.reports.window_operations import lock_window, tell_unit
from backend.app.assessments.reports.window_queries import find_window
from backend.app.assessments.reports.window_times import days_of
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import (
    ColourQueryState,
    ReportState,
    ReviewDecision,
    ReviewStep,
)
from backend.app.assessments.transitions import check_open
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.tickets.rules.queries import clock_of

LONGEST_WORDS = 300


def ask_until(window: ProgrammeWindow, days: int) -> datetime:
    """Until when a colour may be asked about: working days after the month's notice."""
    known = window.published_at or window.evaluated_at or clock.now()
    return clock_of(window.county_id).close_of_nth_day(known, days)


def ask_about_colour(actor: Actor, window_id: int, target_id: int, words: str) -> int:
    """Once for a target and period. Raises NotYourUnit, QueryMoved."""
    window = lock_window(window_id, shared=True)
    facts = facts_of(target_id)
    standing = db.session.get(TargetStanding, (target_id, window.period))
    if standing is None or standing.programme_id != window.programme_id:
        raise QueryUnknown
    if not works_for(scope_of(actor), facts.unit):
        raise NotYourUnit("只能对自己单位的颜色提疑问")
    days = days_of(facts.programme.content)
    if clock.now() > ask_until(window, days["query"]):
        raise QueryMoved
    due_at = clock_of(window.county_id).close_of_nth_day(clock.now(), days["query_answer"])
    query_id = db.session.scalar(
        insert(ColourQuery)
        .values(
            county_id=window.county_id, target_id=target_id, period=window.period,
            words=_checked(words, "words", "请写明哪里不对"), by_id=actor.person_id,
            at=clock.now(), due_at=due_at,
        )
        .on_conflict_do_nothing()
        .returning(ColourQuery.id)
    )  # fmt: skip
    if query_id is None:
        raise QueryMoved("这项这个月已经提过一次了")
    record("ask_about_colour", actor.person_id, "colour_query", query_id)
    return query_id


def answer_query(
    actor: Actor, query_id: int, answer: str, value: Decimal | None = None
) -> ColourQuery:
    """维持原色, or with a value 更正: the report is mended and colours are worked out anew.

    By neither who asked nor who of the office set the figure that stands.
    Raises QueryMoved, OwnQuery.
    """
    query = db.session.get(ColourQuery, query_id, with_for_update=True, populate_existing=True)
    if query is None or query.county_id != scope_of(actor).county_id:
        raise QueryUnknown
    facts = facts_of(query.target_id)
    if not is_office(actor, query.county_id, facts.unit):
        raise NotYourReview
    if query.state != ColourQueryState.OPEN:
        raise QueryMoved
    if is_below_nothing(value, facts.target.baseline):
        raise InvalidInput(errors={"value": ["更正后的数不能小于 0"]})
    if value is not None:
        check_open(facts.programme.id)
    report = _last_report(query)
    check_another_hand(actor, query.by_id, _judge_of(report), refusal=OwnQuery())
    query.answer = _checked(answer, "answer", "请写明理由")
    query.state = ColourQueryState.UPHELD if value is None else ColourQueryState.CORRECTED
    query.answered_by_id, query.answered_at = actor.person_id, clock.now()
    if value is not None:
        _correct(actor, query, report, value)
    decision = ColourQueryState.names()[query.state]
    record("answer_query", actor.person_id, "colour_query", query.id, decision=decision)
    db.session.flush()
    tell_unit(
        facts.unit.region_id, facts.unit.department_id, f"颜色疑问：{decision}", query.answer,
        f"colour_query:{query.id}", ("colour_query", query.id),
    )  # fmt: skip
    return query


def _checked(words: str, field: str, ask: str) -> str:
    if not 1 <= len(words.strip()) <= LONGEST_WORDS:
        raise InvalidInput(errors={field: [f"{ask}，最多 {LONGEST_WORDS} 个字"]})
    return words.strip()


def _last_report(query: ColourQuery) -> TargetReport | None:
    """The one whose value the colour came from."""
    rows = select(TargetReport).where(
        TargetReport.target_id == query.target_id, TargetReport.period <= query.period,
        TargetReport.state == ReportState.ACCEPTED,
    )  # fmt: skip
    return db.session.scalars(
        rows.order_by(TargetReport.period.desc()).limit(1).with_for_update()
    ).one_or_none()


def _judge_of(report: TargetReport | None) -> int | None:
    """Who passed or mended the figure last: that is whose judgement is doubted, nobody else's."""
    rows = select(ReportReview.by_id).where(
        ReportReview.report_id == (report.id if report else None),
        ReportReview.step == ReviewStep.OFFICE,
    )
    return db.session.scalar(rows.order_by(ReportReview.id.desc()).limit(1))


def _correct(
    actor: Actor, query: ColourQuery, report: TargetReport | None, value: Decimal
) -> None:  # fmt: skip
    if report is None or report.value is None:
        raise InvalidInput(errors={"value": ["这项没有已审的数可改，请维持原色或让单位下月补报"]})
    query.value_before, query.value_after = report.value, value
    report.value = value
    report.version += 1
    db.session.add(
        ReportReview(
            county_id=query.county_id, report_id=report.id, step=ReviewStep.OFFICE,
            decision=ReviewDecision.CHANGED, value_before=query.value_before, value_after=value,
            reason=query.answer, by_id=actor.person_id, at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    window = find_window(facts_of(query.target_id).programme.id, report.period)
    if window is not None:
        recompute_from(lock_window(window.id))
