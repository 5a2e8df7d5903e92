"""A county with keys for this month, and phones that know how to ask."""

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.app.ballots import blind_signatures, signing_keys
from backend.app.core import clock as county_clock
from backend.app.core.anonymous_settings import AnonymousSettings
from backend.app.core.db import transaction
from backend.app.core.settings import Settings
from backend.app.factory import create_anonymous_app
from backend.app.surveys import operations as rounds
from backend.app.surveys.answers import pad
from backend.demo.ballot import Hidden, finalize
from backend.demo.ballot import blind as hide
from tests.app.ratings.conftest import Phone
from tests.factories.county import County, make_county
from tests.factories.surveys import open_round
from tests.factories.tickets import Offices, make_offices, villager

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
EARLIER = datetime(2026, 10, 10, 4, tzinfo=UTC)
PERIOD = date(2026, 11, 1)
PEPPER = bytes(range(32))


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


@dataclass
class Ballot:
    """What a phone keeps until the server has signed."""

    ctx: bytes
    modulus: int
    random: bytes
    hidden: Hidden

    @property
    def message(self) -> bytes:
        return self.random + self.ctx


def new_ballot(use: str, unit: int, modulus: int) -> Ballot:
    ctx = blind_signatures.context(use, signing_keys.period_name(PERIOD), unit)
    random = secrets.token_bytes(blind_signatures.RANDOM_PREFIX)
    return Ballot(ctx, modulus, random, hide(modulus, random + ctx))


@pytest.fixture(scope="session")
def spare_keys() -> list[blind_signatures.BlindSigningKey]:
    """Making keys costs; tests that need not know share a few."""
    return [blind_signatures.generate() for _ in range(3)]


@pytest.fixture
def county(app: object, monkeypatch: pytest.MonkeyPatch, stop_clock, spare_keys) -> County:
    made = make_county()
    turn = iter(range(10_000))
    monkeypatch.setattr(
        blind_signatures, "generate", lambda: spare_keys[next(turn) % len(spare_keys)]
    )
    stop_clock(NOW)
    with transaction():
        signing_keys.prepare_period(made.id, PERIOD)
    return made


@pytest.fixture
def key_file(client: FlaskClient, county: County) -> dict[str, Any]:
    return client.get(f"/keys/{county.id}/2026-11.json").json


@pytest.fixture
def phone(client: FlaskClient, county: County) -> Phone:
    return villager(client, county)


def ballots_for(key_file: dict[str, Any]) -> list[Ballot]:
    """One for the survey and two for tickets, under the only unit's keys."""
    moduli = {key["use"]: int(key["n"], 16) for key in key_file["keys"]}
    unit = key_file["keys"][0]["unit"]
    return [new_ballot(use, unit, moduli[use]) for use in ("survey", "ticket", "ticket")]


@contextmanager
def clock(at: datetime) -> Iterator[None]:
    """The whole application stands at another instant for a while."""
    before = county_clock.now
    county_clock.now = lambda: at
    try:
        yield
    finally:
        county_clock.now = before


def ask(
    phone: Phone,
    ballots: list[Ballot],
    period: str = "2026-11",
    at: datetime = EARLIER,
    **changes: Any,
) -> Any:
    """Ballots are fetched in an earlier month than the one they are for."""
    blinded = [text_of(ballot.hidden.blinded) for ballot in ballots]
    body = {"period": period, "survey": blinded[0], "tickets": blinded[1:], **changes}
    with clock(at):
        return phone.call("POST", "/ballots", json=body)


def choose_paper(phone: Phone, period: str = "2026-11", at: datetime = EARLIER) -> Any:
    with clock(at):
        return phone.call("POST", "/ballots/paper", json={"period": period})


@pytest.fixture
def survey(county: County) -> int:
    """This month's open round; closes ten days from now."""
    return open_round(county.id, PERIOD, NOW - timedelta(days=1), NOW + timedelta(days=10))


@pytest.fixture(scope="session")
def anonymous_settings(settings: Settings) -> AnonymousSettings:
    url = settings.database_url.replace("postgres:", "village_voice_anonymous:").replace(
        "postgres@", "village_voice_anonymous@"
    )
    return AnonymousSettings(environment="test", database_url=url, peppers=(PEPPER,))


@pytest.fixture
def box(anonymous_settings: AnonymousSettings, survey: int) -> Iterator[FlaskClient]:
    """The anonymous application, connected as its own role."""
    application = create_anonymous_app(anonymous_settings)
    yield application.test_client(use_cookies=False)
    application.extensions["anonymous_engine"].dispose()


@dataclass
class Vote:
    """One villager's finished token and what is sent with it."""

    ballot: Ballot
    signature: bytes

    def request(self, answers: list[Any], **changes: Any) -> dict[str, Any]:
        parts: dict[str, Any] = {
            "kid": text_of(blind_signatures.key_id(self.ballot.ctx, self.ballot.modulus)),
            "r": text_of(self.ballot.random),
            "sig": text_of(self.signature),
            "body": text_of(pad(answers)),
        }
        return {**parts, **changes}


def get_vote(phone: Phone, key_file: dict[str, Any]) -> Vote:
    """Fetches ballots as a phone does, in an earlier month."""
    ballots = ballots_for(key_file)
    answer = ask(phone, ballots)
    assert answer.status_code == 200, answer.json
    first = ballots[0]
    signature = finalize(first.modulus, first.hidden, bytes_of(answer.json["survey"]))
    return Vote(first, signature)


def put(box: FlaskClient, request: dict[str, Any], **options: Any) -> Any:
    return box.post("/anon/response", json=request, **options)


@pytest.fixture
def offices(county) -> Offices:
    return make_offices(county)


@pytest.fixture
def desk(county, offices) -> int:
    """A county that takes anonymous tickets this month."""
    with transaction():
        assert rounds.open_ticket_desk(county.id)
    return county.id


@pytest.fixture
def door(anonymous_settings, desk):
    application = create_anonymous_app(anonymous_settings)
    yield application.test_client(use_cookies=False)
    application.extensions["anonymous_engine"].dispose()
