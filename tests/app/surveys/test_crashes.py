"""T9: the power may go at any statement of any act; afterwards one ballot, one answer.

The acts of the county's side run in transactions and are cut at every statement; the anonymous
door makes one write, and is cut before and after it.
"""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from backend.app.ballots import ballot_box, operations, signing_keys
from backend.app.core.db import db, transaction
from backend.app.surveys import operations as rounds
from backend.app.tickets.anonymous import intake, letters
from backend.jobs import tickets as ticket_jobs
from tests.app.surveys.conftest import NOW, PERIOD, ballots_for, get_vote, put
from tests.app.surveys.letterbox import envelopes, letter, send
from tests.app.tickets.test_crashes import PowerCut, power_cut_at
from tests.factories.surveys import make_round
from tests.factories.tickets import forget, villager

TABLES = (
    "ballot_issue", "ballot_signing_key", "ballot_unit", "ballot_unit_village", "points_entry",
    "survey_round", "survey_tally", "survey_result",
    "survey_text", "ticket", "ticket_event", "ticket_file", "anonymous.desk", "anonymous.key",
    "anonymous.inbox", "anonymous.inbox_epoch", "anonymous.flushed", "anonymous.day_spent",
    "anonymous.spent", "anonymous.day_box", "anonymous.box", "anonymous.letter_box",
    "anonymous.box_key", "anonymous.thread",
)  # fmt: skip
ANSWERS: list[Any] = [1, [0], "多装几盏灯"]


def everything() -> list[Any]:
    forget()
    with db.engine.connect() as connection:
        return [
            connection.execute(
                text(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            ).scalar()
            for table in TABLES
        ]


def survives(act: Callable[[], Any]) -> int:
    """Cuts the power at the first, second, … statement until the act gets through."""
    before = everything()
    for nth in range(1, 200):
        with power_cut_at(nth):
            try:
                with transaction():
                    act()
            except PowerCut:
                done = False
            else:
                done = True
        if done:
            assert everything() != before
            return nth - 1
        assert everything() == before, f"statement {nth}"
    raise AssertionError("the act never ends")


def at(stop_clock, later: timedelta) -> None:
    stop_clock(NOW + later)


def test_ballots_are_issued_whole_or_not_at_all(phone, key_file, scalar, stop_clock) -> None:
    blinded = [ballot.hidden.blinded for ballot in ballots_for(key_file)]
    at(stop_clock, -timedelta(days=31))
    cuts = survives(
        lambda: operations.issue_ballots(phone.person_id, PERIOD, blinded[0], blinded[1:])
    )
    assert cuts > 3
    again = operations.issue_ballots(phone.person_id, PERIOD, blinded[0], blinded[1:])
    assert len(again.tickets) == 2
    assert scalar("SELECT count(*) FROM ballot_issue") == 1


def test_a_night_is_whole_or_has_not_been(box, client, county, key_file, survey, scalar) -> None:
    votes = [get_vote(villager(client, county), key_file) for _ in range(3)]
    for vote in votes:
        assert put(box, vote.request(ANSWERS)).status_code == 200
    survives(lambda: ballot_box.flush(fewest=1))
    assert scalar("SELECT count(*) FROM anonymous.day_box") == 3
    survives(ballot_box.merge)
    assert scalar("SELECT count(*) FROM anonymous.box") == 3
    assert scalar("SELECT count(*) FROM anonymous.spent") == 3
    assert put(box, votes[0].request(ANSWERS)).json["durable"] is True


def test_a_round_opens_closes_and_publishes_whole(
    door, client, county, key_file, stop_clock, scalar
) -> None:
    round_id = make_round(county.id, PERIOD, NOW, NOW + timedelta(days=5))
    survives(lambda: rounds.open_round(round_id))
    for _ in range(2):
        vote = get_vote(villager(client, county), key_file)
        assert put(door, vote.request(ANSWERS)).status_code == 200
    at(stop_clock, timedelta(days=6))
    survives(lambda: rounds.close_round(round_id))
    assert scalar("SELECT counts FROM survey_tally WHERE question = 0") == [0, 2, 0, 0, 0]
    survives(lambda: rounds.publish_round(round_id))
    assert scalar("SELECT state FROM survey_round") == "published"


def test_keys_of_a_month_are_made_whole(county, scalar) -> None:
    december = PERIOD.replace(month=12)
    survives(lambda: signing_keys.prepare_period(county.id, december))
    assert scalar("SELECT count(*) FROM ballot_signing_key WHERE period = '2026-12-01'") == 2


def test_a_letter_is_read_whole_or_stays(door, client, county, key_file, scalar, monkeypatch):
    body = letters.pack(letter(village_id=county.village_ids[0]))
    assert send(door, envelopes(client, county, key_file)[0], body).status_code == 200
    monkeypatch.setattr(ballot_box.secrets, "randbelow", lambda _: 0)
    forget()
    with transaction():
        ballot_box.flush(fewest=1)
        ballot_box.merge()
    (box_id,) = ballot_box.due()
    db.session.rollback()
    survives(lambda: intake.open_letter(box_id))
    assert scalar("SELECT count(*) FROM ticket") == 1
    survives(ticket_jobs.threads.refresh_threads)
    assert scalar("SELECT count(*) FROM anonymous.thread") == 1


@contextmanager
def door_dies(application: Any, moment: str):
    """The anonymous application's own write is cut, before it or right after it."""
    engine = application.extensions["anonymous_engine"]

    def cut(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "INSERT INTO anonymous.inbox" in statement:
            raise PowerCut

    event.listen(engine, moment, cut)
    try:
        yield
    finally:
        event.remove(engine, moment, cut)


@pytest.mark.parametrize("moment", ["before_cursor_execute", "after_cursor_execute"])
def test_an_answer_cut_at_the_door_is_sent_again_and_counts_once(
    box, phone, key_file, survey, scalar, moment: str
) -> None:
    vote = get_vote(phone, key_file)
    with door_dies(box.application, moment):
        assert put(box, vote.request(ANSWERS)).status_code == 500
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 0
    assert put(box, vote.request(ANSWERS)).json["status"] == "ok"
    assert put(box, vote.request(ANSWERS)).json["status"] == "already"
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 1


def test_answers_lost_with_the_machine_are_sent_again(box, phone, key_file, survey, scalar) -> None:
    """A crash of PostgreSQL empties what is unlogged: the phone was told `durable: false`."""
    vote = get_vote(phone, key_file)
    assert put(box, vote.request(ANSWERS)).json["durable"] is False
    forget()
    with transaction() as session:
        session.execute(text("TRUNCATE anonymous.inbox"))
    assert put(box, vote.request(ANSWERS)).json["status"] == "ok"
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 1
