"""The library: what is shipped is in good order, and a county adds its own."""

import pytest

from backend.app.access import Actor, Role
from backend.app.core.db import transaction
from backend.app.core.errors import NotFound
from backend.app.surveys import library
from backend.app.surveys.answers import QuestionKind
from tests.app.surveys.conftest import NOW, PERIOD
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.county import make_county
from tests.factories.surveys import make_round
from tests.factories.tickets import forget

LIBRARY = "/console/surveys/library"
OWN = {"kind": "single", "words": "夜校想学什么", "options": "种果\n电商"}


@pytest.fixture
def desk(client, county) -> Desk:
    return sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "desk"))


@pytest.mark.parametrize("question", library.SHIPPED, ids=lambda one: one.words)
def test_every_shipped_question_passes_the_checks_of_an_own_one(question) -> None:
    checked = library.check_question(
        question.kind.value, question.words, list(question.options), "words"
    )
    assert checked == question


def test_the_shipped_ones_are_about_fifteen_of_every_kind_and_none_twice() -> None:
    assert len(library.SHIPPED) == len({one.words for one in library.SHIPPED}) == 15
    assert {one.kind for one in library.SHIPPED} == set(QuestionKind)
    assert {"最近办事方便吗", "有什么建议"} <= {one.words for one in library.SHIPPED}


def test_an_own_question_is_offered_for_every_month_and_noted(desk, county, scalar) -> None:
    assert desk.post(LIBRARY, **OWN).status_code == 302
    with_own = library.list_library(county.id)
    assert with_own[-1].question.options == ("种果", "电商")
    assert desk.get("/console/surveys").text.count("夜校想学什么") >= 1
    action = "SELECT detail ->> 'name' FROM audit_entry WHERE action = 'add_survey_question'"
    assert scalar(action) == "夜校想学什么"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"words": ""}, "请写一句问话"),
        ({"words": "长" * 31}, "最多写 30 个字"),
        ({"kind": "stars"}, "请选题型"),
        ({"options": ""}, "2 到 6 个选项"),
        ({"options": "是\n是"}, "重复的选项"),
        ({"options": "是\n" + "长" * 13}, "最长 12 个字"),
        ({"words": "最近办事方便吗", "kind": "level"}, "题库里已经有这一题"),
    ],
)
def test_a_broken_question_is_refused_and_what_was_typed_is_kept(
    desk, scalar, changes: dict[str, str], words: str
) -> None:
    answer = desk.post(LIBRARY, **{**OWN, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    assert '<details class="pad" open>' in answer.text
    assert scalar("SELECT count(*) FROM survey_question") == 0


def test_what_cannot_be_seen_is_taken_out_of_an_option() -> None:
    checked = library.check_question("single", "几点合适", ["早上\u200b", " 晚上 ", ""], "words")
    assert checked.options == ("早上", "晚上")


def test_a_retired_question_is_offered_no_more_and_stays_where_it_was_asked(
    desk, county, scalar
) -> None:
    desk.post(LIBRARY, **OWN)
    asked = [{"kind": None, "questions": [library.list_library(county.id)[-1].question.as_json()]}]
    make_round(county.id, PERIOD, NOW, NOW.replace(day=25), asked, state="draft")
    retired = str(scalar("SELECT id FROM survey_question"))
    assert desk.post(LIBRARY, retire=retired).status_code == 302
    assert all(choice.own_id is None for choice in library.list_library(county.id))
    assert "夜校想学什么" in str(scalar("SELECT questionnaires FROM survey_round"))
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'retire_survey_question'") == 1


def test_a_county_neither_sees_nor_retires_the_questions_of_another(desk, scalar) -> None:
    other = make_county(code="610529", name="别的县")
    desk.post(LIBRARY, **OWN)
    forget()
    assert all(choice.own_id is None for choice in library.list_library(other.id))
    with pytest.raises(NotFound), transaction():
        library.retire_question(Actor(1), other.id, scalar("SELECT id FROM survey_question"))


@pytest.mark.parametrize("number", ["9" * 30, "0", "x"])
def test_a_number_that_nobody_has_is_not_found(desk, number: str) -> None:
    assert desk.post(LIBRARY, retire=number).status_code == 404
