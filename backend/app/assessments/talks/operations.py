"""A talk is written down by either side, in own words; both together are the record."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend.app.access import Actor, Role
from backend.app.accounts.queries import staff_of
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments.models import FeedbackTalk
from backend.app.assessments.states.talks import TALK_TABLE, TalkKind, TalkSide, TalkState
from backend.app.assessments.talks.errors import TalkMoved, TalkUnknown
from backend.app.assessments.talks.models import LONGEST_TALK
from backend.app.assessments.talks.queries import AssessedPerson, get_person, quarters_begun
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, lock
from backend.app.core.errors import InvalidInput
from backend.app.notices.operations import notify


@dataclass(frozen=True)
class TalkDraft:
    """What one side writes; `is_confirmed`: that it was said so."""

    kind: str
    period: date
    words: str
    is_confirmed: bool


def write_talk(
    actor: Actor, county_id: int, unit_id: int, draft: TalkDraft, side: TalkSide
) -> FeedbackTalk:
    """Of one side. Raises TalkUnknown, TalkMoved, InvalidInput."""
    person, is_side = get_person(actor, county_id, unit_id)
    if is_side is not side:
        raise TalkUnknown
    _check(person, draft)
    lock("feedback_talk", unit_id)
    query = select(FeedbackTalk).where(
        FeedbackTalk.unit_id == unit_id, FeedbackTalk.kind == draft.kind,
        FeedbackTalk.period == draft.period,
    )  # fmt: skip
    talk = db.session.scalar(query.execution_options(populate_existing=True))
    state = TALK_TABLE.get((TalkState.of(talk.state) if talk else None, side))
    if state is None:
        raise TalkMoved
    if talk is None:
        talk = FeedbackTalk(
            county_id=county_id, programme_id=person.programme_id, unit_id=unit_id,
            kind=draft.kind, period=draft.period,
        )  # fmt: skip
        db.session.add(talk)
    other = talk.person_id if side is TalkSide.MANAGER else talk.manager_id
    check_another_hand(actor, other, refusal=TalkMoved("谈话的双方不能是同一个人"))
    talk.state = state.value
    for name, value in (
        ("id", actor.person_id), ("words", draft.words.strip()), ("at", clock.now()),
    ):  # fmt: skip
        setattr(talk, f"{side}_{name}", value)
    db.session.flush()
    record(
        "write_talk", actor.person_id, "assessed_unit", unit_id, kind=TalkKind.names()[draft.kind],
        month=f"{draft.period:%Y-%m}",
    )  # fmt: skip
    _tell_other_side(talk, person, side)
    return talk


def _tell_other_side(talk: FeedbackTalk, person: AssessedPerson, side: TalkSide) -> None:
    """Once, however often the first side writes anew."""
    kind = TalkKind.names()[talk.kind]
    if side is TalkSide.MANAGER:
        people = staff_of({Role.SUBJECT_STAFF}, subject_id=person.subject_id)
        title, words = "主管记录了和您的谈话", "请在「我的考核」里写下您的话"
    else:
        people = [talk.manager_id] if talk.manager_id else []
        title, words = f"{person.name}记录了谈话", "请在「反馈谈话」里看"
    state = "双方都记录了" if talk.state == TalkState.RECORDED else words
    notify(
        people, kind="assessment", title=title, words=f"{kind}：{state}。", page=None,
        subject_kind="assessed_unit", subject_id=person.id, dedup=f"talk:{talk.id}:{talk.state}",
    )  # fmt: skip


def _check(person: AssessedPerson, draft: TalkDraft) -> None:
    faults: dict[str, list[str]] = {}
    if draft.period not in quarters_begun(person.year):
        faults["period"] = [f"请选 {person.year} 年已经开始的季度"]
    elif draft.kind == TalkKind.AFTER and clock.month_of(clock.today()) <= draft.period:
        faults["period"] = ["这个季度还没有过完，过完再谈结果"]
    if not 1 <= len(draft.words.strip()) <= LONGEST_TALK:
        faults["words"] = [f"请写明谈了什么，最多 {LONGEST_TALK} 个字"]
    if not draft.is_confirmed:
        faults["confirmed"] = ["请确认写的就是谈话时说的"]
    if faults:
        raise InvalidInput(errors=faults)
