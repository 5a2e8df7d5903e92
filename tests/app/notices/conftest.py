"""Somebody with an inbox, and a county that has a subscription template."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.app.core import clock as county_clock
from backend.app.core.db import transaction
from backend.app.core.settings import Settings
from backend.app.notices.operations import keep_subscriptions, notify
from backend.app.notices.templates import TICKET_MOVED
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.county import make_person
from tests.factories.moving_clock import MovingClock
from tests.wechat import messages
from tests.wechat.server import World

OPENID = "openid-reader"
VALUES = {
    "number": "610528-26-000123",
    "state": "办理中",
    "at": "2026-11-20 10:30",
    "words": "惠丰村 签收了",
}


@pytest.fixture
def reader(client: FlaskClient) -> Phone:
    return open_phone(client, make_person(OPENID))


@pytest.fixture
def template(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """The county has the template; gives its id."""
    known = replace(settings, wechat_template_ticket_moved=messages.TICKET_MOVED)
    monkeypatch.setitem(app.config, "SETTINGS", known)
    return messages.TICKET_MOVED


@pytest.fixture
def clock(stop_clock) -> MovingClock:
    return MovingClock(stop_clock, county_clock.now())


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.app.core.wechat.BUSY_PAUSE", 0)


def tell(*person_ids: int, **more: Any) -> None:
    """A ticket moved, with what tickets would say of it."""
    given = {
        "kind": "ticket",
        "title": "惠丰村 签收了",
        "words": "三天内答复您",
        "page": "/pages/tickets/detail/index?id=5",
        "subject_kind": "ticket",
        "subject_id": 5,
        "wechat": VALUES,
        "template": TICKET_MOVED.key,
        **more,
    }
    with transaction():
        notify(person_ids, **given)


def accept(person_id: int, times: int = 1) -> None:
    """The taps as our server hears of them."""
    for _ in range(times):
        with transaction():
            keep_subscriptions(person_id, [TICKET_MOVED.key])


@pytest.fixture
def wechat(world: World, app: Flask) -> World:
    """WeChat with a token already given out, so that faults hit the message alone."""
    app.extensions["wechat"].current_token()
    return world


@pytest.fixture
def post(reader: Phone, template: str, scalar: Any, wechat: World) -> Callable[[], int]:
    """An accept on both sides, and one message for it: its id in the outbox."""

    def make() -> int:
        accept(reader.person_id)
        wechat.messages.accept(OPENID)
        tell(reader.person_id)
        return scalar("SELECT max(id) FROM outbox_message")

    return make
