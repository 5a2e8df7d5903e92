"""Villages are renamed, moved and merged without losing their history or their posters."""

from collections.abc import Callable
from datetime import date, timedelta

import psycopg
import pytest
from flask import Flask
from sqlalchemy import update

from backend.app.access import Actor, Grant, Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.settings import Settings
from backend.app.places import operations, queries, reorganisation, targets
from backend.app.places.errors import CannotMerge, NameTaken, NotToday, RegionClosed
from backend.app.places.models import Region
from backend.app.places.queries import Place
from tests.app.places.conftest import COUNTY, DAY, history_of, load, place

LATER = date(2026, 6, 1)


@pytest.fixture
def furnished(county: Place) -> Place:
    """Every village has an 办事窗口."""
    with transaction():
        operations.furnish_villages(county.id, [("service_window", "办事窗口")])
    return county


def test_a_renamed_village_is_found_under_its_new_name_and_under_the_old(
    county: Place, manager: Actor
) -> None:
    village = place("610528101200")
    with transaction():
        reorganisation.rename_region(manager, village.id, " 永宁村委会 ", LATER)
    assert [found.id for found in queries.search_villages("永宁")] == [village.id]
    assert [found.id for found in queries.search_villages("永安村")] == [village.id]
    assert history_of(village.id)[0].name == "永安村委会"


def test_a_moved_village_belongs_to_its_new_township(county: Place, manager: Actor) -> None:
    village, township = place("610528101201"), place("610528102")
    with transaction():
        reorganisation.move_region(manager, village.id, township.id, "610528102201", LATER)
    after = queries.get_place(village.id)
    assert after.path == (village.id, township.id, county.id)
    assert after.code == "610528102201"
    history = history_of(village.id)
    assert [(v.valid_from, v.valid_to) for v in history] == [(DAY, LATER), (LATER, None)]


def test_a_village_moves_only_within_its_county(county: Place, manager: Actor) -> None:
    load(COUNTY.replace("610528", "610527").replace("富平县", "白水县"))
    with pytest.raises(InvalidInput), transaction():
        reorganisation.move_region(manager, place("610528101201").id, place("610527101").id)


def test_a_merged_village_hands_over_its_posters(furnished: Place, manager: Actor) -> None:
    gone, into = place("610528101201"), place("610528101200")
    (before,) = targets.list_points(gone.id)
    with transaction():
        reorganisation.merge_villages(manager, gone.id, into.id, LATER)
    after = targets.find_target(before.code or "")
    assert after.village.id == into.id
    assert after.name == "办事窗口（原三河村委会）"
    assert [point.name for point in targets.list_points(into.id)] == ["办事窗口", after.name]


def test_a_merged_village_is_closed_but_its_history_stays(furnished: Place, manager: Actor) -> None:
    gone, into = place("610528101201"), place("610528101200")
    with transaction():
        reorganisation.merge_villages(manager, gone.id, into.id, LATER)
    closed = queries.get_place(gone.id)
    assert (closed.closed_on, closed.merged_into_id) == (LATER, into.id)
    assert history_of(gone.id)[-1].valid_to == LATER
    assert gone.id not in [item.id for item in queries.list_children(gone.parent_id)]
    with pytest.raises(RegionClosed), transaction():
        reorganisation.rename_region(manager, gone.id, "三河新村")


@pytest.mark.parametrize(
    ("of_gone", "of_other", "together"), [(300, 412, 712), (None, 412, None), (300, None, None)]
)
def test_a_merged_village_adds_its_residents_where_both_are_known(
    county: Place, manager: Actor, scalar, of_gone, of_other, together
) -> None:
    gone, into = place("610528101201"), place("610528101200")
    with transaction() as session:
        for one, residents in ((gone, of_gone), (into, of_other)):
            session.execute(update(Region).where(Region.id == one.id).values(residents=residents))
        reorganisation.merge_villages(manager, gone.id, into.id, LATER)
    assert scalar(f"SELECT residents FROM region WHERE id = {into.id}") == together


def test_a_merge_into_itself_or_into_a_township_is_refused(county: Place, manager: Actor) -> None:
    village = place("610528101200")
    for other in (village, place("610528102")):
        with pytest.raises(CannotMerge), transaction():
            reorganisation.merge_villages(manager, village.id, other.id)


