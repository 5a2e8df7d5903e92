"""Who may ask for a ballot, the keys it is signed with, and what is left of a round: counts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Model

FIRST_OF_MONTH = "EXTRACT(DAY FROM period) = 1"


class BallotUnit(Model):
    """A village, or neighbours put together until there are enough people to hide among."""

    __tablename__ = "ballot_unit"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="period"),
        Index(None, "county_id", "period"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    period: Mapped[date] = mapped_column(Date)


class BallotUnitVillage(Model):
    """Which unit a village belongs to in one period: exactly one."""

    __tablename__ = "ballot_unit_village"
    __table_args__ = (Index(None, "unit_id"),)

    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    period: Mapped[date] = mapped_column(Date, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"))


class SigningKey(Model):
    """One key for one period, unit and use; the reward's has no unit. Destroyed at the close."""

    __tablename__ = "ballot_signing_key"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="period"),
        CheckConstraint("use IN ('survey', 'ticket', 'reward')", name="use"),
        CheckConstraint("(use = 'reward') = (unit_id IS NULL)", name="unit"),
        CheckConstraint("octet_length(kid) = 32 AND octet_length(modulus) = 256", name="sizes"),
        UniqueConstraint("unit_id", "use"),
        Index(
            "uq_ballot_signing_key_reward", "county_id", "period", unique=True,
            postgresql_where=text("use = 'reward'"),
        ),
        Index(None, "county_id", "period"),
    )  # fmt: skip

    kid: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    period: Mapped[date] = mapped_column(Date)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("ballot_unit.id"))
    use: Mapped[str] = mapped_column(String(6))
    modulus: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_private: Mapped[bytes | None] = mapped_column(LargeBinary)


class BallotIssue(Model):
    """Somebody fetched this month's ballots: once, without an instant and without a key's name."""

    __tablename__ = "ballot_issue"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="period"),
        CheckConstraint("octet_length(blinded_digest) = 32", name="sizes"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    period: Mapped[date] = mapped_column(Date, primary_key=True)
    # The same request sent again is answered again; another one is a second ballot and is not.
    blinded_digest: Mapped[bytes] = mapped_column(LargeBinary)


class SurveyRound(Model):
    """One month's questions of a county; once closed it never opens again."""

    __tablename__ = "survey_round"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="period"),
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        UniqueConstraint("county_id", "period"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    period: Mapped[date] = mapped_column(Date)
    title: Mapped[str] = mapped_column(String(40))
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    closes_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(String(8), server_default="open")


class SurveyTally(Model):
    """How many chose each option of a question, in one unit. No row of any person exists."""

    __tablename__ = "survey_tally"

    round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"), primary_key=True)
    question: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    counts: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class SurveyText(Model):
    """Words somebody left, detached from every other answer; the county reads them first."""

    __tablename__ = "survey_text"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'shown', 'refused')", name="state"),
        Index(None, "round_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"))
    question: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), server_default="held")
