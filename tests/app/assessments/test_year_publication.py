"""公示: a frozen copy with every lost point's case, open to all, named after nobody."""

import csv
import io
from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.assessments.errors import ProgrammeMoved
from backend.app.assessments.models import Programme, ProgrammePublication
from backend.app.assessments.publications.content import canonical_bytes
from backend.app.assessments.publications.errors import OwnLock
from backend.app.assessments.publications.open_data import COLUMNS, TABLES
from backend.app.assessments.publications.operations import publish_programme
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import NotAllowed
from tests.app.assessments.closing_year import (
    PUBLISHED,
    TEN,
    add_units,
    boss_of,
    close,
    decide_all,
    grade_states,
    lock,
    make_year,
    propose,
    publish,
    state_of,
)
from tests.app.assessments.result_year import Year, add_element, add_target, measure, move
from tests.factories.console import as_shown
from tests.factories.tickets import forget

CASE = "河道污染整改不力"


@pytest.fixture
def year(app) -> Year:
    """甲1 lost two points by a case of the river; its leader is named in the programme."""
    year = make_year()
    add_units(year, "甲", TEN)
    add_element(
        year, "河湖长制", {"rule": "per_case", "deduct": "2"}, kind="negative", direction="down"
    )
    add_target(year, "河湖长制", "甲1", "10", duty_leader="张大山")
    measure(
        year, "河湖长制", "甲1", "1", source="owner", points="8", reason=CASE,
        case_words="张大山包抓的河段",
    )  # fmt: skip
    move(year, "甲2", "bonus", "1", "张大山带队获省级表彰", basis="陕政发〔2026〕3号")
    move(year, "甲3", "exemption", "1", "先行先试未达预期", basis="备案2026-1",
         target_id=year.targets["完成率", "甲3"])  # fmt: skip
    return year


@pytest.fixture
def published(year) -> Year:
    close(year)
    propose(year)
    decide_all(year)
    lock(year)
    publish(year)
    return year


def publication(year: Year) -> ProgrammePublication:
    forget()
    return db.session.get_one(ProgrammePublication, year.made.programme_id)


def address(year: Year, rest: str = "") -> str:
    return f"/p/610528/assessments/{year.made.programme_id}{rest}"


def table(client, year: Year, name: str) -> list[dict[str, str]]:
    answer = client.get(address(year, f"/{name}.csv"))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_only_a_locked_year_is_published_once_and_by_who_decides(year) -> None:
    close(year)
    propose(year)
    decide_all(year)
    with pytest.raises(ProgrammeMoved):
        publish(year)
    lock(year)
    with pytest.raises(NotAllowed), clock_at(PUBLISHED), transaction():
        publish_programme(year.made.office, year.made.programme_id)
    with pytest.raises(OwnLock), clock_at(PUBLISHED), transaction():
        publish_programme(boss_of(year.made), year.made.programme_id)
    publish(year)
    with pytest.raises(ProgrammeMoved):
        publish(year)
    assert state_of(year) == "published"
    assert grade_states(year) == {"published"}


def test_the_copy_is_frozen_with_its_digest(published) -> None:
    row = publication(published)
    assert row.digest == sha256(canonical_bytes(row.content)).digest()
    for statement in (
        "UPDATE programme_publication SET code = 'x'", "DELETE FROM programme_publication",
    ):  # fmt: skip
        with pytest.raises(DBAPIError), transaction() as session:
            session.execute(text(statement))


def test_everybody_reads_what_was_lost_with_its_case_and_no_persons_name(published, client) -> None:
    page = client.get(address(published))
    assert page.status_code == 200
    words = as_shown(page)
    assert "甲1" in words
    assert f"因{CASE}（某某包抓的河段）扣 2 分" in words
    assert "★ 优秀</span> 90 分起" in words
    assert "某某带队获省级表彰" in words
    assert "容错：甲3" in words
    assert "减负保护都开着" in words
    assert publication(published).digest.hex() in page.text
    unit = client.get(address(published, f"/units/{published.units['甲1']}"))
    assert f"因{CASE}（某某包抓的河段）扣 2 分" in as_shown(unit)
    everything = page.text + unit.text + client.get(address(published, "/data.json")).text
    assert "张大山" not in everything
    assert "public, max-age" in page.headers["Cache-Control"]


def test_lost_points_and_the_total_come_to_a_hundred_in_open_data(published, client) -> None:
    units = {row["unit"]: row for row in table(client, published, "units")}
    lost = [row for row in table(client, published, "lost") if row["unit"] == "甲1"]
    moved = [row for row in table(client, published, "moved") if row["unit"] == "甲2"]
    assert float(units["甲1"]["total"]) + sum(float(row["lost"]) for row in lost) == 100
    assert [(row["kind"], row["points"]) for row in moved] == [("加分", "1.00")]
    assert units["甲2"]["total"] == "96.00"
    assert units["甲10"]["grade"] == "较差"


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_the_columns_that_the_dictionary_explains(published, client, name) -> None:
    rows = table(client, published, name)
    if rows:
        assert list(rows[0]) == [column for column, _ in COLUMNS[name]]
    dictionary = table(client, published, "dictionary")
    explained = {(row["table"], row["column"]) for row in dictionary}
    assert {(name, column) for column, _ in COLUMNS[name]} <= explained


def test_what_is_not_published_is_not_found(year, client) -> None:
    close(year)
    for path in (
        address(year), address(year, "/data.json"), address(year, "/units.csv"),
        "/p/610528/assessments", "/p/999999/assessments/1",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_another_countys_code_and_another_table_are_not_found(published, client) -> None:
    assert client.get(f"/p/610599/assessments/{published.made.programme_id}").status_code == 404
    assert client.get(address(published, "/people.csv")).status_code == 404
    assert client.get(address(published, "/units/0")).status_code == 404
    listed = client.get("/p/610528/assessments")
    assert "目标责任考核" in listed.text


def test_a_guard_that_was_switched_off_is_published_with_its_document(year, client) -> None:
    with transaction() as session:
        programme = session.get_one(Programme, year.made.programme_id)
        programme.content = {**programme.content, "documents": {"traces": "中办发〔2026〕1号"}}
    close(year)
    propose(year)
    decide_all(year)
    lock(year)
    publish(year)
    words = as_shown(client.get(address(year)))
    assert "关掉了一条减负保护：留痕可以计分，依据 中办发〔2026〕1号" in words


def test_units_hear_of_it_once(published) -> None:
    with db.engine.connect() as connection:
        told = connection.execute(
            text("SELECT count(*) FROM notice WHERE title = '目标责任考核结果公示了'")
        ).scalar_one()
    # Two clerks of the township, and the bureau's.
    assert told == 3
