"""One accepted tap pays for one message; without it, or without a template, the inbox is all."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from backend.app.core.db import db, transaction
from backend.app.core.queue import QueueName, queue
from backend.app.notices.operations import MOST_UNSPENT, notify
from tests.app.notices.conftest import VALUES, accept, tell
from tests.app.ratings.conftest import Phone
from tests.factories.county import make_person

NOTICES = "SELECT count(*) FROM notice"
POSTED = "SELECT count(*) FROM outbox_message"
UNSPENT = "SELECT count(*) FROM subscription_credit WHERE spent_at IS NULL"


def test_the_phone_learns_what_it_may_ask_leave_for(reader: Phone, template: str) -> None:
    assert reader.call("GET", "/me/subscriptions").json == {
        "templates": [
            {"key": "ticket_moved", "template_id": template, "words": "诉求有进展时告诉我"}
        ]
    }


def test_a_county_without_templates_asks_for_nothing_and_keeps_nothing(
    reader: Phone, scalar
) -> None:
    assert reader.call("GET", "/me/subscriptions").json == {"templates": []}
    answer = reader.call("POST", "/me/subscriptions", json={"accepted": ["ticket_moved"]})
    assert answer.status_code == 204
    assert scalar(UNSPENT) == 0


def test_an_accept_is_kept_and_an_unknown_one_refused(reader: Phone, template: str, scalar) -> None:
    answer = reader.call("POST", "/me/subscriptions", json={"accepted": ["ticket_moved"]})
    assert (answer.status_code, answer.data) == (204, b"")
    assert scalar(UNSPENT) == 1
    answer = reader.call("POST", "/me/subscriptions", json={"accepted": ["weather"]})
    assert answer.status_code == 422
    assert answer.json["errors"] == {"accepted": ["没有这种消息"]}


def test_no_more_accepts_are_kept_than_anybody_needs(reader: Phone, template: str, scalar) -> None:
    accept(reader.person_id, MOST_UNSPENT + 3)
    assert scalar(UNSPENT) == MOST_UNSPENT


def test_one_accept_is_one_message(reader: Phone, template: str, scalar) -> None:
    accept(reader.person_id, 2)
    for _ in range(3):
        tell(reader.person_id)
    assert (scalar(NOTICES), scalar(POSTED), scalar(UNSPENT)) == (3, 2, 0)


def test_a_repeated_notice_costs_no_second_accept(reader: Phone, template: str, scalar) -> None:
    accept(reader.person_id, 2)
    tell(reader.person_id, dedup="ticket:5:1")
    tell(reader.person_id, dedup="ticket:5:1")
    assert (scalar(NOTICES), scalar(POSTED), scalar(UNSPENT)) == (1, 1, 1)


def test_each_pays_with_an_accept_of_their_own(reader: Phone, template: str, scalar) -> None:
    other = make_person()
    accept(reader.person_id, 2)
    tell(reader.person_id, other)
    assert (scalar(NOTICES), scalar(POSTED), scalar(UNSPENT)) == (2, 1, 1)


def test_the_job_carries_nothing_but_the_messages_id(reader: Phone, template: str, scalar) -> None:
    accept(reader.person_id)
    tell(reader.person_id)
    [job] = queue(QueueName.QUICK).jobs
    assert (job.func_name, job.args) == (
        "backend.jobs.notices.deliver_notice",
        [scalar("SELECT id FROM outbox_message")],
    )


def test_no_job_is_sent_for_what_was_rolled_back(reader: Phone, template: str, scalar) -> None:
    accept(reader.person_id)
    with pytest.raises(RuntimeError), transaction():
        tell_and_fail(reader.person_id)
    assert queue(QueueName.QUICK).jobs == []
    assert (scalar(NOTICES), scalar(UNSPENT)) == (0, 1)


def tell_and_fail(person_id: int) -> None:
    notify(
        [person_id], kind="ticket", title="题", words="话", page=None, subject_kind="ticket",
        subject_id=5, wechat=VALUES, template="ticket_moved",
    )  # fmt: skip
    raise RuntimeError


def test_a_template_taken_away_leaves_the_accepts_alone(
    reader: Phone, template: str, app: Flask, settings, scalar, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(reader.person_id)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    tell(reader.person_id)
    assert (scalar(NOTICES), scalar(POSTED), scalar(UNSPENT)) == (1, 0, 1)


@pytest.mark.parametrize("broken", [{"at": "明天"}, {"state": "???"}, {"number": "编号"}])
def test_a_value_wechat_would_refuse_stays_in_the_inbox(
    reader: Phone, template: str, scalar, broken: dict[str, str]
) -> None:
    accept(reader.person_id)
    with capture_logs() as logs:
        tell(reader.person_id, wechat={**VALUES, **broken})
    assert (scalar(NOTICES), scalar(POSTED), scalar(UNSPENT)) == (1, 0, 1)
    [line] = [line for line in logs if line["event"] == "message_does_not_fit"]
    assert line["field"] == next(iter(broken))
    assert next(iter(broken.values())) not in str(logs)


def test_thirty_notices_at_once_spend_each_accept_once(
    reader: Phone, template: str, app: Flask, scalar
) -> None:
    accept(reader.person_id, 10)

    def one(number: int) -> None:
        with app.app_context():
            tell(reader.person_id, subject_id=number)
            db.session.remove()

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(one, range(30)))
    assert (scalar(NOTICES), scalar(POSTED), scalar(UNSPENT)) == (30, 10, 0)


def test_the_database_lets_no_accept_pay_twice(reader: Phone, template: str) -> None:
    accept(reader.person_id)
    tell(reader.person_id)
    tell(reader.person_id)
    second = (
        "INSERT INTO outbox_message (notice_id, credit_id, template, data, next_try_at)"
        " SELECT max(n.id), max(c.id), 'ticket_moved', '{}', now()"
        " FROM notice n, subscription_credit c"
    )
    with pytest.raises(IntegrityError, match="credit_id"), transaction() as session:
        session.execute(db.text(second))


@pytest.mark.parametrize(
    "change",
    ["state = 'sent'", "state = 'sending'", "state = 'lost'", "sent_at = now()", "attempts = 1"],
)
def test_the_database_refuses_a_state_that_cannot_be(
    reader: Phone, template: str, change: str
) -> None:
    accept(reader.person_id)
    tell(reader.person_id)
    with pytest.raises(IntegrityError, match="ck_outbox_message"), transaction() as session:
        session.execute(db.text(f"UPDATE outbox_message SET {change}"))
