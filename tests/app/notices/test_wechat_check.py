"""Named words are looked at by WeChat after they are stored; WeChat being away costs nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from structlog.testing import capture_logs

from backend.app.access import Role
from backend.app.accounts import consents
from backend.app.accounts.persons import lock
from backend.app.core.db import transaction
from backend.app.core.settings import Settings
from backend.app.core.wechat import CHECK_WORDS
from backend.app.notices import persons as inboxes
from backend.app.notices import wechat_check
from backend.app.notices.wechat_check import CheckedKind
from backend.app.ratings.operations import review_words
from backend.app.tickets import author, handling
from backend.app.tickets.bad_ratings import call_backs
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.intake import proxies
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.kinds import Channel
from backend.app.tickets.kinds import TicketKind as TicketKind
from backend.jobs.words import check_words
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.county import bind, make_county, make_person
from tests.factories.moving_clock import MovingClock
from tests.factories.tickets import Offices, as_actor, forget, make_offices, submit
from tests.wechat.server import World

REVIEW, RISKY = "招微商代理", "滚你的"
WAITING = "SELECT count(*) FROM words_to_check"


@pytest.fixture
def offices(app: Flask) -> Offices:
    return make_offices(make_county())


@pytest.fixture
def phone(client: FlaskClient, offices: Offices) -> Phone:
    """A villager who agreed to the newest explanation."""
    person_id = make_person("openid-named")
    bind(person_id, offices.county)
    with transaction():
        consents.give(person_id, consents.VERSIONS[-1])
    return open_phone(client, person_id)


@pytest.fixture
def me(phone: Phone, offices: Offices):
    return as_actor(phone.person_id, Role.VILLAGER, offices.village_id)


@pytest.fixture
def states(scalar) -> Callable[[], list[str]]:
    """The states of whatever was written, ratings first."""
    everything = (
        "SELECT array_agg(state ORDER BY nth, id) FROM ("
        " SELECT 1 AS nth, id, words_state AS state FROM rating WHERE words IS NOT NULL"
        " UNION ALL SELECT 2, id, followup_words_state FROM rating WHERE followup_at IS NOT NULL"
        " UNION ALL SELECT 3, id, words_state FROM ticket"
        " UNION ALL SELECT 4, id, words_state FROM ticket_event WHERE words IS NOT NULL"
        "   AND party = 'author') AS written"
    )
    return lambda: scalar(everything)


def off(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, wechat_checks_words=False))


def follow_up(phone: Phone, rating_id: int, words: str) -> None:
    sent = {"level": 2, "words": words}
    assert phone.call("POST", f"/ratings/{rating_id}/followup", json=sent).status_code == 201


def test_every_named_text_goes_out_once_after_it_was_stored(
    phone: Phone, offices: Offices, me, world: World, scalar, states
) -> None:
    rating_id = phone.rate(offices.county.code, words="办得快").json["id"]
    follow_up(phone, rating_id, "后来也好")
    ticket_id = submit(phone, offices, words="路灯不亮", place_note="村口").json["id"]
    with transaction():
        cadre = handling.sign(offices.cadre, ticket_id, 3)
        handling.ask(offices.cadre, ticket_id, cadre.version, WrittenReply("哪一盏？"))
    with transaction():
        author.supplement(me, ticket_id, None, "学校门口那盏")
    assert world.calls[CHECK_WORDS] == 0
    assert check_words() == 4
    assert {(one["content"], one["scene"]) for one in world.words.asked} == {
        ("办得快", 2), ("后来也好", 2), ("路灯不亮\n村口", 3), ("学校门口那盏", 3),
    }  # fmt: skip
    assert {(one["openid"], one["version"]) for one in world.words.asked} == {("openid-named", 2)}
    assert set(states()) == {"shown"}
    assert (check_words(), scalar(WAITING)) == (0, 0)
    assert world.calls[CHECK_WORDS] == 4


@pytest.mark.parametrize(
    ("words", "reason"), [(REVIEW, "微信内容安全提示：广告"), (RISKY, "微信内容安全提示：辱骂")]
)
def test_what_wechat_doubts_waits_for_the_desk_and_is_kept(
    phone: Phone, offices: Offices, me, world: World, scalar, states, words: str, reason: str
) -> None:
    phone.rate(offices.county.code, words=words)
    rating_id = phone.rate(offices.county.codes[2], words="好").json["id"]
    follow_up(phone, rating_id, words)
    ticket_id = submit(phone, offices, words=words).json["id"]
    other_id = submit(phone, offices, words="路灯不亮").json["id"]
    with transaction():
        author.withdraw(me, other_id, 3, words)
    check_words()
    assert states() == ["moderated", "shown", "moderated", "moderated", "shown", "moderated"]
    assert scalar("SELECT words FROM ticket WHERE id = :id", id=ticket_id) == words
    assert scalar("SELECT moderation_reason FROM ticket WHERE id = :id", id=ticket_id) == reason
    assert scalar("SELECT array_agg(DISTINCT moderation_reason) FROM rating") == [reason]
    kept = (
        "SELECT array_agg(subject_kind ORDER BY id) FROM audit_entry"
        " WHERE action = 'moderate_words'"
    )
    assert sorted(scalar(kept)) == ["rating", "rating", "ticket", "ticket"]
    told = "SELECT count(*) FROM notice WHERE title = '有文字要核定' AND person_id = :id"
    assert scalar(told, id=offices.desk.person_id) == 2


def test_the_unit_reads_it_again_once_the_desk_has_and_nobody_asks_twice(
    client: FlaskClient, phone: Phone, offices: Offices, world: World, scalar
) -> None:
    ticket_id = submit(phone, offices, words=RISKY).json["id"]
    rating_id = phone.rate(offices.county.code, words=RISKY).json["id"]
    cadre = open_phone(client, offices.cadre_id)
    seen = f"/cadre/tickets/{ticket_id}"
    assert cadre.call("GET", seen).json["words"] == RISKY
    check_words()
    assert cadre.call("GET", seen).json["words"] is None
    assert phone.call("GET", f"/tickets/{ticket_id}").json["words"] == RISKY
    with transaction():
        desk.review_words(offices.desk, ticket_id, None, show=True)
        review_words(offices.desk, rating_id, "show")
    check_words()
    forget()
    assert cadre.call("GET", seen).json["words"] == RISKY
    assert scalar("SELECT words_state FROM rating") == "shown"
    assert world.calls[CHECK_WORDS] == 2


def test_what_is_held_here_anyway_is_not_sent(
    phone: Phone, offices: Offices, world: World, scalar
) -> None:
    phone.rate(offices.county.code, words="傻逼")
    submit(phone, offices, words="打我电话 13800138000")
    phone.rate(offices.county.codes[2])
    assert (scalar(WAITING), check_words(), world.calls[CHECK_WORDS]) == (0, 0, 0)


def test_changed_words_are_asked_about_anew_and_old_answers_hold_nothing(
    phone: Phone, offices: Offices, world: World, states, monkeypatch: pytest.MonkeyPatch
) -> None:
    rating_id = phone.rate(offices.county.code, words=RISKY).json["id"]
    client = wechat_check.wechat_client()

    def change_meanwhile(*asked):
        verdict = client.check_words(*asked)
        monkeypatch.undo()
        better = {"level": 1, "reason_ids": [], "words": "讲得明白"}
        assert phone.call("PUT", f"/ratings/{rating_id}", json=better).status_code == 200
        return verdict

    double = type("Client", (), {"check_words": staticmethod(change_meanwhile)})
    monkeypatch.setattr(wechat_check, "wechat_client", lambda: double)
    assert check_words() == 2
    assert states() == ["shown"]
    assert [one["content"] for one in world.words.asked] == [RISKY, "讲得明白"]


@pytest.mark.parametrize("mood", ["500", "not_json", "busy", "quota", "code:40001", "no_result"])
def test_without_wechat_words_are_stored_shown_and_asked_about_later(
    phone: Phone, offices: Offices, world: World, clock: MovingClock, scalar, states, mood: str
) -> None:
    wechat_check.wechat_client().current_token()
    world.always = mood
    assert phone.rate(offices.county.code, words=RISKY).json["words_state"] == "shown"
    assert submit(phone, offices, words=RISKY).json["words_state"] == "shown"
    assert check_words() == 0
    asked = world.calls[CHECK_WORDS]
    assert states() == ["shown", "shown"]
    assert scalar(WAITING) == 2
    world.always = ""
    clock.move(minutes=2)
    assert check_words() == 2
    assert states() == ["moderated", "moderated"]
    assert asked <= 3


def test_a_token_that_somebody_replaced_costs_nothing(
    phone: Phone, offices: Offices, world: World, states
) -> None:
    wechat_check.wechat_client().current_token()
    world.rotate()
    phone.rate(offices.county.code, words=RISKY)
    assert check_words() == 1
    assert states() == ["moderated"]


def test_after_a_day_without_wechat_the_words_stay_as_they_are(
    phone: Phone, offices: Offices, world: World, clock: MovingClock, scalar, states
) -> None:
    phone.rate(offices.county.code, words="办得快")
    world.always = "quota"
    for _ in range(60):
        check_words()
        clock.move(minutes=30)
    assert (scalar(WAITING), states()) == (0, ["shown"])


@pytest.mark.parametrize(("who", "code"), [("quiet", 61010), ("strangers", 40003)])
def test_whom_wechat_does_not_know_any_more_is_not_asked_about_again(
    phone: Phone, offices: Offices, world: World, scalar, states, who: str, code: int
) -> None:
    getattr(world.words, who).add("openid-named")
    phone.rate(offices.county.code, words=RISKY)
    with capture_logs() as logged:
        check_words()
    assert (scalar(WAITING), states()) == (0, ["shown"])
    told = [line for line in logged if line["event"] == "words_unchecked"]
    assert [(line["kind"], line["errcode"]) for line in told] == [("rating", code)]
    assert RISKY not in repr(logged)
    assert "openid-named" not in repr(logged)


def test_the_code_of_the_first_version_holds_too(
    phone: Phone, offices: Offices, world: World, scalar, states
) -> None:
    wechat_check.wechat_client().current_token()
    world.faults = ["code:87014"]
    phone.rate(offices.county.code, words="办得快")
    check_words()
    assert states() == ["moderated"]
    assert scalar("SELECT moderation_reason FROM rating") == "微信内容安全提示要看一看"


def test_a_county_may_do_without(
    app: Flask, settings: Settings, monkeypatch, phone, offices, world: World, scalar
) -> None:
    submit(phone, offices, words="路灯不亮")
    off(app, settings, monkeypatch)
    phone.rate(offices.county.code, words="办得快")
    submit(phone, offices, words="路灯又不亮")
    assert scalar(WAITING) == 1
    check_words()
    assert (scalar(WAITING), world.calls[CHECK_WORDS]) == (0, 0)


@pytest.mark.parametrize("version", [None, "2026-11"])
def test_nothing_of_whom_the_explanation_told_nothing_is_sent(
    client: FlaskClient, offices: Offices, world: World, scalar, version: str | None
) -> None:
    person_id = make_person("openid-early")
    bind(person_id, offices.county)
    if version:
        with transaction():
            consents.give(person_id, version)
    open_phone(client, person_id).rate(offices.county.code, words="办得快")
    check_words()
    assert (scalar(WAITING), world.calls[CHECK_WORDS]) == (0, 0)


def test_nothing_is_sent_after_consent_was_taken_back(
    phone: Phone, offices: Offices, world: World, scalar
) -> None:
    phone.rate(offices.county.code, words="办得快")
    with transaction():
        consents.withdraw(phone.person_id)
    check_words()
    assert (scalar(WAITING), world.calls[CHECK_WORDS]) == (0, 0)


def test_a_closed_account_leaves_nothing_to_send(phone: Phone, offices: Offices, scalar) -> None:
    phone.rate(offices.county.code, words="办得快")
    with transaction():
        inboxes.forget(lock(phone.person_id).id)
    assert scalar(WAITING) == 0


def test_two_workers_ask_once(
    app: Flask, phone: Phone, offices: Offices, world: World, at_once
) -> None:
    submit(phone, offices, words="路灯不亮")
    wechat_check.wechat_client().current_token()
    world.faults = ["slow"] * 4
    at_once(*[check_words] * 4)
    assert world.calls[CHECK_WORDS] == 1


def test_whoever_died_while_asking_leaves_the_words_to_the_next(
    phone: Phone, offices: Offices, world: World, clock: MovingClock
) -> None:
    submit(phone, offices, words="路灯不亮")
    assert wechat_check.take() is not None
    assert check_words() == 0
    clock.move(minutes=6)
    assert check_words() == 1


def test_a_call_back_that_repeats_the_words_is_held_with_them(
    phone: Phone, offices: Offices, world: World, clock: MovingClock, scalar
) -> None:
    rating_id = phone.rate(offices.county.code, level=5, words=RISKY).json["id"]
    clock.move(days=1)
    with transaction():
        assert call_backs.open_for_rating(rating_id, clock.at) is not None
    check_words()
    assert scalar("SELECT words_state FROM rating") == "moderated"
    assert scalar("SELECT words_state FROM ticket WHERE rating_id IS NOT NULL") == "moderated"


def test_words_of_callers_and_of_the_office_are_not_sent(
    phone: Phone, offices: Offices, scalar
) -> None:
    """Nobody asked the caller; the office answers for its own words."""
    told = TicketRequest(TicketKind.HELP, "路灯不亮", offices.village_id, contact_name="张大娘")
    with transaction():
        proxies.enter(offices.township, Channel.PHONE, told)
    ticket_id = submit(phone, offices).json["id"]
    with transaction():
        signed = handling.sign(offices.cadre, ticket_id, 3)
        handling.reply(offices.cadre, ticket_id, signed.version, "done", WrittenReply("修好了"))
    assert scalar("SELECT array_agg(kind) FROM words_to_check") == ["ticket"]


def test_an_anonymous_ticket_is_not_even_read_for_wechat(
    phone: Phone, offices: Offices, world: World, scalar
) -> None:
    """Were a row to name somebody beside one, by whatever fault, nothing would leave."""
    ticket_id = submit(phone, offices, words="路灯不亮").json["id"]
    check_words()
    with transaction() as session:
        session.execute(
            text("UPDATE ticket SET channel = 'anonymous', person_id = NULL, receipt = :receipt,"
                 " idempotency_key = NULL, request_digest = NULL WHERE id = :id"),
            {"id": ticket_id, "receipt": b"r" * 32},
        )  # fmt: skip
        wechat_check.ask(CheckedKind.TICKET, ticket_id, phone.person_id)
    check_words()
    assert [one["content"] for one in world.words.asked] == ["路灯不亮"]
    assert scalar(WAITING) == 0


def test_a_text_is_asked_about_for_longer_than_a_days_quota_lasts() -> None:
    assert timedelta(days=1) < wechat_check.TRY_FOR
    assert max(wechat_check.BACKOFF) < timedelta(hours=2)


PLANS = ("enable_hashjoin", "enable_mergejoin", "enable_hashagg", "enable_sort", "enable_material",
         "enable_indexscan", "enable_bitmapscan")  # fmt: skip


def test_one_text_is_taken_at_a_time_however_the_database_plans_it(
    phone: Phone, app: Flask, scalar
) -> None:
    with transaction() as session:
        for nth in range(5):
            wechat_check.ask(CheckedKind.RATING, nth + 1, phone.person_id)
        session.execute(text("ANALYZE words_to_check"))
    with transaction() as session:
        for name in PLANS:
            session.execute(text(f"SET {name} = off"))
    assert wechat_check.take() is not None
    with transaction() as session:
        session.execute(text("RESET ALL"))
    assert scalar("SELECT count(*) FROM words_to_check WHERE attempts > 0") == 1
