"""Anonymous tickets: letters that become tickets by night, and name nobody."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from backend.app.ballots import ballot_box
from backend.app.core.db import db, transaction
from backend.app.core.files import storage
from backend.app.tickets.anonymous import letters
from backend.demo.ballot import finalize
from backend.jobs import surveys as survey_jobs
from backend.jobs import tickets as jobs
from tests.app.surveys.conftest import (
    NOW,
    ask,
    ballots_for,
    bytes_of,
)
from tests.app.surveys.letterbox import (
    CODE,
    WORDS,
    Envelope,
    envelopes,
    letter,
    night,
    nights,
    photo,
    send,
)
from tests.factories.tickets import forget, villager


@pytest.fixture
def envelope(client, county, key_file) -> Envelope:
    return envelopes(client, county, key_file)[0]


def test_a_letter_becomes_a_ticket_by_night_and_names_nobody(door, envelope, county, scalar):
    answer = send(door, envelope)
    assert (answer.status_code, answer.json["status"]) == (200, "ok"), answer.json
    assert answer.json.keys() == {"status", "durable", "epoch", "flushed_through"}
    assert scalar("SELECT count(*) FROM ticket") == 0
    nights()
    with db.engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM ticket")).mappings().one()
    assert (row["words"], row["channel"], row["state"]) == (WORDS, "anonymous", "submitted")
    assert row["person_id"] is None
    assert row["contact_sealed"] is None
    assert row["words_state"] == "moderated"
    assert scalar("SELECT code FROM ticket_category WHERE id = (SELECT category_id FROM ticket)")
    assert scalar("SELECT person_id FROM ticket_event") is None
    assert scalar("SELECT count(*) FROM anonymous.letter_box") == 0


def test_a_letter_waits_up_to_three_nights(door, client, county, key_file, monkeypatch, scalar):
    found = [*envelopes(client, county, key_file), *envelopes(client, county, key_file)][:3]
    for number, one in enumerate(found):
        body = letters.pack(letter(receipt=f"{number:016d}"))
        assert send(door, one, body).status_code == 200
    drawn = iter([0, 1, 2])
    monkeypatch.setattr(ballot_box.secrets, "randbelow", lambda _: next(drawn))
    for expected in (1, 2, 3):
        night()
        assert scalar("SELECT count(*) FROM ticket") == expected


def test_t9_the_same_letter_again_is_the_same_letter(door, envelope, scalar) -> None:
    assert send(door, envelope).json["status"] == "ok"
    assert send(door, envelope).json["status"] == "already"
    nights()
    assert send(door, envelope).json["durable"] is True
    nights()
    assert scalar("SELECT count(*) FROM ticket") == 1


def test_a_survey_token_writes_no_letter_and_a_ticket_token_answers_no_survey(
    door, client, county, key_file, scalar
) -> None:
    phone = villager(client, county)
    ballots = ballots_for(key_file)
    survey = ask(phone, ballots).json["survey"]
    wrong = Envelope(ballots[0], finalize(ballots[0].modulus, ballots[0].hidden, bytes_of(survey)))
    answer = send(door, wrong)
    assert (answer.status_code, answer.json["code"]) == (403, "bad_token")
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 0


def raw(content: Any, size: int = letters.SHORT) -> bytes:
    packed = json.dumps(content, ensure_ascii=False).encode()
    return (len(packed).to_bytes(4) + packed).ljust(size, b"\0")


GOOD: dict[str, Any] = {
    "kind": "complaint", "category": None, "village_id": None, "words": WORDS,
    "about_cadres": False, "receipt": CODE, "photos": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (bytes(4095), "body"), (bytes(4096), "body"), (raw({}), "body"), (raw([]), "body"),
        (raw(GOOD)[:-1] + b"x", "body"), (raw({**GOOD, "more": 1}), "body"),
    ],
)  # fmt: skip
def test_a_broken_body_is_refused_and_spends_nothing(
    door, envelope, scalar, body: bytes, part: str
) -> None:
    answer = send(door, envelope, body)
    assert answer.status_code == 422, answer.json
    assert part in answer.json["errors"]
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 0


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("kind", "thanks"), ("kind", 5), ("words", ""), ("words", None), ("words", "长" * 1001),
        ("words", "a\u0000b"), ("receipt", "123"), ("receipt", "a" * 16), ("receipt", "١" * 16),
        ("village_id", "1"), ("village_id", -1), ("photos", [1, 1, 1, 1]), ("photos", [9999]),
        ("photos", [-1]), ("photos", "x"), ("category", 7),
    ],
)  # fmt: skip
def test_a_broken_letter_names_its_part_and_spends_nothing(
    door, envelope, scalar, part: str, value: Any
) -> None:
    answer = send(door, envelope, raw({**GOOD, part: value}))
    assert answer.status_code == 422, answer.json
    assert part in answer.json["errors"], answer.json
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 0
    assert send(door, envelope).status_code == 200


def test_a_body_of_two_megabytes_is_not_read(door, envelope) -> None:
    answer = door.post("/anon/feedback", data=b"x" * 2_000_000, content_type="application/json")
    assert answer.status_code == 413
    assert door.post("/anon/response", data=b"x" * 9000).status_code == 413


def test_t13_photos_are_written_anew_before_anything_is_kept(
    door, envelope, desk, scalar, files
) -> None:
    body = letters.pack(letter(photos=(photo(), photo(900))))
    assert len(body) == letters.LONG
    assert send(door, envelope, body).status_code == 200
    nights()
    assert scalar("SELECT count(*) FROM ticket_file WHERE person_id IS NULL") == 2
    keys = scalar("SELECT array_agg(key) FROM ticket_file")
    for key in keys:
        content = storage.read(key)
        with Image.open(io.BytesIO(content)) as opened:
            assert not opened.getexif()
            assert "exif" not in opened.info
        assert b"CANARY" not in content
        assert b"http://ns.adobe.com/xap" not in content
    for found in files.rglob("*"):
        assert not found.is_file() or b"CANARY" not in found.read_bytes()


def test_t13_a_recording_is_no_photo(door, envelope) -> None:
    sound = b"ID3" + bytes(2000)
    body = letters.pack(letter(photos=(sound,)))
    assert send(door, envelope, body).status_code == 422


def test_t16_letters_are_as_long_as_any_other_of_their_kind(door, client, county, key_file):
    sizes = {
        len(letters.pack(letter(words="短"))),
        len(letters.pack(letter(words="长" * 1000))),
        len(letters.pack(letter(category=None, village_id=2**40))),
    }
    assert sizes == {letters.SHORT}
    assert len(letters.pack(letter(photos=(b"x",)))) == letters.LONG


def test_a_letter_about_another_county_or_a_strange_village_goes_to_the_county(
    door, envelope, scalar, county
) -> None:
    send(door, envelope, letters.pack(letter(village_id=10**9)))
    nights()
    assert scalar("SELECT village_id FROM ticket") is None
    assert scalar("SELECT county_id FROM ticket") == county.id


def test_one_unreadable_letter_keeps_no_other_from_being_read(
    door, client, county, key_file, scalar, monkeypatch
) -> None:
    first, second = envelopes(client, county, key_file)
    send(door, first)
    send(door, second, letters.pack(letter(receipt="1" * 16)))
    monkeypatch.setattr(ballot_box.secrets, "randbelow", lambda _: 0)
    forget()
    survey_jobs.merge_boxes()
    with transaction() as session:
        session.execute(
            text(
                "UPDATE anonymous.letter_box SET sealed = '\\x00'"
                " WHERE id = (SELECT id FROM anonymous.letter_box ORDER BY id LIMIT 1)"
            )
        )
    jobs.read_letters()
    assert scalar("SELECT count(*) FROM ticket") == 1
    assert scalar("SELECT count(*) FROM anonymous.letter_box") == 1


def test_after_the_month_a_letter_is_late_and_its_keys_are_gone(
    door, envelope, stop_clock, scalar
) -> None:
    stop_clock(NOW + timedelta(days=16))
    forget()
    survey_jobs.tend_rounds()
    answer = send(door, envelope)
    assert (answer.status_code, answer.json["code"]) == (410, "closed")
    assert scalar("SELECT count(sealed_private) FROM ballot_signing_key") == 0
