"""Activities from a file: each row as on the phone, confirmed by a second person, taken back."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from sqlalchemy import event, text

from backend.app.access import Actor, Role
from backend.app.accounts.queries import actor_today
from backend.app.core.db import db, transaction
from backend.app.core.errors import NotFound
from backend.app.imports import job_operations, operations
from backend.app.places.models import Region
from backend.app.points.activities import operations as activities
from backend.app.points.activities.deed_files import DEEDS
from backend.app.points.errors import AlreadyDecided
from backend.app.points.queries import balance_of
from tests.app.points.voting import MEETING, put_in_force
from tests.factories.console import make_staff, sit_down
from tests.factories.county import OPENED_ON, County, bind, make_person, number_of
from tests.factories.imports import Desk, counts, outcomes, questions, refused
from tests.factories.tickets import forget

HEADING = "村,日期,事项,积分号,姓名,次数,说明\n"
TODAY = date(2026, 12, 10)
PAGE = "/console/points/deeds/files"


@pytest.fixture
def people(county: County) -> list[int]:
    made = [make_person() for _ in range(3)]
    for person in made:
        bind(person, county)
    return made


@pytest.fixture
def in_force(clerk: Actor, county: County, clock) -> None:
    put_in_force(clerk, county.id)
    clock.set(TODAY)


@pytest.fixture
def desk(clerk: Actor, county: County, in_force, people) -> Desk:
    forget()
    return Desk(clerk, county.id, DEEDS)


def line(person: int, **cells: str) -> str:
    usual = {
        "village": "第1村", "day": "2026-12-09", "act": MEETING.label,
        "number": str(number_of(person)), "name": "", "times": "", "note": "村民代表会",
    }  # fmt: skip
    return ",".join((usual | cells).values()) + "\n"


def deeds() -> list[tuple]:
    """State, day, act, note and how many, in the order in which they were registered."""
    forget()
    rows = db.session.execute(
        text("SELECT d.state, d.happened_on, r.label, d.note, (SELECT count(*)"
             " FROM points_deed_person p WHERE p.deed_id = d.id) FROM points_deed d"
             " JOIN points_rule r ON r.id = d.rule_id ORDER BY d.id")
    )  # fmt: skip
    return [tuple(row) for row in rows]


def deed_ids() -> list[int]:
    forget()
    return list(db.session.scalars(text("SELECT id FROM points_deed ORDER BY id")))


def decide(who: Actor, deed_id: int, confirm: bool) -> None:
    with transaction():
        activities.decide(who, deed_id, confirm, "" if confirm else "没有签到表")


def test_rows_of_one_meeting_are_one_registration_that_a_second_person_confirms(
    desk: Desk, second: Actor, people
) -> None:
    rows = [line(person) for person in people] + [line(people[0], note="又一个会", times="1次")]
    import_id = desk.start(HEADING + "".join(rows))
    assert deeds() == []
    assert outcomes(import_id)[0] == (
        2, "new", "庄里镇第1村：登记「参加村民会议」，每人 10 分，要另一个人确认"
    )  # fmt: skip
    assert desk.take_over(import_id) == {"new": 4}
    day = date(2026, 12, 9)
    assert deeds() == [
        ("waiting", day, MEETING.label, "村民代表会", 3),
        ("waiting", day, MEETING.label, "又一个会", 1),
    ]
    assert balance_of(people[0]) == 0
    for deed_id in deed_ids():
        decide(second, deed_id, confirm=True)
    # The day's cap holds as for what the phone registers.
    assert [balance_of(person) for person in people] == [10, 10, 10]


def test_what_one_clerk_chose_for_a_word_is_asked_of_the_next_file_again(
    desk: Desk, people
) -> None:
    import_id = desk.start(HEADING + line(people[0], village="第壹村"))
    desk.answer(import_id, {"第壹村": "第1村"})
    assert counts(import_id) == {"new": 1}
    assert counts(desk.start(HEADING + line(people[1], village="第壹村"))) == {"asked": 1}


def test_the_same_file_again_registers_nothing(desk: Desk, second: Actor, people) -> None:
    content = HEADING + line(people[0]) + line(people[1], note="植树半天")
    desk.bring(content)
    decide(second, deed_ids()[0], confirm=False)
    again = desk.start(content)
    assert [words for _, _, words in outcomes(again)] == ["登记过了，未通过", "登记过了，待确认"]
    assert desk.take_over(again) == {"known": 2}
    assert len(deeds()) == 2


def test_two_files_of_one_meeting_that_were_read_before_either_counted_register_it_once(
    desk: Desk, people
) -> None:
    first, second = (desk.start(HEADING + line(people[0])) for _ in range(2))
    desk.take_over(first)
    assert desk.take_over(second) == {"known": 1}
    assert len(deeds()) == 1


def test_every_refusal_is_in_words(desk: Desk, county: County, people) -> None:
    elsewhere, cadre = make_person(), make_person()
    bind(elsewhere, county, county.village_ids[1])
    bind(cadre, county)
    with transaction():
        db.session.execute(
            text("UPDATE person SET display_name = '郭建国' WHERE id = :id"), {"id": cadre}
        )
    import_id = desk.start(
        HEADING + line(people[0])
        + line(people[0])
        + line(people[0], number="", name="郭秀英")
        + line(people[0], number="12345")
        + line(elsewhere)
        + line(cadre, name="李建国")
        + line(people[0], day="2026-12-11")
        + line(people[0], day="2026-10-01")
        + line(people[0], note="会")
        + line(people[0], times="3", note="植树三天")
        + line(people[0], number="1.23E+11")
    )  # fmt: skip
    numbers = [number_of(person) for person in (elsewhere, cadre)]
    told = refused(import_id)
    assert told == {
        3: "和第 2 行重复",
        4: "「积分号」没填：村民没有在这里登记姓名，光凭姓名认不出是谁",
        5: "没有积分号「12345」；村民手机「我的积分」里有",
        6: f"积分号「{numbers[0]}」不是本村的",
        7: f"积分号「{numbers[1]}」是郭建国的，不是「李建国」的",
        8: "「日期」2026-12-11：请填哪天的事，只收 60 天以内的",
        9: told[9],
        10: "「说明」请写清楚是什么事，如「11 月 8 日村民代表会」，2 到 200 个字",
        11: "「次数」是「3」：一行只登记一次，做了几次请分几行写，说明写清是哪一次",
        12: told[12],
    }
    assert "没有能登记的积分事项" in told[9]
    assert told[12].startswith("「积分号」超过 15 位")
    assert counts(import_id) == {"new": 1, "refused": 10}


def limits(import_id: int) -> list[str]:
    """What the preview adds to each row."""
    return [words.partition("要另一个人确认")[2] for _, _, words in outcomes(import_id)]


def test_the_preview_says_which_rows_would_give_nothing(desk: Desk, second: Actor, people) -> None:
    """One counts a day and three a month: what was given, what waits, and rows before it."""
    desk.bring(HEADING + line(people[0], note="第一个会"))
    decide(second, deed_ids()[0], confirm=True)
    desk.bring(HEADING + line(people[0], note="第二个会"))
    import_id = desk.start(
        HEADING + line(people[0], note="第三个会")
        + line(people[0], note="第四个会")
        + line(people[1])
        + line(people[1], note="第三个会")
    )  # fmt: skip
    of_day = "；一天最多算 1 次，和前面的同一天确认的话不给分"
    of_month = "；这个月已经登记满 3 次，这个月确认的话不给分"
    assert limits(import_id) == [of_day, of_month, "", of_day]
    assert desk.take_over(import_id) == {"new": 4}
    for deed_id in deed_ids()[1:]:
        decide(second, deed_id, confirm=True)
    assert [balance_of(person) for person in people] == [10, 10, 0]


def test_the_preview_says_where_the_years_budget_ends(
    desk: Desk, clerk: Actor, county: County, clock, people
) -> None:
    put_in_force(clerk, county.village_ids[0], starts_on=date(2027, 1, 1), budget=25)
    clock.set(date(2027, 1, 5))
    import_id = desk.start(HEADING + "".join(line(one, day="2027-01-05") for one in people))
    assert limits(import_id) == ["", "", "；今年的预算 25 分到这里超了"]
    assert desk.take_over(import_id) == {"new": 3}


def test_many_registrations_and_their_undoing_take_as_few_statements_as_ten(
    desk: Desk, people
) -> None:
    def statements(first: int, rows: int) -> int:
        import_id = desk.start(
            HEADING + "".join(line(people[0], note=f"第 {first + n} 件") for n in range(rows))
        )
        with counted() as seen:
            assert desk.take_over(import_id) == {"new": rows}
            assert desk.undo(import_id) is None
        return len(seen)

    few = statements(0, 10)
    assert statements(100, 300) <= few + 3
    assert [state for state, *_ in deeds()] == ["withdrawn"] * 310


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that goes to the database meanwhile."""
    seen: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_an_act_of_another_name_is_asked_once_and_not_guessed(desk: Desk, people) -> None:
    import_id = desk.start(HEADING + line(people[0], act="开会") + line(people[1], act="开会"))
    (question,) = questions(import_id)
    assert (question.rows, question.options) == (2, [[MEETING.label, MEETING.label]])
    desk.answer(import_id, {"开会": MEETING.label})
    assert desk.take_over(import_id) == {"new": 2}


