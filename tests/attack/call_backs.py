"""The rated cadre watches who comes to the counter and reads everything; who was unhappy?

He knows every visitor and the order in which they came. After each he looks at his phone, his
inbox, the village's page and the cases of lost points, and guesses.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core import calendar
from backend.app.core.calendar import COUNTY_ZONE
from backend.app.core.db import db
from backend.jobs import scorecards
from backend.jobs import tickets as ticket_jobs
from tests.app.ratings.conftest import open_phone
from tests.factories.county import County, bind, grant_role, make_county, make_person
from tests.factories.tickets import forget, make_offices

START = datetime(2026, 11, 2, 8, tzinfo=COUNTY_ZONE)
WEEKS, A_DAY, UNHAPPY = 3, 4, 18
LIVE = text("SELECT sum(level_4 + level_5) FROM rating_month_count WHERE village_id = :village_id")


@dataclass
class Seen:
    """What the cadre learnt, in people: those who were unhappy, and those each way names."""

    visitors: list[int]
    unhappy: set[int]
    named: dict[str, set[int]]

    def hits(self, way: str) -> int:
        return len(self.named[way] & self.unhappy)


def play(app: Flask, monkeypatch: Any, seed: int = 11) -> Seen:
    """Three weeks of visitors, every one of whom rates and some of whom are unhappy."""
    county = make_county()
    offices = make_offices(county)
    dice = random.Random(seed)
    count = WEEKS * 5 * A_DAY
    bad = set(dice.sample(range(count), UNHAPPY))
    reader = _Reader(app, county, offices.cadre_id)
    visitors: list[int] = []
    named: dict[str, set[int]] = {"watching his phone": set(), "watching live counters": set()}
    counted = 0
    for nth in range(count):
        day, turn = divmod(nth, A_DAY)
        came = START + timedelta(days=day + 2 * (day // 5), hours=1.5 * turn)
        if turn == 0:
            _morning(monkeypatch, came)
        # By one clock before and after, so that only what somebody did can differ.
        monkeypatch.setattr(calendar, "now", lambda at=came: at + timedelta(minutes=2))
        ticket_jobs.escalate_tickets()
        before = reader.everything()
        monkeypatch.setattr(calendar, "now", lambda at=came: at)
        person = make_person()
        bind(person, county)
        visitors.append(person)
        level = 5 if nth in bad else 1
        assert open_phone(app.test_client(), person).rate(county.code, level).status_code == 201
        forget()
        monkeypatch.setattr(calendar, "now", lambda at=came: at + timedelta(minutes=2))
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
    named["cases in the order of their names"] = _by_order(reader, visitors)
    return Seen(visitors, unhappy, named)


def _morning(monkeypatch: Any, day: datetime) -> None:
    """What the timetable does before the office opens."""
    early = day.replace(hour=7, minute=31)
    monkeypatch.setattr(calendar, "now", lambda: early)
    scorecards.recompute_nightly()
    ticket_jobs.call_back_ratings()
    if early.weekday() == 0:
        scorecards.show_week()
        ticket_jobs.open_mendings()
    forget()


def _by_order(reader: "_Reader", visitors: list[int]) -> set[int]:
    """If names counted up, the nth case of k would be near the nth part of the visitors."""
    cases = sorted(reader.cases())
    step = len(visitors) / max(len(cases), 1)
    ranked = {name: nth for nth, name in enumerate(cases)}
    return {visitors[int(ranked[name] * step)] for name in cases}


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

    def cases(self) -> list[str]:
        card = self._phone().call("GET", f"/cadre/villages/{self.village_id}/scorecard").json
        return [
            reason["case_id"]
            for one in card.get("indicators", ())
            for reason in one["reasons"]
            if reason["kind"] == "rating"
        ]
