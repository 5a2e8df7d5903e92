"""Ballots: once a person and month, signed unseen, the same answer for the same request."""

import hashlib
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.ballots import blind_signatures, signing_keys
from backend.app.core import clock as county_clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict
from backend.app.places.reorganisation import merge_villages
from backend.app.surveys import operations as rounds
from backend.demo.ballot import finalize
from tests.app.ratings.conftest import open_phone
from tests.app.surveys.conftest import (
    EARLIER,
    NOW,
    PERIOD,
    ask,
    ballots_for,
    bytes_of,
    choose_paper,
    clock,
    text_of,
)
from tests.factories.county import actor_with, grant_role, make_county, make_person
from tests.factories.tickets import forget, villager


def test_what_comes_back_checks_under_the_public_key(phone, key_file) -> None:
    ballots = ballots_for(key_file)
    answer = ask(phone, ballots)
    assert answer.status_code == 200, answer.json
    signed = [answer.json["survey"], *answer.json["tickets"]]
    for ballot, signature in zip(ballots, signed, strict=True):
        token = finalize(ballot.modulus, ballot.hidden, bytes_of(signature))
        assert blind_signatures.verify(ballot.modulus, ballot.message, token)


def test_t9_the_same_request_again_gets_the_same_answer(phone, key_file, scalar) -> None:
    ballots = ballots_for(key_file)
    assert ask(phone, ballots).json == ask(phone, ballots).json
    assert scalar("SELECT count(*) FROM ballot_issue") == 1


def test_a_second_ballot_is_refused_whatever_phone_asks(phone, key_file) -> None:
    ask(phone, ballots_for(key_file))
    again = ask(phone, ballots_for(key_file))
    assert (again.status_code, again.json["code"]) == (409, "already_issued")


def test_a_refused_ballot_is_not_used_up(phone, key_file, scalar) -> None:
    ballots = ballots_for(key_file)
    broken = ask(phone, ballots, survey=text_of(bytes(256)))
    assert broken.status_code == 422
    assert "survey" in broken.json["errors"]
    assert scalar("SELECT count(*) FROM ballot_issue") == 0
    assert ask(phone, ballots).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("survey", "x"), ("survey", None), ("survey", 5), ("survey", "!" * 342),
        ("survey", "A" * 343), ("tickets", []), ("tickets", ["A" * 342]), ("tickets", "A"),
        ("period", "2026-13"), ("period", "november"),
    ],
)  # fmt: skip
def test_a_broken_request_names_its_field(phone, key_file, field, value, scalar) -> None:
    answer = ask(phone, ballots_for(key_file), **{field: value})
    assert answer.status_code == 422
    assert any(name.startswith(field) for name in answer.json["errors"])
    assert scalar("SELECT count(*) FROM ballot_issue") == 0


# The county's midnight is at four in the afternoon of the day before, UTC.
@pytest.mark.parametrize(
    ("at", "given"),
    [
        (datetime(2026, 8, 31, 15, 59, tzinfo=UTC), False),
        (datetime(2026, 8, 31, 16, tzinfo=UTC), True),
        (datetime(2026, 10, 31, 15, 59, tzinfo=UTC), True),
        (datetime(2026, 10, 31, 16, tzinfo=UTC), False),
        (NOW, False),
        (datetime(2026, 12, 1, tzinfo=UTC), False),
    ],
)
def test_ballots_are_given_two_months_ahead_and_never_in_their_own(
    phone, key_file, at: datetime, given: bool, scalar
) -> None:
    for act in (choose_paper, lambda *_, **when: ask(phone, ballots_for(key_file), **when)):
        forget()
        with transaction() as session:
            session.execute(text("DELETE FROM ballot_issue"))
        answer = act(phone, at=at)
        assert (answer.status_code, scalar("SELECT count(*) FROM ballot_issue")) == (
            (200, 1) if given else (409, 0)
        )
        if not given:
            assert answer.json["code"] == "not_ahead"
            assert "只发下个月和再下个月的" in answer.json["message"]


def test_keys_of_which_ballots_are_out_are_never_made_anew(county, phone, key_file) -> None:
    ask(phone, ballots_for(key_file))
    forget()
    with clock(EARLIER), pytest.raises(Conflict, match="已经有人领了"), transaction():
        signing_keys.remake_period(county.id, PERIOD)
    assert client_file(phone, county) == key_file


def client_file(phone, county) -> object:
    return phone.client.get(f"/keys/{county.id}/2026-11.json").json


def test_whose_village_went_into_another_one_votes_where_the_ballots_were_made(
    client, county, key_file, scalar
) -> None:
    bound = villager(client, county)
    gone, into = county.village_ids
    forget()
    with transaction():
        merge_villages(actor_with(Role.COUNTY_MANAGER, county.id), gone, into)
    me = bound.call("GET", "/me").json["binding"]
    assert (me["village"]["id"], me["bound_village_id"]) == (into, gone)
    assert me["village_ids"] == [gone, into]
    assert ask(bound, ballots_for(key_file)).status_code == 200


