"""申诉: once, in time, by the village itself; decided by somebody else; the effect is seen."""

import io
from datetime import UTC, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.app.access import Role
from backend.app.accounts.queries import actor_today
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.files import storage
from backend.app.core.queue import JobName, QueueName, queue
from backend.app.scorecards.locks import corrections, verification
from backend.app.scorecards.locks import operations as locks
from backend.app.scorecards.objections import operations as objections
from backend.app.scorecards.objections import queries as objection_queries
from backend.app.scorecards.objections.photos import PHOTOS
from backend.app.scorecards.operations import recompute_month
from backend.app.scorecards.phone.public_cases import public_ids
from tests.app.ratings.conftest import open_phone
from tests.factories.console import link_phone, sit_down
from tests.factories.county import actor_with, bind, grant_role, make_person
from tests.factories.objections import Bench, make_bench, object_to
from tests.factories.photos import open_photos
from tests.factories.ratings import LAST_MONTH
from tests.factories.tickets import forget, photo


@pytest.fixture
def bench(app) -> Bench:
    return make_bench()


def decide(bench: Bench, objection_id: int, is_upheld: bool = True, by=None) -> None:
    with transaction():
        objections.decide_objection(by or bench.staff, objection_id, is_upheld, "核过了，不怪村里")


def total(bench: Bench) -> Decimal:
    forget()
    return db.session.scalar(
        text("SELECT total FROM scorecard WHERE village_id = :v AND month = :m"),
        {"v": bench.village_id, "m": LAST_MONTH},
    )


def test_an_upheld_case_leaves_the_score_and_the_rating_stays(bench: Bench, scalar) -> None:
    before = total(bench)
    found = object_to(bench)
    decide(bench, found)
    assert [job.func_name for job in queue(QueueName.QUICK).jobs] == [JobName.RECOMPUTE_MONTH.value]
    with transaction():
        recompute_month(LAST_MONTH, bench.county.id)
    effect = objections.get_objection(found).effect
    assert effect["before"] == str(before)
    assert effect["after"] == str(total(bench))
    assert total(bench) > before
    assert scalar("SELECT count(*) FROM rating WHERE id = :id", id=bench.case_id) == 1
    struck = objection_queries.struck_cases(bench.village_id, LAST_MONTH)
    assert [line.case.title for line in struck] == ["「办事窗口1」评了「非常不满意」"]


def test_a_refused_one_changes_nothing_and_the_cadre_is_told(bench: Bench, scalar) -> None:
    before = total(bench)
    found = object_to(bench)
    decide(bench, found, is_upheld=False)
    with transaction():
        recompute_month(LAST_MONTH, bench.county.id)
    assert total(bench) == before
    assert objections.get_objection(found).effect == {}
    assert scalar("SELECT title FROM notice WHERE person_id = :p ORDER BY id DESC LIMIT 1",
                  p=bench.cadre.person_id) == "申诉没有成立"  # fmt: skip


def test_in_a_locked_month_an_upheld_one_is_a_numbered_correction(bench: Bench) -> None:
    found = object_to(bench)
    with transaction():
        locks.lock_month(bench.staff, bench.county.id, LAST_MONTH, "申诉随后裁决")
    decide(bench, found)
    forget()
    (made,) = corrections.corrections_of(bench.county.id, LAST_MONTH)
    effect = objections.get_objection(found).effect
    assert (made.objection_id, effect["correction"]) == (found, 1)
    assert Decimal(effect["after"]) > Decimal(effect["before"])
    with transaction():
        assert verification.verify(bench.county.id, LAST_MONTH).equal


def test_a_case_is_objected_to_once_for_ever(bench: Bench) -> None:
    decide(bench, object_to(bench), is_upheld=False)
    with pytest.raises(objections.AlreadyObjected):
        object_to(bench)
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(
            text("INSERT INTO objection (county_id, village_id, month, case_kind, case_id, words,"
                 " raised_by_id, raised_at) SELECT county_id, village_id, month, case_kind,"
                 " case_id, words, raised_by_id, raised_at FROM objection")
        )  # fmt: skip


def test_an_upheld_one_cannot_be_raised_again(bench: Bench) -> None:
    decide(bench, object_to(bench))
    with transaction():
        recompute_month(LAST_MONTH, bench.county.id)
    with pytest.raises(objections.AlreadyObjected):
        object_to(bench)


def test_the_same_key_again_is_the_same_objection(bench: Bench, scalar) -> None:
    key = uuid4()
    assert object_to(bench, key=key) == object_to(bench, key=key)
    assert scalar("SELECT count(*) FROM objection") == 1