def test_a_meeting_of_last_month_counts_by_last_months_rule(
    desk: Desk, clerk: Actor, county: County, clock, people
) -> None:
    village = county.village_ids[0]
    dearer = replace(MEETING, amount=15)
    put_in_force(clerk, village, dearer, starts_on=date(2027, 1, 1))
    clock.set(date(2027, 1, 5))
    import_id = desk.start(
        HEADING + line(people[0], day="2026-12-30") + line(people[1], day="2027-01-04")
    )
    assert [words for _, _, words in outcomes(import_id)] == [
        "庄里镇第1村：登记「参加村民会议」，每人 10 分，要另一个人确认",
        "庄里镇第1村：登记「参加村民会议」，每人 15 分，要另一个人确认",
    ]
    assert desk.take_over(import_id) == {"new": 2}


def test_an_import_is_withdrawn_as_a_whole_until_the_first_confirmation(
    desk: Desk, second: Actor, people, scalar: Callable
) -> None:
    content = HEADING + line(people[0]) + line(people[1], note="植树半天")
    first = desk.start(content)
    desk.take_over(first)
    assert desk.undo(first) is None
    assert [state for state, *_ in deeds()] == ["withdrawn", "withdrawn"]
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'withdraw_points_deed'") == 2
    with pytest.raises(AlreadyDecided):
        decide(second, deed_ids()[0], confirm=True)
    # What was withdrawn may come again.
    again = desk.start(content)
    assert desk.take_over(again) == {"new": 2}
    decide(second, deed_ids()[2], confirm=True)
    assert "已经有人确认过" in (desk.undo(again) or "")
    assert [state for state, *_ in deeds()][2:] == ["confirmed", "waiting"]


