"""Shapes of the open interface of results: the columns of the open data, with what they mean."""

from typing import Any

from marshmallow import fields

from backend.app.assessments.publications.open_data import COLUMNS
from backend.app.core.web.schemas import Shape

WHOLE = frozenset({"year", "band", "number"})


def _rows(table: str, name: str) -> type[Any]:
    """A table of the open data as a list; figures are text, so that no digit is lost."""
    columns: dict[str, fields.Field[Any]] = {
        column: (fields.Integer if column in WHOLE else fields.String)(
            allow_none=True, required=True, metadata={"description": meaning}
        )
        for column, meaning in COLUMNS[table]
    }
    row = Shape.from_dict(columns, name=name)
    return Shape.from_dict(
        {"items": fields.List(fields.Nested(row), required=True)}, name=f"{name}s"
    )  # fmt: skip


class PublishedYearShape(Shape):
    programme = fields.Integer(required=True)
    title = fields.String(required=True)
    year = fields.Integer(required=True)
    published_at = fields.String(required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256 of the frozen copy"})


class YearsShape(Shape):
    items = fields.List(fields.Nested(PublishedYearShape), required=True)


UnitsShape = _rows("units", "OpenResultUnit")
LostShape = _rows("lost", "OpenLostPoint")
ResultCorrectionsShape = _rows("corrections", "OpenResultCorrection")
