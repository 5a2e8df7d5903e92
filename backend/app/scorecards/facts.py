"""A month's facts of every village: gathered from the features, kept, and read back to be scored.

What the kept rows hold is all that a score is made of. Their digest is that of their canonical
form, one line a village in the order of ids.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

import orjson
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import copy_rows, db, fetch_rows
from backend.app.ratings.facts import LevelFacts, counted_facts, level_facts
from backend.app.ratings.sql import is_rated
from backend.app.scorecards.models import MonthFact
from backend.app.scorecards.states import ObjectionState
from backend.app.scoring.catalog import cases_of
from backend.app.scoring.measuring import UnitFacts
from backend.app.surveys.facts import UnitSaid, survey_facts
from backend.app.tickets.facts import TicketFacts, ticket_facts

COLUMNS = (
    "village_id", "month", "county_id", "kind", "counts", "waits", "open_waits", "cases", "flagged",
)  # fmt: skip
# Every village that was open in the month has facts: nothing said is a value, not a gap.
VILLAGES = f"""
    SELECT v.id, v.county_id, v.kind
    FROM region v
    WHERE v.level = 'village' AND v.county_id = ANY(:counties) AND v.opened_on < :next_month
      AND (v.closed_on IS NULL OR v.closed_on >= :month
           OR {is_rated("v.id", ":month")})
    ORDER BY v.id
    """
IMPORTED = text(
    """
    SELECT village_id, source, yes, whole FROM imported_fact
    WHERE month = :month AND county_id = ANY(:counties)
    """
)
STRUCK = text(
    f"""
    SELECT village_id, case_kind, case_id FROM objection
    WHERE state = '{ObjectionState.UPHELD}' AND county_id = ANY(:counties) AND month = :month
    ORDER BY id
    """
)
FORGET = text("DELETE FROM month_fact WHERE month = :month AND county_id = ANY(:counties)")
KEPT = (
    "SELECT village_id, month, county_id, kind, counts::text, waits::text, open_waits::text,"
    " cases::text, flagged FROM month_fact"
    " WHERE month = :month AND county_id = ANY(:counties) ORDER BY village_id"
)
# Beside the cases: the survey's unit, whose counts all its villages carry.
UNIT = "survey_unit"
OF_UNIT = ("survey", "survey_people")
NOTHING_RATED = LevelFacts()
NO_TICKETS = TicketFacts({})


@dataclass(frozen=True)
class VillageFacts:
    """One row of month_fact."""

    village_id: int
    month: date
    county_id: int
    kind: str | None
    counts: dict[str, list[int]]
    waits: list[int]
    open_waits: list[int]
    cases: dict[str, list[int]]
    flagged: int

    def unit(self) -> UnitFacts:
        """As the pure core takes it."""
        return UnitFacts(self.village_id, self.kind, self.counts, self.waits, self.open_waits)

    def canonical(self) -> bytes:
        """The same bytes for the same facts, whoever writes them."""
        content = {
            "village": self.village_id, "month": f"{self.month:%Y-%m}", "kind": self.kind,
            "counts": self.counts, "waits": self.waits, "open_waits": self.open_waits,
            # The name is older than the word: digests of locked months are made with it.
            "cases": self.cases, "held": self.flagged,
        }  # fmt: skip
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


@dataclass(frozen=True)
class Elsewhere:
    """What a month's facts take from surveys, imports and upheld objections, by village."""

    surveys: dict[int, UnitSaid]
    imported: dict[int, dict[str, list[int]]]
    struck: dict[int, list[tuple[str, int]]]


Village = tuple[int, int, str | None]


def gather(
    month: date, county_ids: Collection[int], until: datetime, recount: bool = False
) -> list[VillageFacts]:
    """The facts as they are now, from counters, tickets, published surveys and imports.

    `until`: what is due later than then is not yet due. With `recount` the ratings themselves are
    counted, not their counters asked.
    """
    levels = (counted_facts if recount else level_facts)(month, county_ids)
    tickets = ticket_facts(month, county_ids, until)
    other = elsewhere(month, county_ids)
    result = []
    for village in open_villages(month, county_ids):
        village_id = village[0]
        facts = _village(
            village, month, levels.get(village_id, NOTHING_RATED),
            tickets.get(village_id, NO_TICKETS), other.surveys.get(village_id),
            other.imported.get(village_id, {}),
        )  # fmt: skip
        for case in other.struck.get(village_id, ()):
            facts = strike(facts, *case)
        result.append(facts)
    return result


def open_villages(month: date, county_ids: Collection[int]) -> list[Village]:
    """Id, county and kind of every village that has facts, by id."""
    values = {**_asked(month, county_ids), "next_month": clock.next_month(month)}
    return cast("list[Village]", fetch_rows(VILLAGES, values))


