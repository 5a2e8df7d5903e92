"""Answering without a name: one token, one answer, whatever is sent again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from backend.app.ballots import ballot_box
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict
from backend.app.surveys import operations as rounds
from backend.app.surveys.answers import pad
from backend.jobs import surveys as jobs
from tests.app.surveys.conftest import NOW, get_vote, put, text_of
from tests.factories.tickets import forget, villager

ANSWERS: list[Any] = [1, [0, 2], "多装几盏灯"]


@pytest.fixture
def vote(phone, key_file, survey):
    return get_vote(phone, key_file)


def flush() -> int:
    forget()
    with transaction():
        return ballot_box.flush(fewest=1)


def close(survey: int, stop_clock) -> bool:
    stop_clock(NOW + timedelta(days=11))
    forget()
    with transaction():
        return rounds.close_round(survey)


def test_an_answer_is_kept_sealed_and_earns_nothing(box, vote, scalar) -> None:
    answer = put(box, vote.request(ANSWERS))
    assert (answer.status_code, answer.json["status"]) == (200, "ok")
    assert answer.json["durable"] is False
    assert answer.json.keys() == {"status", "durable", "epoch", "flushed_through"}
    sealed = bytes(scalar("SELECT sealed FROM anonymous.inbox"))
    assert "多装几盏灯".encode() not in sealed


def test_t9_sending_again_changes_nothing_and_answers_the_same(box, vote, scalar) -> None:
    first = put(box, vote.request(ANSWERS)).json
    assert (first["status"], first["durable"]) == ("ok", False)
    assert put(box, vote.request(ANSWERS)).json == {**first, "status": "already"}
    assert flush() == 1
    durable = put(box, vote.request(ANSWERS)).json
    assert (durable["status"], durable["durable"]) == ("already", True)
    assert scalar("SELECT count(*) FROM anonymous.day_box") == 1


def test_another_body_under_the_same_token_does_not_replace_the_first(
    box, vote, survey, stop_clock, scalar
) -> None:
    put(box, vote.request([0, None, None]))
    assert put(box, vote.request([4, None, None])).json["status"] == "already"
    close(survey, stop_clock)
    assert scalar("SELECT counts FROM survey_tally WHERE question = 0") == [1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("part", "value", "status"),
    [
        ("sig", text_of(bytes(256)), 403), ("r", text_of(bytes(32)), 403),
        ("kid", text_of(bytes(32)), 403), ("sig", "x", 422), ("kid", "", 422),
        ("body", text_of(bytes(2047)), 422), ("body", text_of(bytes(2048)), 422),
        ("body", text_of(pad([9, None, None])), 422), ("body", text_of(pad([1])), 422),
        ("body", text_of(pad([1, [0, 0], None])), 422),
        ("body", text_of(pad([1, None, "长" * 201])), 422),
        ("body", text_of(pad([1, None, None])[:-1] + b"x"), 422),
        ("reward_blinded", text_of(bytes(256)), 422), ("extra", "x", 422),
    ],
)  # fmt: skip
def test_bad_input_is_refused_and_spends_nothing(
    box, vote, scalar, part: str, value: str, status: int
) -> None:
    answer = put(box, vote.request(ANSWERS, **{part: value}))
    assert answer.status_code == status, answer.json
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json["message"])
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 0
    assert put(box, vote.request(ANSWERS)).json["status"] == "ok"


def test_a_second_spelling_of_a_token_is_no_second_token(box, vote, scalar) -> None:
    put(box, vote.request(ANSWERS))
    request = vote.request(ANSWERS)
    for spelling in (request["r"] + "=", request["r"][:-1] + "_"):
        assert put(box, {**request, "r": spelling}).status_code in (403, 422)
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 1


@pytest.mark.parametrize(
    "header",
    ["Cookie", "Authorization", "X-WX-OPENID", "X-Wx-Source", "X-Forwarded-For", "Referer"],
)
def test_t7_whatever_names_somebody_is_refused_aloud(box, vote, header: str, scalar) -> None:
    answer = put(box, vote.request(ANSWERS), headers={header: "somebody"})
    assert (answer.status_code, answer.json["code"]) == (400, "names_somebody")
    assert scalar("SELECT count(*) FROM anonymous.inbox") == 0


def test_the_anonymous_application_has_no_other_door(box) -> None:
    for path in ("/api/v1/me", "/console/", "/metrics", "/static/console.css", "/"):
        assert box.get(path).status_code == 404
    assert box.get("/healthz").json == {"status": "ok"}
    assert box.get("/anon/response").status_code == 405


def test_any_page_may_ask_because_none_can_bring_an_identity(box) -> None:
    asked = box.open("/anon/response", method="OPTIONS", headers={"Origin": "https://a.example"})
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert asked.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert "Access-Control-Allow-Credentials" not in asked.headers
    assert asked.headers["Referrer-Policy"] == "no-referrer"


def test_nothing_of_an_answer_reaches_the_log(box, vote, capsys) -> None:
    put(box, vote.request(ANSWERS))
    put(box, vote.request(ANSWERS, sig=text_of(bytes(256))))
    assert capsys.readouterr().out == ""


def test_t3_its_role_reads_nothing_that_names_anybody(anonymous_settings, box, vote) -> None:
    put(box, vote.request(ANSWERS))
    engine = create_engine(anonymous_settings.database_url)
    forbidden = [
        "SELECT * FROM public.person", "SELECT * FROM public.ballot_issue",
        "SELECT * FROM public.ballot_signing_key", "SELECT sealed FROM anonymous.inbox",
        "SELECT desk_id FROM anonymous.spent", "SELECT * FROM anonymous.box",
        "DELETE FROM anonymous.inbox", "UPDATE anonymous.inbox SET sealed = ''",
        "INSERT INTO anonymous.spent (nullifier) VALUES ('')", "TRUNCATE anonymous.inbox",
        "SELECT * FROM anonymous.day_box", "SELECT * FROM anonymous.letter_box",
        "SELECT file FROM anonymous.box_key", "DELETE FROM anonymous.inbox_epoch",
        "UPDATE anonymous.inbox_epoch SET county_id = 1", "SELECT desk_id FROM anonymous.day_spent",
        "UPDATE anonymous.flushed SET through = 0",
        "INSERT INTO anonymous.box (id, sealed) VALUES (gen_random_uuid(), '')",
        "CREATE TABLE public.x ()",
    ]  # fmt: skip
    for statement in forbidden:
        with pytest.raises(ProgrammingError, match="permission denied"), engine.connect() as link:
            link.execute(text(statement))
    engine.dispose()


def test_t2_the_anonymous_tables_know_no_time_order_or_person(survey) -> None:
    with db.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT table_name, column_name, data_type, column_default"
                " FROM information_schema.columns WHERE table_schema = 'anonymous'"
                " AND table_name IN ('inbox', 'day_box', 'day_spent', 'box', 'spent',"
                " 'letter_box')"
            )
        ).all()
        kinds = dict(
            connection.execute(
                text(
                    "SELECT relname, relpersistence::text FROM pg_class c"
                    " JOIN pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE nspname = 'anonymous' AND relkind = 'r'"
                )
            ).all()
        )
    # The one number says for how many nights a ticket is still passed over: drawn, not counted.
    numbers = [row.column_name for row in rows if row.data_type == "smallint"]
    assert numbers == ["nights"]
    assert {row.data_type for row in rows} == {"bytea", "uuid", "smallint"}
    assert all("nextval" not in (row.column_default or "") for row in rows)
    assert (kinds["inbox"], kinds["inbox_epoch"], kinds["day_box"]) == ("u", "u", "p")


def test_a_round_is_counted_and_its_keys_are_gone(
    box, client, county, key_file, survey, stop_clock, scalar, ballot_keys
) -> None:
    levels = [0, 0, 1, 4]
    for number, level in enumerate(levels):
        voter = get_vote(villager(client, county), key_file)
        words = f"建议{number}" if number % 2 else None
        assert put(box, voter.request([level, [number % 3], words])).status_code == 200
    late = get_vote(villager(client, county), key_file)
    flush()
    before = set(scalar("SELECT array_agg(file) FROM anonymous.box_key WHERE box <> 'inbox'"))
    assert close(survey, stop_clock)
    assert scalar("SELECT counts FROM survey_tally WHERE question = 0") == [2, 1, 0, 0, 1]
    assert scalar("SELECT counts FROM survey_tally WHERE question = 1") == [2, 1, 1]
    assert scalar("SELECT array_agg(words ORDER BY words) FROM survey_text") == ["建议1", "建议3"]
    assert scalar("SELECT count(*) FROM anonymous.box") == 0
    assert before.isdisjoint(file.name for file in ballot_keys.iterdir())
    assert not close(survey, stop_clock)
    answer = put(box, late.request(ANSWERS))
    assert (answer.status_code, answer.json["code"]) == (410, "closed")


def test_the_timetable_merges_by_night_closes_and_publishes_what_is_over(
    box, vote, survey, stop_clock, scalar
) -> None:
    put(box, vote.request(ANSWERS))
    forget()
    assert jobs.flush_inbox() == 0, "too few to hide among; the night takes them"
    assert jobs.merge_boxes() == 1
    assert jobs.tend_rounds() == 1, "the desk for anonymous tickets opens with the keys"
    assert jobs.tend_rounds() == 0
    stop_clock(NOW + timedelta(days=10))
    assert jobs.tend_rounds() == 2
    assert jobs.tend_rounds() == 0
    assert scalar("SELECT state FROM survey_round") == "published"


def test_no_box_is_opened_before_its_time(box, vote, survey, scalar) -> None:
    put(box, vote.request(ANSWERS))
    forget()
    with pytest.raises(Conflict, match="不能提前开箱"), transaction():
        rounds.close_round(survey)
    assert scalar("SELECT count(*) FROM survey_tally") == 0


def test_the_time_runs_out_at_the_door_too(box, vote, stop_clock) -> None:
    stop_clock(NOW + timedelta(days=10))
    assert put(box, vote.request(ANSWERS)).status_code == 410


def test_t16_every_request_and_every_answer_is_as_long_as_any_other(box, client, county, key_file):
    lengths = set()
    for answers in ([0, None, None], [4, [0, 1, 2], "长" * 200]):
        voter = get_vote(villager(client, county), key_file)
        request = voter.request(answers)
        sent = put(box, request)
        lengths.add((sum(len(part) for part in request.values()), len(sent.data)))
    assert len(lengths) == 1


def test_the_order_in_the_store_is_not_the_order_of_arrival(box, client, county, key_file) -> None:
    people = 40
    for _ in range(people):
        voter = get_vote(villager(client, county), key_file)
        assert put(box, voter.request(ANSWERS)).status_code == 200
    arrived = heap("SELECT nullifier FROM anonymous.inbox")
    sealed = heap("SELECT sealed FROM anonymous.inbox")
    assert len(arrived) == people
    forget()
    jobs.flush_inbox()
    hourly = heap("SELECT nullifier FROM anonymous.day_spent")
    jobs.merge_boxes()
    # By chance one row in forty keeps its place; six would happen once in two thousand runs.
    for before, after in (
        (arrived, hourly),
        (arrived, heap("SELECT nullifier FROM anonymous.spent")),
        (sealed, heap("SELECT sealed FROM anonymous.box")),
    ):
        assert sum(a == b for a, b in zip(before, after, strict=True)) <= 6


def test_every_route_of_the_anonymous_application_says_why_it_is_open(box) -> None:
    for name, view in box.application.view_functions.items():
        assert view.__guard__.startswith("open: "), name


def heap(statement: str) -> list[bytes]:
    """Rows as they lie in the file."""
    with db.engine.connect() as connection:
        found = connection.execute(text(f"{statement} ORDER BY ctid")).scalars()
        return [bytes(value) for value in found]
