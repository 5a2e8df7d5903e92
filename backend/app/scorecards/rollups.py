"""Townships and counties from the same facts as their villages."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import text

from backend.app.core.db import copy_rows, db
from backend.app.places.queries import townships_of
from backend.app.scorecards.facts import VillageFacts, sum_of
from backend.app.scorecards.score_json import indicators_json, points
from backend.app.scoring.month import UnitScore, score_month
from backend.app.scoring.schemes import Scheme

COLUMNS = (
    "region_id", "month", "county_id", "level", "villages", "total", "standard_error", "light",
    "indicators",
)  # fmt: skip
FORGET = text("DELETE FROM region_score WHERE month = :month AND county_id = ANY(:counties)")


def replace_rollups(
    month: date,
    county_ids: Collection[int],
    gathered: Sequence[VillageFacts],
    schemes: dict[int, tuple[int | None, Scheme]],
) -> None:
    """Writes every township and county of the month anew."""
    values = {"month": month, "counties": sorted(county_ids)}
    db.session.execute(FORGET, values)
    townships = townships_of([facts.village_id for facts in gathered])
    copy_rows("region_score", COLUMNS, _rows(month, gathered, townships, schemes))


def _rows(
    month: date,
    gathered: Sequence[VillageFacts],
    townships: dict[int, int],
    schemes: dict[int, tuple[int | None, Scheme]],
) -> Iterator[tuple[Any, ...]]:
    counties: dict[int, dict[int, list[VillageFacts]]] = {}
    for one in gathered:
        of_county = counties.setdefault(one.county_id, {})
        of_county.setdefault(townships[one.village_id], []).append(one)
    for county_id, of_county in counties.items():
        scheme = schemes[county_id][1]
        units = [sum_of(township_id, villages) for township_id, villages in of_county.items()]
        for score in score_month(units, scheme):
            yield _row(score, month, county_id, "township", len(of_county[score.unit]))
        whole = [one for villages in of_county.values() for one in villages]
        (score,) = score_month([sum_of(county_id, whole)], scheme)
        yield _row(score, month, county_id, "county", len(whole))


def _row(
    score: UnitScore, month: date, county_id: int, level: str, villages: int
) -> tuple[Any, ...]:
    return (
        score.unit, month, county_id, level, villages, points(score.total),
        round(score.error, 4), score.light.code, orjson.dumps(indicators_json(score)).decode(),
    )  # fmt: skip
