"""Division data: complete, idempotent, and honest about what changed."""

import time
from datetime import date
from pathlib import Path

from flask import Flask

from backend.app.core.db import dispose, transaction
from backend.app.places import imports, queries
from backend.app.places.divisions import read_package
from backend.app.places.queries import Place
from tests.app.places.conftest import COUNTY, DAY, history_of, load, place

LATER = date(2026, 6, 1)


def test_fuping_is_complete(app: Flask, package: Path) -> None:
    with transaction():
        report = imports.import_divisions(read_package(package, "610528"), DAY)
    assert report.counts == {"recoded": 0, "reopened": 0, "renamed": 0, "moved": 0, "gone": 0,
                             "new": 1 + 15 + 287}  # fmt: skip
    fuping = place("610528")
    assert fuping.name == "富平县"
    assert len(queries.list_villages(fuping.id)) == 287
    assert len(queries.list_children(fuping.id)) == 15


def test_a_whole_province_is_imported_once_and_within_a_minute(
    app: Flask, package: Path, scalar
) -> None:
    # Connections of other tests keep plans for keys that were made while the table was small.
    dispose()
    began = time.perf_counter()
    with transaction():
        imports.import_divisions(read_package(package, "36"), DAY)
    assert time.perf_counter() - began < 60
    assert scalar("SELECT count(*) FROM region WHERE level = 'village'") == 22_080
    with transaction():
        again = imports.import_divisions(read_package(package, "36"), LATER)
    assert set(again.counts.values()) == {0}
    assert scalar("SELECT count(*) FROM region_version") == 22_080 + 1_767 + 100


def test_the_kind_of_a_village_follows_from_its_code(app: Flask, package: Path, scalar) -> None:
    with transaction():
        imports.import_divisions(read_package(package, "610528"), DAY)
    kinds = "SELECT count(*) FROM region WHERE kind = :kind"
    assert scalar(kinds, kind="村委会") == 268
    assert scalar(kinds, kind="居委会") == 19
    assert scalar(kinds, kind="镇") == 14


def test_the_same_file_twice_changes_nothing(county: Place) -> None:
    report = load(COUNTY, LATER)
    assert not any(report.counts.values())
    assert len(history_of(county.id)) == 1


def test_a_renamed_village_keeps_its_id_and_its_former_name(county: Place) -> None:
    before = place("610528101200")
    report = load(COUNTY.replace("永安村委会", "永宁村委会"), LATER)
    assert report.counts["renamed"] == 1
    assert report.names["renamed"] == ["永宁村委会"]
    assert place("610528101200").id == before.id
    assert [(version.name, version.valid_to) for version in history_of(before.id)] == [
        ("永安村委会", LATER),
        ("永宁村委会", None),
    ]


def test_two_names_on_one_day_leave_one_line_of_history(county: Place) -> None:
    load(COUNTY.replace("永安村委会", "永宁村委会"), LATER)
    load(COUNTY.replace("永安村委会", "永和村委会"), LATER)
    names = [version.name for version in history_of(place("610528101200").id)]
    assert names == ["永安村委会", "永和村委会"]


def test_a_village_under_a_new_code_in_another_township_keeps_its_id(county: Place) -> None:
    before = place("610528101201")
    moved = COUNTY.replace("village,610528101201,三河", "village,610528102201,三河")
    report = load(moved, LATER)
    assert report.counts["recoded"] == 1
    assert report.counts["new"] == 0
    after = place("610528102201")
    assert after.id == before.id
    assert after.township_id == place("610528102").id
    assert [v.code for v in history_of(before.id)] == ["610528101201", "610528102201"]


def test_what_the_file_lacks_is_reported_and_closed_only_on_demand(county: Place) -> None:
    without = "".join(line for line in COUNTY.splitlines(True) if "西村" not in line)
    report = load(without, LATER)
    assert report.names["gone"] == ["西村村委会"]
    gone = place("610528102200")
    load(without, LATER, close_gone=True)
    assert queries.find_place("610528102200") is None
    assert queries.get_place(gone.id).closed_on == LATER


def test_a_closed_village_that_is_in_the_next_file_comes_back_as_itself(county: Place) -> None:
    gone = place("610528102200")
    without = "".join(line for line in COUNTY.splitlines(True) if "西村" not in line)
    load(without, LATER, close_gone=True)
    report = load(COUNTY, date(2026, 9, 1))
    assert report.counts["reopened"] == 1
    assert place("610528102200").id == gone.id


def test_a_partial_file_may_hang_new_villages_under_known_townships(county: Place) -> None:
    report = load("level,code,name\nvillage,610528102201,新村村委会\n", LATER)
    assert report.counts["new"] == 1
    assert place("610528102201").township_id == place("610528102").id


def test_another_county_is_left_alone(county: Place) -> None:
    other = COUNTY.replace("610528", "610527").replace("富平县", "白水县")
    report = load(other, LATER)
    assert report.counts["gone"] == 0
    assert place("610527101200").id != place("610528101200").id
