"""数据映射: which column of another system's sheet is which element's figure."""

from sqlalchemy import select

from backend.app.assessments.models import FeedMapping
from backend.app.core.db import db
from backend.app.core.errors import NotFound

MOST_FIGURES = 8


def list_mappings(county_id: int) -> list[FeedMapping]:
    query = select(FeedMapping).where(FeedMapping.county_id == county_id)
    return list(db.session.scalars(query.order_by(FeedMapping.name)))


def get_mapping(mapping_id: int, county_id: int) -> FeedMapping:
    """Raises NotFound for another county's."""
    mapping = db.session.get(FeedMapping, mapping_id)
    if mapping is None or mapping.county_id != county_id:
        raise NotFound
    return mapping
