"""A December dump against points, tallies and ledger: who answered in a unit?

A county of four units beside the one under attack: in one many answered, in one few, in one all,
and in one nobody, but somebody wrote a letter. The survey is counted and published; then the thief
takes a dump and reads who has points, in which order, and what is left of the counts. In every
unit he names as many people as answered there, by each way of reading. The control is the reward
as it was: turned in by name, so that the ledger has a row for whoever took part.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import text

from backend.app.ballots import queries as ballots
from backend.app.ballots import signing_keys
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.surveys import operations as rounds
from tests.attack import thief
from tests.attack.scene import Scene
from tests.factories.county import County, bind, make_county, make_person
from tests.factories.surveys import QUESTIONS, let_act, open_round

PEOPLE = 40
# How many of a unit answered; the last wrote a letter instead.
ANSWERED = (25, 3, 40, 0)
HIDDEN, LETTER = 1, 3
NAIVE = """
CREATE TABLE IF NOT EXISTS naive.reward (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id bigint NOT NULL,
    label text NOT NULL, at timestamptz NOT NULL DEFAULT now())
"""
ISSUE = text(
    "INSERT INTO ballot_issue (person_id, period, unit_id, blinded_digest)"
    " SELECT id, :period, :unit_id, sha256(id::text::bytea)"
    " FROM unnest(CAST(:people AS bigint[])) AS p (id) ORDER BY random()"
)
Rows = dict[str, list[thief.Row]]
Order = Callable[[Rows, str], list[int]]


@dataclass(frozen=True)
class Unit:
    """Everybody with a ballot, and those who took part."""

    id: int
    people: frozenset[int]
    took_part: frozenset[int]


def plunder(found: Scene) -> dict[str, Any]:
    """A month of another county, what the thief makes of it in December, and of the control."""
    county = make_county(villages=len(ANSWERED), code="610527", name="白水县")
    units = _play(county)
    _play_naive(found, units)
    tables = thief.dump(found)
    took_part = sum(len(unit.took_part) for unit in units)
    ways = {
        "people in the order of the ledger": _in_ledger,
        "people from the ledger's end": lambda rows, unit: _in_ledger(rows, unit)[::-1],
        "people in the order of their balances": _by_balance,
        "people in the order of their ballots": _by_ballot,
    }
    hidden = str(units[HIDDEN].id)
    return {
        "took_part": took_part,
        "by_chance": sum(len(unit.took_part) ** 2 / len(unit.people) for unit in units),
        "named": {name: _hits(units, tables, way) for name, way in ways.items()},
        "control": _hits(units, tables, _in_naive),
        "letter_named_in_the_control": _in_naive(tables, str(units[LETTER].id))
        == list(units[LETTER].took_part),
        "entries_of_quiet_units": sum(
            len(_in_ledger(tables, str(units[one].id))) for one in (HIDDEN, LETTER)
        ),
        "amounts": sorted({row["amount"] for row in _survey_entries(tables)}),
        "instants_a_unit": max(
            len({row["created_at"] for row in _survey_entries(tables, str(unit.id))})
            for unit in units
        ),
        "counts_of_the_hidden": sum(
            row["unit_id"] == hidden for row in tables.get("public.survey_tally", ())
        )
        + sum(
            row["unit_id"] == hidden and row["n"] != r"\N" for row in tables["public.survey_result"]
        ),
    }


def report(seen: dict[str, Any]) -> None:
    """For people."""
    total = seen["took_part"]
    print("People named as having taken part, from a dump after the publication:")
    for name, count in seen["named"].items():
        print(f"  {name:<50} {count:>3} of {total}")
    print(
        f"  {'the naive control, whoever turned a reward in':<50} {seen['control']:>3} of {total}"
    )
    print(f"By chance {seen['by_chance']:.0f} are right. Counts left of the hidden unit:"
          f" {seen['counts_of_the_hidden']}; entries of units that were not heard:"
          f" {seen['entries_of_quiet_units']}")  # fmt: skip


def _play(county: County) -> list[Unit]:
    """Ballots for all, answers of some, the close and the publication."""
    dice, now = random.Random(), clock.now()
    period = clock.month_of(clock.today())
    people = {village: [make_person() for _ in range(PEOPLE)] for village in county.village_ids}
    for village, neighbours in people.items():
        for person in neighbours:
            bind(person, county, village)
    let_act(county.id)
    with transaction():
        signing_keys.prepare_period(county.id, period)
    round_id = open_round(county.id, period, now - timedelta(days=1), now + timedelta(hours=1))
    unit_of = {
        village: unit
        for unit, villages in ballots.villages_of_units(county.id, period).items()
        for village in villages
    }
    db.session.rollback()
    made = []
    for village, answered in zip(county.village_ids, ANSWERED, strict=True):
        took_part = dice.sample(people[village], answered or 1)
        sheets = [[dice.randrange(5), [0], None] for _ in range(answered)]
        with transaction() as session:
            values = {"period": period, "unit_id": unit_of[village], "people": people[village]}
            session.execute(ISSUE, values)
            rounds.keep_counts(round_id, unit_of[village], QUESTIONS, sheets, "phone")
        made.append(Unit(unit_of[village], frozenset(people[village]), frozenset(took_part)))
    with clock.clock_at(now + timedelta(hours=2)):
        for act in (rounds.close_round, rounds.publish_round):
            with transaction():
                act(round_id)
    return made


def _play_naive(found: Scene, units: Sequence[Unit]) -> None:
    """Whoever answered or wrote turns a reward in by name a month later."""
    who = [person for unit in units for person in unit.took_part]
    random.Random().shuffle(who)
    with psycopg.connect(found.dsn, autocommit=True) as naive:
        naive.execute(NAIVE)
        for person in who:
            naive.execute(
                "INSERT INTO naive.reward (person_id, label) VALUES (%s, '匿名参与问卷')", [person]
            )


def _hits(units: Sequence[Unit], tables: Rows, way: Order) -> int:
    """In each unit as many people as took part there, the first that this way of reading names."""
    return sum(
        len(unit.took_part & set(way(tables, str(unit.id))[: len(unit.took_part)]))
        for unit in units
    )


def _survey_entries(tables: Rows, unit: str = "") -> list[thief.Row]:
    return [
        row
        for row in tables.get("public.points_entry", ())
        if row["cause_kind"] == "survey" and unit in ("", row["cause_id"])
    ]


def _in_ledger(tables: Rows, unit: str) -> list[int]:
    return [int(row["person_id"]) for row in _survey_entries(tables, unit)]


def _by_ballot(tables: Rows, unit: str) -> list[int]:
    rows = tables["public.ballot_issue"]
    return [int(row["person_id"]) for row in rows if row["unit_id"] == unit]


def _by_balance(tables: Rows, unit: str) -> list[int]:
    of_unit = set(_by_ballot(tables, unit))
    balances = [int(row["person_id"]) for row in tables["public.points_balance"]]
    return [person for person in balances if person in of_unit]


def _in_naive(tables: Rows, unit: str) -> list[int]:
    of_unit = set(_by_ballot(tables, unit))
    turned_in = [int(row["person_id"]) for row in tables["naive.reward"]]
    return [person for person in turned_in if person in of_unit]
