"""The ticket itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import none_of, one_of
from backend.app.core.text_check import WordsState
from backend.app.scoring.levels import BEST, WORST
from backend.app.tickets.clocks.deadlines import Urgency
from backend.app.tickets.kinds import Channel, Outcome, TicketKind, Verdict
from backend.app.tickets.states import CLOSED, OPEN, RUNNING, WITH_UNIT, State

LISTED_AT = (
    "CASE WHEN channel = 'rating'"
    " THEN date_trunc('week', created_at AT TIME ZONE 'Asia/Shanghai')"
    " ELSE created_at AT TIME ZONE 'Asia/Shanghai' END"
)


class Ticket(Model):
    """One request of one person, from intake to the archive."""

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint(one_of("kind", TicketKind), name="kind"),
        CheckConstraint(one_of("channel", Channel), name="channel"),
        CheckConstraint(one_of("state", State), name="state"),
        CheckConstraint(one_of("urgency", Urgency), name="urgency"),
        CheckConstraint(one_of("words_state", WordsState), name="words_state"),
        CheckConstraint(one_of("verdict", Verdict), name="verdict"),
        CheckConstraint(one_of("outcome", Outcome), name="outcome"),
        CheckConstraint("unit_region_id IS NULL OR unit_department_id IS NULL", name="one_unit"),
        CheckConstraint(
            f"{none_of('state', WITH_UNIT)}"
            " OR num_nonnulls(unit_region_id, unit_department_id) = 1",
            name="handled_by_a_unit",
        ),
        # A complaint about somebody, or the call-back of a bad rating, lies with none of theirs.
        CheckConstraint(
            "unit_region_id IS NULL OR NOT unit_region_id = ANY(kept_from_regions)",
            name="not_to_those_it_is_about",
        ),
        CheckConstraint(
            "village_id IS NULL OR NOT (about_cadres OR channel = 'rating')"
            " OR village_id = ANY(kept_from_regions)",
            name="kept_from_its_village",
        ),
        CheckConstraint("words IS NOT NULL OR first_file_id IS NOT NULL", name="says_something"),
        CheckConstraint(f"handling_level BETWEEN {BEST} AND {WORST}", name="handling_level"),
        CheckConstraint(
            f"(closed_at IS NOT NULL) = ({one_of('state', CLOSED)})", name="closed_has_a_time"
        ),
        CheckConstraint("archived_at >= closed_at", name="archived_once_closed"),
        CheckConstraint(
            f"(state = '{State.MERGED}') <= (parent_id IS NOT NULL)", name="merged_into"
        ),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        CheckConstraint(
            "(channel IN ('phone', 'paper', 'patrol')) = (proxy_id IS NOT NULL)",
            name="proxy_is_named",
        ),
        # Nobody's name beside an anonymous ticket; its author comes back with a receipt.
        CheckConstraint(
            "(channel = 'anonymous') = (receipt IS NOT NULL)"
            " AND (receipt IS NULL OR (person_id IS NULL AND contact_sealed IS NULL))",
            name="anonymous",
        ),
        CheckConstraint("octet_length(receipt) = 32", name="receipt_size"),
        # A county's tickets have the county's own categories.
        ForeignKeyConstraint(
            ["county_id", "category_id"], ["ticket_category.county_id", "ticket_category.id"]
        ),
        ForeignKeyConstraint(
            ["county_id", "city_class_id"], ["city_class.county_id", "city_class.id"]
        ),
        # What is seen on a round is of a class, and nobody's request.
        CheckConstraint(
            f"channel <> '{Channel.PATROL}' OR (city_class_id IS NOT NULL AND person_id IS NULL)",
            name="patrol",
        ),
        UniqueConstraint("receipt"),
        UniqueConstraint("person_id", "idempotency_key"),
        Index(None, "person_id", "created_at", "id"),
        Index(None, "village_id", "created_at"),
        Index(None, "parent_id"),
        Index(None, "county_id", "listed_at", "id"),
        Index(None, "county_id", "answered_at"),
        Index(
            "ix_ticket_unit_region_open", "unit_region_id", "due_at",
            postgresql_where=text(f"{one_of('state', RUNNING | {State.WAITING})}"),
        ),
        Index(
            "ix_ticket_unit_department_open", "unit_department_id", "due_at",
            postgresql_where=text(f"{one_of('state', RUNNING | {State.WAITING})}"),
        ),
        Index(
            "ix_ticket_county_open", "county_id", "due_at",
            postgresql_where=text(one_of("state", OPEN)),
        ),
        Index("ix_ticket_county_state", "county_id", "state", "id"),
        Index("ix_ticket_unit_region", "unit_region_id", "id"),
        Index("ix_ticket_unit_department", "unit_department_id", "id"),
        Index(
            "ix_ticket_moderated", "county_id",
            postgresql_where=text(f"words_state = '{WordsState.MODERATED}'"),
        ),
        Index(
            "uq_ticket_source_number", "county_id", "source", "source_number", unique=True,
            postgresql_where=text(
                "source_number IS NOT NULL AND outcome IS DISTINCT FROM 'annulled'"
            ),
        ),
        Index(
            "ix_ticket_city_class", "county_id", "city_class_id",
            postgresql_where=text("city_class_id IS NOT NULL"),
        ),
        Index(
            "ix_ticket_source_number", "source_number",
            postgresql_ops={"source_number": "text_pattern_ops"},
            postgresql_where=text("source_number IS NOT NULL"),
        ),
        Index("ix_ticket_grams", "grams", postgresql_using="gin"),
        Index("ix_ticket_tags", "tags", postgresql_using="gin"),
        Index(
            "uq_ticket_rating", "rating_id", unique=True,
            postgresql_where=text("rating_id IS NOT NULL"),
        ),
        Index(
            "ix_ticket_answered", "answered_at",
            postgresql_where=text(f"state = '{State.ANSWERED}'"),
        ),
        Index(
            "ix_ticket_to_archive", "closed_at",
            postgresql_where=text("closed_at IS NOT NULL AND archived_at IS NULL"),
        ),
        Index(
            "ix_ticket_samples", "county_id", "id",
            postgresql_where=text("sampled AND checked_at IS NULL"),
        ),
    )  # fmt: skip

    # In order of arrival, a call-back's by chance.
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(20), unique=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    village_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    place_note: Mapped[str | None] = mapped_column(String(100))
    # Null for a caller or an anonymous author.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))
    category_id: Mapped[int | None] = mapped_column(BigInteger)
    # Of 数字化城管: the part or event that it is.
    city_class_id: Mapped[int | None] = mapped_column(BigInteger)
    urgency: Mapped[str] = mapped_column(String(10))
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(20)), server_default="{}")
    words: Mapped[str | None] = mapped_column(Text)
    words_state: Mapped[str] = mapped_column(String(12), server_default=WordsState.NONE)
    moderation_reason: Mapped[str | None] = mapped_column(String(40))
    # Every two letters that follow each other in the words: what the search index holds.
    grams: Mapped[list[str]] = mapped_column(ARRAY(String(2)), server_default="{}")
    first_file_id: Mapped[int | None] = mapped_column(BigInteger)
    confidential: Mapped[bool] = mapped_column(server_default=text("false"))
    about_cadres: Mapped[bool] = mapped_column(server_default=text("false"))
    # Whose people see nothing of it: villages and townships, and whoever worked there or is named.
    kept_from_regions: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    kept_from_people: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    contact_sealed: Mapped[bytes | None]
    # Of an anonymous ticket: what its receipt looks up, and the people its author hides among.
    receipt: Mapped[bytes | None]
    ballot_unit_id: Mapped[int | None] = mapped_column(ForeignKey("ballot_unit.id"))

    state: Mapped[str] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    round: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    reopened_by_author: Mapped[bool] = mapped_column(server_default=text("false"))
    unit_region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    unit_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))

    created_at: Mapped[datetime]
    # By which lists stand: the county's time of arrival, of a call-back its week.
    listed_at: Mapped[datetime] = mapped_column(DateTime, Computed(LISTED_AT, persisted=True))
    round_started_at: Mapped[datetime]
    # The citizen's clock: from receipt (`created_at`) or the reopening, by the hotline's own limit
    # where it gave one.
    citizen_due_at: Mapped[datetime]
    hotline_due_at: Mapped[datetime | None]
    # The clock of whom it lies with, the desk included: as in the running turn.
    assigned_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    sign_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    extra_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    answered_at: Mapped[datetime | None]
    call_back_due_at: Mapped[datetime | None]
    asked_again_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # Beside the state: what is filed keeps what came of it.
    archived_at: Mapped[datetime | None]
    # What the office says came of it; what the villager says, by the villager's own word only.
    reply_result: Mapped[str | None] = mapped_column(String(8))
    verdict: Mapped[str | None] = mapped_column(String(10))
    verdict_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(12))
    handling_level: Mapped[int | None] = mapped_column(SmallInteger)
    supervision_level: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))

    rating_id: Mapped[int | None] = mapped_column(ForeignKey("rating.id"))
    source: Mapped[str | None] = mapped_column(String(40))
    source_number: Mapped[str | None] = mapped_column(String(60))
    proxy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sampled: Mapped[bool] = mapped_column(server_default=text("false"))
    checked_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    check_result: Mapped[str | None] = mapped_column(String(10))
    idempotency_key: Mapped[UUID | None]
    request_digest: Mapped[bytes | None]
