"""Each message reaches WeChat once, whatever WeChat says and whoever dies on the way."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from redis.exceptions import ConnectionError as RedisAway
from structlog.testing import capture_logs

from backend.app.core.db import db, transaction
from backend.app.core.settings import Settings
from backend.app.core.wechat import WeChat
from backend.app.factory import create_app
from backend.app.notices.delivery import LOST_AFTER, TRY_FOR, deliver, sweep
from tests.app.notices.conftest import OPENID, accept, tell
from tests.app.ratings.conftest import Phone
from tests.factories.moving_clock import MovingClock
from tests.wechat.server import World, running

SEND = "/cgi-bin/message/subscribe/send"
STATE = "SELECT state FROM outbox_message WHERE id = :id"
Post = Callable[[], int]


@pytest.fixture
def row(scalar) -> Callable[[int, str], Any]:
    """One column of a message."""
    return lambda id_, column: scalar(f"SELECT {column} FROM outbox_message WHERE id = :i", i=id_)


def test_a_message_reaches_its_reader_with_its_fields_and_page(
    post: Post, wechat: World, row
) -> None:
    number = post()
    assert deliver(number) == "sent"
    [sent] = wechat.messages.sent
    assert sent["touser"] == OPENID
    assert sent["page"] == "pages/tickets/detail/index?id=5"
    assert {key: field["value"] for key, field in sent["data"].items()} == {
        "character_string1": "610528-26-000123",
        "phrase2": "办理中",
        "time3": "2026-11-20 10:30",
        "thing4": "惠丰村 签收了",
    }
    assert (row(number, "attempts"), row(number, "error_code")) == (1, None)
    assert row(number, "sent_at") is not None


def test_a_notice_without_a_page_leads_nowhere(
    reader: Phone, template: str, wechat: World, scalar
) -> None:
    accept(reader.person_id)
    wechat.messages.accept(OPENID)
    tell(reader.person_id, page=None)
    assert deliver(scalar("SELECT id FROM outbox_message")) == "sent"
    assert "page" not in wechat.messages.sent[0]


def test_a_message_is_not_sent_again(post: Post, wechat: World) -> None:
    number = post()
    assert [deliver(number), deliver(number)] == ["sent", None]
    assert (len(wechat.messages.sent), wechat.calls[SEND]) == (1, 1)


def test_an_unknown_message_is_nobodys(wechat: World) -> None:
    assert deliver(404) is None


def test_thirty_deliveries_at_once_send_once(post: Post, wechat: World, app: Flask) -> None:
    number = post()
    wechat.messages.accept(OPENID)
    start = Barrier(30)

    def one(_: int) -> str | None:
        with app.app_context():
            start.wait()
            try:
                return deliver(number)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(30) as pool:
        outcomes = list(pool.map(one, range(30)))
    assert sorted(map(str, outcomes)) == ["None"] * 29 + ["sent"]
    assert (len(wechat.messages.sent), wechat.calls[SEND]) == (1, 1)


def test_who_took_the_leave_back_in_wechat_is_not_asked_twice(
    post: Post, wechat: World, row
) -> None:
    number = post()
    wechat.messages.accepts.clear()
    with capture_logs() as logs:
        assert deliver(number) == "refused"
    assert row(number, "error_code") == 43101
    assert [line for line in logs if line["log_level"] == "error"] == []
    assert sweep() == []


@pytest.mark.parametrize("code", [40003, 40037, 41030, 43104, 43107, 45168, 47003])
def test_a_message_wechat_will_never_take_fails_at_once_and_alarms(
    post: Post, wechat: World, row, clock: MovingClock, code: int
) -> None:
    number = post()
    wechat.faults = [f"code:{code}"]
    with capture_logs() as logs:
        assert deliver(number) == "failed"
    assert row(number, "error_code") == code
    alarm = {"template": "ticket_moved", "errcode": code, "event": "message_refused"}
    assert [line for line in logs if line["log_level"] == "error"] == [
        {**alarm, "log_level": "error"}
    ]
    assert OPENID not in str(logs)
    clock.move(days=2)
    assert sweep() == []
    assert wechat.calls[SEND] == 1


def test_the_stand_in_itself_knows_strangers_and_templates(post: Post, wechat: World, row) -> None:
    first, second = post(), post()
    wechat.messages.strangers.add(OPENID)
    assert deliver(first) == "failed"
    wechat.messages.strangers.clear()
    wechat.messages.templates.clear()
    assert deliver(second) == "failed"
    assert [row(first, "error_code"), row(second, "error_code")] == [40003, 40037]


def test_a_reader_without_wechat_and_a_lost_template_fail_without_a_call(
    reader: Phone, post: Post, wechat: World, app: Flask, settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    first, second = post(), post()
    with transaction() as session:
        session.execute(db.text("UPDATE person SET openid = NULL"))
    assert deliver(first) == "failed"
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert deliver(second) == "failed"
    assert wechat.calls[SEND] == 0


def test_a_full_quota_is_waited_out_past_midnight(
    post: Post, wechat: World, row, clock: MovingClock
) -> None:
    number = post()
    wechat.always = "quota"
    assert deliver(number) == "queued"
    assert row(number, "error_code") == 45009
    assert deliver(number) is None
    clock.move(minutes=59)
    assert sweep() == []
    for _ in range(24):
        clock.move(hours=1)
        assert deliver(number) == "queued"
    wechat.always = ""
    clock.move(hours=1)
    assert sweep() == [number]
    assert deliver(number) == "sent"
    assert row(number, "error_code") is None


@pytest.mark.parametrize("fault", ["busy", "500"])
def test_pauses_grow_and_end_when_the_news_is_old(
    post: Post, wechat: World, row, clock: MovingClock, fault: str
) -> None:
    number = post()
    begun = clock.at
    wechat.always = fault
    pauses = []
    while deliver(number) == "queued":
        due = row(number, "next_try_at")
        pauses.append((due - clock.at).total_seconds() / 60)
        clock.at = due
    assert pauses == [1, 5, 30] + [120] * 12
    assert clock.at - begun <= TRY_FOR
    assert row(number, "state") == "failed"
    assert row(number, "error_code") == (-1 if fault == "busy" else None)
    assert wechat.messages.sent == []


def test_a_server_that_cannot_be_reached_is_tried_again(
    post: Post, app: Flask, settings: Settings, clock: MovingClock, wechat: World
) -> None:
    number = post()
    away = app.extensions["wechat"]
    away._base, right = "http://127.0.0.1:9", away._base
    assert deliver(number) == "queued"
    away._base = right
    clock.move(minutes=1)
    assert deliver(number) == "sent"


def test_without_a_token_nothing_was_asked_and_it_is_tried_again(
    post: Post, app: Flask, wechat: World, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = post()
    client = app.extensions["wechat"]
    client.session.delete(client.access_token_key)
    wechat.faults = ["not_json"]
    assert deliver(number) == "queued"
    clock.move(minutes=1)
    with monkeypatch.context() as patched:
        patched.setattr(client, "current_token", _redis_away)
        assert deliver(number) == "queued"
    clock.move(minutes=5)
    assert deliver(number) == "sent"


def _redis_away() -> str:
    raise RedisAway


@pytest.mark.parametrize("fault", ["done_but_silent", "not_json", "odd_code", "hang"])
def test_a_call_without_a_readable_answer_is_unknown_and_never_repeated(
    post: Post, wechat: World, app: Flask, clock: MovingClock, fault: str
) -> None:
    number = post()
    app.extensions["wechat"].timeout = (1, 0.3)
    wechat.messages.accept(OPENID)
    wechat.faults = [fault]
    assert deliver(number) == "unknown"
    clock.move(days=1)
    assert (sweep(), deliver(number)) == ([], None)
    assert wechat.calls[SEND] == 1
    assert len(wechat.messages.sent) == (1 if fault == "done_but_silent" else 0)


def test_a_rotated_token_costs_no_message(post: Post, wechat: World) -> None:
    number = post()
    wechat.rotate()
    assert deliver(number) == "sent"
    assert len(wechat.messages.sent) == 1


def _deliver_in_a_process_of_its_own(settings: Settings, base: str, number: int) -> None:
    app = create_app(replace(settings, wechat_api_base=base))
    with app.app_context():
        deliver(number)


def test_a_sender_killed_while_sending_leaves_a_message_that_is_never_sent_again(
    post: Post, app: Flask, wechat: World, row, clock: MovingClock, template: str
) -> None:
    number = post()
    wechat.messages.accept(OPENID)
    wechat.faults = ["hang"]
    with running(wechat) as base:
        sender = multiprocessing.get_context("spawn").Process(
            target=_deliver_in_a_process_of_its_own,
            args=(app.config["SETTINGS"], base, number),
        )
        sender.start()
        deadline = time.monotonic() + 60
        while not wechat.calls[SEND] and time.monotonic() < deadline:
            time.sleep(0.02)
        sender.kill()
        sender.join()
    assert row(number, "state") == "sending"
    assert (deliver(number), sweep()) == (None, [])
    clock.at += LOST_AFTER
    clock.move(minutes=1)
    with capture_logs() as logs:
        assert sweep() == []
    assert [line["event"] for line in logs] == ["messages_lost"]
    assert row(number, "state") == "unknown"
    assert (deliver(number), sweep()) == (None, [])
    assert wechat.calls[SEND] == 1


def test_the_sweep_leaves_alone_what_is_still_being_sent(
    post: Post, wechat: World, row, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = post()
    seen = []

    def sweep_meanwhile(*_: object) -> None:
        clock.at += LOST_AFTER
        seen.append((sweep(), row(number, "state")))

    monkeypatch.setattr(WeChat, "send_subscription", sweep_meanwhile)
    assert deliver(number) == "sent"
    assert seen == [([], "sending")]


def test_a_late_answer_is_believed_after_the_sweep_gave_up(
    post: Post, wechat: World, row, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = post()

    def slowly(*_: object) -> None:
        clock.move(minutes=11)
        sweep()
        assert row(number, "state") == "unknown"

    monkeypatch.setattr(WeChat, "send_subscription", slowly)
    assert deliver(number) == "sent"
    assert row(number, "state") == "sent"


def test_no_log_line_of_a_delivery_names_a_person(post: Post, wechat: World) -> None:
    with capture_logs() as logs:
        for fault in ("", "code:47003", "code:43101", "busy", "quota", "not_json"):
            number = post()
            wechat.always = fault
            deliver(number)
    told = str(logs)
    for secret in (OPENID, "610528-26-000123", wechat.token, wechat.app_secret):
        assert secret not in told
