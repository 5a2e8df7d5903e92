"""The public files of a round: the same bytes for everybody, and nothing before its time."""

from datetime import timedelta
from typing import Any

import pytest

from backend.app.ballots import ballot_box, signing_keys
from backend.app.ballots import queries as ballots
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict
from backend.app.places.queries import get_place
from backend.app.surveys import operations as rounds
from backend.app.surveys.answers import Question, QuestionKind
from backend.app.surveys.models import SurveyText
from tests.app.surveys.conftest import NOW, PERIOD, get_vote, put
from tests.factories.county import make_county
from tests.factories.surveys import make_round, questionnaire
from tests.factories.tickets import forget, villager

DECEMBER = PERIOD.replace(month=12)


def survey_of(client, county, month: str = "2026-11") -> Any:
    return client.get(f"/surveys/{county.id}/{month}.json")


def results_of(client, county) -> Any:
    return client.get(f"/surveys/{county.id}/2026-11/results.json")


def count(county_id: int, survey: int, sheets: list[list[Any]], channel: str = "phone") -> int:
    """Counts sheets of the county's first unit as the close does; returns the unit."""
    asked = ballots.villages_of_units(county_id, PERIOD)
    unit = next(iter(asked))
    forget()
    with transaction():
        questions = rounds.questions_of_units(db.session.get(rounds.SurveyRound, survey))
        rounds.keep_counts(survey, unit, questions[unit], sheets, channel)
    return unit


@pytest.fixture
def over(stop_clock):
    def go(survey: int) -> None:
        stop_clock(NOW + timedelta(days=11))
        forget()
        with transaction():
            rounds.close_round(survey)
        with transaction():
            rounds.publish_round(survey)

    return go


def test_the_questions_are_the_same_bytes_for_everybody(client, county, survey) -> None:
    first = survey_of(client, county)
    other = villager(client, county).client.get(
        f"/surveys/{county.id}/2026-11.json", headers={"Cookie": "a=b"}
    )
    assert first.status_code == 200
    assert first.data == other.data
    (unit,) = first.json["units"].values()
    assert [one["kind"] for one in unit["questions"]] == ["level", "multiple", "text"]
    assert (first.json["state"], first.json["points"]) == ("open", 5)
    assert unit["name"].count("村") >= 1


def test_a_month_without_questions_is_said(client, county) -> None:
    answer = survey_of(client, county)
    assert (answer.status_code, answer.json["code"]) == (404, "round_unknown")
    assert survey_of(client, county, "2026-13").status_code == 404


def test_a_draft_is_shown_to_nobody(client, county) -> None:
    make_round(county.id, PERIOD, NOW, NOW + timedelta(days=5), state="draft")
    assert survey_of(client, county).status_code == 404


def test_that_somebody_answered_shows_only_after_a_night(client, county, survey, box, key_file):
    assert survey_of(client, county).json["has_answers"] is False
    put(box, get_vote(villager(client, county), key_file).request([1, None, None]))
    assert survey_of(client, county).json["has_answers"] is False
    forget()
    with transaction():
        ballot_box.flush(fewest=1)
        ballot_box.merge()
    assert survey_of(client, county).json["has_answers"] is True


def test_no_results_before_they_are_published(client, county, survey) -> None:
    answer = results_of(client, county)
    assert (answer.status_code, answer.json["code"]) == (404, "not_published")


def test_results_are_said_once_in_words_by_phone_and_on_paper_apart(
    client, county, survey, over
) -> None:
    sheets = [[0, [0], None]] * 12 + [[1, [0, 1], None]] * 8 + [[4, [], None]] * 5
    count(county.id, survey, sheets)
    count(county.id, survey, [[0, [2], None]] * 10, "paper")
    over(survey)
    (unit,) = results_of(client, county).json["units"].values()
    level, several = unit["questions"]
    assert level["phone"]["counts"] == [12, 8, 0, 0, 5]
    assert level["phone"]["says"][0] == "48%（12 人）"
    assert level["paper"]["shown"] == "banded"
    assert level["paper"]["says"] == ["八成以上", "两成以内", "两成以内", "两成以内", "两成以内"]
    assert several["phone"]["says"] == ["80%（20 人）", "32%（8 人）", "一成以内"]
    assert unit["villages"] == sorted(county.village_ids)