def test_only_the_own_village_and_only_what_cost_it_points(bench: Bench) -> None:
    neighbour = actor_with(Role.CADRE, bench.county.village_ids[1])
    with pytest.raises(NotAllowed):
        object_to(bench, by=neighbour)
    with pytest.raises(objections.CaseUnknown):
        object_to(bench, by=neighbour, village_id=bench.county.village_ids[1])
    with pytest.raises(objections.CaseUnknown):
        object_to(bench, case_id=bench.praise_id)
    with pytest.raises(objections.CaseUnknown):
        object_to(bench, case_kind="ticket")


def test_the_window_closes_fifteen_days_after_the_month_unless_the_county_says_otherwise(
    app, stop_clock
) -> None:
    bench = make_bench(days=None)
    end = clock.midnight(clock.next_month(LAST_MONTH))
    stop_clock((end + timedelta(days=15)).astimezone(UTC))
    with pytest.raises(objections.ObjectionClosed):
        object_to(bench)
    with transaction():
        objections.set_objection_days(bench.staff, bench.county.id, 16)
    assert object_to(bench)


def test_nobody_of_the_assessed_side_decides(bench: Bench) -> None:
    found = object_to(bench)
    county, village = bench.county, bench.village_id
    from_township = actor_with(Role.COUNTY_STAFF, county.id)
    grant_role(from_township.person_id, Role.COUNTY_STAFF, county.id)
    grant_role(from_township.person_id, Role.TOWNSHIP_STAFF, county.township_ids[0])
    villager = actor_with(Role.COUNTY_STAFF, county.id)
    bind(villager.person_id, county, village)
    for judge in (actor_today(from_township.person_id), villager):
        with pytest.raises(objections.ObjectionOwnSide):
            decide(bench, found, by=judge)
    with pytest.raises(NotAllowed):
        decide(bench, found, by=bench.cadre)
    with pytest.raises(IntegrityError, match="another_decides"), transaction() as session:
        session.execute(
            text("UPDATE objection SET state = 'refused', decided_by_id = raised_by_id,"
                 " decided_at = now(), decision = '自己定'")
        )  # fmt: skip


def test_a_decision_is_made_once_and_has_a_reason(bench: Bench) -> None:
    found = object_to(bench)
    with pytest.raises(InvalidInput), transaction():
        objections.decide_objection(bench.staff, found, True, "  ")
    decide(bench, found, is_upheld=False)
    with pytest.raises(objections.ObjectionDecided):
        decide(bench, found)


def test_words_with_a_phone_number_go_back_to_their_author(bench: Bench) -> None:
    with pytest.raises(InvalidInput) as refused:
        object_to(bench, words="不信您打 13800138000 问问")
    assert "电话" in refused.value.errors["words"][0]


def test_shares_are_of_what_was_decided(bench: Bench) -> None:
    nothing = objection_queries.objection_shares(bench.county.id, LAST_MONTH)
    assert (nothing.raised, nothing.upheld_share) == (0, None)
    decide(bench, object_to(bench))
    decide(bench, object_to(bench, case_id=bench.second_id), is_upheld=False)
    object_to(bench, case_id=bench.third_id)
    found = objection_queries.objection_shares(bench.county.id, LAST_MONTH)
    assert (found.raised, found.pending, found.upheld, found.refused) == (3, 1, 1, 1)
    assert found.upheld_share == 50


def test_the_phone_shows_the_case_takes_a_photo_and_tells_what_became_of_it(
    client, bench: Bench
) -> None:
    phone = open_phone(client, bench.cadre.person_id)
    where = f"/cadre/villages/{bench.village_id}/case"
    with transaction():
        name = str(public_ids([("rating", bench.case_id)])["rating", bench.case_id])
    asked = {"month": f"{LAST_MONTH:%Y-%m}", "id": name}
    case = phone.call("GET", where, query_string=asked).json
    assert case["may_object"]
    assert case["costs"] == ["评了非常不满意"]
    sent = phone.call("POST", "/objection-photos", content_type="multipart/form-data",
                      data={"file": (io.BytesIO(photo()), "a.jpg")})  # fmt: skip
    assert sent.status_code == 201, sent.json
    body = {
        "village_id": bench.village_id, "month": asked["month"],
        "case_id": name, "words": "那天停电，全镇都停", "photo_ids": [sent.json["id"]],
    }  # fmt: skip
    headers = {"Idempotency-Key": str(uuid4())}
    made = phone.call("POST", "/objections", json=body, headers=headers)
    assert made.status_code == 201, made.json
    open_photos()
    assert client.get(made.json["photos"][0]["url"]).mimetype == "image/jpeg"
    decide(bench, made.json["id"])
    after = phone.call("GET", f"/objections/{made.json['id']}").json
    assert (after["state_words"], after["decision"]) == ("申诉成立", "核过了，不怪村里")
    assert phone.call("GET", "/objections").json["items"][0]["effect"]["after"]
    case = phone.call("GET", where, query_string=asked).json
    assert (case["may_object"], case["objection_words"]) == (False, "申诉成立")


