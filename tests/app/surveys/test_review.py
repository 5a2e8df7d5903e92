"""Words people wrote: the county reads them first, and few people's words never get out."""

from typing import Any

import pytest

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.surveys import operations as rounds
from backend.app.surveys import review
from backend.app.surveys.models import SurveyText
from tests.app.surveys.test_published import count
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.tickets import forget

PAGE = "/console/surveys/2026-11"
TEXTS = f"{PAGE}/texts"
WORDS = "SELECT array_agg(id ORDER BY id) FROM survey_text"


@pytest.fixture
def desk(client, county) -> Desk:
    return sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "desk"))


def close(survey: int) -> None:
    """Within a session's life, after the close."""
    with transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE survey_round SET closes_at = '2026-11-20 03:00Z'"
        )
    forget()
    with transaction():
        assert rounds.close_round(survey)


@pytest.fixture
def closed(survey, county) -> int:
    """Twelve sheets, three with words, counted."""
    count(county.id, survey, [[0, [0], None]] * 9 + [[2, [1], "路灯坏了"]] * 3)
    close(survey)
    return survey


@pytest.fixture
def few(survey, county) -> int:
    """One person answered, with words."""
    count(county.id, survey, [[0, [0], "只有我一个人说"]])
    close(survey)
    return survey


def decide(desk: Desk, texts: list[Any], show: str) -> Any:
    return desk.post(TEXTS, texts=[str(one) for one in texts], show=show)


def published_words(client, county) -> list[str]:
    answer = client.get(f"/surveys/{county.id}/2026-11/results.json")
    (unit,) = answer.json["units"].values()
    return unit["texts"]


def test_words_are_read_by_the_county_and_then_shown(desk, client, county, closed, scalar) -> None:
    desk.post(f"{PAGE}/publish")
    page = desk.get(TEXTS).text
    assert page.count("路灯坏了") == 3
    assert "第1村" in page
    assert published_words(client, county) == []
    ids = scalar(WORDS)
    assert decide(desk, ids[:2], "1").status_code == 302
    assert decide(desk, ids[2:], "0").status_code == 302
    assert published_words(client, county) == ["路灯坏了"] * 2
    assert desk.get(PAGE).text.count("路灯坏了") == 2
    assert "不公布 <b>1</b>" in desk.get(TEXTS).text


def test_every_decision_is_noted_with_how_many(desk, closed, scalar) -> None:
    decide(desk, scalar(WORDS), "0")
    noted = scalar("SELECT detail FROM audit_entry WHERE action = 'review_survey_words'")
    assert noted == {"count": 3, "shown": False}


def test_what_was_shown_can_be_taken_back(desk, client, county, closed, scalar) -> None:
    desk.post(f"{PAGE}/publish")
    decide(desk, scalar(WORDS), "1")
    decide(desk, scalar(WORDS)[:1], "0")
    assert published_words(client, county) == ["路灯坏了"] * 2


def test_many_are_asked_back_before_they_are_decided(desk, closed) -> None:
    page = desk.get(TEXTS).text
    assert 'data-all="texts"' in page
    assert "公布选中的话？公布后村里人人看得见。" in page


@pytest.mark.parametrize("texts", [[], ["x"], ["00000000-0000-0000-0000-000000000000"]])
def test_nothing_ticked_is_said(desk, closed, texts: list[str]) -> None:
    answer = decide(desk, texts, "1")
    assert answer.status_code == 422
    assert "请先勾选" in answer.text


def test_words_of_few_people_come_without_their_units_name(desk, few) -> None:
    assert "只有我一个人说" not in desk.get(TEXTS).text
    page = desk.get(f"{TEXTS}?state=few").text
    assert "只有我一个人说" in page
    assert "（人太少，不显示）" in page
    assert "第1村" not in page
    assert 'name="texts"' not in page


def test_words_of_few_people_are_released_by_nobody(desk, client, county, few, scalar) -> None:
    desk.post(f"{PAGE}/publish")
    assert decide(desk, scalar(WORDS), "1").status_code == 422
    assert scalar("SELECT state FROM survey_text") == "moderated"
    assert published_words(client, county) == []


def test_ten_slips_of_paper_do_not_name_the_village_of_few_phones(desk, county, survey) -> None:
    count(county.id, survey, [[0, [0], "手机上只有我"]])
    count(county.id, survey, [[0, [0], None]] * 10, "paper")
    close(survey)
    page = desk.get(f"{TEXTS}?state=few").text
    assert "手机上只有我" in page
    assert "第1村" not in page


def test_words_stay_in_the_box_until_the_close(desk, survey, county, scalar) -> None:
    count(county.id, survey, [[0, [0], "还没截止"]] * 10, "phone")
    assert decide(desk, scalar(WORDS), "1").status_code == 409
    assert scalar("SELECT count(*) FROM survey_text WHERE state = 'moderated'") == 10


def test_more_than_a_page_of_words_is_turned_over(desk, county, survey, scalar) -> None:
    count(county.id, survey, [[0, [0], "第几条"]] * (review.PAGE + 5))
    close(survey)
    first, second = (desk.get(f"{TEXTS}?page={page}").text for page in (1, 2))
    assert first.count("第几条") == review.PAGE
    assert second.count("第几条") == 5
    assert "第 2 页，共 2 页" in second


def test_what_is_said_of_words_survives_a_strange_address(desk, closed) -> None:
    for query in ("state=secret", "page=0", "page=x", "page=99999"):
        assert desk.get(f"{TEXTS}?{query}").status_code == 200


def test_only_the_words_of_this_round_are_decided(desk, closed, county, scalar) -> None:
    other = rounds.plan_round(
        county.id, rounds.clock.next_month(rounds.clock.month_of(rounds.clock.today())), "十二月",
        [], (rounds.clock.now(), rounds.clock.now().replace(day=28)),
    )  # fmt: skip
    db.session.commit()
    with transaction() as session:
        session.query(SurveyText).update({"round_id": other})
    assert decide(desk, scalar(WORDS), "1").status_code == 422
    assert scalar("SELECT count(*) FROM survey_text WHERE state = 'shown'") == 0


@pytest.mark.parametrize("role", [Role.LEADER, Role.TOWNSHIP_STAFF])
def test_others_read_no_unread_words(client, county, closed, scalar, role: Role) -> None:
    region = county.township_ids[0] if role is Role.TOWNSHIP_STAFF else county.id
    reader = sit_down(client, make_staff(role, region, "reader"))
    assert reader.get(TEXTS).status_code == 403
    assert decide(reader, scalar(WORDS), "1").status_code == 403
    assert "待看" not in reader.get(PAGE).text
