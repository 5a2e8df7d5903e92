"""Boxes: whole writings under fresh keys, nothing lost with a crash, nothing counted twice."""

import os
from datetime import timedelta
from typing import Any

import pytest
from nacl.exceptions import CryptoError
from sqlalchemy import text

from backend.app.ballots import anonymous_store, box_keys
from backend.app.ballots import ballot_box as boxes
from backend.app.core.db import db, transaction
from backend.app.surveys import operations as rounds
from backend.app.tickets.anonymous import letters
from backend.jobs import surveys as jobs
from tests.app.surveys.conftest import NOW, PERIOD, get_vote, put
from tests.app.surveys.letterbox import envelopes, letter, send
from tests.factories.county import make_county
from tests.factories.surveys import open_round
from tests.factories.tickets import forget, villager

ANSWERS: list[Any] = [1, [0], "多装几盏灯"]
BOXES = ("day_box", "box", "letter_box")


@pytest.fixture
def answer(box, client, county, key_file):
    """Somebody answers; returns the request and what the phone was told."""

    def one(**changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        request = get_vote(villager(client, county), key_file).request(ANSWERS, **changes)
        sent = put(box, request)
        assert sent.status_code == 200
        return request, sent.json

    return one


def rows(table: str) -> list[Any]:
    with db.engine.connect() as connection:
        statement = text(f"SELECT xmin::text AS writing, * FROM anonymous.{table} ORDER BY ctid")
        return list(connection.execute(statement))


def hour() -> int:
    forget()
    return jobs.flush_inbox()


def night() -> int:
    forget()
    return jobs.merge_boxes()


def crash() -> None:
    """What a crash of PostgreSQL does: whatever is unlogged is empty."""
    forget()
    with transaction() as session:
        session.execute(text("TRUNCATE anonymous.inbox, anonymous.inbox_epoch"))


def fate(told: dict[str, Any], client: Any) -> str:
    """miniprogram/app/core/anonymous/resend.js, word for word."""
    inbox = client.get("/surveys/inbox.json").json
    if inbox["flushed_through"].get(told["epoch"], 0) > told["flushed_through"]:
        return "safe"
    return "waiting" if told["epoch"] in inbox["inbox_epochs"] else "lost"


def counted(survey: int, stop_clock, scalar: Any) -> int:
    stop_clock(NOW + timedelta(days=11))
    forget()
    with transaction():
        assert rounds.close_round(survey)
    return int(scalar("SELECT COALESCE(sum(people), 0) FROM survey_tally WHERE question = 0"))


def test_the_hour_takes_ten_together_and_leaves_fewer_to_the_night(answer, scalar) -> None:
    for _ in range(boxes.TOGETHER - 1):
        answer()
    assert hour() == 0
    answer()
    assert hour() == boxes.TOGETHER
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 0
    answer()
    assert hour() == 0
    assert night() == boxes.TOGETHER + 1
    assert (len(rows("day_box")), len(rows("box")), len(rows("spent"))) == (0, 11, 11)


def test_a_county_with_few_waits_while_another_is_flushed(box, client, answer, scalar) -> None:
    other = make_county(code="610529", name="另一县")
    with transaction():
        rounds.prepare_month(other.id, PERIOD)
    open_round(other.id, PERIOD, NOW - timedelta(days=1), NOW + timedelta(days=10))
    for _ in range(boxes.TOGETHER):
        answer()
    engine = box.application.extensions["anonymous_engine"]
    desk = scalar("SELECT id FROM anonymous.desk WHERE county_id = :id", id=other.id)
    kid = scalar("SELECT kid FROM anonymous.key WHERE desk_id = :id LIMIT 1", id=desk)
    content = bytes(kid) + b"said elsewhere"
    kept = anonymous_store.keep(engine, anonymous_store.Parcel(bytes(32), desk, other.id, content))
    assert hour() == boxes.TOGETHER
    assert fate(kept.mark.as_json(), client) == "waiting"
    (left,) = rows("inbox")
    opening = box_keys.open_with("inbox")
    forget()
    assert opening.decrypt(bytes(left.sealed)) == content
    night()
    assert fate(kept.mark.as_json(), client) == "safe"
    assert len(rows("box")) == boxes.TOGETHER + 1


def test_every_writing_is_whole_and_under_a_fresh_key(answer, ballot_keys) -> None:
    seen: dict[str, list[Any]] = {name: [] for name in BOXES}
    for _ in range(3):
        for _ in range(boxes.TOGETHER):
            answer()
        hour()
        seen["day_box"].append(rows("day_box"))
        night()
        seen["box"].append(rows("box"))
    for writings in (seen["day_box"], seen["box"]):
        assert all(len({row.writing for row in writing}) == 1 for writing in writings)
        sealed = [{bytes(row.sealed) for row in writing} for writing in writings]
        ids = [{row.id for row in writing} for writing in writings]
        assert sealed[0].isdisjoint(sealed[1] | sealed[2])
        assert ids[1].isdisjoint(ids[0] | ids[2])
    assert [len(writing) for writing in seen["box"]] == [10, 20, 30]
    with pytest.raises(CryptoError):
        box_keys.open_with("box").decrypt(bytes(seen["box"][1][0].sealed))
    named = {row.file for row in rows("box_key")}
    forget()
    for file in ballot_keys.iterdir():
        os.utime(file, (0, 0))
    box_keys.forget_orphans()
    assert {file.name for file in ballot_keys.iterdir()} == named


def test_what_was_flushed_is_safe_and_what_a_crash_took_comes_again_once(
    box, client, answer, survey, stop_clock, scalar
) -> None:
    flushed = [answer() for _ in range(boxes.TOGETHER)]
    assert {fate(told, client) for _, told in flushed} == {"waiting"}
    hour()
    assert {fate(told, client) for _, told in flushed} == {"safe"}
    lost = [answer() for _ in range(3)]
    assert {fate(told, client) for _, told in lost} == {"waiting"}
    crash()
    assert {fate(told, client) for _, told in lost} == {"lost"}
    # A flush of the next inbox says nothing about what was lost with the one before.
    for _ in range(boxes.TOGETHER):
        answer()
    hour()
    assert {fate(told, client) for _, told in lost} == {"lost"}
    assert {fate(told, client) for _, told in flushed} == {"safe"}
    for request, _ in lost:
        assert put(box, request).json["status"] == "ok"
        assert put(box, request).json["status"] == "already"
    for request, _ in flushed:
        assert (put(box, request).json["status"], put(box, request).json["durable"]) == (
            "already", True,
        )  # fmt: skip
    assert counted(survey, stop_clock, scalar) == 2 * boxes.TOGETHER + 3


def test_whoever_is_in_is_told_so_even_after_the_close(
    box, answer, survey, stop_clock, scalar
) -> None:
    request, _ = answer()
    assert counted(survey, stop_clock, scalar) == 1
    again = put(box, request)
    assert (again.status_code, again.json["status"], again.json["durable"]) == (
        200, "already", True,
    )  # fmt: skip


def test_everybody_gets_the_same_file_and_it_names_no_answer(client, answer) -> None:
    answer()
    first, second = client.get("/surveys/inbox.json"), client.get("/surveys/inbox.json")
    assert first.data == second.data
    assert set(first.json) == {"inbox_epochs", "flushed_through"}
    assert len(first.json["inbox_epochs"]) == 1


def test_a_key_that_turns_while_an_answer_is_sealed_costs_nothing(
    app, box, answer, monkeypatch, stop_clock, survey, scalar
) -> None:
    for _ in range(boxes.TOGETHER):
        answer()
    turns = iter([True])
    seal = anonymous_store.SealedBox.encrypt

    def slowly(self: Any, content: bytes) -> bytes:
        sealed = seal(self, content)
        if next(turns, False):
            with app.app_context():
                assert hour() == boxes.TOGETHER
        return sealed

    with monkeypatch.context() as patch:
        patch.setattr(anonymous_store.SealedBox, "encrypt", slowly)
        answer()
    assert counted(survey, stop_clock, scalar) == boxes.TOGETHER + 1


def test_what_was_not_sealed_by_us_is_left_out_and_counted_in_the_log(
    box, answer, survey, stop_clock, scalar, capsys
) -> None:
    answer()
    desk = scalar("SELECT id FROM anonymous.desk LIMIT 1")
    with transaction() as session:
        session.execute(
            text("INSERT INTO anonymous.inbox (nullifier, desk_id, sealed) VALUES (:n, :d, :s)"),
            {"n": bytes(32), "d": desk, "s": b"x" * 2100},
        )
    night()
    assert '"count": 1' in capsys.readouterr().out
    assert counted(survey, stop_clock, scalar) == 1


def test_after_a_restore_phones_send_again_what_nobody_can_open(
    app, box, client, answer, survey, stop_clock, scalar
) -> None:
    """The database is put back to yesterday's noon; its keys were destroyed since."""
    old = [answer() for _ in range(boxes.TOGETHER)]
    night()
    fresh = [answer() for _ in range(boxes.TOGETHER)]
    hour()
    noon = rows("day_box"), rows("box_key")
    for _ in range(boxes.TOGETHER):
        answer()
    hour()
    _put_back(*noon)
    with pytest.raises(box_keys.KeyLost):
        night()
    told = app.test_cli_runner().invoke(args=["surveys", "restored"])
    assert "day_box" in told.output
    assert {fate(one, client) for _, one in old + fresh} == {"lost"}
    assert {put(box, request).json["status"] for request, _ in fresh} == {"ok"}
    assert {put(box, request).json["durable"] for request, _ in old} == {True}
    again = app.test_cli_runner().invoke(args=["surveys", "restored"])
    assert "打得开" in again.output
    assert counted(survey, stop_clock, scalar) == 2 * boxes.TOGETHER


def _put_back(day: list[Any], keys: list[Any]) -> None:
    with transaction() as session:
        session.execute(text("TRUNCATE anonymous.inbox, anonymous.inbox_epoch, anonymous.day_box"))
        for row in day:
            session.execute(
                text("INSERT INTO anonymous.day_box (id, sealed) VALUES (:i, :s)"),
                {"i": row.id, "s": row.sealed},
            )
        for row in keys:
            session.execute(
                text("UPDATE anonymous.box_key SET public = :p, file = :f WHERE box = :b"),
                {"p": row.public, "f": row.file, "b": row.box},
            )


def test_letters_lie_in_a_box_of_their_own(door, client, county, key_file, scalar) -> None:
    body = letters.pack(letter(village_id=county.village_ids[0]))
    assert send(door, envelopes(client, county, key_file)[0], body).status_code == 200
    night()
    assert (len(rows("box")), len(rows("letter_box"))) == (0, 1)


def test_a_key_lies_in_every_folder_or_nothing_is_written(
    app, answer, ballot_keys, tmp_path, monkeypatch, scalar
) -> None:
    answer()
    standby = tmp_path / "standby"
    folders = (ballot_keys, standby)
    monkeypatch.setattr(box_keys, "_folders", lambda: folders)
    night()
    files = {row.file for row in rows("box_key") if row.box == "box"}
    assert files <= {file.name for file in standby.iterdir()}
    assert all(file.stat().st_mode & 0o77 == 0 for file in standby.iterdir())
    (tmp_path / "gone").write_text("not a folder")
    monkeypatch.setattr(box_keys, "_folders", lambda: (ballot_keys, tmp_path / "gone"))
    answer()
    with pytest.raises(OSError, match="gone"):
        night()
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 1
    forget()
