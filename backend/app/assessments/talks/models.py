"""What was said in a talk, by both."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import first_of_month
from backend.app.assessments.states.talks import TalkKind, TalkSide, TalkState
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of

LONGEST_TALK = 1000


def _written_where(side: TalkSide, *states: TalkState) -> str:
    columns = f"{side}_id, {side}_words, {side}_at"
    return (
        f"num_nonnulls({columns}) = CASE WHEN {one_of('state', states)} THEN 3 ELSE 0 END"
        f" AND {side}_words <> ''"
    )


class FeedbackTalk(Model):
    """反馈谈话: of one person and quarter, at most one of each kind; a trigger keeps the record."""

    __tablename__ = "feedback_talk"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint(one_of("kind", TalkKind), name="kind"),
        CheckConstraint(one_of("state", TalkState), name="state"),
        CheckConstraint(
            f"{first_of_month('period')} AND EXTRACT(MONTH FROM period) IN (3, 6, 9, 12)",
            name="quarter",
        ),
        CheckConstraint(
            _written_where(TalkSide.MANAGER, TalkState.RAISED, TalkState.RECORDED), name="manager"
        ),
        CheckConstraint(
            _written_where(TalkSide.PERSON, TalkState.ANSWERED, TalkState.RECORDED), name="person"
        ),
        CheckConstraint("manager_id <> person_id", name="two_sides"),
        UniqueConstraint("unit_id", "period", "kind"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(8))
    # The quarter's last month.
    period: Mapped[date]
    state: Mapped[str] = mapped_column(String(8))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    manager_words: Mapped[str | None] = mapped_column(String(LONGEST_TALK))
    manager_at: Mapped[datetime | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    person_words: Mapped[str | None] = mapped_column(String(LONGEST_TALK))
    person_at: Mapped[datetime | None]
