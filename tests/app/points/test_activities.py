"""Meetings and volunteer work: many people at once, and a second person's yes."""

from contextvars import copy_context
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest

from backend.app.access import Role
from backend.app.accounts.queries import actor_today
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput, NotAllowed
from backend.app.points.activities import operations as activities
from backend.app.points.errors import AlreadyDecided, SamePerson
from backend.app.points.queries import balance_of, statement_of
from tests.app.points.voting import MEETING, put_in_force
from tests.app.ratings.conftest import open_phone
from tests.factories.console import sit_down
from tests.factories.county import bind, grant_role, make_person, number_of

TODAY = date(2026, 12, 10)


@pytest.fixture
def people(county) -> list[int]:
    made = [make_person() for _ in range(3)]
    for person in made:
        bind(person, county)
    return made


@pytest.fixture
def rule_id(clerk, county, clock) -> int:
    put_in_force(clerk, county.id)
    clock.set(TODAY)
    return next(
        rule.id
        for rule in activities.deed_rules(county.village_ids[0], TODAY)
        if rule.label == MEETING.label
    )


def enter(who, county, rule_id: int, people, day: date = TODAY, note: str = "村民代表会") -> int:
    with transaction():
        return activities.enter(who, county.village_ids[0], rule_id, day, note, people).id


def test_confirmed_by_another_everybody_gets_the_points(
    clerk, second, county, rule_id, people
) -> None:
    deed = enter(clerk, county, rule_id, people)
    assert [balance_of(person) for person in people] == [0, 0, 0]
    with transaction():
        assert activities.decide(second, deed, confirm=True) == 3
    assert [balance_of(person) for person in people] == [10, 10, 10]
    assert statement_of(people[0])[0].text == "参加村民会议"


def test_whoever_entered_or_took_part_cannot_confirm(clerk, county, rule_id, people) -> None:
    deed = enter(clerk, county, rule_id, people)
    grant_role(people[0], Role.TOWNSHIP_STAFF, county.township_ids[0])
    for who in (clerk, actor_today(people[0])):
        with pytest.raises(SamePerson), transaction():
            activities.decide(who, deed, confirm=True)
    assert balance_of(people[1]) == 0


def test_the_days_cap_holds_for_deeds_too(clerk, second, county, rule_id, people) -> None:
    first = enter(clerk, county, rule_id, people)
    again = enter(clerk, county, rule_id, people[:2], note="同一天又一个会")
    with transaction():
        activities.decide(second, first, confirm=True)
    with transaction():
        assert activities.decide(second, again, confirm=True) == 0


def test_refusing_needs_a_reason_and_gives_nothing(clerk, second, county, rule_id, people) -> None:
    deed = enter(clerk, county, rule_id, people)
    with pytest.raises(InvalidInput), transaction():
        activities.decide(second, deed, confirm=False)
    with transaction():
        activities.decide(second, deed, confirm=False, note="没有签到表")
    with pytest.raises(AlreadyDecided), transaction():
        activities.decide(second, deed, confirm=True)
    assert balance_of(people[0]) == 0


def test_who_registered_withdraws_until_it_is_decided(
    client, clerk, second, county, rule_id, people
) -> None:
    deed = enter(clerk, county, rule_id, people)
    with pytest.raises(NotAllowed), transaction():
        activities.withdraw(second, deed)
    desk = sit_down(client, clerk.person_id)
    withdrawal = f"/console/points/deeds/{deed}/withdraw"
    assert withdrawal in desk.get("/console/points/deeds").text
    assert desk.post(withdrawal).status_code == 302
    assert "已撤回" in desk.get("/console/points/deeds?state=withdrawn").text
    assert desk.post(withdrawal).status_code == 409
    with pytest.raises(AlreadyDecided), transaction():
        activities.decide(second, deed, confirm=True)
    assert balance_of(people[0]) == 0