def test_a_merge_needs_the_right_over_both_villages(county: Place) -> None:
    staff = Actor(0, (Grant(Role.TOWNSHIP_STAFF, place("610528101").id, DAY),))
    with pytest.raises(NotAllowed), transaction():
        reorganisation.merge_villages(staff, place("610528101200").id, place("610528102200").id)


def test_the_commands_speak_in_names(
    furnished: Place, app: Flask, scalar: Callable[..., object]
) -> None:
    run = app.test_cli_runner().invoke
    told = [
        run(args=["places", "rename", "610528101200", "永宁村委会"]).output,
        run(args=["places", "move", "610528102200", "610528101", "--code", "610528101202"]).output,
        run(args=["places", "merge", "610528101201", "610528101200"]).output,
        run(args=["places", "rename", "610528999999", "无"]).output,
    ]
    assert told[0] == "永安村委会 已更名为 永宁村委会\n"
    assert told[1] == "西村村委会 已移到 庄里镇\n"
    assert told[2] == "三河村委会 已并入 永宁村委会\n"
    assert "没有代码为 610528999999 的地方" in told[3]
    assert scalar("SELECT count(*) FROM region WHERE closed_on IS NULL AND level = 'village'") == 2


def test_groups_hang_below_their_village_and_have_names_of_their_own(
    county: Place, manager: Actor
) -> None:
    village = place("610528101200")
    with transaction():
        group = reorganisation.add_group(manager, village.id, " 一组 ")
    (item,) = queries.list_children(village.id)
    assert (item.id, item.name, item.level, item.code) == (group.id, "一组", "group", None)
    assert queries.region_path(group.id) == (
        group.id,
        village.id,
        place("610528101").id,
        county.id,
    )
    with pytest.raises(NameTaken), transaction():
        reorganisation.add_group(manager, village.id, "一组")
    with pytest.raises(InvalidInput), transaction():
        reorganisation.add_group(manager, county.id, "一组")


def test_a_merged_village_hands_over_its_groups(county: Place, manager: Actor) -> None:
    gone, into = place("610528101201"), place("610528101200")
    with transaction():
        kept = reorganisation.add_group(manager, gone.id, "一组", DAY)
        reorganisation.add_group(manager, into.id, "一组", DAY)
    with transaction():
        reorganisation.merge_villages(manager, gone.id, into.id, LATER)
    names = {item.name for item in queries.list_children(into.id)}
    assert names == {"一组", "一组（原三河村委会）"}
    assert history_of(kept.id)[0].name == "一组"
    assert queries.get_place(kept.id).parent_id == into.id


def test_departments_belong_to_a_county(county: Place, manager: Actor, app: Flask) -> None:
    with transaction():
        reorganisation.add_department(manager, county.id, "水务局")
    told = app.test_cli_runner().invoke(args=["places", "departments", "610528", "民政局"]).output
    assert told == "富平县 新增部门 1 个\n"
    assert [d.name for d in queries.list_departments(county.id)] == ["民政局", "水务局"]
    with pytest.raises(NameTaken), transaction():
        reorganisation.add_department(manager, county.id, "水务局")
    with pytest.raises(InvalidInput), transaction():
        reorganisation.add_department(manager, place("610528101").id, "水务局")


def test_the_commands_give_up_in_words_while_somebody_else_holds_the_village(
    furnished: Place, app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.app.core.db.PATIENCE", "200ms")
    gone, into = place("610528101201"), place("610528101200")
    db.session.rollback()
    merge = ["places", "merge", gone.code, into.code]
    with psycopg.connect(settings.database_url.replace("+psycopg", "")) as other:
        other.execute("UPDATE service_point SET name = name WHERE village_id = %s", [gone.id])
        refused = app.test_cli_runner().invoke(args=merge)
        other.rollback()
    assert (refused.exit_code, "请过一分钟再试一次" in refused.output) == (1, True)
    assert queries.get_place(gone.id).is_open
    assert app.test_cli_runner().invoke(args=merge).exit_code == 0


def test_a_day_to_come_is_refused(county: Place, manager: Actor) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(NotToday), transaction():
        reorganisation.merge_villages(
            manager, place("610528101201").id, place("610528101200").id, tomorrow
        )