def elsewhere(month: date, county_ids: Collection[int]) -> Elsewhere:
    """What is neither a rating nor a ticket."""
    found = Elsewhere(survey_facts(month, county_ids), {}, {})
    asked = _asked(month, county_ids)
    for row in db.session.execute(IMPORTED, asked):
        of_village = found.imported.setdefault(row.village_id, {})
        of_village[row.source] = [row.yes, row.whole - row.yes]
    for row in db.session.execute(STRUCK, asked):
        found.struck.setdefault(row.village_id, []).append((row.case_kind, row.case_id))
    return found


def _asked(month: date, county_ids: Collection[int]) -> dict[str, Any]:
    return {"month": month, "counties": sorted(county_ids)}


def _village(
    village: Village,
    month: date,
    rated: LevelFacts,
    tickets: TicketFacts,
    survey: UnitSaid | None,
    imported: dict[str, list[int]],
) -> VillageFacts:
    counts, cases = {**tickets.counts, **imported}, dict(tickets.cases)
    if any(rated.levels):
        counts["levels"], counts["raters"] = rated.levels, [rated.raters]
    if rated.offline:
        counts["offline"] = [rated.offline]
    if survey is not None:
        # Neighbours that were asked together carry the same counts: who sums them must know.
        cases[UNIT], counts["survey"] = [survey.unit_id], survey.counts
        counts["survey_people"] = [survey.people]
    cases.update(rated.bad)
    village_id, county_id, kind = village
    return VillageFacts(
        village_id, month, county_id, kind, counts, tickets.waits, tickets.open_waits, cases,
        rated.flagged,
    )  # fmt: skip


def strike(facts: VillageFacts, case_kind: str, case_id: int) -> VillageFacts:
    """The facts without what one case cost; where it did not cost anything it stays."""
    counts = {name: list(values) for name, values in facts.counts.items()}
    cases = {name: list(ids) for name, ids in facts.cases.items()}
    for listed in cases_of(case_kind):
        while listed.place is not None and case_id in cases.get(listed.name, ()):
            cases[listed.name].remove(case_id)
            counts[listed.source][listed.place] -= 1
    waits, open_waits = list(facts.waits), list(facts.open_waits)
    for name, minutes in (("waits", waits), ("open_waits", open_waits)):
        while case_kind == "ticket" and case_id in cases.get(name, ()):
            del minutes[cases[name].index(case_id)]
            cases[name].remove(case_id)
    return replace(
        facts,
        counts={name: values for name, values in counts.items() if any(values)},
        cases={name: ids for name, ids in cases.items() if ids},
        waits=waits,
        open_waits=open_waits,
    )


def keep(month: date, county_ids: Collection[int], facts: Iterable[VillageFacts]) -> None:
    """Replaces the kept facts of these counties' month."""
    db.session.execute(FORGET, _asked(month, county_ids))
    copy_rows("month_fact", COLUMNS, _rows(facts))


def _rows(facts: Iterable[VillageFacts]) -> Iterator[tuple[Any, ...]]:
    for one in facts:
        yield (
            one.village_id, one.month, one.county_id, one.kind, orjson.dumps(one.counts).decode(),
            orjson.dumps(one.waits).decode(), orjson.dumps(one.open_waits).decode(),
            orjson.dumps(one.cases).decode(), one.flagged,
        )  # fmt: skip


def kept(month: date, county_ids: Collection[int]) -> list[VillageFacts]:
    """The facts as they were kept, by village."""
    loads = orjson.loads
    rows = fetch_rows(KEPT, _asked(month, county_ids))
    return [
        VillageFacts(
            village_id, of, county_id, kind, loads(counts), loads(waits), loads(open_waits),
            loads(cases), flagged,
        )
        for village_id, of, county_id, kind, counts, waits, open_waits, cases, flagged in rows
    ]  # fmt: skip


def facts_of(row: MonthFact) -> VillageFacts:
    """A kept row."""
    return VillageFacts(
        row.village_id, row.month, row.county_id, row.kind, row.counts, row.waits, row.open_waits,
        row.cases, row.flagged,
    )  # fmt: skip


def digest(facts: Iterable[VillageFacts]) -> bytes:
    """SHA-256 over the canonical lines, by village."""
    sha = hashlib.sha256()
    for fact in sorted(facts, key=lambda fact: fact.village_id):
        sha.update(fact.canonical() + b"\n")
    return sha.digest()


def sum_of(unit: int, facts: Iterable[VillageFacts]) -> UnitFacts:
    """Several villages, or months, as one unit: each answer of a shared survey counts once."""
    counts: dict[str, list[int]] = {}
    waits: list[int] = []
    open_waits: list[int] = []
    asked: set[int] = set()
    for fact in facts:
        together = fact.cases.get(UNIT, ())
        known = asked.issuperset(together) and together
        _add(counts, {k: v for k, v in fact.counts.items() if not (known and k in OF_UNIT)})
        asked.update(together)
        waits.extend(fact.waits)
        open_waits.extend(fact.open_waits)
    return UnitFacts(unit, None, counts, sorted(waits), sorted(open_waits))


def _add(sums: dict[str, list[int]], counts: Mapping[str, list[int]]) -> None:
    for name, values in counts.items():
        known = sums.setdefault(name, [0] * len(values))
        for place, value in enumerate(values):
            known[place] += value
