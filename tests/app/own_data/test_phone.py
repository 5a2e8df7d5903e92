"""我的资料 on the phone: seen, taken along, deleted one by one."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.own_data import retention
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.county import County, bind, make_county, make_person

WORDS = "=窗口等了一上午"


@pytest.fixture
def county(app: object) -> County:
    return make_county()


@pytest.fixture
def phone(client: Any, county: County) -> Phone:
    person_id = make_person()
    bind(person_id, county)
    return open_phone(client, person_id)


def fetch(phone: Phone) -> Any:
    return phone.call("POST", "/me/data/file").json


def path_of(url: str) -> str:
    return url.removeprefix("/api/v1")


def test_what_is_held_is_told_in_sentences(phone: Phone, county: County) -> None:
    phone.rate(county.code, level=4, words="等了一上午")
    told = {part["name"]: part for part in phone.call("GET", "/me/data").json["parts"]}
    assert told["我的评价"]["said"] == "您评过 1 次，其中 1 次写了话。"
    assert told["我的评价"]["deletes"] == "rating_words"
    assert told["我的村"]["said"] == "您选的村是第1村。"
    assert "查不到" in told["我的匿名票"]["said"]


def test_everything_is_taken_along_in_one_file_that_a_spreadsheet_opens(
    phone: Phone, county: County, tmp_path: Path, client: Any
) -> None:
    phone.rate(county.code, level=4, words=WORDS)
    given = fetch(phone)
    answer = client.get(given["url"])
    assert answer.headers["Cache-Control"] == "private, no-store"
    book = tmp_path / "own.xlsx"
    book.write_bytes(answer.data)
    sheets = python_calamine.CalamineWorkbook.from_path(book)
    assert sheets.sheet_names[:2] == ["说明", "我的账号"]
    rows = sheets.get_sheet_by_name("我的评价").to_python()
    assert rows[1][1:6] == ["第1村", "办事窗口1", "不满意", "", WORDS]


def test_the_link_is_good_for_a_quarter_of_an_hour_and_only_unchanged(
    phone: Phone, client: Any, stop_clock
) -> None:
    url = fetch(phone)["url"]
    assert client.get(url[:-2] + "xx").status_code == 410
    later = clock.now() + timedelta(minutes=16)
    stop_clock(later)
    assert client.get(url).status_code == 410


def test_a_new_file_takes_the_place_of_the_one_before(phone: Phone, client: Any) -> None:
    first, second = fetch(phone)["url"], fetch(phone)["url"]
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200


def test_words_of_ratings_go_alone_and_levels_stay(
    phone: Phone, county: County, scalar: Any
) -> None:
    rating = phone.rate(county.code, level=4, words="等了一上午").json
    change = {"level": 5, "reason_ids": [], "words": "还在等"}
    phone.call("PUT", f"/ratings/{rating['id']}", json=change)
    assert phone.call("DELETE", "/me/data/rating_words").status_code == 204
    assert scalar("SELECT count(*) FROM rating WHERE words IS NOT NULL") == 0
    assert scalar("SELECT count(*) FROM rating_change WHERE words_before IS NOT NULL") == 0
    assert scalar("SELECT level FROM rating") == 5
    assert phone.call("GET", "/me/ratings").json["items"][0]["words"] is None


@pytest.mark.parametrize("name", ["household", "notices"])
def test_household_and_notices_go_alone(phone: Phone, scalar: Any, name: str) -> None:
    with transaction() as session:
        session.execute(text("UPDATE binding SET household = '老张家'"))
        session.execute(
            text(
                "INSERT INTO notice (person_id, kind, title, words, subject_kind, subject_id,"
                " created_at) VALUES (:id, 'x', 't', 'w', 's', 1, now())"
            ),
            {"id": phone.person_id},
        )
    parts = phone.call("GET", "/me/data").json["parts"]
    assert {part["deletes"] for part in parts} == {None, "household", "notices"}
    assert phone.call("DELETE", f"/me/data/{name}").status_code == 204
    parts = phone.call("GET", "/me/data").json["parts"]
    assert name not in {part["deletes"] for part in parts}


def test_what_cannot_go_alone_is_refused(phone: Phone) -> None:
    assert phone.call("DELETE", "/me/data/points").status_code == 404


def test_the_file_is_gone_after_a_day(
    phone: Phone, client: Any, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(phone)
    own = [
        path for path in (files / "own").glob("*") if path.name.startswith(f"p{phone.person_id}_")
    ]
    assert len(own) == 1
    monkeypatch.setattr(retention, "DAY_SECONDS", 0)
    retention.apply()
    assert not own[0].exists()
