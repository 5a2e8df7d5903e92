"""Villages by what people call them; several hits are never chosen from."""

import openpyxl
import pytest

from backend.app.core.db import transaction
from backend.app.places import queries, reorganisation
from backend.app.places.name_queries import village_names
from backend.app.places.names import NamedVillage, VillageNames
from tests.app.imports.cases import CASES
from tests.app.places.conftest import place

STATION, SANHE, OTHER_SANHE, SPRING, ANPING = 10, 11, 12, 13, 14
NAMES = VillageNames(
    "富平县",
    {1: "城关街道", 2: "张桥镇", 3: "庄里镇"},
    [
        NamedVillage(STATION, "车站社区居委会", "610528001001", 1),
        NamedVillage(SANHE, "三合村委会", "610528101201", 2),
        NamedVillage(OTHER_SANHE, "三合村委会", "610528102201", 3),
        NamedVillage(SPRING, "温泉社区居委会", "610528001002", 1),
        NamedVillage(ANPING, "安平村村委会", "610528101202", 2, ("旧安村委会",), ("610528101299",)),
    ],
)
WRITTEN = {
    "安平村": ANPING,
    "安平": ANPING,
    "安平村民委员会": ANPING,
    "张桥镇人民政府安平村": ANPING,
    "旧安村": ANPING,
    "610528101299": ANPING,
    "三合村（张桥镇）": SANHE,
    "三合村（庄里镇）": OTHER_SANHE,
    "张桥镇三合村": SANHE,
    "富平县 张桥镇 三合村": SANHE,
    "富平县城关街道车站社区居委会": STATION,
    "城关街道办事处车站社区居民委员会": STATION,
    "陕西省渭南市富平县城关街道车站社区居委会": STATION,
    "６１０５２８００１００１": STATION,
    "610528001001000": STATION,
    "溫泉社區": SPRING,
}


@pytest.mark.parametrize(("written", "village"), WRITTEN.items())
def test_one_village_is_found_however_it_is_written(written: str, village: int) -> None:
    assert NAMES.find(written).ids == (village,)


def test_every_spelling_of_the_case_file_finds_its_village() -> None:
    sheet = openpyxl.load_workbook(CASES / "village_names.xlsx").active
    written = [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)]
    several = {name for name in written if len(NAMES.find(name).ids) != 1}
    assert several == {"三合村", "三合村委会"}


def test_several_villages_of_a_name_are_all_named() -> None:
    assert NAMES.find("三合村").ids == (SANHE, OTHER_SANHE)


@pytest.mark.parametrize(
    "written", ["车站社区居委会（一组）", "车站社区一组", "城关街道车站社区（一组）"]
)
def test_the_group_beside_a_village_is_told_apart(written: str) -> None:
    found = NAMES.find(written)
    assert (found.ids, found.group) == ((STATION,), "一组")


@pytest.mark.parametrize("written", ["", "村", "没有这个村", "610528001999", "张桥镇"])
def test_what_is_no_village_finds_none(written: str) -> None:
    assert NAMES.find(written).ids == ()


def test_a_wrong_letter_is_offered_what_looks_alike() -> None:
    assert NAMES.suggest("张桥镇三河村")[0] == SANHE


def test_the_names_of_merged_and_renamed_villages_lead_to_todays(county, manager) -> None:
    gone, into = place("610528101200"), place("610528101201")
    with transaction():
        reorganisation.rename_region(manager, into.id, "新名村委会")
        reorganisation.merge_villages(manager, gone.id, into.id)
    names = village_names(county.id)
    for written in (gone.name, into.name, "新名村", gone.code):
        assert names.find(written).ids == (into.id,), written


def test_the_search_of_console_and_phone_reads_names_in_the_same_way(county) -> None:
    village = place("610528102200")
    for written in ("富平县张桥镇西村", "西村（张桥镇）", "西村村民委员会"):
        assert [label.id for label in queries.search_villages(written)] == [village.id], written
    elsewhere = place("610528101")
    assert queries.search_villages("张桥镇西村", within=[elsewhere.id]) == []
