"""The two jobs of the outbox, through real queues and a worker."""

import signal
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from backend.app.core import clock as county_clock
from backend.app.core.queue import JobName, QueueName, queue, send
from backend.jobs import worker
from backend.jobs.schedule import send_due
from tests.app.notices.conftest import OPENID, accept, tell
from tests.factories.county import make_person
from tests.factories.moving_clock import MovingClock
from tests.factories.worker import work_off
from tests.wechat import messages
from tests.wechat.server import World


@pytest.fixture
def reader_id(app: Flask, settings, world: World, monkeypatch: pytest.MonkeyPatch) -> int:
    """Somebody who allowed two messages of a template the county has."""
    known = {**settings.__dict__, "wechat_template_ticket_moved": messages.TICKET_MOVED}
    monkeypatch.setitem(app.config, "SETTINGS", type(settings)(**known))
    monkeypatch.setattr(worker, "application", lambda: app)
    person_id = make_person(OPENID)
    accept(person_id, 2)
    for _ in range(2):
        world.messages.accept(OPENID)
    return person_id


def test_a_notice_reaches_wechat_through_the_queue(reader_id: int, world: World) -> None:
    tell(reader_id)
    work_off()
    assert [message["touser"] for message in world.messages.sent] == [OPENID]


def test_a_worker_leaves_ctrl_c_to_the_tests(reader_id: int) -> None:
    work_off()
    assert signal.getsignal(signal.SIGINT) in (signal.default_int_handler, signal.SIG_IGN)


def test_a_message_whose_job_was_lost_is_found_by_the_sweep(
    reader_id: int, world: World, scalar
) -> None:
    tell(reader_id)
    queue(QueueName.QUICK).empty()
    work_off()
    assert world.messages.sent == []
    send(JobName.DELIVER_WAITING)
    work_off()
    assert len(world.messages.sent) == 1
    assert scalar("SELECT state FROM outbox_message") == "sent"


def test_what_was_put_off_goes_out_when_its_time_has_come(
    reader_id: int, world: World, app: Flask, stop_clock, scalar
) -> None:
    clock = MovingClock(stop_clock, county_clock.now())
    app.extensions["wechat"].current_token()
    world.faults = ["quota"]
    tell(reader_id)
    work_off()
    send(JobName.DELIVER_WAITING)
    work_off()
    assert scalar("SELECT state FROM outbox_message") == "queued"
    clock.move(hours=1)
    send(JobName.DELIVER_WAITING)
    work_off()
    assert len(world.messages.sent) == 1


def test_a_job_sent_twice_and_a_sweep_at_once_send_one_message(
    reader_id: int, world: World, scalar
) -> None:
    tell(reader_id)
    number = scalar("SELECT id FROM outbox_message")
    for _ in range(3):
        send(JobName.DELIVER_NOTICE, number)
    send(JobName.DELIVER_WAITING)
    work_off()
    assert len(world.messages.sent) == 1


def test_the_sweep_is_due_every_five_minutes_round_the_clock(app: Flask) -> None:
    midnight = datetime(2026, 11, 20, 15, 50, tzinfo=UTC)
    counts = [
        send_due(midnight + timedelta(minutes=minute)).count(JobName.DELIVER_WAITING)
        for minute in range(20)
    ]
    assert [minute for minute, count in enumerate(counts) if count] == [0, 5, 10, 15]


def test_two_timetables_send_one_sweep_for_each_period(app: Flask) -> None:
    noon = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    sent = [send_due(noon + timedelta(seconds=20 * tick)) for tick in range(3) for _ in range(2)]
    assert sum(found.count(JobName.DELIVER_WAITING) for found in sent) == 1
