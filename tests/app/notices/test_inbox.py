"""The inbox: everybody's own, newest first, told once."""

from flask.testing import FlaskClient
from sqlalchemy import event

from backend.app.core.db import db
from backend.app.notices.queries import PAGE
from tests.app.notices.conftest import tell
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.county import make_person
from tests.factories.moving_clock import MovingClock


def inbox(phone: Phone, query: str = "") -> dict:
    answer = phone.call("GET", f"/me/notices{query}")
    assert answer.status_code == 200, answer.json
    return answer.json


def test_the_newest_notice_stands_first_with_its_page(reader: Phone) -> None:
    tell(reader.person_id, title="第一件")
    tell(reader.person_id, title="第二件", page=None)
    seen = inbox(reader)
    assert [(item["title"], item["page"], item["read"]) for item in seen["items"]] == [
        ("第二件", None, False),
        ("第一件", "/pages/tickets/detail/index?id=5", False),
    ]
    assert (seen["next"], seen["unread"]) == (None, 2)


def test_an_empty_inbox_is_empty(reader: Phone) -> None:
    assert inbox(reader) == {"items": [], "next": None, "unread": 0}


def test_pages_follow_one_another_without_gap_or_repeat(reader: Phone) -> None:
    for number in range(PAGE * 2 + 1):
        tell(reader.person_id, subject_id=number, title=f"第{number}件")
    titles, query = [], ""
    while True:
        page = inbox(reader, query)
        titles += [item["title"] for item in page["items"]]
        if page["next"] is None:
            break
        query = f"?before={page['next']}"
    assert titles == [f"第{number}件" for number in reversed(range(PAGE * 2 + 1))]


def test_a_full_last_page_is_the_last(reader: Phone) -> None:
    for number in range(PAGE):
        tell(reader.person_id, subject_id=number)
    assert inbox(reader)["next"] is None


def test_reading_marks_what_was_seen_and_nothing_newer(reader: Phone, clock: MovingClock) -> None:
    for _ in range(3):
        tell(reader.person_id)
    newest, middle, _ = inbox(reader)["items"]
    answer = reader.call("POST", "/me/notices/read", json={"up_to": middle["id"]})
    assert answer.json == {"unread": 1}
    assert [item["read"] for item in inbox(reader)["items"]] == [False, True, True]
    assert newest["id"] > middle["id"]


def test_the_first_reading_is_the_one_that_is_kept(
    reader: Phone, clock: MovingClock, scalar
) -> None:
    tell(reader.person_id)
    top = inbox(reader)["items"][0]["id"]
    reader.call("POST", "/me/notices/read", json={"up_to": top})
    first = scalar("SELECT read_at FROM notice")
    clock.move(hours=1)
    reader.call("POST", "/me/notices/read", json={"up_to": top})
    assert scalar("SELECT read_at FROM notice") == first


def test_nobody_sees_or_marks_the_notices_of_another(reader: Phone, client: FlaskClient) -> None:
    other = open_phone(client)
    tell(reader.person_id)
    top = inbox(reader)["items"][0]["id"]
    assert inbox(other) == {"items": [], "next": None, "unread": 0}
    assert other.call("POST", "/me/notices/read", json={"up_to": top}).json == {"unread": 0}
    assert inbox(reader)["unread"] == 1


def test_nothing_is_shown_without_a_log_in(client: FlaskClient) -> None:
    for method, path in (
        ("GET", "/me/notices"),
        ("POST", "/me/notices/read"),
        ("GET", "/me/subscriptions"),
        ("POST", "/me/subscriptions"),
    ):
        assert client.open(f"/api/v1{path}", method=method, json={}).status_code == 401


def test_the_same_news_is_told_once_to_each(reader: Phone) -> None:
    other = make_person()
    tell(reader.person_id, dedup="ticket:5:1")
    tell(reader.person_id, other, dedup="ticket:5:1")
    tell(reader.person_id, dedup="ticket:5:2")
    assert inbox(reader)["unread"] == 2
    tell(reader.person_id)
    tell(reader.person_id)
    assert inbox(reader)["unread"] == 4


def test_somebody_named_twice_is_told_once_and_nobody_is_no_fault(reader: Phone, scalar) -> None:
    tell(reader.person_id, reader.person_id)
    tell()
    assert scalar("SELECT count(*) FROM notice") == 1


def test_long_words_are_cut_for_the_inbox(reader: Phone) -> None:
    tell(reader.person_id, title="题" * 90, words="话" * 900)
    item = inbox(reader)["items"][0]
    assert (len(item["title"]), len(item["words"])) == (60, 200)
    assert item["title"].endswith("…")


def test_a_hundred_people_are_told_in_two_statements(app, template: str) -> None:
    people = [make_person() for _ in range(100)]
    seen: list[str] = []

    def count(_connection, _cursor, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        tell(*people)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert len(seen) == 2
