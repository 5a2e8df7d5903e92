"""What came of parts and events: of each handling office, and of a county before and after.

Counted are tickets that carry a class. Time is by the clock, since a hole in the street waits by
night, too; what is not handled yet waits until the end of the time that is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.states import none_of
from backend.app.places.queries import townships_of
from backend.app.scoring.response_time import quantiles_of_waits
from backend.app.tickets.facts import DUE, TicketFacts
from backend.app.tickets.states import State

MEDIAN = 0.5
HOUR = Decimal(60)
TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")
# A case that was taken back, or goes on under another one, is none of anybody's.
CASE = (
    "k.city_class_id IS NOT NULL"
    f" AND {none_of('k.state', (State.WITHDRAWN, State.MERGED, State.DECLINED))}"
)
FOUND = text(
    f"""
    SELECT k.unit_region_id, k.unit_department_id,
           count(*) FILTER (WHERE k.channel = 'patrol')::int AS seen,
           count(*) FILTER (WHERE k.channel <> 'patrol')::int AS told
    FROM ticket k
    WHERE k.county_id = :county_id AND k.created_at >= :start AND k.created_at < :end AND {CASE}
    GROUP BY 1, 2
    """
)
ANSWERED = "t.answered_at >= :start AND t.answered_at < :end AND t.answered_at <= :stop"
MINUTES = "floor(extract(epoch FROM {end} - t.started_at) / 60)::int"
IN_TIME = f"{DUE} AND COALESCE(t.answered_at <= t.due_at, false)"
HANDLED = f"{DUE} AND COALESCE(t.answered_at <= :stop, false)"
AGAIN = (
    "EXISTS (SELECT FROM ticket_turn later"
    " WHERE later.ticket_id = t.ticket_id AND later.round > t.round)"
)
TURNS = text(
    f"""
    SELECT t.unit_region_id, t.unit_department_id,
           count(*) FILTER (WHERE {HANDLED})::int AS handled,
           count(*) FILTER (WHERE {DUE})::int AS due,
           count(*) FILTER (WHERE {IN_TIME})::int AS in_time,
           count(*) FILTER (WHERE {ANSWERED})::int AS answered,
           count(*) FILTER (WHERE {ANSWERED} AND {AGAIN})::int AS again,
           array_agg({MINUTES.format(end="t.answered_at")}) FILTER (WHERE {ANSWERED}) AS waits,
           array_agg({MINUTES.format(end="CAST(:stop AS timestamptz)")})
               FILTER (WHERE t.ended_at IS NULL AND t.started_at < :stop) AS open_waits
    FROM ticket_turn t JOIN ticket k ON k.id = t.ticket_id
    WHERE t.county_id = :county_id AND {CASE}
      AND num_nonnulls(t.unit_region_id, t.unit_department_id) = 1
      AND (t.due_at >= :start OR t.answered_at >= :start OR t.ended_at IS NULL)
    GROUP BY 1, 2
    """
)
COUNTY = text(
    f"""
    SELECT count(*)::int AS cases,
           count(*) FILTER (WHERE k.channel = 'patrol')::int AS seen,
           count(*) FILTER (WHERE {{done}})::int AS handled,
           array_agg(floor(extract(epoch FROM k.answered_at - k.created_at) / 60)::int)
               FILTER (WHERE {{done}}) AS waits,
           array_agg(floor(extract(epoch FROM CAST(:stop AS timestamptz) - k.created_at) / 60)::int)
               FILTER (WHERE NOT {{done}}) AS open_waits
    FROM ticket k
    WHERE k.county_id = :county_id AND k.created_at >= :start AND k.created_at < :stop AND {CASE}
    """.format(done="COALESCE(k.answered_at < :stop AND k.reply_result = 'done', false)")
)
HANDLED_IN = text(
    f"""
    SELECT count(*)::int FROM ticket k
    WHERE k.county_id = :county_id AND k.answered_at >= :start AND k.answered_at < :stop
      AND k.reply_result = 'done' AND {CASE}
    """
)


def office_cases(
    first: date, last: date, county_id: int, until: datetime
) -> dict[tuple[int | None, int | None], TicketFacts]:
    """By village, township or department, of what fell into the months from the first to the last.

    What lay with a village is its township's, too: whichever of them is the unit has it.
    """
    values = _span(first, last, until) | {"county_id": county_id}
    result: dict[tuple[int | None, int | None], TicketFacts] = {}
    for row in db.session.execute(FOUND, values):
        result[row.unit_region_id, row.unit_department_id] = TicketFacts(
            {"city_found": [row.seen, row.told]}
        )
    for row in db.session.execute(TURNS, values):
        facts = result.setdefault((row.unit_region_id, row.unit_department_id), TicketFacts({}))
        facts.counts |= {
            "city_handled": [row.handled, row.due - row.handled],
            "city_on_time": [row.in_time, row.due - row.in_time],
            "city_redone": [row.again, row.answered - row.again],
        }
        facts.waits, facts.open_waits = sorted(row.waits or ()), sorted(row.open_waits or ())
    _add_villages(result)
    return result


def _add_villages(result: dict[tuple[int | None, int | None], TicketFacts]) -> None:
    """To their townships, in place."""
    regions = {region for region, _ in result if region is not None}
    for village, township in townships_of(regions).items():
        if township and township != village:
            facts = result[village, None]
            whole = result.setdefault((township, None), TicketFacts({}))
            for name, counts in facts.counts.items():
                known = whole.counts.get(name, [0] * len(counts))
                whole.counts[name] = [sum(pair) for pair in zip(known, counts, strict=True)]
            whole.waits = sorted([*whole.waits, *facts.waits])
            whole.open_waits = sorted([*whole.open_waits, *facts.open_waits])


def _span(first: date, last: date, until: datetime) -> dict[str, Any]:
    start, end = clock.midnight(first), clock.midnight(clock.next_month(last))
    return {"start": start, "end": end, "stop": max(min(until, end), start)}


@dataclass(frozen=True)
class CityFigures:
    """The four numbers of some months; None where there is nothing to divide or wait for."""

    months: int
    cases: int
    seen: int
    handled: int
    handled_in_time_span: int
    hours: Decimal | None

    @property
    def discovery_rate(self) -> Decimal | None:
        return _percent(self.seen, self.cases)

    @property
    def handling_rate(self) -> Decimal | None:
        return _percent(self.handled, self.cases)

    @property
    def handled_a_month(self) -> Decimal:
        share = Decimal(self.handled_in_time_span) / self.months
        return share.quantize(TENTH, ROUND_HALF_UP)


def figures_of(county_id: int, first: date, last: date) -> CityFigures:
    """Of what was found from the first month to the last, as far as it is known by now."""
    span = _span(first, last, clock.now())
    values = {"county_id": county_id, "start": span["start"], "stop": span["stop"]}
    row = db.session.execute(COUNTY, values).one()
    handled: int = db.session.scalar(HANDLED_IN, values) or 0
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return CityFigures(
        months, row.cases, row.seen, row.handled, handled,
        _median_hours(row.waits or (), row.open_waits or ()),
    )  # fmt: skip


def _median_hours(waits: Sequence[int], open_waits: Sequence[int]) -> Decimal | None:
    minutes = quantiles_of_waits(sorted(waits), sorted(open_waits), (MEDIAN,))[0]
    if minutes is None:
        return None
    return (Decimal(int(minutes)) / HOUR).quantize(TENTH, ROUND_HALF_UP)


def _percent(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) * 100 / whole).quantize(HUNDREDTH, ROUND_HALF_UP) if whole else None