def test_only_its_author_is_told_that_a_rating_no_longer_counts(
    client, bench: Bench, scalar
) -> None:
    decide(bench, object_to(bench))
    author = scalar("SELECT person_id FROM rating WHERE id = :id", id=bench.case_id)
    told = open_phone(client, author).call("GET", "/me/struck-ratings").json
    assert told == {"ids": [bench.case_id], "words": "申诉成立，不计入得分"}
    stranger = open_phone(client, make_person()).call("GET", "/me/struck-ratings").json
    assert stranger["ids"] == []
    desk = sit_down(client, bench.staff.person_id)
    page = desk.get(f"/console/villages/{bench.village_id}/scorecard?month={LAST_MONTH:%Y-%m}")
    assert "申诉成立，不计入得分" in page.text


def test_villagers_and_neighbours_see_no_objections(client, bench: Bench) -> None:
    found = object_to(bench)
    villager = open_phone(client, make_person())
    assert villager.call("GET", "/objections").status_code == 403
    other = make_person()
    grant_role(other, Role.CADRE, bench.county.village_ids[1])
    neighbour = open_phone(client, other)
    assert neighbour.call("GET", "/objections").json["items"] == []
    assert neighbour.call("GET", f"/objections/{found}").status_code == 403


def test_a_made_up_photo_link_or_anothers_photo_is_refused(client, bench: Bench) -> None:
    assert client.get("/api/v1/objection-photos/abc").status_code == 410
    with pytest.raises(InvalidInput):
        object_to(bench, photo_ids=(99,))


def test_the_desk_decides_on_its_page_and_says_why_it_may_not(client, bench: Bench) -> None:
    found = object_to(bench)
    desk = sit_down(client, bench.staff.person_id)
    queue_page = desk.get("/console/objections?state=pending").text
    assert "第1村" in queue_page
    page = desk.get(f"/console/objections/{found}").text
    assert "评了「非常不满意」" in page
    assert (
        desk.post(f"/console/objections/{found}", choice="upheld", decision="").status_code == 422
    )
    answer = desk.post(f"/console/objections/{found}", choice="upheld", decision="停电不怪村里")
    assert answer.status_code == 303
    page = desk.get(f"/console/objections/{found}").text
    assert "申诉成立，不计入得分" in page
    assert (
        desk.post(f"/console/objections/{found}", choice="refused", decision="x").status_code == 409
    )
    assert desk.post("/console/objections/days", days="20").status_code == 303
    assert 'value="20"' in desk.get("/console/objections").text


def test_whose_phone_objected_does_not_decide_at_the_desk(bench: Bench) -> None:
    found = object_to(bench)
    link_phone(bench.staff.person_id, bench.cadre.person_id)
    with pytest.raises(objections.ObjectionOwnSide), transaction():
        objections.decide_objection(bench.staff, found, True, "核过了，不怪村里")


def test_whose_phone_lives_in_the_village_does_not_decide_at_the_desk(bench: Bench) -> None:
    found, phone = object_to(bench), make_person()
    bind(phone, bench.county)
    link_phone(bench.staff.person_id, phone)
    with pytest.raises(objections.ObjectionOwnSide), transaction():
        objections.decide_objection(bench.staff, found, True, "核过了，不怪村里")


def test_a_township_sees_its_objections_and_does_not_decide(client, bench: Bench) -> None:
    found = object_to(bench)
    person = make_person()
    grant_role(person, Role.TOWNSHIP_STAFF, bench.county.township_ids[0])
    town = sit_down(client, person)
    page = town.get(f"/console/objections/{found}")
    assert page.status_code == 200
    assert 'name="choice"' not in page.text
    assert (
        town.post(f"/console/objections/{found}", choice="upheld", decision="我说了算").status_code
        == 403
    )


def test_loose_photos_are_forgotten(client, bench: Bench, files, scalar) -> None:
    with transaction():
        key = PHOTOS.store(bench.cadre.person_id, photo(), "jpg").key
    assert (files / storage.unopened(key)).exists()
    with transaction():
        assert PHOTOS.erase_unused(clock.now() + timedelta(seconds=1)) == 1
    assert not (files / key).exists()
    assert not (files / storage.unopened(key)).exists()
    assert scalar("SELECT count(*) FROM objection_photo") == 0
