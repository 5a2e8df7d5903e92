"""Templates of assessments: files with groups and indicators, loaded as drafts, read once."""

from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from marshmallow import Schema, ValidationError, fields

from backend.app.assessments.programmes.library.template_shape import AssessmentTemplateShape
from backend.app.assessments.programmes.operations import CLOCKS
from backend.app.assessments.programmes.source_words import OWN_WORDS
from backend.app.assessments.states import ElementScope
from backend.app.core.errors import InvalidInput
from backend.app.core.json_text import loads
from backend.app.scoring.assessing import lights
from backend.app.scoring.assessing.plans import OWN, SOURCE_NAMES
from backend.app.scoring.assessing.rule_faults import rule_faults

Template = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "templates"
TEMPLATES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
MOST_FAULTS = 20
# No column holds it.
NUL = b"\\u0000"
CENT = Decimal("0.01")
HUNDRED = Decimal(100)
REACHES_ALL = (ElementScope.COMMON, ElementScope.INDUSTRY)
SHAPE = AssessmentTemplateShape()


@cache
def read_template(code: str) -> Template:
    """One of ours; its lines without a published source are examples until somebody edits them."""
    return parse_template((FOLDER / f"{code}.json").read_bytes())


def parse_template(raw: bytes) -> Template:
    """The file with its defaults filled in; raises InvalidInput naming the place of each fault."""
    try:
        template: Template = SHAPE.load(_values(raw))
    except ValidationError as refused:
        faults = list(_shape_faults(refused.normalized_messages(), SHAPE, ""))
        raise InvalidInput(errors={"file": faults[:MOST_FAULTS]}) from None
    for dimension in dimensions_of(template):
        _inherit(dimension)
    faults = list(_content_faults(template))
    if faults:
        raise InvalidInput(errors={"file": faults[:MOST_FAULTS]})
    return template


def _values(raw: bytes) -> Any:
    """What the text says; editors may have put a mark before it."""
    if NUL in raw:
        raise InvalidInput(errors={"file": ["文件里有看不见的字符 \\u0000，请去掉再发来"]})
    try:
        return loads(raw.removeprefix(BOM_UTF8))
    except orjson.JSONDecodeError as fault:
        place = f"第 {fault.lineno} 行第 {fault.colno} 个字符读不懂"
        words = f"这不是方案文件，{place}，请选从「导出方案」得到的文件"
        raise InvalidInput(errors={"file": [words]}) from None


def parts_of(template: Template) -> list[Template]:
    """The programmes it makes: itself, or one for each of its parts."""
    return [{**template, **part, "parts": []} for part in template["parts"]] or [template]


def dimensions_of(template: Template) -> list[dict[str, Any]]:
    return [row for part in parts_of(template) for row in part["dimensions"]]


def departments_named(template: Template) -> list[str]:
    """All that its groups name, in their order."""
    rules = [rule for group in template["groups"] for rule in group["units"]]
    return [name for rule in rules if rule["kind"] == "departments" for name in rule["names"]]


def worth_of(template: Template, line: Mapping[str, Any]) -> Decimal:
    """Points of common indicators are printed of 100 and rescaled to the programme's share."""
    share = Decimal(template["common_points"]) / HUNDRED
    scale = share if line["scope"] == ElementScope.COMMON else Decimal(1)
    return (Decimal(line["points"]) * scale).quantize(CENT)


def own_points(template: Template, group: str) -> Decimal:
    """What the county itself has to divide among a group's own targets; of parts, of the first,
    of industries, of the one with most points."""
    lines = [line for row in parts_of(template)[0]["dimensions"] for line in row["elements"]]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line["scope"] in REACHES_ALL or line["group"] == group:
            sums[line["industry"]] += worth_of(template, line)
    whole = sums.pop("", Decimal(0)) + max(sums.values(), default=Decimal(0))
    return HUNDRED - whole if whole else Decimal(0)


