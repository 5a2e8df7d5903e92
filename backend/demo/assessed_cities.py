"""四城联创 in the demo county: four programmes of what is met or not, 1,200 lines of a workbook."""

import random
from datetime import date
from decimal import Decimal
from typing import Any

from backend.app.assessments.measures.queries import MeasuredTarget
from backend.app.assessments.programmes.queries import list_units
from backend.app.assessments.targets import sheet_columns as columns
from backend.app.assessments.targets.draft_operations import spread_common
from backend.app.assessments.targets.import_operations import import_targets
from backend.app.assessments.targets.sheet_tables import NO_TABLE, SheetTable
from backend.app.core.clock import clock_at
from backend.demo import assessed_desk as desks
from backend.demo.assessed_desk import Desk
from backend.demo.assessed_visits import differ, visit

SEED, LINES = 1204, 1200
PLACES = (
    "主次干道",
    "背街小巷",
    "农贸市场",
    "车站广场",
    "公园广场",
    "居民小区",
    "学校周边",
    "医院门诊",
)
ASKED = (
    ("环境卫生", "地面无积存垃圾，果皮箱不满溢"), ("公共秩序", "车辆停放在线内，无占道经营"),
    ("公益宣传", "有公益宣传，内容完好"), ("无障碍设施", "盲道连续不被占用，坡道能用"),
    ("消防通道", "消防通道畅通，标线清楚"),
)  # fmt: skip
OWNERS = ("县城市管理执法局", "县住房和城乡建设局", "县委宣传部", "县卫生健康局")
MET = 82


def load_cities(desk: Desk) -> int:
    """Four programmes at the half year; returns how many lines the workbook had."""
    made = desks.draft(desk, "sichuang")
    with clock_at(desk.at(1, 6)):
        import_targets(desk.office, made[0], _sheet(desk, made[0]), NO_TABLE)
    for programme_id in made:
        with clock_at(desk.at(1, 7)):
            spread_common(desk.office, programme_id)
        desks.issue(desk, programme_id)
        desks.run_period(desk, programme_id, 6, _verdicts(desk))
    visit(desk, made[0], 6, differ, photo="street_lamp")
    return LINES


def _sheet(desk: Desk, programme_id: int) -> SheetTable:
    """测评体系 as a county brings it, every line for one unit that does not judge itself."""
    units = [unit.name for unit in list_units(programme_id)]
    rows = []
    for number in range(LINES):
        place, (name, words) = PLACES[number % 8], ASKED[number % 5]
        unit = units[number % len(units)]
        owner = next(row for row in (OWNERS[number % 4], OWNERS[(number + 1) % 4]) if row != unit)
        line = {
            columns.CODE: f"CP{number:04d}", columns.UNIT: unit, columns.SCOPE: "个性",
            columns.DIMENSION: "测评体系（示例）", columns.NAME: f"{place}{name}第{number + 1}点",
            columns.TASK: f"{place}：{words}", columns.RULE: "达标/不达标", columns.POINTS: "0",
            columns.CRITERIA: f"实地看，{words}为达标", columns.SOURCE: "实地核查",
            columns.OWNER: owner, columns.DUE: f"{desk.year}-06-30", columns.SECTION: "办公室",
        }  # fmt: skip
        rows.append([line.get(column, "") for column in columns.COLUMNS])
    return SheetTable(list(columns.COLUMNS), rows, list(range(2, LINES + 2)))


def _verdicts(desk: Desk) -> desks.Act:
    def share(target: MeasuredTarget) -> Decimal:
        dice = random.Random(f"{SEED}:{target.unit}:{target.code}")
        return Decimal(dice.randrange(100) < MET)

    def act(programme: Any, period: date) -> None:
        desks.hand_in(desk, programme, period, share)

    return act
