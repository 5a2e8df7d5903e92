"""Keeps the demo county alive: now and then a villager logs in, scans and rates, over HTTP."""

import json
import random
import secrets
import time
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from backend.app.accounts import consents
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.demo.assessed_examples import load_examples
from backend.demo.assessed_subjects import load_subjects
from backend.demo.assessed_templates import load_drafts
from backend.demo.assessments import assessed_years, load_assessment, tend_assessment
from backend.demo.city import load_city
from backend.demo.earlier import prepare_running_month
from backend.demo.surveys import Voter, plan_rounds, somebody_without_ballots
from backend.demo.tickets import SAID
from backend.demo.words import COMPLAINT, PRAISE
from backend.jobs.surveys import tend_rounds

# A county of fewer months is one for tests, which start whole counties.
LEAST_MONTHS = 3
SECONDS_BETWEEN = (4.0, 14.0)
BETWEEN_ASSESSMENTS = timedelta(hours=1)
TICKET_SHARE = 0.08
SURVEY_SHARE = 0.5
LEVEL_WEIGHTS = (46, 27, 18, 6, 3)
SOMEBODY = text(
    """
    SELECT p.openid, q.code, s.kind_code AS kind, b.village_id
    FROM binding b
    JOIN person p ON p.id = b.person_id AND p.openid LIKE 'demo-%-v%'
    JOIN service_point s ON s.village_id = b.village_id AND s.closed_on IS NULL
    JOIN qr_code q ON q.service_point_id = s.id AND q.revoked_at IS NULL
    WHERE b.county_id = :county_id AND b.ended_at IS NULL
    OFFSET floor(random() * (SELECT count(*) FROM binding WHERE county_id = :county_id)) LIMIT 1
    """
)


class Phone:
    """What the mini-program does, without a screen."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.token = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        request = urllib.request.Request(  # noqa: S310  our own address on this machine
            f"{self.base}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.token}",
                **headers,
            },
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    def log_in(self, openid: str) -> None:
        code = f"demo:{openid}:{secrets.token_hex(6)}"
        self.token = self.call(
            "POST", "/sessions", {"code": code, "consent": consents.VERSIONS[-1]}
        )["token"]

    def rate(self, code: str, kind: str) -> None:
        landing = self.call("GET", f"/codes/{code}")
        if not landing["may_rate"]:
            return
        level = random.choices(range(1, 6), LEVEL_WEIGHTS)[0]
        reasons = [reason["id"] for reason in landing["levels"][level - 1]["reasons"]]
        phrases = (PRAISE if level < 4 else COMPLAINT).get(kind, ("还可以",))
        body = {
            "scan_token": landing["scan_token"],
            "level": level,
            "reason_ids": random.sample(reasons, min(len(reasons), random.choice((0, 1, 2)))),
            "words": random.choice(phrases) if random.random() < 0.3 else None,
        }
        self.call("POST", "/ratings", body, **{"Idempotency-Key": str(uuid4())})

    def tell(self, village_id: int) -> None:
        """A few words about what does not work."""
        category = random.choice(sorted(SAID))
        words, _ = random.choice(SAID[category])
        body = {"kind": "help", "category": category, "words": words, "village_id": village_id}
        self.call("POST", "/tickets", body, **{"Idempotency-Key": str(uuid4())})


def answer_survey(base: str, anonymous: str, county_id: int) -> None:
    """Somebody answers this month's questions; nothing happens before the keys are made."""
    openid = somebody_without_ballots(county_id)
    if openid is None:
        return
    try:
        Voter(openid, base, anonymous, county_id).answer()
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return


def ask_questions(county_id: int) -> None:
    """The timetable would do it within ten minutes; whoever looks at a demo should not wait."""
    with transaction():
        plan_rounds(county_id, clock.now())
    tend_rounds()


def load_assessments(county_id: int, months: int) -> None:
    """Every assessment of the demo; a county of few months has none."""
    if months < LEAST_MONTHS:
        return
    load_city(county_id)
    for year in assessed_years():
        load_assessment(county_id, year)
        tend_assessment(county_id)
    load_subjects(county_id, assessed_years()[0])
    load_examples(county_id)
    load_drafts(county_id)


def live(base: str, anonymous: str, county_id: int, months: int) -> None:
    """Until stopped; a refusal or a restart of the server is part of life."""
    prepare_running_month(county_id)
    ask_questions(county_id)
    # Nobody waits for it: the county is open by now.
    load_assessments(county_id, months)
    tended = clock.now()
    while True:
        time.sleep(random.uniform(*SECONDS_BETWEEN))
        if clock.now() - tended > BETWEEN_ASSESSMENTS:
            tend_assessment(county_id, since=tended)
            tended = clock.now()
        ask_questions(county_id)
        if anonymous and random.random() < SURVEY_SHARE:
            answer_survey(base, anonymous, county_id)
        somebody = db.session.execute(SOMEBODY, {"county_id": county_id}).one_or_none()
        db.session.rollback()
        if somebody is None:
            continue
        phone = Phone(base)
        try:
            phone.log_in(somebody.openid)
            phone.rate(somebody.code, somebody.kind)
            if random.random() < TICKET_SHARE:
                phone.tell(somebody.village_id)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            continue
