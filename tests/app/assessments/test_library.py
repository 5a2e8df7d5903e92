"""考核方案库: a template is looked at before it is loaded, taken out again, and sent on."""

import io
from codecs import BOM_UTF8
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from backend.app.access import Role
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.library.exporting import template_file, template_of
from backend.app.assessments.programmes.library.loading_operations import load_template
from backend.app.assessments.programmes.library.previews import preview_template
from backend.app.assessments.programmes.library.templates import (
    TEMPLATES,
    Template,
    departments_named,
    dimensions_of,
    parse_template,
    read_template,
)
from backend.app.assessments.programmes.operations import CLOCKS
from backend.app.assessments.programmes.queries import list_elements, list_groups, list_units
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.places.models import Department
from backend.app.scoring.assessing import lights
from tests.factories.assessments import BASICS, IN_MARCH, YEAR, make_draft, office
from tests.factories.console import Desk, as_shown, make_staff, sit_down
from tests.factories.county import OPENED_ON, County, make_county
from tests.factories.tickets import forget

LIBRARY = "/console/assessments/programmes/library"
FORM = {"title": "2026年考核", "year": "2026"}


def county_for(template: Template) -> County:
    """With a town, two villages and every department that the template names."""
    county = make_county(villages=2)
    owners = [line["owner"] for row in dimensions_of(template) for line in row["elements"]]
    names = dict.fromkeys([*departments_named(template), *filter(None, owners)])
    with transaction() as session:
        session.add_all(
            Department(county_id=county.id, name=name, opened_on=OPENED_ON) for name in names
        )
    return county


def content_of(programme: Programme) -> dict[str, Any]:
    """Everything of a programme that a template may hold, without ids."""
    groups = {group.id: group.name for group in list_groups(programme.id)}
    rows = list_elements(programme.id)
    codes = {row.id: row.code for row in rows}
    left_out = {"id", "county_id", "programme_id", "position"}
    columns = [c.name for c in rows[0].__table__.columns if c.name not in left_out]
    figures = [c.name for c in list_groups(programme.id)[0].__table__.columns]
    return {
        "content": programme.content,
        "groups": [
            {name: getattr(row, name) for name in figures if name not in left_out}
            for row in list_groups(programme.id)
        ],
        "units": [(u.group_name, u.region_id, u.department_id) for u in list_units(programme.id)],
        "elements": [
            {name: getattr(row, name) for name in columns}
            | {"parent_id": codes.get(row.parent_id), "group_id": groups.get(row.group_id)}
            for row in rows
        ],
    }  # fmt: skip


@pytest.mark.parametrize("code", TEMPLATES)
def test_loaded_exported_and_loaded_again_it_is_the_same_programme(app, code: str) -> None:
    template = read_template(code)
    county = county_for(template)
    who = office(county)
    with transaction():
        loaded = load_template(who, county.id, BASICS, template).programmes
    for programme in loaded:
        raw = template_file(programme)
        with transaction():
            again = load_template(who, county.id, BASICS, parse_template(raw)).programmes[0]
        assert content_of(again) == content_of(programme)
        assert orjson.loads(template_file(again))["dimensions"] == orjson.loads(raw)["dimensions"]


@pytest.mark.parametrize("code", TEMPLATES)
def test_nothing_of_it_is_refused_but_what_the_county_decides(app, code: str) -> None:
    template = read_template(code)
    county = county_for(template)
    with transaction():
        preview = preview_template(office(county), county.id, YEAR, template)
    assert [reason.words for reason in preview.refusals] == []
    assert preview.loading.owners_missing == []
    assert preview.by_county[0] == "年度督查检查考核计划编号"


def test_an_exported_programme_names_no_person_id_or_value(app) -> None:
    made = make_draft()
    with transaction() as session:
        session.execute(text("UPDATE assessed_unit SET duty_leader = '王建国'"))
    forget()
    told = template_file(db.session.get_one(Programme, made.programme_id)).decode()
    assert "王建国" not in told
    assert "完成项目投资120万元" not in told
    assert '"县财政局"' in told


@pytest.fixture
def desk(app, client: FlaskClient) -> Desk:
    county = county_for(read_template("fuping"))
    return sit_down(client, make_staff(Role.ASSESSOR, county.id))


def programmes() -> int:
    forget()
    return db.session.execute(text("SELECT count(*) FROM programme")).scalar_one()


def test_every_template_is_told_in_the_library(desk) -> None:
    page = as_shown(desk.get(LIBRARY))
    for code in TEMPLATES:
        template = read_template(code)
        for name in ("title", "words", "suits", "origin", "differs"):
            assert template[name] in page, (code, name)


