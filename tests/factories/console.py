"""Somebody at the console: a browser with a session, or one that has to log in."""

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from backend.app.access import Role
from backend.app.accounts.logins.operations import create_login
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.sessions import SessionKind, open_session
from backend.app.core.web.guards import CONSOLE_COOKIE, csrf_token_for
from tests.factories.county import grant_role

PASSWORD = "correct horse 42"


@dataclass
class Desk:
    """A logged-in member of staff."""

    client: FlaskClient
    person_id: int
    token: str

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, **options)

    def post(self, path: str, /, **form: Any) -> Any:
        return self.client.post(path, data={"csrf_token": csrf_token_for(self.token), **form})


def make_staff(
    role: Role | None,
    region_id: int,
    username: str = "staff",
    must_change: bool = False,
    approves: bool = False,
) -> int:
    with transaction():
        person_id = create_login(
            username, f"{username}先生", PASSWORD, must_change, activated_how="slip"
        )
    if role is not None:
        grant_role(person_id, role, region_id, approves=approves)
    return person_id


def put_in_the_hand_of(by_id: int, person_id: int) -> None:
    """Somebody reset the account, and its owner has not activated it since."""
    with transaction() as session:
        session.execute(
            text("UPDATE console_login SET activated_at = NULL, activated_how = NULL,"
                 " reset_by_id = :by WHERE person_id = :id"),
            {"by": by_id, "id": person_id},
        )  # fmt: skip


def link_phone(person_id: int, phone_id: int) -> None:
    """The account's owner activated it by this WeChat user's phone."""
    with transaction() as session:
        session.execute(
            text("UPDATE console_login SET phone_person_id = :p WHERE person_id = :id"),
            {"p": phone_id, "id": person_id},
        )


def sit_down(client: FlaskClient, person_id: int, **data: Any) -> Desk:
    """Opens a finished console session without going through the log-in pages."""
    token = open_session(
        SessionKind.CONSOLE,
        person_id,
        clock.now().timestamp(),
        {"second_factor": True, "pending": None, **data},
    )
    client.set_cookie(CONSOLE_COOKIE, token, path="/console")
    return Desk(client, person_id, token)


def log_in(client: FlaskClient, username: str, password: str = PASSWORD, **query: str) -> Any:
    """Goes through the log-in page as a browser does."""
    page = client.get("/console/login", query_string=query)
    token = re.search(r'name="csrf_token" value="(\w+)"', page.text)[1]
    return client.post(
        "/console/login",
        query_string=query,
        data={"csrf_token": token, "username": username, "password": password},
    )


def as_shown(page: Any) -> str:
    """A page with white space as a browser shows it: one space, however the source is broken."""
    return " ".join(page.text.split())


def form_token(page: Any) -> str:
    return re.search(r'name="csrf_token" value="(\w+)"', page.text)[1]
