"""Imports, their rows, and what was said once of a source."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.imports.kinds import RowOutcome
from backend.app.imports.states import ImportState


class DataImport(Model):
    """One file that somebody handed in, from reading to undoing. The file itself is sealed."""

    __tablename__ = "data_import"
    __table_args__ = (
        CheckConstraint(one_of("state", ImportState), name="state"),
        CheckConstraint("0 <= done AND done <= total", name="progress"),
        Index(None, "county_id", "kind", "id"),
        Index("ix_data_import_kept", "made_at", postgresql_where=text("file_sealed IS NOT NULL")),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(40))
    params: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    done: Mapped[int] = mapped_column(server_default=text("0"))
    total: Mapped[int] = mapped_column(server_default=text("0"))
    fault: Mapped[str | None] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(120))
    # Null once its week is over.
    file_sealed: Mapped[bytes | None]
    sheet: Mapped[str | None] = mapped_column(String(60))
    # What the page says of the sheet: headings, other and hidden sheets, skipped lines.
    about_sheet: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    # Our columns by the heading of theirs.
    columns: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))
    choices_sealed: Mapped[bytes | None]
    questions_sealed: Mapped[bytes | None]
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class ImportRow(Model):
    """One row of the file: what it becomes or became, and how to take it back."""

    __tablename__ = "data_import_row"
    __table_args__ = (
        CheckConstraint(one_of("outcome", RowOutcome), name="outcome"),
        Index(None, "import_id", "line", unique=True),
        Index(None, "import_id", "outcome", "line"),
    )

    id: Mapped[Id]
    import_id: Mapped[int] = mapped_column(ForeignKey("data_import.id", ondelete="CASCADE"))
    line: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(8))
    is_late: Mapped[bool] = mapped_column(server_default=text("false"))
    # What it becomes, or why it is not taken.
    words: Mapped[list[str]] = mapped_column(ARRAY(String(200)))
    # Null once its week is over.
    cells_sealed: Mapped[bytes | None]
    is_applied: Mapped[bool] = mapped_column(server_default=text("false"))
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    before: Mapped[dict[str, Any] | None]


class ImportSource(Model):
    """How one source names its columns, and what was chosen for its words, kept between files."""

    __tablename__ = "data_import_source"

    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    columns: Mapped[dict[str, str]] = mapped_column(JSONB)
    choices: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB, server_default=text("'{}'"))