def _inherit(dimension: dict[str, Any]) -> None:
    """Whom its indicators are for, where they do not say; a group's or industry's name says it."""
    for line in dimension["elements"]:
        if not any(line[name] for name in ("scope", "group", "industry")):
            line["scope"], line["group"] = dimension["scope"], dimension["group"]
        said = {ElementScope.GROUP: line["group"], ElementScope.INDUSTRY: line["industry"]}
        usual = next((scope for scope, name in said.items() if name), ElementScope.COMMON)
        line["scope"] = line["scope"] or usual.value
        line.setdefault("is_example", not line["basis"])


def _shape_faults(messages: Any, schema: Schema, place: str) -> Iterator[str]:
    """「指标」第 3 项「分值」：应为数字."""
    for name, inner in messages.items():
        field = schema.fields.get(name)
        word = field.metadata.get("words", name) if field else name
        here = f"{place}「{word}」" if name != "_schema" else place
        yield from _field_faults(inner, field, here)


def _field_faults(messages: Any, field: fields.Field[Any] | None, place: str) -> Iterator[str]:
    if isinstance(messages, list):
        yield from (f"{place or '文件'}：{words}" for words in messages)
    elif isinstance(field, fields.List):
        for number, inner in messages.items():
            yield from _field_faults(inner, field.inner, f"{place}第 {int(number) + 1} 项")
    elif isinstance(field, fields.Nested):
        yield from _shape_faults(messages, field.schema, place)
    else:
        for name, inner in messages.items():
            yield from _field_faults(inner, None, f"{place}{name}")


def _content_faults(template: Template) -> Iterator[str]:
    """What is well shaped and cannot be loaded."""
    groups = [group["name"] for group in template["groups"]]
    yield from (f"类别「{name}」写了两次" for name in sorted(groups) if groups.count(name) > 1)
    yield from _light_faults(template["lights"])
    for name, number in template["clocks"].items():
        words, _, least, most = CLOCKS.get(name, ("", 0, 0, -1))
        if not least <= number <= most:
            yield f"「时限」{words}应为 {least} 到 {most}" if words else f"「时限」没有「{name}」"
    for part in parts_of(template):
        codes = [row["code"] for row in part["dimensions"]]
        codes += [line["code"] for row in part["dimensions"] for line in row["elements"]]
        drawn = [code for row in part["portraits"] for code in row["elements"]]
        yield from (f"画像里没有编码 {code}" for code in drawn if code not in codes)
        yield from (f"编码 {code} 用了两次" for code in sorted(set(codes)) if codes.count(code) > 1)
        for line in (line for row in part["dimensions"] for line in row["elements"]):
            place = f"指标 {line['code']}「{line['name']}」"
            yield from (f"{place}：{words}" for words in _line_faults(template, line, groups))
    for group in groups:
        if own_points(template, group) < 0:
            yield f"类别「{group}」的分值合计超过 100"


def _light_faults(named: Any) -> Iterator[str]:
    if isinstance(named, list) and all(isinstance(row, Mapping) for row in named):
        yield from lights.faults(named)
    elif not isinstance(named, str) or named not in lights.PRESETS:
        yield f"「亮灯」应为其中一个：{'、'.join(lights.PRESETS)}，或者逐档写明"


def _line_faults(template: Template, line: Mapping[str, Any], groups: list[str]) -> Iterator[str]:
    yield from rule_faults(line["rule"], worth_of(template, line), line["missing"])
    kind, _, detail = line["source"].partition(":")
    if f"{kind}:" not in SOURCE_NAMES or (f"{kind}:" == OWN and detail not in OWN_WORDS):
        yield f"没有数据来源「{line['source']}」"
    if (line["scope"] == ElementScope.GROUP) != (line["group"] in groups):
        yield f"没有类别「{line['group']}」" if line["group"] else "类别共性要写是哪个类别的"
    if (line["scope"] == ElementScope.INDUSTRY) != bool(line["industry"]):
        yield "行业共性要写是哪个行业的，别的不写"
    levels = line["rule"].get("levels", "5")
    if line["anchors"] and str(len(line["anchors"])) != str(levels):
        yield f"行为锚定应有 {levels} 句，每档一句"
