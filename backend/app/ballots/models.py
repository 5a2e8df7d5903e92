"""Who may ask for a ballot, and the keys it is signed with."""

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model

FIRST_OF_MONTH = "EXTRACT(DAY FROM period) = 1"


class BallotUnit(Model):
    """A village, or neighbours put together until there are enough people to hide among."""

    __tablename__ = "ballot_unit"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="period"),
        CheckConstraint("size >= 0", name="size"),
        Index(None, "county_id", "period"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    period: Mapped[date]
    # As they were when the keys were made: both stand in the key file, whose bytes never change.
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int]


class BallotUnitVillage(Model):
    """Which unit a village belongs to in one period: exactly one."""

    __tablename__ = "ballot_unit_village"
    __table_args__ = (Index(None, "unit_id"),)

    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    period: Mapped[date] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"))


class SigningKey(Model):
    """One key for one period, unit and use. Its private half is destroyed at the close."""

    __tablename__ = "ballot_signing_key"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="period"),
        CheckConstraint("use IN ('survey', 'ticket')", name="use"),
        CheckConstraint("octet_length(kid) = 32 AND octet_length(modulus) = 256", name="sizes"),
        UniqueConstraint("unit_id", "use"),
        Index(None, "county_id", "period"),
    )

    kid: Mapped[bytes] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    period: Mapped[date]
    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"))
    use: Mapped[str] = mapped_column(String(6))
    modulus: Mapped[bytes]
    sealed_private: Mapped[bytes | None]


class BallotIssue(Model):
    """Somebody fetched ballots of a month: once, without an instant and without a key's name."""

    __tablename__ = "ballot_issue"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="period"),
        CheckConstraint("octet_length(blinded_digest) = 32", name="sizes"),
        Index(None, "unit_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    period: Mapped[date] = mapped_column(primary_key=True)
    # The unit whose survey it is for: somebody who moves meanwhile still votes there.
    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"))
    # The same request sent again is answered again; another one is a second ballot and is not.
    blinded_digest: Mapped[bytes]
    on_paper: Mapped[bool] = mapped_column(server_default=text("false"))
