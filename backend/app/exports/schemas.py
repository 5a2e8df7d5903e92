"""Shapes of the open interface: the columns of the open data, with what they mean."""

from typing import Any

from marshmallow import fields

from backend.app.core.web.schemas import Shape
from backend.app.publications.open_data import COLUMNS

WHOLE = frozenset(
    {"few", "band", "rank_from", "rank_to", "ratings", "held", "found", "accepted", "done",
     "content", "number", "n"}
)  # fmt: skip


def row_shape(table: str, name: str) -> type[Any]:
    """One row of a table of the open data; figures are text, so that no digit is lost."""
    columns: dict[str, fields.Field[Any]] = {
        column: (fields.Integer if column in WHOLE else fields.String)(
            allow_none=True, required=True, metadata={"description": meaning}
        )
        for column, meaning in COLUMNS[table]
    }
    return Shape.from_dict(columns, name=name)


VillageRowShape = row_shape("villages", "OpenVillage")
IndicatorRowShape = row_shape("indicators", "OpenIndicator")
CorrectionRowShape = row_shape("corrections", "OpenCorrection")
DictionaryRowShape = row_shape("dictionary", "OpenColumn")


class PublishedMonthShape(Shape):
    month = fields.String(required=True)
    published_at = fields.String(required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256 of all its pages"})


class MonthsShape(Shape):
    county = fields.String(required=True)
    code = fields.String(required=True)
    licence = fields.String(required=True)
    items = fields.List(fields.Nested(PublishedMonthShape), required=True)


class VillagesQuery(Shape):
    after = fields.String(
        load_default="", validate=lambda text: len(text) <= 12,
        metadata={"description": "the last code of the page before", "maxLength": 12},
    )  # fmt: skip


class VillagesShape(Shape):
    month = fields.String(required=True)
    items = fields.List(fields.Nested(VillageRowShape), required=True)
    next = fields.String(
        allow_none=True, required=True, metadata={"description": "ask for it with ?after="}
    )


class VillageMonthShape(Shape):
    village = fields.Nested(VillageRowShape, required=True)
    indicators = fields.List(fields.Nested(IndicatorRowShape), required=True)
    corrections = fields.List(fields.Nested(CorrectionRowShape), required=True)


class CorrectionsShape(Shape):
    month = fields.String(required=True)
    items = fields.List(fields.Nested(CorrectionRowShape), required=True)


class DictionaryShape(Shape):
    items = fields.List(fields.Nested(DictionaryRowShape), required=True)
