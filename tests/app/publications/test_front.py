"""The front page: one county, several, none yet; and the addresses everybody asks for."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask

from backend.app.core import clock
from backend.app.core.settings import Settings
from backend.app.factory import create_app
from backend.app.publications.public_front import spoken_name
from tests.factories.county import County, make_county
from tests.factories.publications import make_rated_county, publish
from tests.factories.ratings import LAST_MONTH, rate_village

MONTH = f"{LAST_MONTH:%Y-%m}"


def words_of(client, address: str = "/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text))


@pytest.fixture
def county(app) -> County:
    county = make_rated_county()
    publish(county)
    return county


def test_the_address_that_make_run_prints_is_the_countys_front_page(client, county) -> None:
    words = words_of(client)
    assert "村声 · 富平县" in words
    assert f"人次评价，{LAST_MONTH.month} 月4 个村里 3 个有" in words
    assert "37 人次评价" in words
    assert "怎么评" in words
    assert "12345" in words
    assert "工作人员登录" in words
    assert "演示县" not in words


def test_a_county_that_has_published_nothing_says_so_kindly(client, app) -> None:
    make_county(name="淳化县")
    words = words_of(client)
    assert "村声 · 淳化县" in words
    assert "第一个月的结果还没有公布" in words
    assert "找您的村" not in words


def test_an_instance_without_any_county_has_a_front_page(client, app) -> None:
    assert "第一个月的结果还没有公布" in words_of(client)


def test_of_several_counties_one_is_chosen_first(client, county) -> None:
    other = make_county(code="610429", name="旬邑县")
    rate_village(other, 0, [1] * 12)
    publish(other)
    words = words_of(client)
    assert "您是哪个县的？" in words
    assert "富平县" in words
    assert "旬邑县" in words
    assert "村声 · 旬邑县" in words_of(client, "/?county=610429")
    assert "您是哪个县的？" in words_of(client, "/?county=000000")


@pytest.mark.parametrize("given", ["第1村", "第1", " 第 1 村 ", "第１村", "610528100201"])
def test_a_village_is_found_by_what_people_call_it(client, county, given) -> None:
    answer = client.get("/", query_string={"village": given})
    assert answer.status_code == 302
    assert re.fullmatch(rf"/p/\d{{12}}/{MONTH}", answer.location)
    assert client.get(answer.location).status_code == 200


def test_of_several_villages_one_chooses_and_none_is_told(client, county) -> None:
    assert "名字里有「村」的村" in words_of(client, "/?village=村")
    assert "没有找到「张家界」" in words_of(client, "/?village=张家界")
    assert "没有找到「&lt;b&gt;」" in client.get("/?village=<b>").text


@pytest.mark.parametrize(
    ("legal", "spoken"),
    [
        ("仁合村委会", "仁合村"), ("仁合村村民委员会", "仁合村"), ("仁合村村委会", "仁合村"),
        ("车站社区居委会", "车站社区"), ("车站社区居民委员会", "车站社区"), ("第1村", "第1村"),
        ("村委会", "村委会"),
    ],
)  # fmt: skip
def test_a_village_is_called_what_people_call_it(legal: str, spoken: str) -> None:
    assert spoken_name(legal) == spoken


def test_favicon_and_robots_answer(client, app) -> None:
    assert client.get("/favicon.ico").mimetype == "image/svg+xml"
    assert "Disallow: /console/" in client.get("/robots.txt").text
    assert "Disallow: /\n" not in client.get("/robots.txt").text


def security_txt(app: Flask) -> dict[str, list[str]]:
    answer = app.test_client().get("/.well-known/security.txt")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; charset=utf-8"
    fields: dict[str, list[str]] = {}
    for line in answer.text.splitlines():
        name, _, value = line.partition(": ")
        fields.setdefault(name, []).append(value)
    return fields


def test_security_txt_names_whom_to_tell_and_never_runs_out(app, settings) -> None:
    fields = security_txt(app)
    assert fields["Contact"] == [f"{settings.public_host}/"]
    assert fields["Canonical"] == [f"{settings.public_host}/.well-known/security.txt"]
    (expires,) = fields["Expires"]
    left = datetime.fromisoformat(expires) - clock.now()
    assert timedelta(days=90) < left < timedelta(days=365)
    given = ("mailto:anquan@example.gov.cn", "tel:+86-913-8200000")
    other = create_app(Settings(**{**vars(settings), "security_contacts": given}))
    assert security_txt(other)["Contact"] == list(given)
