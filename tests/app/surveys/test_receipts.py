"""Receipts: a thread that works without a name."""

import re
import secrets
import threading
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from backend.app.core.db import db
from backend.app.core.wechat import CHECK_WORDS
from backend.app.tickets import handling
from backend.app.tickets.anonymous import letters, receipts
from backend.app.tickets.desk import operations as desk_acts
from backend.app.tickets.handling import WrittenReply
from backend.jobs import tickets as jobs
from backend.jobs.words import check_words
from tests.app.ratings.conftest import open_phone
from tests.app.surveys.letterbox import (
    CODE,
    WORDS,
    Envelope,
    as_desk,
    assign,
    envelopes,
    letter,
    look,
    night,
    nights,
    pack_word,
    say,
    send,
    version_of,
)


@pytest.fixture
def envelope(client, county, key_file) -> Envelope:
    return envelopes(client, county, key_file)[0]


@pytest.fixture
def ticket_id(door, envelope, county, offices, scalar) -> int:
    """A ticket of the first village, released by the desk and signed by its cadre."""
    send(door, envelope, letters.pack(letter(village_id=county.village_ids[0])))
    nights()
    found = scalar("SELECT id FROM ticket")
    as_desk(lambda: desk_acts.review_words(offices.desk, found, None, True))
    assign(offices, found)
    as_desk(lambda: handling.sign(offices.cadre, found, version_of(scalar, found)))
    return found


def test_t14_a_receipt_is_never_stored(door, envelope, files) -> None:
    send(door, envelope)
    nights()
    with db.engine.connect() as connection:
        tables = connection.execute(
            text(
                "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
                " WHERE schemaname IN ('public', 'anonymous')"
            )
        ).scalars()
        for table in tables.all():
            rows = connection.execute(text(f"SELECT t::text FROM {table} t")).scalars()
            for row in rows:
                assert CODE not in row, table
                assert CODE.encode().hex() not in row, table
    for found in files.rglob("*"):
        assert not found.is_file() or CODE.encode() not in found.read_bytes()


def test_t14_wrong_codes_of_a_stranger_keep_no_holder_of_a_receipt_waiting(door, envelope) -> None:
    send(door, envelope)
    nights()
    for number in range(25):
        assert look(door, f"{number:016d}").status_code == 404
    assert look(door).status_code == 200


def test_t14_codes_beyond_the_machines_strength_wait_their_turn(door, monkeypatch) -> None:
    taken = threading.BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(receipts, "_turns", taken)
    monkeypatch.setattr(receipts, "WAIT_SECONDS", 0.01)
    limited = look(door, "9" * 16)
    assert (limited.status_code, limited.json["code"]) == (429, "too_many")
    taken.release()
    assert look(door, "9" * 16).status_code == 404


@pytest.mark.parametrize("code", ["", "123", "a" * 16, 16, None, "4821 0933 7716 5520"])
def test_a_broken_code_is_said(door, code: Any) -> None:
    answer = look(door, code)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["code"])


def test_the_receipt_tells_the_story_in_days_and_without_names(door, envelope, county) -> None:
    assert look(door).status_code == 404
    send(door, envelope)
    assert look(door).status_code == 404
    nights()
    story = look(door).json
    assert (story["words"], story["state_name"], story["may"]) == (WORDS, "收到了", [])
    assert story["lines"][0]["at"] == "2026-11-20"
    assert "version" not in story
    assert story["due_text"].endswith("前办完")


def test_the_village_reads_words_only_after_the_county_did(
    door, envelope, county, offices, client, scalar
) -> None:
    send(door, envelope, letters.pack(letter(village_id=county.village_ids[0])))
    nights()
    found = scalar("SELECT id FROM ticket")
    assign(offices, found)
    cadre = open_phone(client, offices.cadre_id)
    shown = cadre.call("GET", f"/cadre/tickets/{found}").json
    assert shown["words"] is None
    as_desk(lambda: desk_acts.review_words(offices.desk, found, None, True))
    assert cadre.call("GET", f"/cadre/tickets/{found}").json["words"] == WORDS
    assert cadre.call("GET", f"/cadre/tickets/{found}").json["contact"] is None


def said_of(answer) -> tuple[str, bool]:
    return answer.json["status"], answer.json["durable"]


def test_question_answer_and_last_word_go_to_and_fro_without_a_name(
    door, ticket_id, offices, scalar
) -> None:
    version = version_of(scalar, ticket_id)
    as_desk(lambda: handling.ask(offices.cadre, ticket_id, version, WrittenReply("哪一盏灯？")))
    jobs.refresh_threads()
    story = look(door).json
    assert (story["question"], story["may"]) == ("哪一盏灯？", ["message"])

    word_id = secrets.token_bytes(16)
    answer = say(door, {"kind": "message", "words": "小学门口那盏"}, word_id)
    assert said_of(answer) == ("ok", False)
    night()
    again = say(door, {"kind": "message", "words": "小学门口那盏"}, word_id)
    assert said_of(again) == ("already", True)
    assert scalar("SELECT words FROM ticket_event WHERE move = 'supplement'") == "小学门口那盏"
    assert scalar("SELECT words_state FROM ticket_event WHERE move = 'supplement'") == "moderated"
    assert scalar("SELECT person_id FROM ticket_event WHERE move = 'supplement'") is None
    assert look(door).json["state"] == "handling"

    version = version_of(scalar, ticket_id)
    as_desk(
        lambda: handling.reply(
            offices.cadre, ticket_id, version, "done", WrittenReply("灯泡换好了")
        )
    )
    jobs.refresh_threads()
    assert look(door).json["may"] == ["verdict"]
    say(door, {"kind": "verdict", "answer": "solved", "level": 1, "words": None})
    night()
    assert look(door).json["verdict"] == "solved"
    assert scalar("SELECT state FROM ticket") == "resolved"
    assert scalar("SELECT handling_level FROM ticket") == 1


