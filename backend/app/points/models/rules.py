"""Rules as villagers voted them, by county or village; a change is a new version with its dates."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.points.states import ActivityState


class PointsRuleSet(Model):
    """积分办法: a draft until the villagers' vote is on record, then one version with its dates."""

    __tablename__ = "points_rule_set"
    __table_args__ = (
        UniqueConstraint("region_id", "version"),
        Index(
            "uq_points_rule_set_draft",
            "region_id",
            unique=True,
            postgresql_where=text("version IS NULL"),
        ),
        CheckConstraint(
            "version IS NULL OR (starts_on IS NOT NULL AND voted_on IS NOT NULL"
            " AND votes_yes IS NOT NULL AND votes_no IS NOT NULL AND votes_abstain IS NOT NULL"
            " AND minutes_key IS NOT NULL AND adopted_at IS NOT NULL)",
            name="adopted_by_vote",
        ),
        CheckConstraint("votes_yes > votes_no + votes_abstain", name="majority"),
        CheckConstraint("votes_no >= 0 AND votes_abstain >= 0", name="votes"),
        CheckConstraint("voted_on <= starts_on", name="voted_before"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        CheckConstraint("yearly_budget > 0", name="budget"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    version: Mapped[int | None] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(String(60))
    # What a draft holds; what was adopted lies in points_rule.
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    yearly_budget: Mapped[int]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    voted_on: Mapped[date | None]
    votes_yes: Mapped[int | None]
    votes_no: Mapped[int | None]
    votes_abstain: Mapped[int | None]
    minutes_key: Mapped[str | None] = mapped_column(String(80))
    minutes_name: Mapped[str | None] = mapped_column(String(120))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    adopted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    adopted_at: Mapped[datetime | None]


class PointsRule(Model):
    """What one act earns in a county or village, with its caps a day and a month.

    A village's rule for an act goes before its county's.
    """

    __tablename__ = "points_rule"
    __table_args__ = (
        UniqueConstraint("region_id", "code", "version"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("daily_cap > 0", name="daily_cap"),
        CheckConstraint("monthly_cap >= daily_cap", name="monthly_cap"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    # The rules IT sets when a county starts come from no vote.
    rule_set_id: Mapped[int | None] = mapped_column(ForeignKey("points_rule_set.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    code: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(SmallInteger)
    group_name: Mapped[str] = mapped_column(String(20), server_default="")
    label: Mapped[str] = mapped_column(String(60))
    amount: Mapped[int] = mapped_column(SmallInteger)
    daily_cap: Mapped[int] = mapped_column(SmallInteger)
    monthly_cap: Mapped[int] = mapped_column(SmallInteger)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class PointsDeed(Model):
    """A meeting or a day's volunteer work: entered by one, confirmed by another."""

    __tablename__ = "points_deed"
    __table_args__ = (
        CheckConstraint("decided_by_id <> entered_by_id", name="second_person"),
        CheckConstraint(
            f"(decided_at IS NULL) = (state = '{ActivityState.WAITING}')", name="decided"
        ),
        CheckConstraint(one_of("state", ActivityState), name="state"),
        Index(None, "county_id", "state", "id"),
        Index(None, "village_id", "id"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("points_rule.id"))
    happened_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None] = mapped_column(String(200))


class PointsDeedPerson(Model):
    """Who took part; one line each, which is the cause of one entry."""

    __tablename__ = "points_deed_person"
    __table_args__ = (
        UniqueConstraint("deed_id", "person_id"),
        Index(None, "person_id"),
    )

    id: Mapped[Id]
    deed_id: Mapped[int] = mapped_column(ForeignKey("points_deed.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
