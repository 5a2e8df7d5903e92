"""数据导入 and 村的类型: shown before anything is written, faults by line, history kept."""

import io

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.files.spreadsheets import read_sheet
from backend.app.imports import job_operations
from backend.app.imports.states import ImportState
from backend.app.places import village_kinds
from backend.app.scorecards.imports.facts import FACTS
from backend.app.scorecards.imports.village_traits import VILLAGE_TRAITS
from backend.app.scorecards.locks import operations as locks
from tests.factories.console import sit_down
from tests.factories.county import actor_with
from tests.factories.imports import Desk, counts, found, questions, refused, state
from tests.factories.objections import Bench, make_bench
from tests.factories.ratings import LAST_MONTH
from tests.factories.tickets import forget

ONLINE = "12位代码,乡镇,村,线上办结数,全部办结数\n"
PLATFORM = {"source": "政务服务平台", "month": f"{LAST_MONTH:%Y-%m}"}


@pytest.fixture
def bench(app) -> Bench:
    return make_bench()


@pytest.fixture
def facts(bench: Bench) -> Desk:
    forget()
    return Desk(bench.staff, bench.county.id, FACTS)


@pytest.fixture
def traits(bench: Bench) -> Desk:
    forget()
    return Desk(bench.staff, bench.county.id, VILLAGE_TRAITS)


def kept() -> list[tuple]:
    forget()
    rows = db.session.execute(
        text("SELECT v.name, source, yes, whole FROM imported_fact f"
             " JOIN region v ON v.id = f.village_id ORDER BY v.name, source")
    )  # fmt: skip
    return [tuple(row) for row in rows]


def test_a_file_in_gbk_or_utf8_by_code_or_by_name_is_taken(facts: Desk) -> None:
    rows = f"{ONLINE}610528100201,,,9,10\n,庄里镇,第2村,1,2\n"
    assert facts.bring(rows.encode("gb18030"), **PLATFORM) == {"new": 2}
    assert kept() == [("第1村", "online", 9, 10), ("第2村", "online", 1, 2)]


def test_the_same_file_again_changes_nothing_and_a_new_one_replaces(facts: Desk, scalar) -> None:
    first = f"{ONLINE},,第1村,9,10\n,,第2村,1,2\n"
    facts.bring(first, **PLATFORM)
    assert facts.bring(first, **PLATFORM) == {"known": 2}
    assert facts.bring(f"{ONLINE},,第1村,8,10\n", **PLATFORM) == {"changed": 1}
    assert kept()[0] == ("第1村", "online", 8, 10)
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'import_applied'") == 3


def test_every_fault_is_named_by_its_line_and_shown_before_anything_is_written(
    facts: Desk,
) -> None:
    import_id = facts.start(
        f"{ONLINE},,第1村,9,10\n\n,,没这村,1,2\n,,第2村,12,10\n,,第3村,很多,10\n,,第1村,1,1\n"
        "610528100202,,第1村,1,2\n",
        **PLATFORM,
    )  # fmt: skip
    assert refused(import_id) == {
        5: "「线上办结数」12 比「全部办结数」10 还多",
        6: "「线上办结数」应为 0 到 1000000000 的整数，现在是「很多」",
        7: "和第 2 行是同一个村",
        8: "代码 610528100202 不是「第1村」",
    }
    assert [question.text for question in questions(import_id)] == ["没这村"]
    assert kept() == []


def test_an_empty_pair_is_not_known_and_half_a_pair_is_a_fault(facts: Desk) -> None:
    facts.bring(f"{ONLINE},,第1村,,\n,,第2村,0,0\n", **PLATFORM)
    assert kept() == [("第2村", "online", 0, 0)]
    import_id = facts.start(f"{ONLINE},,第1村,3,\n", **PLATFORM)
    assert refused(import_id) == {2: "「全部办结数」没填"}


def test_a_sheet_without_our_columns_asks_which_they_are(facts: Desk) -> None:
    import_id = facts.start("村,数,总数\n第1村,3,4\n", **PLATFORM)
    assert state(import_id) is ImportState.COLUMNS
    facts.choose_columns(
        import_id, {"village": "村", "online_0": "数", "online_1": "总数"}
    )  # fmt: skip
    assert facts.take_over(import_id) == {"new": 1}
    half = facts.start("村,送达数\n第1村,3\n", **{**PLATFORM, "source": "别的平台"})
    assert refused(half) == {2: "有「送达数」，还缺「发出数」这一列"}
    broken = facts.start(b"\xff\xfe\x00\x00", **PLATFORM)
    assert "不是表格" in (found(broken).fault or "")


def test_a_locked_month_takes_no_import(client, bench: Bench, facts: Desk) -> None:
    with transaction():
        locks.lock_month(bench.staff, bench.county.id, LAST_MONTH, "到期")
    desk = sit_down(client, bench.staff.person_id)
    answer = desk.post(
        "/console/scores/imports", month=PLATFORM["month"], source="平台",
        file=(io.BytesIO(f"{ONLINE},,第1村,9,10\n".encode()), "a.csv"),
    )  # fmt: skip
    assert answer.status_code == 409
    assert kept() == []
    outsider = actor_with(Role.TOWNSHIP_STAFF, bench.county.id)
    with pytest.raises(NotAllowed):
        Desk(outsider, bench.county.id, FACTS).start(f"{ONLINE},,第1村,9,10\n", **PLATFORM)


