"""A villager with a phone: logs in, scans, rates."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from backend.app.core import clock
from backend.app.core.sessions import SessionKind, open_session
from tests.factories.county import County, make_county, make_person


@dataclass
class Phone:
    """Sends what the mini-program sends."""

    client: FlaskClient
    person_id: int
    token: str = field(repr=False)

    def call(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    def scan(self, code: str) -> dict[str, Any]:
        answer = self.call("GET", f"/codes/{code}")
        assert answer.status_code == 200, answer.json
        return answer.json

    def send(self, token: str, level: int = 1, key: str | None = None, **more: Any) -> Any:
        return self.call(
            "POST",
            "/ratings",
            headers={"Idempotency-Key": key or str(uuid4())},
            json={"scan_token": token, "level": level, **more},
        )

    def rate(self, code: str, level: int = 1, **more: Any) -> Any:
        return self.send(self.scan(code)["scan_token"], level, **more)


def open_phone(client: FlaskClient, person_id: int | None = None) -> Phone:
    person_id = person_id or make_person()
    token = open_session(SessionKind.APP, person_id, clock.now().timestamp())
    return Phone(client, person_id, token)


@pytest.fixture
def county(app: object) -> County:
    return make_county()


@pytest.fixture
def phone(client: FlaskClient, county: County) -> Phone:
    return open_phone(client)