def test_a_word_at_the_wrong_time_is_said_at_once(door, ticket_id) -> None:
    jobs.refresh_threads()
    answer = say(door, {"kind": "verdict", "answer": "solved", "level": None, "words": None})
    assert (answer.status_code, answer.json["code"]) == (409, "not_now")


@pytest.mark.parametrize(
    ("word", "part"),
    [
        (b"", "word"), (bytes(2048), "word"), (bytes(2047), "word"),
        (pack_word({"kind": "message", "words": "好"})[:-1] + b"x", "word"),
        ({"kind": "withdraw"}, "word"), (None, "word"), ({"kind": "message"}, "words"),
        ({"kind": "message", "words": 5}, "words"),
        ({"kind": "message", "words": "长" * 501}, "words"),
        ({"kind": "verdict", "answer": "yes"}, "answer"),
        ({"kind": "verdict", "answer": "solved", "level": 6}, "level"),
        ({"kind": "verdict", "answer": "solved", "level": True}, "level"),
    ],
)  # fmt: skip
def test_a_broken_word_names_its_part(door, word: Any, part: str) -> None:
    answer = say(door, word)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [part])


def test_t16_words_and_stories_are_as_long_as_any_other(door, ticket_id) -> None:
    short = pack_word({"kind": "message", "words": "好"})
    long = pack_word({"kind": "message", "words": "长" * 500})
    assert len(short) == len(long) == letters.WORD
    jobs.refresh_threads()
    answer = look(door)
    assert len(answer.data) % 8192 == 0
    assert answer.json["words"] == WORDS


def test_a_word_twice_is_one_word_also_when_it_is_durable(door, ticket_id, offices, scalar) -> None:
    version = version_of(scalar, ticket_id)
    as_desk(lambda: handling.ask(offices.cadre, ticket_id, version, WrittenReply("哪一盏？")))
    jobs.refresh_threads()
    word_id = secrets.token_bytes(16)
    word = {"kind": "message", "words": "门口那盏"}
    assert say(door, word, word_id).json["status"] == "ok"
    assert said_of(say(door, word, word_id)) == ("already", False)
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 1
    sealed = bytes(scalar("SELECT sealed FROM anonymous.inbox"))
    assert "门口那盏".encode() not in sealed


def test_the_plain_page_looks_up_and_answers_without_scripts(
    door, ticket_id, offices, scalar
) -> None:
    version = version_of(scalar, ticket_id)
    as_desk(lambda: handling.ask(offices.cadre, ticket_id, version, WrittenReply("哪一盏灯？")))
    jobs.refresh_threads()
    page = door.get("/anon/")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "<script" not in page.get_data(as_text=True)
    spaced = door.post("/anon/", data={"code": "4821 0933 7716 5520"}).get_data(as_text=True)
    assert WORDS in spaced
    assert "哪一盏灯？" in spaced
    word_id = re.search(r'name="id" value="([^"]+)"', spaced)
    form = {"code": CODE, "id": word_id[1], "kind": "message", "words": "小学门口那盏"}
    assert "收到了" in door.post("/anon/", data=form).get_data(as_text=True)
    night()
    assert scalar("SELECT words FROM ticket_event WHERE move = 'supplement'") == "小学门口那盏"


def test_the_plain_page_says_what_is_wrong(door) -> None:
    short = door.post("/anon/", data={"code": "12"})
    assert short.status_code == 422
    assert "16 位数字" in short.get_data(as_text=True)
    unknown = door.post("/anon/", data={"code": CODE})
    assert unknown.status_code == 404
    assert "没有查到" in unknown.get_data(as_text=True)


def test_t3_its_role_reads_no_letter_and_no_ticket(anonymous_settings, desk) -> None:
    engine = create_engine(anonymous_settings.database_url)
    for statement in (
        "SELECT * FROM public.ticket", "SELECT * FROM anonymous.letter_box",
        "UPDATE anonymous.thread SET view = '{}'",
        "DELETE FROM anonymous.thread", "UPDATE anonymous.desk SET closed = false",
    ):  # fmt: skip
        with pytest.raises(ProgrammingError, match="permission denied"), engine.connect() as link:
            link.execute(text(statement))
    engine.dispose()


def test_wechat_is_asked_about_nothing_anonymous(
    door, ticket_id, offices, world, scalar, county
) -> None:
    """A letter, words with its receipt, held or released by the desk: none leaves the county."""
    version = version_of(scalar, ticket_id)
    as_desk(lambda: handling.ask(offices.cadre, ticket_id, version, WrittenReply("哪一盏灯？")))
    jobs.refresh_threads()
    assert say(door, {"kind": "message", "words": "滚你的"}).status_code == 200
    night()
    added = scalar("SELECT max(id) FROM ticket_event WHERE words = '滚你的'")
    as_desk(lambda: desk_acts.review_words(offices.desk, ticket_id, added, True))
    shown = "SELECT count(*) FROM ticket_event WHERE id = :id AND words_state = 'shown'"
    assert scalar(shown, id=added) == 1
    assert scalar("SELECT count(*) FROM words_to_check") == 0
    check_words()
    assert world.calls[CHECK_WORDS] == 0