def test_a_preview_writes_nothing_and_says_what_the_county_has(desk) -> None:
    with transaction() as session:
        session.execute(text("DELETE FROM department WHERE name = '县柿子产业发展中心'"))
    page = as_shown(desk.get(f"{LIBRARY}/fuping"))
    assert programmes() == 0
    assert "还什么都没有写入" in page
    assert "本县没有找到：县柿子产业发展中心" in page
    assert "✓ 方案本身没有不能审定的地方" in page
    assert "「镇（街道）」每个单位 24 分个性目标" in page


def test_a_template_is_loaded_from_its_preview(desk) -> None:
    refused = desk.post(f"{LIBRARY}/fuping", title="", year="2026")
    assert refused.status_code == 422
    assert programmes() == 0
    begun = desk.post(f"{LIBRARY}/fuping", **FORM)
    assert begun.status_code == 303
    assert programmes() == 1
    page = desk.get(f"{begun.location}/template.json")
    assert page.mimetype == "application/json"
    assert parse_template(page.data)["dimensions"][0]["name"] == "党的建设"


def test_a_file_of_another_county_is_shown_and_loaded(desk) -> None:
    raw = orjson.dumps({**read_template("fuping"), "title": "邻县方案"})
    page = desk.post(LIBRARY, file=(io.BytesIO(raw), "邻县.json"))
    assert page.status_code == 200
    shown = as_shown(page)
    assert "邻县方案" in shown
    assert programmes() == 0
    address = page.text.split(f'action="{LIBRARY}/')[1].split('"')[0]
    assert desk.post(f"{LIBRARY}/{address}", **FORM).status_code == 303
    assert programmes() == 1


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"PK\x03\x04", "这不是方案文件"),
        (b'{"code": 1,', "第 1 行第 12 个字符读不懂"),
        (b'{"code": "\\u0000"}', "看不见的字符"),
        (b'{"code": "x", "title": "x", "groups": [{}]}', "「类别」第 1 项「名称」：必须填写"),
        (b" " * (2 * 1024 * 1024 + 1), "文件超过 2 MB"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(desk, raw: bytes, words: str) -> None:
    page = desk.post(LIBRARY, file=(io.BytesIO(raw), "x.json"))
    assert page.status_code == 422
    assert words in as_shown(page)
    assert programmes() == 0


def test_a_file_far_too_large_is_told_the_limit_of_the_page(desk) -> None:
    page = desk.post(LIBRARY, file=(io.BytesIO(b" " * 10_000_000), "x.json"))
    assert page.status_code == 413
    assert "最多 2 MB" in as_shown(page)


def test_a_mark_that_editors_put_before_a_text_does_no_harm(desk) -> None:
    raw = BOM_UTF8 + orjson.dumps(read_template("fuping"))
    assert desk.post(LIBRARY, file=(io.BytesIO(raw), "x.json")).status_code == 200


def test_a_year_that_the_title_names_is_said_once(desk, app) -> None:
    loaded = desk.post(f"{LIBRARY}/sme", **{**FORM, "title": f"{FORM['year']}年员工考核"})
    file = desk.get(loaded.headers["Location"] + "/template.json")
    assert file.json["title"] == "员工考核"
    assert file.json["words"] == f"{FORM['year']} 年「员工考核」的方案"
    assert unquote(file.headers["Content-Disposition"]).endswith(f"{FORM['year']}年员工考核.json")


def test_a_file_is_loaded_only_by_who_sent_it(desk, client) -> None:
    assert desk.get(f"{LIBRARY}/0_abc.json").status_code == 404
    assert desk.get(f"{LIBRARY}/nothing").status_code == 404


def test_an_exported_file_has_no_key_that_is_as_usual(app) -> None:
    made = make_draft()
    with clock_at(IN_MARCH):
        told = template_of(db.session.get_one(Programme, made.programme_id))
    assert "format" not in told
    assert "lights" not in told
    assert all("needs_evidence" not in line for line in told["dimensions"][0]["elements"])


def test_lights_of_a_template_of_its_own_stay_until_a_preset_is_chosen(desk) -> None:
    own = [*lights.as_data(lights.DONGDAN)[:1], lights.as_data(lights.DONGDAN)[-1]]
    raw = orjson.dumps({**read_template("wancunle"), "lights": own})
    page = desk.post(LIBRARY, file=(io.BytesIO(raw), "x.json"))
    address = page.text.split(f'action="{LIBRARY}/')[1].split('"')[0]
    begun = desk.post(f"{LIBRARY}/{address}", **FORM).location
    assert "方案自带" in as_shown(desk.get(f"{begun}/clocks"))
    clocks = {name: str(usual) for name, (_, usual, _, _) in CLOCKS.items()}
    for preset, kept in (("own", own), ("sanya", lights.as_data(lights.SANYA))):
        assert desk.post(f"{begun}/clocks", preset=preset, **clocks).status_code == 303
        forget()
        assert db.session.query(Programme).one().content["lights"] == kept
    refused = desk.post(f"{begun}/clocks", preset="own", **clocks)
    assert refused.status_code == 422
    assert "请选亮灯办法" in refused.text