def test_two_people_deciding_at_once_decide_once(
    app, clerk, second, stranger, county, rule_id, people
) -> None:
    third_id = make_person()
    grant_role(third_id, Role.COUNTY_STAFF, county.id)
    third = actor_today(third_id)
    deed = enter(clerk, county, rule_id, people)
    start, outcomes = Barrier(2), []

    def decide(who) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    outcomes.append(activities.decide(who, deed, confirm=True))
            except DomainError as error:
                outcomes.append(error.code)

    threads = [Thread(target=copy_context().run, args=[decide, who]) for who in (second, third)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(map(str, outcomes)) == ["3", "already_decided"]
    assert balance_of(people[0]) == 10


def test_people_of_other_villages_are_named_as_strangers(clerk, county, rule_id, people) -> None:
    stranger = make_person()
    bind(stranger, county, county.village_ids[1])
    with pytest.raises(InvalidInput) as refused:
        enter(clerk, county, rule_id, [*people, stranger])
    assert str(number_of(stranger)) in refused.value.errors["people"][0]


@pytest.mark.parametrize(
    ("day", "note", "field"),
    [
        (TODAY + timedelta(days=1), "村民代表会", "happened_on"),
        (TODAY - timedelta(days=61), "村民代表会", "happened_on"),
        (TODAY, "会", "note"),
    ],
)
def test_a_wrong_entry_names_its_field(clerk, county, rule_id, people, day, note, field) -> None:
    with pytest.raises(InvalidInput) as refused:
        enter(clerk, county, rule_id, people, day, note)
    assert set(refused.value.errors) == {field}


def test_an_automatic_act_cannot_be_entered_by_hand(clerk, county, rule_id, people) -> None:
    with pytest.raises(InvalidInput) as refused:
        enter(clerk, county, 1, people)
    assert "rule_id" in refused.value.errors


def test_a_cadre_enters_for_the_own_village_only(county, rule_id, people) -> None:
    cadre_id = make_person()
    grant_role(cadre_id, Role.CADRE, county.village_ids[0])
    cadre = actor_today(cadre_id)
    assert enter(cadre, county, rule_id, people)
    with pytest.raises(NotAllowed), transaction():
        activities.enter(cadre, county.village_ids[1], rule_id, TODAY, "村民代表会", people)


def test_another_county_confirms_nothing(clerk, stranger, county, rule_id, people) -> None:
    deed = enter(clerk, county, rule_id, people)
    with pytest.raises(NotAllowed), transaction():
        activities.decide(stranger, deed, confirm=True)


def test_a_cadre_enters_on_the_phone_and_sees_what_became_of_it(
    client, second, county, rule_id, people
) -> None:
    phone = open_phone(client)
    grant_role(phone.person_id, Role.CADRE, county.village_ids[0])
    seen = phone.call("GET", "/cadre/deeds").json
    numbers = [number_of(one) for one in people]
    assert [one["number"] for one in seen["people"]] == numbers
    body = {
        "rule_id": rule_id, "happened_on": "2026-12-09", "note": "村民代表会", "people": numbers,
    }  # fmt: skip
    entered = phone.call("POST", "/cadre/deeds", json=body)
    assert (entered.status_code, entered.json["items"][0]["state"]) == (201, "waiting")
    with transaction():
        activities.decide(second, entered.json["items"][0]["id"], confirm=True)
    assert phone.call("GET", "/cadre/deeds").json["items"][0]["state"] == "confirmed"
    wrong = phone.call("POST", "/cadre/deeds", json={**body, "people": []})
    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["people"])
    counted = phone.call("POST", "/cadre/deeds", json={**body, "people": people})
    assert "没有这些积分号" in counted.json["errors"]["people"][0], "ids are no numbers"


def test_a_villager_enters_nothing(client, county, rule_id, people) -> None:
    phone = open_phone(client, people[0])
    assert phone.call("GET", "/cadre/deeds").status_code == 403
