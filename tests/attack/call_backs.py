"""The rated cadre watches who comes to the counter and reads everything; who was unhappy?

He knows every visitor and the order in which they came. After each he looks at his phone, his
inbox, the village's page and the cases of lost points, and guesses.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.db import db
from backend.app.scorecards.phone.public_cases import case_of
from backend.jobs import scorecards
from backend.jobs import tickets as ticket_jobs
from tests.app.ratings.conftest import open_phone
from tests.factories.county import County, bind, grant_role, make_person
from tests.factories.tickets import forget, make_offices

START = datetime(2026, 11, 2, 8, tzinfo=COUNTY_ZONE)
WEEKS, A_DAY, UNHAPPY = 3, 4, 18
COUNT = WEEKS * 5 * A_DAY
FIRST = text("SELECT min(id) FROM rating WHERE village_id = :village_id")
LIVE = text("SELECT sum(level_4 + level_5) FROM rating_month_count WHERE village_id = :village_id")


@dataclass
class Seen:
    """How many people each way of watching names, and how many of these were unhappy."""

    named: dict[str, int]
    right: dict[str, int]


def report(named: dict[str, int], right: dict[str, int]) -> None:
    """For people."""
    print(f"A rated cadre saw {COUNT} people come, of whom {UNHAPPY} were unhappy; he names:")
    for way, count in named.items():
        print(f"  {way:<50} {count:>3}, of whom {right[way]} were")
    print(f"By chance {UNHAPPY / COUNT:.0%} of those he names were."
          " Live counters and numbers, which nobody is shown, are the controls.")  # fmt: skip


def play(app: Flask, monkeypatch: Any, county: County, seed: int = 11) -> Seen:
    """Three weeks of visitors, every one of whom rates and some of whom are unhappy."""
    offices = make_offices(county, suffix="-call-backs")
    dice = random.Random(seed)
    bad = set(dice.sample(range(COUNT), UNHAPPY))
    reader = _Reader(app, county, offices.cadre_id)
    visitors: list[int] = []
    named: dict[str, set[int]] = {"watching his phone": set(), "watching live counters": set()}
    counted = 0
    for nth in range(COUNT):
        day, turn = divmod(nth, A_DAY)
        came = START + timedelta(days=day + 2 * (day // 5), hours=1.5 * turn)
        if turn == 0:
            _morning(monkeypatch, came)
        # By one clock before and after, so that only what somebody did can differ.
        monkeypatch.setattr(clock, "now", lambda at=came: at + timedelta(minutes=2))
        ticket_jobs.escalate_tickets()
        before = reader.everything()
        monkeypatch.setattr(clock, "now", lambda at=came: at)
        person = make_person()
        bind(person, county)
        visitors.append(person)
        level = 5 if nth in bad else 1
        assert open_phone(app.test_client(), person).rate(county.code, level).status_code == 201
        forget()
        monkeypatch.setattr(clock, "now", lambda at=came: at + timedelta(minutes=2))
        ticket_jobs.escalate_tickets()
        after = reader.everything()
        if after != before:
            named["watching his phone"].add(person)
        now = db.session.scalar(LIVE, {"village_id": county.village_ids[0]})
        forget()
        if now != counted:
            named["watching live counters"].add(person)
        counted = now
    unhappy = {visitors[nth] for nth in bad}
    cases = reader.cases()
    named["cases by their names"] = _by_number([one.int for one in cases], 0, 2**128, visitors)
    ids = [case[1] for one in cases if (case := case_of(one))]
    first = db.session.scalar(FIRST, {"village_id": county.village_ids[0]}) or 0
    named["cases by their numbers"] = _by_number(ids, first, COUNT, visitors)
    return Seen(
        {way: len(people) for way, people in named.items()},
        {way: len(people & unhappy) for way, people in named.items()},
    )


def _morning(monkeypatch: Any, day: datetime) -> None:
    """What the timetable does before the office opens."""
    early = day.replace(hour=7, minute=31)
    monkeypatch.setattr(clock, "now", lambda: early)
    scorecards.recompute_nightly()
    ticket_jobs.call_back_ratings()
    if early.weekday() == 0:
        scorecards.show_week()
        ticket_jobs.open_mendings()
    forget()


def _by_number(names: Sequence[int], least: int, span: int, visitors: list[int]) -> set[int]:
    """If names counted up from the least, each would say whose turn it was."""
    return {visitors[(name - least) * COUNT // span] for name in names}


class _Reader:
    """Everything a cadre's phone and the public pages show."""

    def __init__(self, app: Flask, county: County, cadre_id: int) -> None:
        self.app, self.village_id, self.cadre_id = app, county.village_ids[0], cadre_id
        grant_role(make_person(name="同事"), Role.CADRE, self.village_id)

    def _phone(self) -> Any:
        return open_phone(self.app.test_client(), self.cadre_id)

    def everything(self) -> list[str]:
        phone = self._phone()
        paths = [
            "/cadre/tickets", "/cadre/tickets?view=waiting", "/cadre/tickets?view=done",
            "/me/notices", "/objections", f"/villages/{self.village_id}/scorecard",
            f"/cadre/villages/{self.village_id}/scorecard",
        ]  # fmt: skip
        return [phone.call("GET", path).text for path in paths]

    def cases(self) -> list[UUID]:
        card = self._phone().call("GET", f"/cadre/villages/{self.village_id}/scorecard").json
        return [
            UUID(reason["case_id"])
            for one in card.get("indicators", ())
            for reason in one["reasons"]
            if reason["kind"] == "rating"
        ]
