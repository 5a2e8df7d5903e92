"""Words of a survey: the county reads them first, then the village may.

Where fewer than ten answered in a unit its words are read without its name and never released.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select

from backend.app.access import Actor
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput
from backend.app.surveys.models import SurveyRound, SurveyText
from backend.app.surveys.operations import units_with_enough
from backend.app.surveys.states import TextState

PAGE = 100
FEW = "few"
STATES = {**TextState.names(), FEW: "人太少"}


def list_texts(round_id: int, state: str, page: int = 1) -> list[SurveyText]:
    """One page, in the order of random ids."""
    enough = SurveyText.unit_id.in_(units_with_enough(round_id))
    query = select(SurveyText).where(SurveyText.round_id == round_id)
    query = query.where(~enough) if state == FEW else query.where(enough, SurveyText.state == state)
    query = query.order_by(SurveyText.id).limit(PAGE).offset((page - 1) * PAGE)
    return list(db.session.scalars(query))


def count_texts(round_id: int) -> dict[str, int]:
    """How many are in each state; those of too few people by themselves."""
    enough = units_with_enough(round_id)
    found = dict.fromkeys(STATES, 0)
    rows = db.session.execute(
        select(SurveyText.unit_id, SurveyText.state, func.count())
        .where(SurveyText.round_id == round_id)
        .group_by(SurveyText.unit_id, SurveyText.state)
    )
    for unit_id, state, count in rows:
        found[state if unit_id in enough else FEW] += count
    return found


def decide(actor: Actor, found: SurveyRound, text_ids: Collection[UUID], show: bool) -> int:
    """Releases words or keeps them back; may be decided otherwise later. Returns how many."""
    if found.state not in ("closed", "published"):
        raise Conflict("还没截止，文字还在箱子里")
    rows = db.session.scalars(
        select(SurveyText).where(
            SurveyText.round_id == found.id, SurveyText.id.in_(text_ids),
            SurveyText.unit_id.in_(units_with_enough(found.id)),
        )
    ).all()  # fmt: skip
    if not rows:
        raise InvalidInput(errors={"texts": ["请先勾选"]})
    for row in rows:
        row.state = TextState.SHOWN if show else TextState.REFUSED
    db.session.flush()
    record("review_survey_words", actor.person_id, "survey", found.id, count=len(rows), shown=show)
    return len(rows)
