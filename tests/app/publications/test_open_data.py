"""Open data: stable columns, the page's digits, nothing that opens as a formula."""

import csv
import io

import pytest
from sqlalchemy import text

from backend.app.core.db import transaction
from backend.app.publications.open_data import COLUMNS, TABLES
from tests.factories.county import County
from tests.factories.publications import make_rated_county, publish
from tests.factories.ratings import LAST_MONTH

MONTH = f"{LAST_MONTH:%Y-%m}"
NASTY = ["=1+1", "@SUM(A1)", "\t=1", "＝1+1"]


@pytest.fixture
def county(app) -> County:
    county = make_rated_county()
    with transaction() as session:
        for village_id, name in zip(county.village_ids, NASTY, strict=True):
            session.execute(
                text("UPDATE region SET name = :name WHERE id = :id"),
                {"name": name, "id": village_id},
            )
    publish(county)
    return county


def table(client, name: str) -> list[list[str]]:
    answer = client.get(f"/p/610528/{MONTH}/{name}.csv")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_the_columns_its_dictionary_explains(county, client, name: str) -> None:
    rows = table(client, name)
    assert rows[0] == [column for column, _ in COLUMNS[name]]
    assert all(len(row) == len(rows[0]) for row in rows)


@pytest.mark.parametrize("name", ["villages", "indicators"])
def test_a_village_named_like_a_formula_stays_text(county, client, name: str) -> None:
    rows = table(client, name)
    place = rows[0].index("village")
    assert {row[place] for row in rows[1:]} == {f"'{one}" for one in NASTY}


def test_figures_are_numbers_with_the_digits_of_the_page(county, client) -> None:
    rows = table(client, "villages")
    total = rows[1][rows[0].index("total")]
    assert f"<b>{total}</b>" in client.get(f"/p/610528100201/{MONTH}").text
    assert float(rows[1][rows[0].index("satisfaction")]) == 86.7
    # One bad rating is not told apart, and the share of good ones would tell it.
    assert rows[1][rows[0].index("positive")] == ""
    assert rows[4][rows[0].index("total")] == ""


def test_the_licence_and_the_dictionary_come_with_the_data(county, client) -> None:
    assert "署名即可使用" in table(client, "dictionary")[-1][2]
    data = client.get(f"/p/610528/{MONTH}/data.json").json
    assert "署名即可使用" in data["licence"]
    assert set(data["dictionary"]) == set(COLUMNS)
    assert len(data["villages"]) == 4
    assert set(data["villages"][0]) == {name for name, _ in COLUMNS["villages"]}


def test_a_table_nobody_knows_is_not_found(county, client) -> None:
    assert client.get(f"/p/610528/{MONTH}/people.csv").status_code == 404
