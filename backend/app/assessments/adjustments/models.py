"""Requests to be exempted: a pilot on record, with its risk and when it is stopped."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.states.adjustments import ExemptionState
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of


class ExemptionRequest(Model):
    """试点备案、容错申请: filed by one, decided by another; an approved one is claimed once.

    `filed_on` before `happened_on` gives back all that the target lost, afterwards half of it.
    """

    __tablename__ = "exemption_request"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint(one_of("state", ExemptionState), name="state"),
        CheckConstraint("starts_on <= ends_on", name="days"),
        CheckConstraint("decided_by_id <> filed_by_id", name="another_decides"),
        CheckConstraint(
            f"(state = '{ExemptionState.FILED}') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided",
        ),
        CheckConstraint(
            f"state <> '{ExemptionState.USED}' OR adjustment_id IS NOT NULL", name="used"
        ),
        CheckConstraint(
            "adjustment_id IS NULL OR (happened_on IS NOT NULL AND lawful AND decided_together"
            " AND no_private_gain AND stopped_in_time AND on_record)",
            name="conditions",
        ),
        # A target is exempted by one request at a time.
        Index(
            "uq_exemption_request_open", "target_id", unique=True,
            postgresql_where=text(
                one_of("state", {ExemptionState.FILED, ExemptionState.APPROVED,
                                 ExemptionState.USED})
            ),
        ),
        Index(None, "programme_id", "state"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"))
    pilot: Mapped[str] = mapped_column(String(80))
    goal: Mapped[str] = mapped_column(String(300))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    risk: Mapped[str] = mapped_column(String(300))
    stop_rule: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(10), server_default=ExemptionState.FILED.value)
    filed_on: Mapped[date]
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    filed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(200))
    # What came of it, once the exemption is claimed; the five conditions (三个区分开来).
    happened_on: Mapped[date | None]
    lawful: Mapped[bool] = mapped_column(server_default=text("false"))
    decided_together: Mapped[bool] = mapped_column(server_default=text("false"))
    no_private_gain: Mapped[bool] = mapped_column(server_default=text("false"))
    stopped_in_time: Mapped[bool] = mapped_column(server_default=text("false"))
    on_record: Mapped[bool] = mapped_column(server_default=text("false"))
    adjustment_id: Mapped[int | None] = mapped_column(ForeignKey("programme_adjustment.id"))
