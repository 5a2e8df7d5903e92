"""年度目标任务分解表: out and in again, all lines or none, with what would change."""

import time
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from backend.app.assessments.models import Programme, ProgrammeElement, Target, TargetMilestone
from backend.app.assessments.programmes.rule_words import rule_from_words, rule_words
from backend.app.assessments.targets import sheet_columns as columns
from backend.app.assessments.targets.draft_operations import save_targets
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.assessments.targets.drafts import MilestoneDraft
from backend.app.assessments.targets.import_operations import import_targets
from backend.app.assessments.targets.sheet_rows import decomposition_book
from backend.app.assessments.targets.sheet_tables import NO_TABLE, SheetTable, read_tables
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from tests.factories.assessments import Assessment, make_draft
from tests.factories.tickets import forget

OVER = (
    "未超额时的计分方法=完成得满分，否则不得分（目标值=3）；从多少算起=3；每档多少=1；"
    "每超一档加多少分=1；最多得分=5"
)
LINE = {
    columns.CODE: "GX09", columns.UNIT: "庄里镇", columns.SCOPE: "个性",
    columns.DIMENSION: "个性目标任务", columns.NAME: "集镇路灯", columns.TASK: "安装路灯40盏",
    columns.MEASURED_IN: "盏", columns.VALUE: "40", columns.POINTS: "3",
    columns.RULE: "按完成比例得分", columns.CRITERIA: "按完成比例得分",
    columns.SOURCE: "单位填报", columns.OWNER: "县住房和城乡建设局", columns.SECTION: "城建办",
    columns.DUE: "2026-10-31", columns.TAGS: "民生、基建", "6月累计计划": "20",
    "10月累计计划": "40",
}  # fmt: skip


@pytest.fixture
def made(app) -> Assessment:
    return make_draft()


def sheet_of(*lines: dict[str, str]) -> SheetTable:
    rows = [[line.get(name, "") for name in columns.COLUMNS] for line in lines]
    return SheetTable(list(columns.COLUMNS), rows, list(range(2, len(rows) + 2)))


def bring_in(made: Assessment, *lines: dict[str, str], steps: SheetTable = NO_TABLE, **options):
    with transaction():
        return import_targets(made.clerk, made.programme_id, sheet_of(*lines), steps, **options)


def faults_of(made: Assessment, *lines: dict[str, str], **options) -> list[str]:
    before = db.session.scalar(select(func.count()).select_from(Target))
    with pytest.raises(InvalidInput) as refused:
        bring_in(made, *lines, **options)
    forget()
    assert db.session.scalar(select(func.count()).select_from(Target)) == before
    return refused.value.errors["file"]


def programme(made: Assessment) -> Programme:
    return db.session.get_one(Programme, made.programme_id)


def test_what_goes_out_comes_in_again_without_a_change(made: Assessment) -> None:
    with transaction():
        target = made.draft_of("GX01", made.unit().id, "24")
        steps = (MilestoneDraft("完成招标", target.due_on, Decimal(30)),
                 MilestoneDraft("完工", target.due_on, Decimal(70)))  # fmt: skip
        save_targets(made.clerk, made.programme_id, [replace(target, milestones=steps)])
    before = stored_drafts(made.programme_id)
    content = decomposition_book(programme(made))
    sheet, milestones = read_tables(content, columns.FIRST, columns.SECOND)
    examples = select(func.count()).where(ProgrammeElement.is_example)
    marked = db.session.scalar(examples)
    with transaction():
        report = import_targets(made.clerk, made.programme_id, sheet, milestones, is_whole=True)
    assert (len(report.differences), report.elements_new, report.same) == (0, 0, len(before))
    forget()
    assert stored_drafts(made.programme_id) == before
    assert db.session.scalar(examples) == marked, "an example nobody touched stays one"


def test_a_new_line_makes_an_element_a_target_and_its_plan(made: Assessment) -> None:
    steps = SheetTable(
        list(columns.STEP_COLUMNS), [["GX09", "庄里镇", "完成安装", "10月31日", "100"]], [2]
    )
    report = bring_in(made, LINE, steps=steps)
    assert (report.count("new"), report.elements_new) == (1, 1)
    element, target = made.element("GX09"), made.target("GX09")
    assert (element.kind, element.source, element.tags) == (
        "cumulative",
        "report:",
        ["民生", "基建"],
    )
    assert (target.value, target.points, str(target.due_on)) == (40, 3, "2026-10-31")
    drafts = stored_drafts(made.programme_id)
    assert drafts[element.id, made.unit().id].plan == ((6, 20), (10, 40))
    assert db.session.scalar(select(TargetMilestone.words)) == "完成安装"


def test_a_preview_says_what_would_change_and_writes_nothing(made: Assessment) -> None:
    bring_in(made, LINE)
    changed = {**LINE, columns.VALUE: "50", "10月累计计划": "50"}
    with transaction() as session:
        report = import_targets(made.clerk, made.programme_id, sheet_of(changed), NO_TABLE)
        session.rollback()
    (difference,) = report.differences
    assert (difference.unit, difference.code) == ("庄里镇", "GX09")
    assert (difference.before.value, difference.after.value) == (40, 50)
    forget()
    assert made.target("GX09").value == 40


