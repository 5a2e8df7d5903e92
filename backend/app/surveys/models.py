"""Who may ask for a ballot, and the keys ballots are signed with. Nothing here knows an answer."""

from datetime import date

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
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
