"""Choosing a village in the mini-program."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.app.places import queries
from backend.app.places.queries import Place
from tests.app.places.conftest import COUNTY, load, place

URL = "/api/v1/regions"


def test_one_walks_from_the_counties_down_to_a_village(county: Place, client: FlaskClient) -> None:
    (top,) = client.get(URL).json["items"]
    assert top == {
        "id": county.id,
        "name": "富平县",
        "level": "county",
        "code": "610528000000",
        "has_children": True,
    }
    townships = client.get(f"{URL}?parent_id={top['id']}").json["items"]
    assert [item["name"] for item in townships] == ["庄里镇", "张桥镇"]
    villages = client.get(f"{URL}?parent_id={townships[0]['id']}").json["items"]
    assert [(v["name"], v["has_children"]) for v in villages] == [
        ("永安村委会", False),
        ("三河村委会", False),
    ]


def test_a_village_is_found_by_a_part_of_its_name(county: Place, client: FlaskClient) -> None:
    (found,) = client.get(URL, query_string={"q": " 西村 "}).json["items"]
    assert found == {
        "id": place("610528102200").id,
        "name": "西村村委会",
        "level": "village",
        "township": "张桥镇",
        "county": "富平县",
    }


def test_a_village_is_found_by_the_beginning_of_its_code(county: Place) -> None:
    assert [v.name for v in queries.search_villages("610528102")] == ["西村村委会"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "没有这个村"])
def test_search_signs_are_only_letters(county: Place, client: FlaskClient, text: str) -> None:
    assert client.get(URL, query_string={"q": text}).json == {"items": []}


@pytest.mark.parametrize("query", ["q=", "q=" + "村" * 31, "q=%00", "parent_id=x", "parent_id=0"])
def test_a_bad_question_is_answered_in_the_one_shape(
    app: Flask, client: FlaskClient, query: str
) -> None:
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 422
    assert answer.json["code"] == "invalid_input"
    assert list(answer.json["errors"]) == [query.partition("=")[0]]


def test_an_unknown_region_is_not_found(county: Place, client: FlaskClient) -> None:
    answer = client.get(f"{URL}?parent_id=999999")
    assert (answer.status_code, answer.json["code"]) == (404, "region_unknown")


def test_a_picker_for_staff_finds_only_villages_in_their_region(county: Place) -> None:
    township = place("610528102")
    assert [v.name for v in queries.search_villages("村", within=[township.id])] == ["西村村委会"]


def test_the_path_of_a_village_leads_up_to_its_county(county: Place) -> None:
    village = place("610528101200")
    assert queries.region_path(village.id) == (village.id, place("610528101").id, county.id)
    assert queries.region_path(county.id) == (county.id,)


def test_a_village_of_the_same_name_is_told_apart_by_its_township(county: Place) -> None:
    load(COUNTY.replace("三河村委会", "西村村委会"))
    found = queries.search_villages("西村")
    assert [(v.name, v.township) for v in found] == [
        ("西村村委会", "庄里镇"),
        ("西村村委会", "张桥镇"),
    ]
