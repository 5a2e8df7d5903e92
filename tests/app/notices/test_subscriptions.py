"""One accepted tap pays for one message; without it, or without a template, the inbox is all."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from backend.app.core.db import db, transaction
from backend.app.core.queue import QueueName, queue
from backend.app.core.settings import Settings
from backend.app.notices.delivery import deliver
from backend.app.notices.operations import MOST_UNSPENT, notify
from tests.app.notices.conftest import OPENID, VALUES, accept, tell
from tests.app.ratings.conftest import Phone
from tests.factories.county import make_person
from tests.wechat.messages import TICKET_MOVED

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


OTHER = {"phrase1", "thing2"}


def _with(app: Flask, settings: Settings, monkeypatch, words: str) -> None:
    known = replace(settings, wechat_template_ticket_moved=words)
    monkeypatch.setitem(app.config, "SETTINGS", known)


def test_a_template_with_other_fields_is_filled_as_the_county_says(
    app, settings, monkeypatch, reader: Phone, wechat, scalar
) -> None:
    wechat.messages.templates["other"] = OTHER
    wechat.messages.accept(OPENID, "other")
    _with(app, settings, monkeypatch, "other state=phrase1 words=thing2")
    accept(reader.person_id)
    tell(reader.person_id)
    assert deliver(scalar("SELECT id FROM outbox_message")) == "sent"
    [sent] = wechat.messages.sent
    assert {key: value["value"] for key, value in sent["data"].items()} == {
        "phrase1": "办理中", "thing2": "惠丰村 签收了",
    }  # fmt: skip


def test_fields_that_are_not_the_templates_are_refused_by_wechat(
    app, settings, monkeypatch, reader: Phone, wechat, scalar
) -> None:
    wechat.messages.templates["other"] = OTHER
    wechat.messages.accept(OPENID, "other")
    _with(app, settings, monkeypatch, "other")
    accept(reader.person_id)
    tell(reader.person_id)
    assert deliver(scalar("SELECT id FROM outbox_message")) == "failed"
    assert scalar("SELECT error_code FROM outbox_message") == 47003


def test_a_field_of_a_kind_wechat_lacks_costs_no_accept(
    app, settings, monkeypatch, reader: Phone, scalar
) -> None:
    _with(app, settings, monkeypatch, "other words=picture1")
    accept(reader.person_id)
    with capture_logs() as logs:
        tell(reader.person_id)
    assert (scalar(POSTED), scalar(UNSPENT)) == (0, 1)
    assert logs[0]["event"] == "message_does_not_fit"


def test_a_long_term_accept_is_good_until_wechat_says_it_is_over(
    app, settings, monkeypatch, reader: Phone, wechat, scalar
) -> None:
    _with(app, settings, monkeypatch, f"{TICKET_MOVED} 长期")
    accept(reader.person_id)
    for _ in range(2):
        wechat.messages.accept(OPENID)
        tell(reader.person_id)
        assert deliver(scalar("SELECT max(id) FROM outbox_message")) == "sent"
    assert scalar(UNSPENT) == 1
    tell(reader.person_id)
    assert deliver(scalar("SELECT max(id) FROM outbox_message")) == "refused"
    tell(reader.person_id)
    assert (scalar(NOTICES), scalar(POSTED), scalar(UNSPENT)) == (4, 3, 0)
