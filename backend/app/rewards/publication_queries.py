"""Reads of published months of points, village by village."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text

from backend.app.core.db import fetch_named
from backend.app.places.sql import join_region, lies_within

PUBLICATIONS = text(
    f"""
    SELECT v.id AS village_id, v.name AS village, t.name AS township, p.id, p.month,
           p.published_at, p.digest, jsonb_array_length(p.content->'redemptions') AS redemptions,
           (SELECT count(*) FROM points_publication_correction c
            WHERE c.publication_id = p.id) AS corrections
    FROM points_publication p {join_region("v", "p.village_id")}
    {join_region("t", "v.township_id")}
    WHERE p.month = :month AND {lies_within("v", ":within")}
    ORDER BY v.code
    """
)


class PublishedPoints(NamedTuple):
    """A village's published month of points."""

    village_id: int
    village: str
    township: str
    id: int
    month: date
    published_at: datetime
    digest: bytes
    redemptions: int
    corrections: int


def list_publications(within: Collection[int], month: date) -> list[PublishedPoints]:
    return fetch_named(PublishedPoints, PUBLICATIONS, {"within": list(within), "month": month})
