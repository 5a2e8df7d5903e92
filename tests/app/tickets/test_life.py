"""A ticket's life over HTTP: the villager, the cadre, the desk."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.tickets import queries
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.rules.routing import Office
from tests.factories.tickets import forget, submit


def act(phone, ticket, path: str, **body):
    """One act on the newest version."""
    return phone.call("POST", f"{path}", json={"version": ticket["version"], **body})


def cadre_act(cadre, ticket, what: str, **body):
    fields = {} if what == "signature" else {"typing_seconds": 20, **body}
    answer = act(cadre, ticket, f"/cadre/tickets/{ticket['id']}/{what}", **fields)
    assert answer.status_code == 200, answer.json
    return answer.json


def own(phone, ticket_id: int):
    answer = phone.call("GET", f"/tickets/{ticket_id}")
    assert answer.status_code == 200
    return answer.json


@pytest.fixture
def ticket(phone, offices):
    answer = submit(phone, offices)
    assert answer.status_code == 201, answer.json
    return answer.json


@pytest.fixture
def handling(cadre, ticket):
    seen = cadre.call("GET", f"/cadre/tickets/{ticket['id']}").json
    return cadre_act(cadre, seen, "signature")


@pytest.fixture
def answered(cadre, handling):
    return cadre_act(cadre, handling, "reply", result="done", words="灯泡换好了，今晚就亮")


def test_a_ticket_goes_to_the_village_at_once_and_says_until_when(ticket, offices) -> None:
    assert ticket["state"] == "assigned"
    assert ticket["unit_name"] == "第1村"
    assert ticket["category"]["code"] == "light"
    assert ticket["number"].startswith("610528-")
    assert [line["title"] for line in ticket["timeline"]] == [
        "您提了这件事", "县诉求受理中心收下了", "交给 第1村 办",
    ]  # fmt: skip


def test_the_whole_life_from_the_words_to_the_villagers_last_word(phone, answered) -> None:
    seen = own(phone, answered["id"])
    assert seen["needs"] == "verdict"
    assert "verdict" in seen["may"]
    closed = act(phone, seen, f"/tickets/{seen['id']}/verdict", answer="solved", level=1).json
    assert (closed["state"], closed["group"]) == ("resolved", "closed")
    assert closed["verdict"] == {"answer": "solved", "name": "解决了", "level": 1}
    assert closed["timeline"][-1]["title"] == "您说：解决了"


def test_closing_without_the_villagers_answer_is_not_solved(answered, scalar) -> None:
    assert answered["state"] == "answered"
    assert scalar("SELECT outcome FROM ticket") is None


def test_not_solved_leaves_it_open_and_offers_one_reopening(phone, cadre, answered) -> None:
    seen = own(phone, answered["id"])
    unhappy = act(phone, seen, f"/tickets/{seen['id']}/verdict", answer="not").json
    assert unhappy["state"] == "answered"
    assert "reopen" in unhappy["may"]
    again = act(phone, unhappy, f"/tickets/{seen['id']}/reopening", words="还是不亮").json
    assert (again["state"], again["round"]) == ("assigned", 2)
    assert again["verdict"] is None
    seen = cadre_act(cadre, again, "signature")
    seen = cadre_act(cadre, seen, "reply", result="done", words="换了整个灯头")
    unhappy = act(phone, seen, f"/tickets/{seen['id']}/verdict", answer="not").json
    assert "reopen" not in unhappy["may"]
    refused = act(phone, unhappy, f"/tickets/{seen['id']}/reopening", words="还是不亮")
    assert (refused.status_code, refused.json["code"]) == (409, "already_reopened")


def test_not_solved_asks_for_another_round_at_once_without_words(phone, answered) -> None:
    seen = own(phone, answered["id"])
    assert (seen["answer"]["office"], seen["answer"]["words"]) == ("第1村", "灯泡换好了，今晚就亮")
    path = f"/tickets/{seen['id']}/verdict"
    refused = act(phone, seen, path, answer="solved", reopen=True)
    assert refused.status_code == 422
    again = act(phone, seen, path, answer="not", reopen=True).json
    assert (again["state"], again["round"], again["answer"]) == ("assigned", 2, None)
    assert [line["title"] for line in again["timeline"]][-2:] == ["您说：没解决", "重新办"]


def test_after_not_solved_the_county_calls_back_by_a_day_that_is_told(phone, answered) -> None:
    seen = own(phone, answered["id"])
    unhappy = act(phone, seen, f"/tickets/{seen['id']}/verdict", answer="not").json
    assert unhappy["state_name"] == "您说没解决"
    assert unhappy["due_text"].startswith("您说没解决，县里会回访您，")
    assert unhappy["light"] == {"code": "ok", "word": "等县里回访", "icon": "●"}


def test_the_desk_reopens_as_often_as_it_takes(phone, cadre, answered, offices) -> None:
    for round_ in (2, 3):
        with transaction():
            desk.reopen_by_desk(offices.desk, answered["id"], None, "回访仍不亮")
        seen = cadre.call("GET", f"/cadre/tickets/{answered['id']}").json
        assert seen["round"] == round_
        seen = cadre_act(cadre, seen, "signature")
        cadre_act(cadre, seen, "reply", result="done", words="又修了一次")


def test_a_question_stops_the_clock_and_the_answer_starts_it(
    phone, cadre, handling, stop_clock
) -> None:
    asked = cadre_act(cadre, handling, "question", words="是哪一盏灯？")
    assert asked["light"]["code"] == "paused"
    seen = own(phone, asked["id"])
    assert (seen["needs"], seen["question"]) == ("supplement", "是哪一盏灯？")
    later = clock.now() + timedelta(days=7)
    stop_clock(later)
    told = act(phone, seen, f"/tickets/{seen['id']}/supplement", words="学校门口那盏").json
    assert told["state"] == "handling"
    before, after = (clock.datetime.fromisoformat(t["due_at"]) for t in (handling, told))
    assert timedelta(days=5) <= after - before <= timedelta(days=9)


def test_an_approved_extension_moves_the_deadline_and_tells_the_villager_why(
    phone, cadre, handling, offices
) -> None:
    wanted = cadre_act(cadre, handling, "extension", days=3, words="等配件从西安发来")
    assert wanted["extension"]["state"] == "pending"
    assert "request_extension" not in wanted["may"]
    before = own(phone, wanted["id"])
    assert all("延长" not in line["title"] for line in before["timeline"])
    with transaction():
        desk.decide_extension(offices.desk, wanted["id"], None, True, None)
    after = own(phone, wanted["id"])
    assert after["due_at"] > before["due_at"]
    assert after["timeline"][-1]["title"] == "办理延长 3 天"
    assert after["timeline"][-1]["words"] == "理由：等配件从西安发来"


def test_a_refused_extension_moves_nothing(phone, cadre, handling, offices) -> None:
    wanted = cadre_act(cadre, handling, "extension", days=3, words="忙")
    with transaction():
        desk.decide_extension(offices.desk, wanted["id"], None, False, "理由不充分")
    seen = cadre.call("GET", f"/cadre/tickets/{wanted['id']}").json
    assert seen["due_at"] == handling["due_at"]
    assert (seen["extension"]["state"], seen["extension"]["note"]) == ("refused", "理由不充分")


def test_a_ticket_handed_back_goes_to_another_office(cadre, handling, offices, phone) -> None:
    answer = act(cadre, handling, f"/cadre/tickets/{handling['id']}/return", words="这是镇上管的灯")
    assert answer.status_code == 200
    assert answer.json["state"] == "accepted"
    with transaction():
        desk.assign(offices.desk, handling["id"], None, Office(offices.county.township_ids[0]))
    seen = own(phone, handling["id"])
    assert (seen["state"], seen["unit_name"]) == ("assigned", "庄里镇")
    assert "这是镇上管的灯" not in str(seen["timeline"])


def test_withdrawing_ends_it_for_the_author_and_the_cadre(phone, cadre, handling) -> None:
    seen = own(phone, handling["id"])
    gone = act(phone, seen, f"/tickets/{seen['id']}/withdrawal").json
    assert gone["state"] == "withdrawn"
    late = act(
        cadre, handling, f"/cadre/tickets/{handling['id']}/reply", result="done", words="好了"
    )
    assert (late.status_code, late.json["code"]) == (409, "ticket_moved")


def test_the_office_says_it_cannot_and_the_villager_still_has_the_last_word(
    phone, cadre, handling
) -> None:
    told = cadre_act(cadre, handling, "reply", result="cannot", words="这盏灯在私人院里")
    assert told["timeline"][-1]["title"] == "第1村 说明：确实办不了"
    seen = own(phone, told["id"])
    assert "verdict" in seen["may"]


@pytest.mark.parametrize(
    ("words", "blanks"),
    [("预计【】日前办好", 1), ("问过【 】，原因是【＿＿】", 2), ("以后每      天清一次", 1)],
)
def test_a_template_with_a_blank_is_refused(
    cadre, handling, scalar, words: str, blanks: int
) -> None:
    path = f"/cadre/tickets/{handling['id']}/reply"
    refused = act(cadre, handling, path, words=words, result="done", typing_seconds=9)
    assert refused.status_code == 422
    assert refused.json["errors"]["words"] == [f"模板里还有 {blanks} 处【】没有填，填好再交"]
    assert scalar("SELECT state FROM ticket") == "handling"


def test_a_filled_template_is_sent(cadre, handling) -> None:
    told = cadre_act(cadre, handling, "reply", result="done", words="预计【12月8】日前办好")
    assert told["timeline"][-1]["words"] == "预计【12月8】日前办好"


def test_sending_the_same_request_twice_makes_one_ticket(phone, offices, scalar) -> None:
    key = str(uuid4())
    first, second = submit(phone, offices, key), submit(phone, offices, key)
    assert first.json["id"] == second.json["id"]
    assert scalar("SELECT count(*) FROM ticket") == 1
    other = submit(phone, offices, key, words="别的事")
    assert (other.status_code, other.json["code"]) == (409, "idempotency_conflict")


def test_a_ticket_that_says_nothing_is_refused_by_field(phone, offices, scalar) -> None:
    answer = submit(phone, offices, words="   ")
    assert answer.status_code == 422
    assert "words" in answer.json["errors"]
    assert scalar("SELECT count(*) FROM ticket") == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "gossip"),
        ("category", "nothing"),
        ("village_id", 999_999),
        ("group_id", 999_999),
        ("phone", "call me"),
        ("words", "长" * 1001),
        ("place_note", "长" * 101),
        ("file_ids", [999_999]),
    ],
)
def test_bad_input_names_its_field_and_stores_nothing(
    phone, offices, scalar, field: str, value: object
) -> None:
    answer = submit(phone, offices, **{field: value})
    assert answer.status_code == 422, answer.json
    assert list(answer.json["errors"]) == [field]
    assert scalar("SELECT count(*) FROM ticket") == 0


def test_the_eleventh_ticket_of_a_day_is_refused(phone, offices) -> None:
    statuses = [submit(phone, offices, words=f"第{n}件").status_code for n in range(11)]
    assert statuses == [201] * 10 + [429]


def test_the_list_shows_own_tickets_newest_first_and_how_many_wait(phone, answered, offices):
    newer = submit(phone, offices, words="水管漏水").json
    page = phone.call("GET", "/me/tickets").json
    assert [item["id"] for item in page["items"]] == [newer["id"], answered["id"]]
    assert page["needing_answer"] == 1
    assert newer["unit_name"] == "县水务局"


def test_the_next_page_goes_on_where_the_last_one_ended(phone, offices, monkeypatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    sent = [submit(phone, offices, words=f"第{n}件").json["id"] for n in range(5)]
    with transaction() as session:
        # Those of one moment stand in the order of their ids.
        session.execute(
            text("UPDATE ticket SET created_at = now() WHERE id = ANY(:ids)"), {"ids": sent[1:]}
        )
    shown, following = [], ""
    while following is not None:
        page = phone.call("GET", f"/me/tickets{following and f'?before={following}'}").json
        shown.append([item["id"] for item in page["items"]])
        following = page["next"]
    newest_first = sent[::-1]
    assert shown == [newest_first[:2], newest_first[2:4], newest_first[4:]]
    assert phone.call("GET", "/me/tickets?before=999999").json["items"] == []


def test_the_author_hears_of_every_step_in_the_inbox(phone, answered) -> None:
    forget()
    items = phone.call("GET", "/me/notices").json["items"]
    titles = [item["title"] for item in items]
    assert titles == ["办好了吗？请您说句话", "第1村 接手了，正在办", "您提的事收到了"]
    assert all(item["words"].startswith("「村口路灯不亮三天了」") for item in items)


def test_typing_is_measured(cadre, answered, scalar) -> None:
    assert scalar("SELECT sum(typing_seconds) FROM ticket_event") == 20
