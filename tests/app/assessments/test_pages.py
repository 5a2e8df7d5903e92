"""Pages of assessments: the wizard from end to end, the four searches, and who sees what."""

import io
import re

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, text

from backend.app.access import Role
from backend.app.assessments.models import Programme, Target
from backend.app.assessments.programmes.operations import CLOCKS, create_programme
from backend.app.assessments.targets import sheet_columns as columns
from backend.app.core import clock
from backend.app.core.db import db, transaction
from tests.app.imports.cases import case
from tests.factories.assessments import (
    BASICS,
    BUREAUS,
    IN_MARCH,
    Assessment,
    make_departments,
    make_draft,
    make_issued,
    office,
)
from tests.factories.console import Desk, as_shown, make_staff, sit_down
from tests.factories.county import make_county
from tests.factories.tickets import forget

BASE = "/console/assessments"
STEPS = ("", "/groups", "/elements", "/targets", "/clocks", "/trial", "/approval")


@pytest.fixture
def made(app) -> Assessment:
    return make_draft()


def office_desk(client: FlaskClient, made: Assessment, name: str, approves: bool = False) -> Desk:
    return sit_down(client, make_staff(Role.ASSESSOR, made.county.id, name, approves=approves))


def path(made: Assessment, step: str = "") -> str:
    return f"{BASE}/programmes/{made.programme_id}{step}"


def state(made: Assessment) -> str:
    forget()
    return db.session.scalar(select(Programme.state).where(Programme.id == made.programme_id))


def test_the_wizard_is_walked_from_the_basis_to_the_units_confirmation(made, client) -> None:
    clerk = office_desk(client, made, "clerk")
    for step in STEPS:
        page = clerk.get(path(made, step))
        assert page.status_code == 200, step
        assert "可以审定" in page.text, step
    assert clerk.post(path(made, "/trial")).status_code == 303
    page = as_shown(clerk.get(path(made, "/approval")))
    assert "请有审定权的同事打开这一页审定" in page
    assert clerk.post(path(made, "/approval")).status_code == 403
    boss = office_desk(client, made, "boss", approves=True)
    assert boss.post(path(made, "/approval"), note="同意").status_code == 303
    assert state(made) == "approved"
    clerk = office_desk(client, made, "clerk2")
    assert clerk.post(path(made, "/issue")).status_code == 303
    assert state(made) == "running"
    town = sit_down(client, made.town.person_id)
    page = town.get(f"{BASE}/targets?unit_id={made.unit().id}")
    assert "全部确认" in page.text
    assert town.post(f"{BASE}/units/{made.unit().id}/confirmation").status_code == 303
    forget()
    assert set(db.session.scalars(
        select(Target.state).where(Target.unit_id == made.unit().id)
    )) == {"confirmed"}  # fmt: skip


def test_a_draft_is_begun_from_the_template_on_the_page(app, client) -> None:
    county = make_county()
    make_departments(county)
    clerk = sit_down(client, make_staff(Role.ASSESSOR, county.id))
    begun = clerk.post(
        f"{BASE}/programmes/library/fuping", title="2026年目标责任考核", year="2026",
        plan_number="县督考计划2026-03",
    )  # fmt: skip
    assert begun.status_code == 303
    page = as_shown(clerk.get(begun.location))
    assert "还不能审定" in page
    assert "分值合计 0，应为 100" in page
    elements = as_shown(clerk.get(f"{begun.location}/elements"))
    assert elements.count(">示例<") == 38
    refused = clerk.post(f"{BASE}/programmes", title="", year="二〇二六")
    assert refused.status_code == 422
    assert "年度应为四位数字" in refused.text


def test_what_is_wrong_with_a_form_is_said_beside_its_box(made, client) -> None:
    clerk = office_desk(client, made, "clerk")
    for step, form, words in (
        ("/clocks", {"opens_day": "40", "preset": "fuping"}, "应为 1 到 28 的整数"),
        ("/dimensions", {"dimension_code": "", "dimension_name": "x"}, "编码填 1 到 20 个字符"),
        ("/elements/0", {"code": "GX01", "name": "重复"}, "请选维度"),
        ("/targets/rows", {"key": "decompositions/0_x.xlsx"}, None),
    ):
        page = clerk.post(path(made, step), **form)
        assert page.status_code == (404 if words is None else 422), step
        assert words is None or words in page.text, step


