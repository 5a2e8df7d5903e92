"""The file of a template: read with its defaults, its faults said with their place."""

from copy import deepcopy
from decimal import Decimal

import orjson
import pytest

from backend.app.assessments.programmes.library.loading_operations import load_template
from backend.app.assessments.programmes.library.templates import (
    TEMPLATES,
    own_points,
    parse_template,
    read_template,
)
from backend.app.assessments.programmes.queries import list_elements, list_groups, list_units
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput
from backend.app.scoring.assessing import lights
from tests.factories.assessments import BASICS, office
from tests.factories.county import make_county

LINE = {
    "code": "A1", "name": "办结率", "points": "100", "kind": "level",
    "rule": {"rule": "floor_target", "floor": "50", "target": "95"},
    "source": "own:on_time_rate", "owner": "县信访局",
}  # fmt: skip
SMALL = {
    "code": "small", "title": "小方案",
    "groups": [{"name": "街道", "units": [{"endings": ["街道"]}]}, {"name": "镇", "units": [{}]}],
    "dimensions": [{"code": "A", "name": "效率", "elements": [LINE]}],
}  # fmt: skip


def parse(template: dict) -> dict:
    return parse_template(orjson.dumps(template))


def faults(template: dict) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        parse(template)
    return refused.value.errors["file"]


def changed(*path: object, value: object) -> dict:
    """The small template with another value somewhere."""
    template = deepcopy(SMALL)
    inner: object = template
    for step in path[:-1]:
        inner = inner[step]  # type: ignore[index]
    inner[path[-1]] = value  # type: ignore[index]
    return template


def test_a_short_file_has_the_defaults_of_a_programme() -> None:
    template = parse(SMALL)
    group, line = template["groups"][1], template["dimensions"][0]["elements"][0]
    assert (group["task"], group["social"], group["excellent"]) == ("100", "0", "30")
    assert (line["scope"], line["missing"], line["is_example"]) == ("common", "leave_weight", True)
    assert own_points(template, "镇") == 0


def test_a_line_with_its_published_source_is_no_example() -> None:
    template = parse(changed("dimensions", 0, "elements", 0, "basis", value="国办发〔2020〕1号"))
    assert template["dimensions"][0]["elements"][0]["is_example"] is False


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["title"], "", "「名称」：填 1 到 60 个字"),
        (["code"], "大写", "「代号」：应为小写字母开头的字母、数字"),
        (["format"], 2, "「格式版本」：这个文件来自更新的版本，本系统还读不了"),
        (["more"], 1, "「more」：不认识的栏目"),
        (["groups", 1, "task"], "八十", "「类别」第 2 项「目标任务权重」：应为不超过两位小数"),
        (["groups", 1, "name"], "街道", "类别「街道」写了两次"),
        (["groups", 0, "units", 0, "kind"], "moon",
         "「类别」第 1 项「单位」第 1 项「单位种类」：应为其中一个：townships"),
        (["lights"], "traffic", "「亮灯」应为其中一个"),
        (["clocks"], {"close": 99}, "「时限」次月第几个工作日截止填报应为 1 到 10"),
        (["clauses"], [["a", "bonus"]], "「条款」第 1 项：应依次写：代号、种类、条款、分值"),
        (["dimensions", 0, "elements", 0, "points"], "-1",
         "「维度」第 1 项「指标」第 1 项「分值」：应为不超过两位小数的数字，写成文字，不小于 0"),
        (["dimensions", 0, "elements", 0, "points"], "101", "类别「街道」的分值合计超过 100"),
        (["dimensions", 0, "elements", 0, "group"], "村", "指标 A1「办结率」：没有类别「村」"),
        (["dimensions", 0, "elements", 0, "source"], "own:luck", "没有数据来源「own:luck」"),
        (["dimensions", 0, "elements", 0, "rule"], {"rule": "floor_target"}, "缺少参数「底线」"),
        (["dimensions", 0, "elements", 0, "anchors"], ["好", "坏"], "行为锚定应有 5 句"),
        (["dimensions", 0, "elements"], [LINE, LINE], "编码 A1 用了两次"),
    ],
)  # fmt: skip
def test_a_fault_names_its_place(path: list[object], value: object, words: str) -> None:
    assert any(words in fault for fault in faults(changed(*path, value=value)))


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"[1]", b"\xff\xfe", b'"words"'])
def test_what_is_no_template_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_template(raw)
    assert refused.value.errors["file"]


@pytest.mark.parametrize("code", TEMPLATES)
def test_every_template_of_ours_is_read_and_says_what_it_is(code: str) -> None:
    template = read_template(code)
    assert template["code"] == code
    assert all(template[name] for name in ("words", "suits", "origin", "differs"))


def test_a_unit_goes_to_the_first_group_that_takes_it(app) -> None:
    county = make_county(villages=2)
    template = changed("groups", 0, "units", value=[{"kind": "villages"}, {"names": ["没有的镇"]}])
    with transaction():
        loading = load_template(office(county), county.id, BASICS, parse(template))
    programme = loading.programmes[0]
    assert [unit.group_name for unit in list_units(programme.id)] == ["街道", "街道", "镇"]
    assert (loading.units_missing, loading.owners_missing) == (["没有的镇"], ["县信访局"])


def test_own_lights_weights_and_anchors_become_a_part_of_the_draft(app) -> None:
    county = make_county()
    own = lights.as_data(lights.DONGDAN)[:1] + lights.as_data(lights.DONGDAN)[2:]
    judged = {
        "code": "A2", "name": "担当作为", "kind": "judged",
        "rule": {"rule": "judged", "levels": "2"}, "source": "owner:",
        "anchors": ["推给别人", "主动办成"],
    }  # fmt: skip
    template = {
        **changed("dimensions", 0, "elements", value=[LINE, judged]),
        "lights": own, "clocks": {"close": 5}, "calibration": {"mean": "80", "deviation": "8"},
        "raters": [["上级", "40", 4, True]], "raters_360": [["同级", "100", 5, False]],
    }  # fmt: skip
    template["groups"][1] |= {"task": "70", "social": "30"}
    with transaction():
        programme = load_template(office(county), county.id, BASICS, parse(template)).programmes[0]
    assert programme.content["lights"] == own
    assert programme.content["clocks"]["close"] == 5
    assert programme.content["calibration"] == {"mean": "80", "deviation": "8"}
    assert programme.content["raters"] == [["上级", "40", 4, True]]
    assert programme.content["raters_360"] == [["同级", "100", 5, False]]
    assert [row.task_weight for row in list_groups(programme.id)] == [Decimal(100), Decimal(70)]
    assert list_elements(programme.id)[-1].anchors == ["推给别人", "主动办成"]


def test_parts_are_programmes_of_their_own(app) -> None:
    county = make_county()
    parts = [
        {"code": f"part{place}", "title": title, "dimensions": SMALL["dimensions"]}
        for place, title in enumerate(("甲", "乙"))
    ]
    template = {**SMALL, "dimensions": [], "parts": parts}
    with transaction():
        made = load_template(office(county), county.id, BASICS, parse(template)).programmes
    assert [row.title for row in made] == [f"{BASICS.title}：甲", f"{BASICS.title}：乙"]
    assert [row.code for row in made] == ["part0", "part1"]
    assert all(len(list_elements(row.id)) == 2 for row in made)
