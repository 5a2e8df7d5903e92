"""Freezes, appeals and frozen days: what one did another decides, and the villager is told."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backend.app.points.errors import AccountFrozen, AlreadyDecided, SamePerson
from backend.app.points.freezes import anomalies
from backend.app.points.freezes import operations as freezes
from backend.app.points.ledger import Batch, credit, credit_all, reverse_entry, spend
from backend.app.points.operations import set_rule
from backend.app.points.point_sources import SURVEY
from backend.app.points.queries import balance_of, open_freeze, statement_of
from tests.app.points.conftest import TODAY
from tests.app.ratings.conftest import open_phone
from tests.factories.county import OPENED_ON, bind, make_person, number_of

WHY = "一分钟里连着得了好几次分"


@pytest.fixture
def person(county) -> int:
    person = make_person()
    bind(person, county)
    with transaction():
        for number in range(3):
            credit(person, county.id, "rating", "rating", number)
    return person


def inbox(person_id: int) -> list[str]:
    query = text("SELECT title FROM notice WHERE person_id = :id ORDER BY id")
    return list(db.session.scalars(query, {"id": person_id}))


def freeze(who, county, person: int) -> int:
    with transaction():
        return freezes.freeze(who, county.id, person, WHY).id


def test_frozen_points_wait_and_the_person_knows_why(clerk, county, person) -> None:
    freeze(clerk, county, person)
    with pytest.raises(AccountFrozen), transaction():
        spend(person, county.id, 1, "redemption", 1)
    assert inbox(person) == ["您的积分暂时冻结了"]
    assert open_freeze(person).reason == WHY
    with pytest.raises(Conflict), transaction():
        freezes.freeze(clerk, county.id, person, WHY)


def test_an_appeal_is_decided_by_another_person(clerk, second, county, person) -> None:
    number = freeze(clerk, county, person)
    with pytest.raises(Conflict), transaction():
        freezes.decide_appeal(second, number, True, "还没有申诉")
    with transaction():
        freezes.appeal(person, "那天赶集，真的都去办了事")
    with pytest.raises(SamePerson), transaction():
        freezes.decide_appeal(clerk, number, True, "自己审自己")
    with transaction():
        freezes.decide_appeal(second, number, True, "核实过，确实都办了事")
    with transaction():
        assert spend(person, county.id, 6, "redemption", 1)
    assert inbox(person)[-1] == "申诉通过，积分已解冻"
    with pytest.raises(AlreadyDecided), transaction():
        freezes.decide_appeal(second, number, False, "再审一次")


def test_a_refused_appeal_keeps_the_freeze_and_is_the_only_one(
    clerk, second, county, person
) -> None:
    number = freeze(clerk, county, person)
    with transaction():
        freezes.appeal(person, "冤枉")
    with transaction():
        freezes.decide_appeal(second, number, False, "三次都在同一分钟")
    with pytest.raises(Conflict), transaction():
        freezes.appeal(person, "再申诉")
    with pytest.raises(AccountFrozen), transaction():
        spend(person, county.id, 1, "redemption", 1)
    with transaction():
        freezes.lift(clerk, number)
    assert open_freeze(person) is None


def test_the_database_refuses_one_person_as_both(clerk, county, person) -> None:
    freeze(clerk, county, person)
    with pytest.raises(IntegrityError, match="second_person"), transaction() as session:
        session.execute(
            text(
                "UPDATE points_freeze SET decided_by_id = frozen_by_id, decision = 'kept',"
                " appeal = 'x', appealed_at = now(), decided_at = now()"
            )
        )


def test_a_frozen_day_is_taken_once_and_given_back_by_another(
    clerk, second, county, person
) -> None:
    with transaction():
        freezes.freeze_day(clerk, county.id, [person], TODAY, WHY)
    assert balance_of(person) == 0
    assert statement_of(person)[0].text == "暂扣：等另一位工作人员核实"
    with pytest.raises(Conflict), transaction():
        freezes.freeze_day(clerk, county.id, [person], TODAY, WHY)
    with pytest.raises(SamePerson), transaction():
        freezes.decide_day_freeze(clerk, 1, True, "自己退自己")
    with transaction():
        freezes.decide_day_freeze(second, 1, True, "那天有赶集，没问题")
    assert balance_of(person) == 6
    assert inbox(person) == ["11 月 20 日的 6 分先暂扣", "暂扣的 6 分已退回"]


def test_what_is_spent_stays_spent_when_a_day_is_frozen(clerk, county, person) -> None:
    with transaction():
        spend(person, county.id, 4, "redemption", 1)
    with transaction():
        frozen = freezes.freeze_day(clerk, county.id, [person], TODAY, WHY)
        assert [one.amount for one in frozen] == [2]
    assert balance_of(person) == 0


def test_what_was_undone_already_is_not_frozen_again(clerk, county, person) -> None:
    with transaction():
        reverse_entry(1)
    with transaction():
        assert freezes.freeze_day(clerk, county.id, [person], TODAY, WHY)[0].amount == 4


def test_another_county_and_a_short_reason_are_refused(clerk, stranger, county, person) -> None:
    with pytest.raises(NotAllowed), transaction():
        freezes.freeze(stranger, county.id, person, WHY)
    with pytest.raises(NotFound), transaction():
        freezes.freeze(clerk, county.id, make_person(), WHY)
    with pytest.raises(InvalidInput), transaction():
        freezes.freeze(clerk, county.id, person, "短")


def test_ten_people_in_ten_minutes_are_shown_and_two_are_not(county, clock) -> None:
    for number in range(10):
        clock.at += timedelta(seconds=20)
        with transaction():
            credit(make_person(), county.id, "rating", "rating", number, county.village_ids[0])
    for number in range(10, 12):
        with transaction():
            credit(make_person(), county.id, "rating", "rating", number, county.village_ids[1])
    found = anomalies.find(county.id, TODAY)
    assert [(one.words, one.village, len(one.people)) for one in found] == [
        ("几分钟里接连有人得分，一共 10 人", "第1村", 10)
    ]


def test_three_in_a_minute_and_ten_days_at_the_cap_are_shown(county, clock) -> None:
    with transaction():
        set_rule(county.id, "ticket", "实名提诉求", 5, 1, OPENED_ON, monthly_cap=31)
    quick, steady = make_person(), make_person()
    for number in range(3):
        clock.at += timedelta(seconds=10)
        with transaction():
            credit(quick, county.id, "rating", "rating", number)
    for number in range(10):
        clock.set(date(2026, 11, 1 + number))
        with transaction():
            credit(steady, county.id, "ticket", "ticket", number)
    words = {one.words: one.people for one in anomalies.find(county.id, TODAY)}
    assert words == {
        "一个人 60 秒里得了 3 次分": (quick,),
        "一个人 10 天都做到每天上限": (steady,),
    }


def test_the_points_of_a_units_survey_are_no_pattern(county, clock) -> None:
    people = [make_person() for _ in range(12)]
    with transaction():
        assert credit_all(county.id, SURVEY, 5, [Batch(1, people)]) == 12
    assert anomalies.find(county.id, TODAY) == []


def test_the_phone_shows_the_freeze_and_takes_one_appeal(client, clerk, county) -> None:
    phone = open_phone(client)
    bind(phone.person_id, county)
    with transaction():
        credit(phone.person_id, county.id, "rating", "rating", 1)
    freeze(clerk, county, phone.person_id)
    seen = phone.call("GET", "/me/points/standing").json
    assert seen["number"] == number_of(phone.person_id)
    assert seen["freeze"]["reason"] == WHY
    assert [line["label"] for line in seen["rules"]["items"]] == ["评价服务", "本村问卷"]
    empty = phone.call("POST", "/me/points/appeal", json={"words": " "})
    assert (empty.status_code, "words" in empty.json["errors"]) == (422, True)
    sent = phone.call("POST", "/me/points/appeal", json={"words": "都是真的"})
    assert sent.json["appealed_at"]
    assert phone.call("POST", "/me/points/appeal", json={"words": "再来"}).status_code == 409
