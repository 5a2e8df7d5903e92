"""A county with keys for this month, and phones that know how to ask."""

import base64
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from backend.app.core import calendar
from backend.app.core.db import transaction
from backend.app.surveys import blind, keys
from tests.app.ratings.conftest import Phone
from tests.app.surveys.phone import Hidden
from tests.app.surveys.phone import blind as hide
from tests.factories.county import County, make_county
from tests.factories.tickets import villager

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
PERIOD = date(2026, 11, 1)


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
    ctx = blind.context(use, keys.period_name(PERIOD), unit)
    random = secrets.token_bytes(blind.RANDOM_PREFIX)
    return Ballot(ctx, modulus, random, hide(modulus, random + ctx))


@pytest.fixture(scope="session")
def spare_keys() -> list[blind.SigningKey]:
    """Making keys costs; tests that need not know share a few."""
    return [blind.generate() for _ in range(3)]


@pytest.fixture
def county(app: object, monkeypatch: pytest.MonkeyPatch, spare_keys) -> County:
    made = make_county()
    turn = iter(range(10_000))
    monkeypatch.setattr(blind, "generate", lambda: spare_keys[next(turn) % len(spare_keys)])
    monkeypatch.setattr(calendar, "now", lambda: NOW)
    with transaction():
        keys.prepare_period(made.id, PERIOD)
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


def ask(phone: Phone, ballots: list[Ballot], period: str = "2026-11", **changes: Any) -> Any:
    blinded = [text_of(ballot.hidden.blinded) for ballot in ballots]
    body = {"period": period, "survey": blinded[0], "tickets": blinded[1:], **changes}
    return phone.call("POST", "/ballots", json=body)