def test_a_cadre_of_the_village_that_ones_own_became_gets_no_ballot_of_the_old_unit(
    client, county, key_file
) -> None:
    gone, into = county.village_ids
    cadre, former = villager(client, county), villager(client, county)
    grant_role(cadre.person_id, Role.CADRE, into)
    grant_role(former.person_id, Role.CADRE, gone)
    forget()
    with transaction():
        merge_villages(actor_with(Role.COUNTY_MANAGER, county.id), gone, into)
    for phone in (cadre, former):
        answer = ask(phone, ballots_for(key_file))
        assert (answer.status_code, answer.json["code"]) == (403, "cadre_votes_not")


def test_whoever_bound_no_village_gets_none(client, key_file) -> None:
    answer = ask(open_phone(client, make_person()), ballots_for(key_file))
    assert (answer.status_code, answer.json["code"]) == (403, "no_village")


def test_a_cadre_of_any_village_of_the_unit_gets_none(phone, county, key_file) -> None:
    grant_role(phone.person_id, Role.CADRE, county.village_ids[1])
    answer = ask(phone, ballots_for(key_file))
    assert (answer.status_code, answer.json["code"]) == (403, "cadre_votes_not")


def test_t2_what_is_kept_of_an_issue_names_no_key_and_no_time(phone, key_file, scalar) -> None:
    ballots = ballots_for(key_file)
    ask(phone, ballots)
    columns = scalar(
        "SELECT array_agg(column_name::text ORDER BY column_name) FROM information_schema.columns"
        " WHERE table_name = 'ballot_issue'"
    )
    assert columns == ["blinded_digest", "on_paper", "period", "person_id", "unit_id"]
    kept = hashlib.sha256(b"".join(ballot.hidden.blinded for ballot in ballots)).digest()
    assert bytes(scalar("SELECT blinded_digest FROM ballot_issue")) == kept


def test_t10_everybody_is_served_the_same_file(client, county) -> None:
    first = client.get(f"/keys/{county.id}/2026-11.json")
    second = villager(client, county).client.get(
        f"/keys/{county.id}/2026-11.json", headers={"Cookie": "a=b", "User-Agent": "x"}
    )
    assert first.data == second.data
    assert first.headers["ETag"] == f'"{signing_keys.digest(first.data)}"'
    assert first.headers["Cache-Control"].startswith("public")


@pytest.mark.parametrize("month", ["2026-10", "2026-1", "x"])
def test_a_month_without_keys_is_said(client, county, month: str) -> None:
    assert client.get(f"/keys/{county.id}/{month}.json").status_code == 404


def test_preparing_a_month_twice_keeps_its_keys(client, county) -> None:
    before = client.get(f"/keys/{county.id}/2026-11.json").data
    forget()
    with transaction():
        assert signing_keys.prepare_period(county.id, PERIOD) == 0
    assert client.get(f"/keys/{county.id}/2026-11.json").data == before


def test_private_keys_are_sealed_at_rest(county, spare_keys, scalar) -> None:
    sealed = bytes(scalar("SELECT string_agg(sealed_private, '') FROM ballot_signing_key"))
    for key in spare_keys:
        for part in (key.p, key.q, key.d):
            assert f"{part:x}".encode() not in sealed
            assert part.to_bytes((part.bit_length() + 7) // 8) not in sealed


def test_a_destroyed_key_signs_nothing_more(phone, key_file) -> None:
    forget()
    with transaction() as session:
        session.execute(text("UPDATE ballot_signing_key SET sealed_private = NULL"))
    answer = ask(phone, ballots_for(key_file))
    assert (answer.status_code, answer.json["code"]) == (404, "keys_unknown")


def test_the_clock_of_these_tests_lies_in_the_period() -> None:
    assert county_clock.month_of(county_clock.local_day(NOW)) == PERIOD


def test_whoever_chose_paper_gets_no_tokens_and_may_say_so_again(phone, key_file) -> None:
    chosen = choose_paper(phone)
    assert chosen.json == {"unit": key_file["keys"][0]["unit"]}
    again = choose_paper(phone)
    assert again.status_code == 200
    answer = ask(phone, ballots_for(key_file))
    assert (answer.status_code, answer.json["code"]) == (409, "voting_on_paper")


def test_whoever_has_tokens_gets_no_paper(phone, key_file) -> None:
    ask(phone, ballots_for(key_file))
    answer = choose_paper(phone)
    assert (answer.status_code, answer.json["code"]) == (409, "already_issued")


def test_the_first_month_of_a_county_has_no_keys_and_its_next_six_have(app, stop_clock) -> None:
    stop_clock(NOW)
    county = make_county()
    months = rounds.months_without_keys(county.id)
    assert [signing_keys.period_name(month) for month in months] == [
        "2026-12", "2027-01", "2027-02", "2027-03", "2027-04", "2027-05",
    ]  # fmt: skip
    forget()
    with transaction():
        assert rounds.open_ticket_desk(county.id) is False
