"""A subject's own page: its rating, what cost points with the case, and what is to be done."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from backend.app.access import Actor
from backend.app.assessments.models import (
    AssessedSubject,
    AssessedUnit,
    Programme,
    SubjectExit,
    SubjectRating,
    UnitResult,
)
from backend.app.assessments.states import ExitState, SubjectKind
from backend.app.assessments.subjects.errors import NotYourSubject
from backend.app.assessments.subjects.ledgers import SubjectLedger, ledgers_of
from backend.app.assessments.subjects.rating_queries import light_of, rolling_programmes
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.scoring.assessing.activity import QUIET_DAYS, is_quiet
from backend.app.scoring.assessing.rolling import RED
from backend.app.scoring.schemes import NO_DATA
from backend.app.scoring.totals import rounded

MOST_SHOWN = 5


def own_subjects(actor: Actor) -> list[AssessedSubject]:
    """Those that the reader runs."""
    ids = {grant.subject_id for grant in actor.grants if grant.subject_id is not None}
    query = select(AssessedSubject).where(AssessedSubject.id.in_(ids))
    return list(db.session.scalars(query.order_by(AssessedSubject.id)))


def chosen_subject(
    listed: Sequence[AssessedSubject], subject_id: int | None
) -> AssessedSubject | None:
    """The one that was asked for, else the first; raises NotYourSubject."""
    if subject_id is None:
        return listed[0] if listed else None
    subject = next((row for row in listed if row.id == subject_id), None)
    if subject is None:
        raise NotYourSubject
    return subject


def own_card(subject: AssessedSubject) -> dict[str, Any] | None:
    """Of the newest rolling programme that it is a unit of; None where there is none."""
    for programme in rolling_programmes(subject.county_id):
        query = select(AssessedUnit).where(
            AssessedUnit.programme_id == programme.id, AssessedUnit.subject_id == subject.id
        )
        unit = db.session.scalars(query).one_or_none()
        if unit is not None:
            return _card(subject, programme, unit.id)
    return None


def _card(subject: AssessedSubject, programme: Programme, unit_id: int) -> dict[str, Any]:
    query = select(SubjectRating).where(SubjectRating.unit_id == unit_id)
    ratings = list(db.session.scalars(query.order_by(SubjectRating.period)))
    latest = ratings[-1] if ratings else None
    light = light_of(latest.colour) if latest else NO_DATA
    key = {"programme_id": programme.id, "unit_id": unit_id}
    result = db.session.get(UnitResult, key)
    parts: Sequence[dict[str, Any]] = result.parts if result else ()
    lost = _lost(result)
    ledger = ledgers_of(subject.county_id, clock.today(), subject.id).get(subject.id)
    open_exit = _open_exit(subject.id)
    return {
        "id": subject.id, "name": subject.name, "programme": programme.title,
        "officer": subject.officer, "light": light,
        "month": f"{latest.period if latest else clock.month_of(clock.today()):%Y-%m}",
        "points": _text(latest.points) if latest else None,
        "activity": _activity(ledger), "exit": _exit_words(subject, open_exit),
        "items": [{"name": row["name"], "points": row["points"], "full": row["full"]}
                  for row in parts],
        "lost": lost, "todo": _todo(light.code, parts, lost, ledger),
        "months": [{"month": f"{row.period:%Y-%m}", "points": _text(row.points)}
                   for row in ratings[-12:]],
    }  # fmt: skip


def _text(points: Decimal | None) -> str | None:
    return None if points is None else f"{points}"


def _lost(result: UnitResult | None) -> list[dict[str, str]]:
    """What cost anything, the most first, each with its case."""
    if result is None:
        return []
    cost = [line for line in result.losses if Decimal(line["points"]) > 0]
    cost += [
        {"name": line["basis"] or "扣分", "words": line["words"],
         "points": f"{-Decimal(line['points'])}"}
        for line in result.moved if Decimal(line["points"]) < 0
    ]  # fmt: skip
    cost.sort(key=lambda line: -Decimal(line["points"]))
    return [{name: line[name] for name in ("name", "points", "words")} for line in cost]


def _activity(ledger: SubjectLedger | None) -> str | None:
    """Of shops and farms, which have ledgers."""
    if ledger is None or ledger.kind not in (SubjectKind.SHOP, SubjectKind.FARM):
        return None
    return f"{rounded(ledger.activity)}"


def _open_exit(subject_id: int) -> SubjectExit | None:
    query = select(SubjectExit).where(
        SubjectExit.subject_id == subject_id, SubjectExit.state == ExitState.PROPOSED
    )
    return db.session.scalars(query).one_or_none()


def _exit_words(subject: AssessedSubject, proposed: SubjectExit | None) -> str | None:
    if subject.exited_on is not None:
        return f"{subject.exited_on} 退出名单：{subject.exit_reason}。满十二个月可以回来。"
    if proposed is not None:
        return f"考核办提出退出名单，等另一个人审定：{proposed.words}。有不同意见，请找联系人。"
    return None


def _todo(
    colour: str, parts: Sequence[dict[str, Any]], lost: Sequence[dict[str, str]],
    ledger: SubjectLedger | None,
) -> list[str]:  # fmt: skip
    """What would help most, in plain words; nothing is to be filled in here."""
    listed = []
    if _activity(ledger) is not None and ledger is not None:
        days = [*(row.on for row in ledger.sales), *(row.on for row in ledger.purchases),
                *(row.on for row in ledger.applications)]  # fmt: skip
        if is_quiet(days, ledger.until):
            listed.append(f"{QUIET_DAYS} 天没有台账，活跃度按 0 算；请照常记账、实名买卖。")
    if colour == RED:
        listed.append("现在是红色；连续两次半年评价为红，要退出名单。")
    if lost:
        listed.append(f"先补「{lost[0]['name']}」，它丢分最多。")
    unknown = [row["name"] for row in parts if row["points"] is None]
    if unknown:
        more = f"等 {len(unknown)} 项" if len(unknown) > 2 else ""
        listed.append(f"「{'」「'.join(unknown[:2])}」{more}还没有数，可以问联系人什么时候来评。")
    return listed[:MOST_SHOWN]