def test_a_township_registers_for_its_own_villages_and_sees_its_own_files(
    desk: Desk, county: County, people
) -> None:
    with transaction() as session:
        region = Region(
            level="township", name="曹村镇", code="610528101000", opened_on=OPENED_ON,
            parent_id=county.id, county_id=county.id,
        )  # fmt: skip
        session.add(region)
        session.flush()
        region.township_id = other = region.id
    near, far = (
        actor_today(make_staff(Role.TOWNSHIP_STAFF, region, name))
        for region, name in ((county.township_ids[0], "near"), (other, "far"))
    )
    content = HEADING + line(people[0])
    own = Desk(near, county.id, DEEDS).start(content)
    assert counts(own) == {"new": 1}
    strange = Desk(far, county.id, DEEDS).start(content)
    assert refused(strange) == {2: "这个村不归您管"}
    with pytest.raises(NotFound):
        operations.find_import(far, DEEDS, own)
    assert operations.find_import(near, DEEDS, own).id == own
    assert operations.find_import(desk.actor, DEEDS, own).id == own


def test_the_pages_lead_from_the_empty_template_to_the_registrations(
    client, app, county: County, in_force, people
) -> None:
    staff = make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "township")
    desk = sit_down(client, staff)
    assert PAGE in desk.get("/console/points/deeds").text
    book = openpyxl.load_workbook(io.BytesIO(desk.get(f"{PAGE}/template.xlsx").data))
    heading, *empty = book.active.iter_rows(values_only=True)
    assert heading == ("乡镇", "村", "日期", "事项", "积分号", "姓名", "说明")
    assert not any(any(row) for row in empty)
    number = str(number_of(people[0]))
    for who, name in ((number, ""), ("", "郭秀英")):
        book.active.append(
            ("庄里镇", "第1村", "2026年12月9日", MEETING.label, who, name, "村民代表会")
        )
    filled = io.BytesIO()
    book.save(filled)
    filled.seek(0)
    sent = desk.post(PAGE, file=(filled, "活动.xlsx"))
    assert sent.status_code == 303
    import_id = int(sent.location.rpartition("/")[2])
    job_operations.check_import(import_id)
    assert "导入 1 行" in desk.get(sent.location).text
    left = openpyxl.load_workbook(io.BytesIO(desk.get(f"{sent.location}/refused.xlsx").data))
    assert "光凭姓名认不出是谁" in list(left.active.iter_rows(values_only=True))[1][1]
    assert desk.post(f"{sent.location}/apply").status_code == 303
    job_operations.apply_import(import_id)
    assert "活动.xlsx" in desk.get(PAGE).text
    assert "村民代表会" in desk.get("/console/points/deeds").text


def test_a_leader_hands_in_no_file(client, county: County) -> None:
    desk = sit_down(client, make_staff(Role.LEADER, county.id, "leader"))
    assert desk.get(PAGE).status_code == 403
    assert desk.post(PAGE, file=(io.BytesIO(b"a"), "a.csv")).status_code == 403