def test_groups_units_elements_clocks_and_the_grid_are_kept_as_typed(made, client) -> None:
    clerk = office_desk(client, made, "clerk")
    page = clerk.get(path(made, "/groups")).text
    form = {name: value for name, value in inputs(page).items() if not name.startswith("csrf")}
    key = next(n for n, v in form.items() if n.startswith("name-") and v == "执法监督部门")
    form |= {key: "执法部门", "name-0": "新类别", "task-0": "80", "social-0": "20",
             "ordinary-0": "0", "excellent-0": "25"}  # fmt: skip
    assert clerk.post(path(made, "/groups"), **form).status_code == 303
    shown = clerk.get(path(made, "/groups")).text
    assert 'value="执法部门"' in shown
    assert 'value="新类别"' in shown
    element = made.element("GX01")
    page = clerk.get(path(made, f"/elements/{element.id}")).text
    assert "按完成比例得分" in page
    form = {
        "code": "GX01", "name": "项目投资", "parent_id": element.parent_id, "scope": "unit",
        "points": "24", "kind": "cumulative", "rule": "完成得满分，否则不得分",
        "parameters": "目标值=1",
        "direction": "up", "source_kind": "report:", "criteria": "完成得满分", "tags": "经济、项目",
        "owner_department_id": element.owner_department_id, "duty": "none",
        "missing": "leave_weight",
    }  # fmt: skip
    assert clerk.post(path(made, f"/elements/{element.id}"), **form).status_code == 303
    forget()
    element = made.element("GX01")
    assert (element.rule["rule"], element.tags) == ("all_or_nothing", ["经济", "项目"])
    unit = made.unit()
    page = clerk.get(path(made, f"/targets?unit={unit.id}")).text
    form = {
        n: v
        for n, v in inputs(page).items()
        if re.match(r"(task|value|points|due|baseline|section|contact)-\d", n)
    }
    form[f"value-{element.id}"] = "240"
    assert clerk.post(path(made, f"/targets/{unit.id}"), **form).status_code == 303
    forget()
    assert made.target().value == 240
    page = inputs(clerk.get(path(made, "/clocks")).text)
    clocks = {name: page[name] for name in CLOCKS}
    clocks |= {"opens_day": "24", "answer": "7", "preset": "yinchuan"}
    assert clerk.post(path(made, "/clocks"), **clocks).status_code == 303
    forget()
    content = db.session.get_one(Programme, made.programme_id).content
    assert (content["clocks"]["answer"], content["preset"]) == (7, "yinchuan")


def test_a_judged_element_has_a_sentence_for_each_level(made, client) -> None:
    clerk = office_desk(client, made, "clerk")
    element = made.element("GX01")
    address = path(made, f"/elements/{element.id}")
    form = {
        "code": "GX01", "name": "担当作为", "parent_id": element.parent_id, "scope": "unit",
        "points": "24", "kind": "judged", "rule": "行为锚定", "parameters": "几档=5",
        "direction": "up", "source_kind": "ballot:", "duty": "none", "missing": "leave_weight",
    }  # fmt: skip
    assert "要有 5 句" in clerk.post(address, **form, anchors="推给别人\n办成").text
    anchors = ["推给别人", "催办才办", "按期办成", "主动办成", "牵头办成"]
    assert clerk.post(address, **form, anchors="\n".join(anchors)).status_code == 303
    forget()
    assert made.element("GX01").anchors == anchors
    assert "推给别人\n催办才办" in clerk.get(address).text


