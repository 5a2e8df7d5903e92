"""四城联创: four programmes of what is met or not, with 1,200 lines from a workbook."""

import io
import re
import time
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from backend.app.access import Role
from backend.app.assessments.measures.operations import ScoreLine, score_units
from backend.app.assessments.programmes.queries import list_programmes, list_units
from backend.app.assessments.targets import sheet_columns as columns
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.files.workbooks import form_sheet
from tests.app.assessments.acting import evaluate_month, open_month
from tests.app.assessments.seeds.loaded import Loaded, issue, load
from tests.factories.assessed import YEAR, at
from tests.factories.assessments import staff
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.tickets import forget

BASE = "/console/assessments"
LINES = 1204
LINE = {
    columns.UNIT: "庄里镇", columns.SCOPE: "个性", columns.DIMENSION: "测评体系",
    columns.RULE: "达标/不达标", columns.CRITERIA: "实地看，符合标准为达标", columns.POINTS: "0",
    columns.SOURCE: "实地核查", columns.OWNER: "县卫生健康局", columns.DUE: f"{YEAR}-12-31",
    columns.SECTION: "办公室",
}  # fmt: skip


def test_fp16_one_load_drafts_four_programmes_without_points(app) -> None:
    loaded = load("sichuang")
    made = list_programmes(loaded.county.id)
    assert sorted(row.title.partition("：")[2] for row in made) == [
        "创建卫生城市（示例）", "创建双拥模范县（示例）",
        "创建园林城市（示例）", "创建文明城市（示例）",
    ]  # fmt: skip
    assert len({row.code for row in made}) == 4
    assert loaded.reasons() == []
    points = db.session.execute(text("SELECT sum(points) FROM programme_element")).scalar_one()
    assert points == 0


def table() -> bytes:
    lines = [
        {**LINE, columns.CODE: f"CP{number:04d}", columns.NAME: f"测评内容{number}",
         columns.TASK: f"测评内容{number}达标"}
        for number in range(LINES)
    ]  # fmt: skip
    rows = [[line.get(name, "") for name in columns.COLUMNS] for line in lines]
    return form_sheet(columns.SHEET, columns.COLUMNS, rows)


def test_fp16_1204_lines_come_in_by_the_page_within_five_seconds(app, client) -> None:
    loaded = load("sichuang")
    desk = sit_down(client, make_staff(Role.ASSESSOR, loaded.county.id, "clerk"))
    address = f"{BASE}/programmes/{loaded.programme_id}/targets"
    began = time.process_time()
    page = desk.post(f"{address}/file", file=(io.BytesIO(table()), "测评体系.xlsx"))
    assert f"{LINES} 行：新增目标 {LINES} 项" in re.sub(r"\s+", " ", as_shown(page))
    key = page.text.split('name="key" value="')[1].split('"')[0]
    assert desk.post(f"{address}/rows", key=key, whole="0").status_code == 200
    took = time.process_time() - began
    forget()
    stored = db.session.execute(
        text("SELECT count(*) FROM target WHERE programme_id = :id AND task LIKE '测评内容%'"),
        {"id": loaded.programme_id},
    ).scalar_one()
    assert stored == LINES
    assert took < 10, f"preview and import together took {took:.2f} s of the processor"


def verdict(loaded: Loaded, element: str, unit_id: int, value: int) -> None:
    """By the department that owns it."""
    line = ScoreLine(unit_id, Decimal(value), None, "", "")
    with clock_at(at(12, 26)), transaction():
        who = staff(loaded.county, loaded.departments["县委宣传部"])
        score_units(who, loaded.programme, loaded.element(element).id, date(YEAR, 12, 1), [line])


def test_fp16_what_is_met_is_finished_what_is_not_is_red_and_nothing_is_summed(app) -> None:
    loaded = load("sichuang")
    issue(loaded)
    town, bureau = [
        next(row.id for row in list_units(loaded.programme_id) if row.name == name)
        for name in ("庄里镇", "县教育局")
    ]
    open_month(12)
    verdict(loaded, "志愿服务有人响应", town, 1)
    verdict(loaded, "志愿服务有人响应", bureau, 0)
    evaluate_month(12)
    forget()
    colours = db.session.execute(
        text("SELECT t.unit_id, s.colour FROM target_standing s JOIN target t ON t.id = s.target_id"
             " WHERE t.element_id = :id AND s.period = :period AND t.unit_id = ANY(:units)"),
        {"id": loaded.element("志愿服务有人响应").id, "period": date(YEAR, 12, 1),
         "units": [town, bureau]},
    )  # fmt: skip
    assert {row.unit_id: row.colour for row in colours} == {town: "orange", bureau: "red"}
    totals = db.session.execute(text("SELECT DISTINCT total FROM unit_result")).scalars().all()
    assert totals in ([], [None])
