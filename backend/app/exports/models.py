"""Files that staff asked for."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.exports.bulletins.periods import BulletinKind
from backend.app.exports.states import BulletinState, ExportState


class Export(Model):
    """One file: asked for, written in the background, kept seven days."""

    __tablename__ = "export"
    __table_args__ = (
        CheckConstraint(one_of("state", ExportState), name="state"),
        CheckConstraint("format IN ('xlsx', 'csv', 'pdf')", name="format"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint(
            f"(state = '{ExportState.DONE}') = (file_key IS NOT NULL)", name="done_has_a_file"
        ),
        Index(None, "requested_by_id", "id"),
        Index(None, "expires_at"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(30))
    format: Mapped[str] = mapped_column(String(4))
    month: Mapped[date]
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    # Those of the page it was asked from.
    filters: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    state: Mapped[str] = mapped_column(String(8))
    progress: Mapped[int] = mapped_column(SmallInteger)
    row_count: Mapped[int | None]
    file_key: Mapped[str | None] = mapped_column(String(80))
    file_name: Mapped[str] = mapped_column(String(120))
    failure: Mapped[str | None] = mapped_column(String(200))
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class Bulletin(Model):
    """周报送、月通报、季会议、年考核: asked for, written in the background, and kept.

    What it says is kept as `content`, so that its files can be written again to the same digits.
    """

    __tablename__ = "bulletin"
    __table_args__ = (
        CheckConstraint(one_of("kind", BulletinKind), name="kind"),
        CheckConstraint(one_of("state", BulletinState), name="state"),
        CheckConstraint("ends_on > starts_on", name="days"),
        CheckConstraint(
            f"(state = '{BulletinState.DONE}') = (content IS NOT NULL AND xlsx_key IS NOT NULL"
            " AND pdf_key IS NOT NULL)",
            name="done_has_files",
        ),
        Index("uq_bulletin_edition", "county_id", "kind", "starts_on", "edition", unique=True),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    kind: Mapped[str] = mapped_column(String(10))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    edition: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(120))
    content: Mapped[dict[str, Any] | None]
    xlsx_key: Mapped[str | None] = mapped_column(String(80))
    pdf_key: Mapped[str | None] = mapped_column(String(80))
    failure: Mapped[str | None] = mapped_column(String(200))
    # Null: the timetable did.
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
