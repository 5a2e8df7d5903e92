"""T9 and the reward: one a person and month, turned in by name, tied to no answer."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from backend.app.core import calendar
from backend.app.core.db import transaction
from backend.app.points.acts import ANONYMOUS
from backend.app.points.operations import set_rule
from backend.app.surveys import keys
from backend.demo.ballot import finalize
from tests.app.surveys.conftest import ask, ballots_for, bytes_of, get_vote, put, text_of
from tests.factories.tickets import forget, villager

ANSWERS: list[Any] = [1, [0, 2], None]
DECEMBER = date(2026, 12, 1)


@pytest.fixture
def rule(county):
    with transaction():
        set_rule(county.id, ANONYMOUS, "匿名参与", 10, 3, date(2026, 1, 1))


@pytest.fixture
def token(box, phone, key_file, survey, rule) -> dict[str, Any]:
    """What a phone keeps after its answer was accepted."""
    return earn(box, get_vote(phone, key_file))


def earn(box, vote) -> dict[str, Any]:
    signed = put(box, vote.request(ANSWERS)).json["reward"]
    signature = finalize(vote.reward_n, vote.reward.hidden, bytes_of(signed))
    return {"period": "2026-11", "r": text_of(vote.reward.random), "sig": text_of(signature)}


@pytest.fixture
def next_month(county, monkeypatch, client):
    """The phone's first launch in another month, with that month's keys."""

    def go(month: date) -> Any:
        forget()
        monkeypatch.setattr(
            calendar, "now", lambda: datetime(month.year, month.month, 2, 4, tzinfo=UTC)
        )
        with transaction():
            keys.prepare_period(county.id, month)
        name = keys.period_name(month)
        return name, client.get(f"/keys/{county.id}/{name}.json").json

    return go


def turn_in(phone, launch: Any, token: dict[str, Any], **changes: Any) -> Any:
    name, key_file = launch
    ballots = changes.pop("ballots", None) or ballots_for(key_file)
    return ask(phone, ballots, period=name, reward={**token, **changes})


def balance(phone) -> int:
    return phone.call("GET", "/me/points").json["balance"]


def test_a_reward_is_credited_with_next_months_ballots(phone, token, next_month) -> None:
    answer = turn_in(phone, next_month(DECEMBER), token)
    assert answer.status_code == 200, answer.json
    assert (answer.json["credited"], answer.json["points"]) == (True, 10)
    assert answer.json["reward_note"] is None
    assert balance(phone) == 10


def test_t9_the_same_request_again_credits_once_and_answers_the_same(
    phone, token, next_month
) -> None:
    launch = next_month(DECEMBER)
    ballots = ballots_for(launch[1])
    first = turn_in(phone, launch, token, ballots=ballots).json
    assert turn_in(phone, launch, token, ballots=ballots).json == first
    assert balance(phone) == 10


def test_a_token_somebody_turned_in_is_worth_nothing_to_others(
    client, county, phone, token, next_month
) -> None:
    launch = next_month(DECEMBER)
    turn_in(phone, launch, token)
    other = villager(client, county)
    answer = turn_in(other, launch, token).json
    assert (answer["credited"], answer["reward_keep"]) == (False, False)
    assert "已经领过" in answer["reward_note"]
    assert balance(other) == 0


def test_whatever_was_answered_a_month_earns_once(
    box, client, county, key_file, phone, token, next_month
) -> None:
    second = earn(box, get_vote(villager(client, county), key_file))
    launch = next_month(DECEMBER)
    ballots = ballots_for(launch[1])
    turn_in(phone, launch, token, ballots=ballots)
    again = turn_in(phone, launch, second, ballots=ballots).json
    assert (again["credited"], balance(phone)) == (True, 10)


def test_in_the_month_of_the_answer_it_waits(box, client, county, key_file, token) -> None:
    other = villager(client, county)
    answer = ask(other, ballots_for(key_file), reward=token).json
    assert (answer["credited"], answer["reward_keep"]) == (False, True)
    assert "下个月" in answer["reward_note"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"sig": text_of(bytes(256))}, "对不上"), ({"r": text_of(bytes(32))}, "对不上"),
     ({"period": "2026-10"}, "对不上")],
)  # fmt: skip
def test_a_forged_reward_never_costs_the_ballots(
    phone, token, next_month, changes: dict[str, Any], words: str, scalar
) -> None:
    answer = turn_in(phone, next_month(DECEMBER), token, **changes)
    assert answer.status_code == 200
    assert (answer.json["credited"], answer.json["reward_keep"]) == (False, False)
    assert words in answer.json["reward_note"]
    assert scalar("SELECT count(*) FROM reward_spent") == 0
    assert balance(phone) == 0


@pytest.mark.parametrize(
    ("month", "credited"), [(date(2027, 2, 1), True), (date(2027, 3, 1), False)]
)
def test_it_lapses_after_three_months(phone, token, next_month, month, credited: bool) -> None:
    answer = turn_in(phone, next_month(month), token).json
    assert answer["credited"] is credited
    assert credited or "过了三个月" in answer["reward_note"]


@pytest.mark.parametrize(
    ("field", "value"), [("r", "x"), ("sig", "A" * 341), ("period", "2026-13"), ("r", None)]
)
def test_a_broken_reward_names_its_field(phone, token, next_month, field: str, value: Any) -> None:
    answer = turn_in(phone, next_month(DECEMBER), token, **{field: value})
    assert answer.status_code == 422
    assert any(field in name for name in answer.json["errors"]), answer.json


def test_whoever_chose_paper_gets_no_tokens_and_may_say_so_again(phone, key_file) -> None:
    chosen = phone.call("POST", "/ballots/paper", json={"period": "2026-11"})
    assert chosen.json == {"unit": key_file["keys"][0]["unit"]}
    again = phone.call("POST", "/ballots/paper", json={"period": "2026-11"})
    assert again.status_code == 200
    answer = ask(phone, ballots_for(key_file))
    assert (answer.status_code, answer.json["code"]) == (409, "voting_on_paper")


def test_whoever_has_tokens_gets_no_paper(phone, key_file) -> None:
    ask(phone, ballots_for(key_file))
    answer = phone.call("POST", "/ballots/paper", json={"period": "2026-11"})
    assert (answer.status_code, answer.json["code"]) == (409, "already_issued")


def test_paper_is_chosen_for_this_month_only(phone, key_file) -> None:
    answer = phone.call("POST", "/ballots/paper", json={"period": "2026-12"})
    assert (answer.status_code, answer.json["code"]) == (404, "keys_unknown")