def inputs(page: str) -> dict[str, str]:
    """The boxes of a page with what stands in them."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = value[1] if value else ""
    return found


def test_the_workbook_goes_out_is_looked_at_and_comes_in(made, client) -> None:
    clerk = office_desk(client, made, "clerk")
    content = clerk.get(path(made, "/targets.xlsx")).data
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book[columns.SHEET]
    headings = [cell.value for cell in sheet[1]]
    line = next(row for row in sheet.iter_rows(min_row=2) if row[1].value == "GX01")
    line[headings.index(columns.VALUE)].value = "200"
    line[headings.index("12月累计计划")].value = "200"
    changed = io.BytesIO()
    book.save(changed)
    changed.seek(0)
    preview = clerk.post(path(made, "/targets/file"), file=(changed, "分解表.xlsx"))
    assert preview.status_code == 200, preview.text
    assert "改动 1 项" in as_shown(preview)
    forget()
    assert made.target().value == 120, "nothing is written before it was looked at"
    key = re.search(r'name="key" value="([^"]+)"', preview.text)[1]
    done = clerk.post(path(made, "/targets/rows"), key=key, whole="0")
    assert "已导入" in done.text
    forget()
    assert made.target().value == 200


def test_a_faulty_workbook_is_refused_by_line_on_the_page(made, client) -> None:
    clerk = office_desk(client, made, "clerk")
    csv = ",".join(columns.REQUIRED) + "\n" + ",".join("x" for _ in columns.REQUIRED)
    page = clerk.post(path(made, "/targets/file"), file=(io.BytesIO(csv.encode()), "a.csv"))
    assert page.status_code == 422
    assert "第 2 行" in page.text
    sent = (io.BytesIO(case("corner_full.xlsx")), "a.xlsx")
    corner = clerk.post(path(made, "/targets/file"), file=sent)
    assert corner.status_code == 422
    assert "这个表格打不开" in corner.text


def test_an_issued_target_is_queried_answered_and_changed_on_its_page(app, client) -> None:
    with clock.clock_at(IN_MARCH):
        made = make_issued()
        target = made.target()
        address = f"{BASE}/targets/{target.id}"
        town = sit_down(client, made.town.person_id)
        assert "提出疑问" in town.get(address).text
        assert "提出变更" not in town.get(address).text
        town.post(f"{address}/query", version=target.version, words="太高了")
        boss_id = make_staff(Role.ASSESSOR, made.county.id, "boss", approves=True)
        boss = sit_down(client, boss_id)
        assert "维持原目标" in boss.get(address).text
        clerk = office_desk(client, made, "clerk")
        forget()
        asked = clerk.post(
            f"{address}/changes", version=made.target().version, value="100",
            due_on="2026-12-31", reason="土地指标没有下来",
            **{f"m{month}": str(10 * month) for month in range(1, 13)},
        )  # fmt: skip
        assert asked.status_code == 303, asked.text
        change = db.session.scalar(text("SELECT id FROM target_change"))
        db.session.rollback()
        home = as_shown(sit_down(client, boss_id).get(f"{BASE}/"))
        assert "等审定的变更" in home
        assert made.target().task in home
        assert re.search(r"120 <span[^>]*>[^<]*</span></td><td[^>]*>100</td>", home)
        boss = sit_down(client, boss_id)
        assert boss.post(f"{BASE}/changes/{change}", decision="approve").status_code == 303
        forget()
        assert (made.target().value, made.target().state) == (100, "confirmed")
        page = as_shown(boss.get(address))
        assert "变更过 1 次" in page
        assert re.search(r"120</td>\s*<td class=\"num\">100", page)


@pytest.fixture
def issued(app) -> Assessment:
    return make_issued()


def test_the_four_searches_count_what_each_choice_would_leave(issued, client) -> None:
    desk = office_desk(client, issued, "clerk")
    page = as_shown(desk.get(f"{BASE}/targets"))
    assert "138 项目标" in page
    assert "镇（街道）（36）" in page
    assert "待确认（138）" in page
    group = issued.unit().group_id
    page = as_shown(desk.get(f"{BASE}/targets?group_id={group}&tag=民生"))
    assert "7 项目标" in page
    assert "民生（7）" in page, "counts of a search are those of the others"
    assert "经济（5）" in page
    page = as_shown(desk.get(f"{BASE}/targets?search=完成项目投资"))
    assert "4 项目标" in page
    assert "没有符合的目标" in desk.get(f"{BASE}/targets?state=finished").text


def test_a_list_of_targets_takes_twelve_statements_at_most_however_many(issued, client) -> None:
    desk = office_desk(client, issued, "clerk")
    address = f"{BASE}/targets"
    desk.get(address)
    many = statements_of(lambda: desk.get(address))
    few = statements_of(lambda: desk.get(f"{address}?search=完成项目投资"))
    assert len(many) == len(few) <= 12, many


def statements_of(act) -> list[str]:
    seen: list[str] = []

    def note(_c, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return seen


def test_the_filtered_list_goes_out_as_a_workbook(issued, client) -> None:
    desk = office_desk(client, issued, "clerk")
    content = desk.get(f"{BASE}/targets.xlsx?search=完成项目投资").data
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert len(rows) == 5
    assert {row[1] for row in rows[1:]} == {"庄里镇", *BUREAUS}
    assert rows[1][7] == 120


def test_a_unit_sees_its_own_targets_and_no_other_units(issued, client) -> None:
    town = sit_down(client, issued.town.person_id)
    page = as_shown(town.get(f"{BASE}/targets"))
    assert "36 项目标" in page
    assert "县水务局</td>" not in page
    other = issued.target("GX02", "县水务局")
    assert town.get(f"{BASE}/targets/{other.id}").status_code == 404
    home = as_shown(town.get(f"{BASE}/"))
    assert "庄里镇" in home
    assert "县水务局" not in home
    content = town.get(f"{BASE}/targets.xlsx").data
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert {row[1] for row in rows[1:]} == {"庄里镇"}


def test_another_countys_office_finds_nothing(issued, client) -> None:
    other = make_county(code="360281", name="乐平市")
    desk = sit_down(client, make_staff(Role.ASSESSOR, other.id, "other", approves=True))
    target = issued.target()
    for address in (path(issued), path(issued, "/targets"), f"{BASE}/targets/{target.id}"):
        assert desk.get(address).status_code == 404, address
    assert desk.post(path(issued, "/stop"), reason="x").status_code == 404
    assert desk.post(f"{BASE}/targets/{target.id}/key", is_key="1").status_code == 404


def test_who_reads_only_reads(issued, client) -> None:
    target = issued.target()
    for role in (Role.COUNTY_STAFF, Role.LEADER):
        desk = sit_down(client, make_staff(role, issued.county.id, role.value.replace("_", "-")))
        assert desk.get(f"{BASE}/targets/{target.id}").status_code == 200
        page = desk.get(f"{BASE}/targets/{target.id}").text
        assert "<form" not in page.partition('id="content"')[2]
        for act in ("confirm", "query", "uphold", "drop", "key", "changes"):
            assert desk.post(f"{BASE}/targets/{target.id}/{act}").status_code == 403, act


def test_every_example_of_the_template_says_so_until_it_is_edited(issued, client) -> None:
    desk = office_desk(client, issued, "clerk")
    page = as_shown(desk.get(f"{BASE}/targets/{issued.target('DJ01').id}"))
    assert ">示例<" in page
    page = as_shown(desk.get(f"{BASE}/targets/{issued.target().id}"))
    assert ">示例<" not in page


def test_the_trial_shows_whom_an_all_or_nothing_rule_costs_most(made, client) -> None:
    clerk = office_desk(client, made, "clerk")
    page = as_shown(clerk.get(path(made, "/trial?percent=90")))
    assert "县财政局" in page
    assert "年度重点工作 −5.00" in page
    page = as_shown(clerk.get(path(made, "/trial?percent=100")))
    assert re.search(r'100.00</td>\s*<td class="num">100.00', page)


def test_an_empty_county_is_told_what_comes_next(app, client) -> None:
    county = make_county()
    desk = sit_down(client, make_staff(Role.ASSESSOR, county.id))
    assert "还没有考核项目" in desk.get(f"{BASE}/").text
    assert "还没有目标" in desk.get(f"{BASE}/targets").text
    assert desk.get(f"{BASE}/targets.xlsx").location.endswith("/targets")
    with transaction():
        create_programme(office(county), county.id, BASICS, "own", None)
    programme = db.session.scalar(select(Programme.id))
    for step in STEPS:
        assert desk.get(f"{BASE}/programmes/{programme}{step}").status_code == 200, step


def test_bounds_and_neighbours_of_grades_are_typed_into_the_wizard(made, client) -> None:
    clerk = office_desk(client, made, "clerk")
    page = clerk.get(path(made, "/clocks")).text
    assert 'name="excellent"' in page
    boxes = {"excellent": "95", "good": "85", "fair": "60", "social": "80"}
    assert clerk.post(path(made, "/grades"), **boxes).status_code == 303
    assert 'value="95"' in clerk.get(path(made, "/clocks")).text
    refused = clerk.post(path(made, "/grades"), **{**boxes, "good": "99"})
    assert (refused.status_code, "从优秀到一般依次降低" in refused.text) == (422, True)


def test_calibration_is_asked_for_in_the_wizard_or_not_at_all(made, client) -> None:
    clerk = office_desk(client, made, "clerk")
    save = path(made, "/calibration")
    assert clerk.post(save, mean="80", deviation="5").status_code == 303
    page = " ".join(clerk.get(path(made, "/clocks")).text.split())
    assert 'name="mean" inputmode="decimal" value="80"' in page
    refused = clerk.post(save, mean="80", deviation="")
    assert (refused.status_code, "要么都填" in refused.text) == (422, True)
    assert clerk.post(save, mean="", deviation="").status_code == 303
    programme = db.session.get_one(Programme, made.programme_id, populate_existing=True)
    assert "calibration" not in programme.content