def test_a_common_line_goes_to_every_unit_of_the_named_group_or_to_all(made: Assessment) -> None:
    line = {**LINE, columns.SCOPE: "共性", columns.UNIT: "全部"}
    assert bring_in(made, line).count("new") == 4
    group = {**LINE, columns.CODE: "GX10", columns.SCOPE: "类别共性", columns.UNIT: "镇（街道）"}
    assert bring_in(made, group).count("new") == 1


def test_a_whole_file_takes_out_what_is_not_in_it(made: Assessment) -> None:
    before = len(stored_drafts(made.programme_id))
    report = bring_in(made, LINE, is_whole=True)
    assert (report.count("new"), report.count("gone")) == (1, before)
    forget()
    assert len(stored_drafts(made.programme_id)) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({columns.TASK: ""}, "第 2 行：「目标任务内容」没填"),
        ({columns.UNIT: "没有镇"}, "没有这个被考核单位"),
        ({columns.OWNER: "县火星局"}, "没有部门「县火星局」"),
        ({columns.RULE: "看心情"}, "没有计分方法「看心情」"),
        ({columns.PARAMETERS: "斜率=3"}, "「斜率=3」看不懂"),
        ({columns.VALUE: "四十"}, "「年度目标值」应为数字"),
        ({columns.POINTS: "1000000000"}, "「分值」应为数字，最多 2 位小数，不超过 1000"),
        ({columns.DUE: "年底"}, "「完成时限」应为日期"),
        ({columns.SCOPE: "公共"}, "「共性/个性」应为"),
        ({columns.SOURCE: "听说"}, "「数据来源」看不懂"),
        ({columns.KEY: "也许"}, "「是否重点」应为"),
        ({columns.SECTION: ""}, "「责任科室」没填"),
        ({columns.NAME: "路" * 81}, "「二级指标」最多 80 个字"),
    ],
)
def test_a_fault_is_named_by_line_and_column_and_nothing_comes_in(made, change, words) -> None:
    said = faults_of(made, {**LINE, **change}, {**LINE, columns.CODE: "GX10"})
    assert [line for line in said if words in line], said


def test_lines_that_contradict_each_other_are_refused(made: Assessment) -> None:
    other = {**LINE, columns.UNIT: "县水务局", columns.CRITERIA: "每少一盏扣0.1分"}
    assert "和第 2 行的指标内容不一样" in faults_of(made, LINE, other)[0]
    assert "和第 2 行是同一个指标和单位" in faults_of(made, LINE, LINE)[0]


def test_all_faults_of_a_file_are_said_at_once(made: Assessment) -> None:
    said = faults_of(
        made, {**LINE, columns.DUE: "x", columns.VALUE: "y"}, {**LINE, columns.CODE: ""}
    )
    assert len(said) == 3


def test_a_file_without_a_needed_column_is_refused(made: Assessment) -> None:
    sheet = SheetTable([columns.CODE], [["GX09"]], [2])
    with pytest.raises(InvalidInput) as refused, transaction():
        import_targets(made.clerk, made.programme_id, sheet, NO_TABLE)
    assert "表头缺少" in refused.value.errors["file"][0]


def test_only_the_office_brings_a_file_in(made: Assessment) -> None:
    for who in (made.town, made.bureau):
        with pytest.raises(NotAllowed), transaction():
            import_targets(who, made.programme_id, sheet_of(LINE), NO_TABLE)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("每差一档扣分，扣完为止", "从多少算起=20；每档多少=1；每档扣多少分=0.1"),
        ("分档得分", "各档界限和得分=90:5,80:3；否则得分=1"),
        ("按位次得分", "各位次得分=60,57,54"),
        ("超额加分", OVER),
        ("行为锚定", "几档=5"),
    ],
)  # fmt: skip
def test_a_rule_is_written_and_read_in_words(name: str, words: str) -> None:
    data = rule_from_words(name, words)
    assert rule_words(data) == (name, words)
    assert rule_from_words(*rule_words(data)) == data


def test_a_county_sized_file_of_4436_lines_comes_in_within_five_seconds(made) -> None:
    lines = [
        {**LINE, columns.CODE: f"N{number}", columns.UNIT: unit, columns.TASK: f"任务{number}"}
        for number in range(1109)
        for unit in ("庄里镇", "县财政局", "县水务局", "县公安局")
    ]
    sheet = sheet_of(*lines)
    # Of the processor: how many others run beside the suite says nothing of the import.
    began = time.process_time()
    with transaction():
        report = import_targets(made.clerk, made.programme_id, sheet, NO_TABLE)
    took = time.process_time() - began
    assert (report.lines, report.count("new")) == (4436, 4436)
    assert took < 5, f"{took:.2f} s"
