"""考评数据 written: what the product measured by itself, and what was handed in."""

from collections.abc import Sequence

from sqlalchemy import select

from backend.app.assessments.measures.own_measures import OwnFigure
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.models import MeasureFact
from backend.app.core import clock
from backend.app.core.db import db


def store_own_figures(figures: Sequence[OwnFigure]) -> int:
    """Those that changed; what stood before stays in sight. Safe to repeat."""
    return sum(_store_if_new(figure) for figure in figures)


def _store_if_new(figure: OwnFigure) -> bool:
    newest = db.session.scalar(
        select(MeasureFact)
        .where(
            MeasureFact.element_id == figure.element_id, MeasureFact.unit_id == figure.unit_id,
            MeasureFact.period == figure.period, MeasureFact.source == MeasureSource.OWN,
        )
        .order_by(MeasureFact.id.desc())
        .limit(1)
    )  # fmt: skip
    known = newest and (newest.value, newest.error, newest.origin)
    if known == (figure.value, figure.error, figure.origin):
        return False
    db.session.add(
        MeasureFact(
            county_id=figure.county_id, programme_id=figure.programme_id,
            element_id=figure.element_id, unit_id=figure.unit_id, period=figure.period,
            value=figure.value, error=figure.error, source=MeasureSource.OWN.value,
            origin=figure.origin, at=clock.now(),
        )
    )  # fmt: skip
    return True
