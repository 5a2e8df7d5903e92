"""「我的答卷在里面」: a phone finds the digest of its answer among those that were counted."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backend.app.ballots import ballot_box
from backend.app.core.db import db, transaction
from backend.app.surveys import operations as rounds
from backend.app.surveys.answer_lists import draw_together
from backend.app.surveys.answers import BODY, BodyInvalid, digest_of, pad, unpad
from backend.app.surveys.models import SurveyAnswerList
from tests.app.surveys.conftest import NOW, get_vote, put, text_of
from tests.factories.tickets import forget, villager

ANSWERS: list[Any] = [1, [0, 2], None]


def own_digest(body: bytes) -> str:
    """As a phone works it out: SHA-256 of the nonce and the answers as they stand in the body."""
    length = int.from_bytes(body[:2])
    content, nonce = body[2 : 2 + length], body[2 + length : 34 + length]
    return hashlib.sha256(nonce + content).hexdigest()


@pytest.fixture
def answered(client, county, survey, box, key_file) -> list[bytes]:
    """Twelve phones have answered; their bodies."""
    bodies = [pad(ANSWERS, secrets.token_bytes(32)) for _ in range(12)]
    for body in bodies:
        vote = get_vote(villager(client, county), key_file)
        assert put(box, vote.request(ANSWERS, body=text_of(body))).json["status"] == "ok"
    return bodies


@pytest.fixture
def published(client, county, survey, stop_clock):
    """Closes and publishes the round; returns the county's lists."""

    def go() -> list[dict[str, Any]]:
        stop_clock(NOW + timedelta(days=11))
        forget()
        with transaction():
            rounds.close_round(survey)
        with transaction():
            rounds.publish_round(survey)
        return client.get(f"/surveys/{county.id}/2026-11/answers.json").json["lists"]

    return go


def alter(monkeypatch: pytest.MonkeyPatch, change) -> None:
    """What a dishonest server does with the bodies between the box and the count."""
    take = ballot_box.take_answers

    def take_altered(whose, tell) -> None:
        said: list[tuple[int, bytes]] = []
        take(whose, lambda unit, body: said.append((unit, body)))
        for unit, body in change(said):
            tell(unit, body)

    monkeypatch.setattr(ballot_box, "take_answers", take_altered)


def test_every_phone_finds_its_answer_and_the_lines_are_as_many_as_the_published_n(
    answered, published
) -> None:
    (line,) = published()
    assert line["digests"] == sorted(map(own_digest, answered))
    assert len(line["digests"]) == line["n"] == 12


def test_an_answer_dropped_on_the_server_is_missed_by_its_phone(
    answered, published, monkeypatch
) -> None:
    alter(monkeypatch, lambda said: [one for one in said if one[1] != answered[0]])
    (line,) = published()
    assert own_digest(answered[0]) not in line["digests"]
    assert {own_digest(body) for body in answered[1:]} == set(line["digests"])


def test_an_answer_replaced_on_the_server_is_missed_by_its_phone(
    answered, published, monkeypatch
) -> None:
    def replace(said):
        return [(unit, pad([4, [1], None], body[-1:] * 32)) if body == answered[0] else (unit, body)
                for unit, body in said]  # fmt: skip

    alter(monkeypatch, replace)
    (line,) = published()
    assert own_digest(answered[0]) not in line["digests"]
    assert len(line["digests"]) == 12


def test_an_answer_added_on_the_server_is_one_line_more_than_phones_that_answered(
    answered, published, monkeypatch
) -> None:
    alter(monkeypatch, lambda said: [*said, (said[0][0], pad([4, [1], None], b"x" * 32))])
    (line,) = published()
    assert len(line["digests"]) == line["n"] == len(answered) + 1


def test_a_count_without_an_answer_is_more_than_the_lines(
    answered, published, survey, stop_clock
) -> None:
    stop_clock(NOW + timedelta(days=11))
    forget()
    with transaction():
        rounds.close_round(survey)
        unit = db.session.scalars(select(SurveyAnswerList)).one().unit_id
        questions = rounds.questions_of_round(survey)[unit]
        rounds.keep_counts(survey, unit, questions, [[0, [0], None]], "phone")
    (line,) = published()
    assert (line["n"], len(line["digests"])) == (13, 12)


def test_the_lists_are_shown_only_with_the_results(client, county, survey, answered) -> None:
    answer = client.get(f"/surveys/{county.id}/2026-11/answers.json")
    assert (answer.status_code, answer.json["code"]) == (404, "not_published")


def test_hidden_units_share_one_list() -> None:
    counted = {1: [b"c"] * 12, 2: [b"b"] * 3, 3: [b"a"] * 2}
    assert draw_together(counted, {1}) == [([1], [b"c"] * 12), ([2, 3], [b"a"] * 2 + [b"b"] * 3)]


def test_a_single_hidden_unit_is_joined_by_the_smallest_shown_one() -> None:
    counted = {1: [b"c"] * 12, 2: [b"b"] * 3, 4: [b"d"] * 11}
    assert draw_together(counted, {1, 4}) == [
        ([1], [b"c"] * 12), ([2, 4], [b"b"] * 3 + [b"d"] * 11),
    ]  # fmt: skip


def test_a_hidden_unit_with_nobody_beside_it_has_no_list() -> None:
    assert draw_together({2: [b"b"] * 3}, set()) == []


def test_a_unit_that_nobody_answered_in_is_in_the_list_of_the_hidden_ones() -> None:
    assert draw_together({1: [], 2: [b"b"]}, set()) == [([1, 2], [b"b"])]


def test_a_body_has_one_length_with_a_nonce_and_without() -> None:
    plain, nonced = pad(ANSWERS), pad(ANSWERS, b"n" * 32)
    assert len(plain) == len(nonced) == BODY
    assert unpad(plain) == unpad(nonced) == ANSWERS
    with pytest.raises(BodyInvalid):
        unpad(nonced[:-1] + b"x")
    with pytest.raises(BodyInvalid):
        pad(["长" * 680], b"n" * 32)


def test_answers_without_a_nonce_cannot_be_guessed_from_their_line() -> None:
    body = pad(ANSWERS)
    assert own_digest(body) != digest_of(body).hex() != digest_of(body).hex()
