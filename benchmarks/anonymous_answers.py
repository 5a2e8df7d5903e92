"""Anonymous answers against one bare INSERT on the same server; ballots, keys and the close."""

import base64
import json
import secrets
import time
from datetime import timedelta
from statistics import median
from typing import Any
from uuid import uuid4

from sqlalchemy import select, text

from backend.app.ballots import ballot_box, blind_signatures, box_keys, operations, signing_keys
from backend.app.ballots.models import SigningKey
from backend.app.core import clock
from backend.app.core.db import copy_rows, transaction
from backend.app.surveys import operations as rounds
from backend.app.surveys.answers import pad
from backend.demo.ballot import blind as hide
from backend.demo.ballot import finalize
from backend.local.surroundings import of_anonymous
from benchmarks.load import drive, request_bytes
from benchmarks.rating_submission import CREATE, bare_requests, checked
from benchmarks.surroundings import application, cpu_seconds, servers, web
from tests.factories.county import County, bind, make_county, make_person
from tests.factories.surveys import open_round

RUNS, REQUESTS, WORKERS, PEOPLE, KEYS, ANSWERS = 3, 600, 2, 100, 30, 100_000
ANONYMOUS = "backend.app.factory:create_anonymous_app"


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def answers(county: County, key: blind_signatures.BlindSigningKey, count: int) -> list[bytes]:
    """Requests of so many phones, each with a token of its own."""
    period = clock.month_of(clock.today())
    content: dict[str, Any] = json.loads(signing_keys.key_file(county.id, period))
    unit = next(one["unit"] for one in content["keys"] if one["use"] == "survey")
    ctx = blind_signatures.context("survey", signing_keys.period_name(period), unit)
    body = encoded(pad([1, [0], "多装几盏灯"]))
    made = []
    for _ in range(count):
        random = secrets.token_bytes(blind_signatures.RANDOM_PREFIX)
        hidden = hide(key.n, random + ctx)
        sent = {
            "kid": encoded(blind_signatures.key_id(ctx, key.n)),
            "r": encoded(random),
            "sig": encoded(finalize(key.n, hidden, blind_signatures.sign(key, hidden.blinded))),
            "body": body,
        }
        made.append(request_bytes("/anon/response", json.dumps(sent).encode(), {}))
    return made


class Round:
    """A county with an open round, whose survey key this program knows."""

    def __init__(self) -> None:
        self.county = make_county(villages=2)
        self.period = clock.month_of(clock.today())
        with transaction() as session:
            session.execute(text(CREATE))
            signing_keys.prepare_period(self.county.id, self.period)
            rows = session.scalars(select(SigningKey).where(SigningKey.use == "survey"))
            self.key = signing_keys.open_key(rows.one())
        now = clock.now()
        self.id = open_round(self.county.id, self.period, now, now + timedelta(hours=1))

    def issue_ballots(self) -> float:
        """Seconds a person."""
        people = [make_person() for _ in range(PEOPLE)]
        for person in people:
            bind(person, self.county)
        file: dict[str, Any] = json.loads(signing_keys.key_file(self.county.id, self.period))
        moduli = {key["use"]: int(key["n"], 16) for key in file["keys"]}
        uses = ("survey", "ticket", "ticket")
        blinded = [hide(moduli[use], secrets.token_bytes(32)).blinded for use in uses]
        began = time.perf_counter()
        earlier = clock.midnight(clock.previous_month(self.period))
        for person in people:
            with clock.clock_at(earlier), transaction():
                operations.issue_ballots(person, self.period, blinded[0], blinded[1:])
        return (time.perf_counter() - began) / PEOPLE

    def fill(self) -> None:
        """So many sealed answers in the box as a county of that size brings in a month."""
        with transaction() as session:
            kid = session.scalar(select(SigningKey.kid).where(SigningKey.use == "survey"))
            content, closing = (kid or b"") + pad([1, [0], None]), box_keys.turn(ballot_box.MONTH)
            rows = ((uuid4(), closing.encrypt(content)) for _ in range(ANSWERS))
            copy_rows("anonymous.box", ("id", "sealed"), rows)

    def close(self) -> float:
        with transaction() as session:
            session.execute(text("UPDATE survey_round SET closes_at = now()"))
        began = time.perf_counter()
        with transaction():
            rounds.close_round(self.id)
        return time.perf_counter() - began


def compare(asked: Round, environment: dict[str, str]) -> None:
    """Alternating runs against both servers."""
    theirs = of_anonymous(environment, "5b" * 32)
    ours, bare, cpu = [], [], []
    with (
        web(ANONYMOUS, theirs, WORKERS) as (port, pid),
        web("benchmarks.bare:app", environment, WORKERS) as (bare_port, _),
    ):
        for run in range(RUNS + 1):
            requests = answers(asked.county, asked.key, REQUESTS)
            before = cpu_seconds(pid)
            outcome = drive(port, requests)
            spent = (cpu_seconds(pid) - before) / REQUESTS * 1000
            plain = checked(drive(bare_port, bare_requests()[:REQUESTS]))
            if set(outcome.statuses) != {200}:
                raise SystemExit(f"unexpected answers: {outcome.statuses}")
            if run:
                ours.append(outcome.per_second)
                bare.append(plain.per_second)
                cpu.append(spent)
    ratios = [a / b for a, b in zip(ours, bare, strict=True)]
    print("anonymous answers against a bare Flask + psycopg INSERT (two workers each)")
    print(f"  ours {median(ours):8.0f}/s   {median(cpu):5.2f} CPU ms each (verify, seal, sign)")
    print(f"  bare {median(bare):8.0f}/s   ratio {median(ratios):.3f}")


def main() -> None:
    with servers() as environment, application(environment):
        began = time.perf_counter()
        for _ in range(KEYS):
            blind_signatures.generate()
        making = (time.perf_counter() - began) / KEYS
        asked = Round()
        issuing = asked.issue_ballots()
        compare(asked, environment)
        asked.fill()
        closing = asked.close()
    print(
        f"  ballots, three signatures: {issuing * 1000:.1f} ms each, {issuing * 500:.1f} s for 500"
    )
    print(f"  keys: {making * 1000:.0f} ms each, {making * 601:.0f} s for a month of 300 units")
    print(
        f"  close of {ANSWERS + (RUNS + 1) * REQUESTS} answers: {closing:.1f} s"
        f" ({closing / (ANSWERS + (RUNS + 1) * REQUESTS) * 1e6:.0f} µs each)"
    )


if __name__ == "__main__":
    main()