def test_t11_few_answers_stay_hidden_and_so_do_their_words(client, county, survey, over) -> None:
    count(county.id, survey, [[0, [0], "只有九个人"]] * 9)
    over(survey)
    release_words()
    (unit,) = results_of(client, county).json["units"].values()
    assert [one["phone"]["shown"] for one in unit["questions"]] == ["hidden", "hidden"]
    assert [one["phone"]["n"] for one in unit["questions"]] == [None, None]
    assert unit["texts"] == []


def test_words_are_shown_once_the_county_released_them(client, county, survey, over) -> None:
    count(county.id, survey, [[0, [0], None]] * 9 + [[2, [1], "路灯坏了"]] * 3)
    over(survey)
    (unit,) = results_of(client, county).json["units"].values()
    assert unit["texts"] == []
    release_words()
    (unit,) = results_of(client, county).json["units"].values()
    assert unit["texts"] == ["路灯坏了"] * 3


def release_words() -> None:
    forget()
    with transaction() as session:
        session.query(SurveyText).update({"state": "shown"})


def test_results_are_frozen_when_they_are_published(client, county, survey, over) -> None:
    count(county.id, survey, [[0, [0], None]] * 12)
    over(survey)
    before = results_of(client, county).data
    count(county.id, survey, [[4, [2], None]] * 12)
    forget()
    with transaction():
        assert rounds.publish_round(survey) is False
    assert results_of(client, county).data == before


def test_villages_of_one_type_are_asked_what_is_asked_of_their_type(client, county) -> None:
    farming = questionnaire((Question(QuestionKind.LEVEL, "农机好不好借"),) * 2, "farming")
    make_round(county.id, PERIOD, NOW, NOW + timedelta(days=5), [questionnaire(), farming])
    (unit,) = survey_of(client, county).json["units"].values()
    assert unit["questions"][0]["words"] == "最近办事方便吗"


def test_a_coming_months_keys_can_be_made_again_and_this_months_cannot(county, client) -> None:
    with transaction():
        signing_keys.prepare_period(county.id, DECEMBER)
    before = client.get(f"/keys/{county.id}/2026-12.json").data
    forget()
    with transaction():
        assert signing_keys.remake_period(county.id, DECEMBER) == 2
    assert client.get(f"/keys/{county.id}/2026-12.json").data != before
    with pytest.raises(Conflict, match="已经开始"), transaction():
        signing_keys.remake_period(county.id, PERIOD)


def test_the_notice_for_the_village_shows_every_months_fingerprint(county, client) -> None:
    with transaction():
        signing_keys.prepare_period(county.id, DECEMBER)
    page = client.get(f"/keys/{county.id}/").get_data(as_text=True)
    for month in ("2026-11", "2026-12"):
        digest = signing_keys.digest(client.get(f"/keys/{county.id}/{month}.json").data)
        assert f"{digest[:4]} {digest[4:8]} {digest[8:12]} {digest[12:16]}" in page
    assert "2026 年 12 月" in page


def test_a_county_without_keys_has_a_notice_that_says_so(client, app) -> None:
    county = make_county()
    assert "还没有备好的月份" in client.get(f"/keys/{county.id}/").get_data(as_text=True)


def test_what_is_pinned_is_printed_for_the_package(app, county) -> None:
    done = app.test_cli_runner().invoke(
        args=["surveys", "pin", get_place(county.id).code, "https://niming.example.cn"]
    )
    assert done.exit_code == 0, done.output
    assert '"anonymous_host": "https://niming.example.cn"' in done.output
    assert signing_keys.digest(signing_keys.key_file(county.id, PERIOD)) in done.output
