"""Words of a survey: the county reads them first, then the village may."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from backend.app.access import Actor
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput
from backend.app.surveys.models import SurveyRound, SurveyText

MOST_AT_ONCE = 200
STATES = {"held": "待看", "shown": "已公布", "refused": "不公布"}


def list_texts(round_id: int, state: str) -> list[SurveyText]:
    """In the order of random ids."""
    query = select(SurveyText).where(SurveyText.round_id == round_id, SurveyText.state == state)
    return list(db.session.scalars(query.order_by(SurveyText.id).limit(MOST_AT_ONCE)))


def count_texts(round_id: int) -> dict[str, int]:
    found = dict.fromkeys(STATES, 0)
    for state in db.session.scalars(
        select(SurveyText.state).where(SurveyText.round_id == round_id)
    ):
        found[state] += 1
    return found


def decide(actor: Actor, found: SurveyRound, text_ids: Collection[UUID], show: bool) -> int:
    """Releases words or keeps them back; may be decided otherwise later. Returns how many."""
    if found.state not in ("closed", "published"):
        raise Conflict("还没截止,文字还在箱子里")
    rows = db.session.scalars(
        select(SurveyText).where(SurveyText.round_id == found.id, SurveyText.id.in_(text_ids))
    ).all()
    if not rows:
        raise InvalidInput(errors={"texts": ["请先勾选"]})
    for row in rows:
        row.state = "shown" if show else "refused"
    db.session.flush()
    record("review_survey_words", actor.person_id, "survey", found.id, count=len(rows), shown=show)
    return len(rows)