def test_a_whole_import_of_figures_is_taken_back_until_they_were_changed(facts: Desk) -> None:
    facts.bring(f"{ONLINE},,第1村,9,10\n", **PLATFORM)
    second = facts.start(f"{ONLINE},,第1村,1,10\n,,第2村,3,4\n", **PLATFORM)
    facts.take_over(second)
    assert facts.undo(second) is None
    assert kept() == [("第1村", "online", 9, 10), ("第2村", "online", 0, 0)]
    third = facts.start(f"{ONLINE},,第1村,2,10\n", **PLATFORM)
    facts.take_over(third)
    facts.bring(f"{ONLINE},,第1村,5,10\n", **PLATFORM)
    assert "后来又改过" in (facts.undo(third) or "")


def test_the_template_filled_in_comes_back_through_the_page(client, bench: Bench) -> None:
    desk = sit_down(client, bench.staff.person_id)
    blank = read_sheet(desk.get("/console/scores/imports/template.xlsx").data).rows
    assert blank[1][:3] == ["610528100201", "庄里镇", "第1村"]
    filled = f"{','.join(blank[0])}\n{','.join(blank[1][:3])},5,10,,,,\n"

    def hand_in(content: str, month: str = f"{LAST_MONTH:%Y-%m}"):
        return desk.post("/console/scores/imports", month=month, source="平台",
                         file=(io.BytesIO(content.encode()), "数据.csv"))  # fmt: skip

    sent = hand_in(filled)
    assert sent.status_code == 303
    import_id = int(sent.location.rpartition("/")[2])
    assert "正在读" in desk.get(sent.location).text
    job_operations.check_import(import_id)
    assert "导入 1 行" in desk.get(sent.location).text
    assert desk.post(f"{sent.location}/apply").status_code == 303
    job_operations.apply_import(import_id)
    assert "新收 1" in desk.get(sent.location).text
    assert "50.0%" in desk.get("/console/scores/imports").text
    assert hand_in(filled, month="2099-01").status_code == 422


def test_a_village_gets_a_type_the_county_has_and_history_keeps_the_former(bench: Bench) -> None:
    county, village = bench.county.id, bench.village_id
    with pytest.raises(InvalidInput), transaction():
        village_kinds.set_kind(bench.staff, village, "城郊村")
    with transaction():
        village_kinds.add_kind(bench.staff, county, "城郊村")
        village_kinds.add_kind(bench.staff, county, "农业村")
    with transaction():
        assert village_kinds.set_kind(bench.staff, village, "城郊村")
        assert not village_kinds.set_kind(bench.staff, village, "城郊村")
    with transaction():
        village_kinds.set_kind(bench.staff, village, "农业村")
    history = [(row.before, row.kind) for row in village_kinds.list_changes(county)]
    assert history == [("城郊村", "农业村"), (None, "城郊村")]
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text("DELETE FROM village_kind_change"))
    with pytest.raises(NotAllowed), transaction():
        village_kinds.set_kind(
            actor_with(Role.TOWNSHIP_STAFF, bench.county.township_ids[0]), village, "城郊村"
        )


def test_types_come_by_the_page_and_by_file(client, bench: Bench, traits: Desk, scalar) -> None:
    desk = sit_down(client, bench.staff.person_id)
    assert desk.post("/console/village-types/new", name="移民安置点").status_code == 303
    assert desk.post("/console/village-types/new", name="移民安置点").status_code == 409
    one = desk.post("/console/village-types", village=str(bench.village_id), kind="移民安置点")
    assert one.status_code == 303
    names = read_sheet(desk.get("/console/village-types/villages.xlsx").data).rows
    assert names[1] == ["610528100201", "庄里镇", "第1村", "移民安置点", ""]
    import_id = traits.start("村,类型\n第2村,移民安置点\n第3村,月球村\n", source="")
    assert counts(import_id) == {"changed": 1, "asked": 1}
    assert scalar("SELECT count(*) FROM region WHERE kind = '移民安置点'") == 1
    traits.answer(import_id, {"月球村": "移民安置点"})
    assert traits.take_over(import_id) == {"changed": 2}
    assert scalar("SELECT count(*) FROM region WHERE kind = '移民安置点'") == 3
    assert traits.undo(import_id) is None
    assert scalar("SELECT count(*) FROM region WHERE kind = '移民安置点'") == 1
    history = [(row.before, row.kind) for row in village_kinds.list_changes(bench.county.id)]
    assert history[:2] == [("移民安置点", None)] * 2


def test_residents_come_by_the_same_file_and_stand_on_the_villages_page(
    client, bench: Bench, traits: Desk, scalar
) -> None:
    desk = sit_down(client, bench.staff.person_id)
    page = f"/console/places/villages/{bench.village_id}"
    assert "常住人口没有导入" in desk.get(page).text
    forget()
    import_id = traits.start("村,常住人口\n第1村,812\n第2村,约三百\n第3村,-1\n", source="")
    assert refused(import_id) == {
        3: "「常住人口」应为 0 到 1000000 的整数，现在是「约三百」",
        4: "「常住人口」应为 0 到 1000000 的整数，现在是「-1」",
    }
    assert scalar("SELECT count(*) FROM region WHERE residents IS NOT NULL") == 0
    forget()
    assert traits.bring("村,常住人口\n第1村,812\n第2村,0\n第3村,\n", source="") == {
        "changed": 2, "known": 1,
    }  # fmt: skip
    assert traits.bring("村,常住人口\n第1村,812\n", source="") == {"known": 1}
    assert "常住人口 812 人" in desk.get(page).text
    listed = read_sheet(desk.get("/console/village-types/villages.xlsx").data).rows
    assert [row[4] for row in listed[1:4]] == ["812", "0", ""]
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'set_residents'") == 2
