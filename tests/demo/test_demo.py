"""The demo county: the same dice everywhere, believable, and built once."""

import io
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from PIL import Image
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db
from backend.demo import load as demo
from backend.demo.goods import GOODS, picture
from backend.demo.history import DemoVillage, month_of_ratings
from backend.demo.people import LOGINS, SHOP_OWNER, phone_people
from backend.demo.rewards import CATALOGUE
from backend.demo.scenes import SCENES, scene
from backend.demo.villages import character_of

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
STAGE = DemoVillage("610528100201", ((1, "clinic"), (2, "water")), tuple(range(1, 30)))
REASONS = {level: [level] for level in range(1, 6)}


def test_the_same_village_and_month_give_the_same_ratings() -> None:
    first, again = (
        list(month_of_ratings(STAGE, date(2026, 10, 1), date(2026, 6, 1), NOW, REASONS))
        for _ in range(2)
    )
    assert first == again
    assert first


def test_nobody_rates_a_point_twice_a_day_and_nothing_lies_in_the_future() -> None:
    seen = set()
    for month in (date(2026, 10, 1), date(2026, 11, 1)):
        for rating in month_of_ratings(STAGE, month, date(2026, 6, 1), NOW, REASONS):
            key = (rating.person_id, rating.qr_code_id, clock.local_day(rating.at))
            assert key not in seen
            seen.add(key)
            assert rating.at <= NOW


def test_villages_differ_in_quality_and_in_how_many_speak() -> None:
    characters = [character_of(f"61052810{n:04d}") for n in range(300)]
    assert sum(c.ratings_a_month < 4 for c in characters) >= 10
    assert max(c.ratings_a_month for c in characters) > 60
    qualities = sorted(c.quality for c in characters)
    assert qualities[-30] - qualities[30] > 1
    assert 1 <= sum(c.coached for c in characters) <= 30


def test_months_come_oldest_first_so_that_ledgers_are_in_order() -> None:
    months = demo.months(NOW, 6)
    assert months[-1] == date(2026, 11, 1)
    assert all(clock.next_month(a) == b for a, b in pairwise(months))


@pytest.mark.parametrize("kind", sorted(SCENES))
def test_every_kind_of_point_has_a_drawing(kind: str, tmp_path) -> None:
    path = tmp_path / "scene.jpg"
    path.write_bytes(scene(kind))
    assert Image.open(path).size == (960, 540)


def test_the_whole_county_is_built_from_real_villages_and_only_once(app, scalar) -> None:
    demo.load(2)
    facts = [
        "SELECT count(*) FROM region WHERE level = 'village'",
        "SELECT count(*) FROM rating",
        "SELECT count(*) FROM person",
        "SELECT count(*) FROM service_point",
        "SELECT count(*) FROM scorecard",
    ]
    first = [scalar(fact) for fact in facts]
    assert first[0] == 287
    assert first[3] == 287 * 6
    assert first[4] == 287 * len(demo.months(clock.now(), 2))
    assert first[1] > 5000
    demo.load(2)
    assert [scalar(fact) for fact in facts] == first
    assert scalar("SELECT count(*) FROM service_point WHERE photo_key IS NULL") == 0
    assert scalar("SELECT count(*) FROM console_login") == len(LOGINS)
    disordered = scalar(
        "SELECT count(*) FROM (SELECT created_at < lag(created_at) OVER (ORDER BY id) AS back"
        " FROM points_entry WHERE cause_kind = 'rating') AS entries WHERE back"
    )
    assert disordered == 0
    wrong = scalar(
        "SELECT count(*) FROM points_balance b WHERE balance <>"
        " (SELECT sum(amount) FROM points_entry e WHERE e.person_id = b.person_id)"
    )
    assert wrong == 0
    county = scalar("SELECT id FROM region WHERE level = 'county'")
    people = phone_people(county)
    known = set(db.session.scalars(text("SELECT openid FROM person")).all())
    assert {p["openid"] for p in people} - known == {"demo-newcomer", SHOP_OWNER}


def test_the_counters_of_the_loaded_county_equal_a_recount(app, scalar) -> None:
    demo.load(1)
    counted = scalar("SELECT sum(level_1 + level_2 + level_3 + level_4 + level_5)"
                     " FROM rating_month_count")  # fmt: skip
    assert counted == scalar("SELECT count(*) FROM rating")
    assert scalar("SELECT max(created_at) FROM rating") <= clock.now() + timedelta(seconds=1)


@pytest.mark.parametrize("kind", sorted(GOODS))
def test_every_thing_of_the_catalogue_has_a_drawing_of_its_own(kind: str) -> None:
    drawn = Image.open(io.BytesIO(picture(kind)))
    assert drawn.size == (640, 480)
    assert len(drawn.convert("P", palette=Image.Palette.ADAPTIVE).getcolors()) > 5
    assert {line[4] for line in CATALOGUE} == set(GOODS)
