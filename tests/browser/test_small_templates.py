"""万村乐, 四城联创 and 万州 as their people see them in Chromium, once they run."""

from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Browser

from backend.app.access import Role
from backend.app.assessments.results.operations import recompute_results
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from tests.app.assessments.acting import evaluate_month, open_month
from tests.app.assessments.seeds import test_sichuang, test_wancunle, test_wanzhou
from tests.app.assessments.seeds.loaded import Loaded, issue, load
from tests.browser.assessed_office import Office, assessed_office
from tests.factories.assessed import YEAR, at
from tests.factories.console import make_staff
from tests.factories.ratings import rate_village

pytestmark = pytest.mark.browser


def people_of(loaded: Loaded) -> dict[str, int]:
    town = loaded.county.township_ids[0]
    return {
        "office": make_staff(Role.ASSESSOR, loaded.county.id, "assessor"),
        "town": make_staff(Role.TOWNSHIP_STAFF, town, "town"),
    }


def test_villages_are_assessed_by_three_figures_and_nobody_types(
    app: Flask, chromium: Browser
) -> None:
    loaded = load("wancunle")
    issue(loaded)
    open_month(10)
    for village, solved in enumerate((90, 60)):
        rate_village(loaded.county, village, [1, 2], date(YEAR, 10, 1))
        test_wancunle.bring_in(loaded, village, "online", solved, 100)
        test_wancunle.bring_in(loaded, village, "activity", 10, 100)
    test_wancunle.pulled(loaded)
    with assessed_office(app, chromium, people_of(loaded), "庄里镇") as office:
        office.sit("office", at(12, 1))
        office.open(f"/results/{loaded.programme_id}")
        office.sees("第1村", "第2村", "事务线上办结率")
        office.pictures("villages-results")
        office.open("/targets?search=平台活跃度")
        office.sees("平台活跃度", "第1村")
        office.pictures("villages-activity")
        office.sit("town", at(12, 1))
        office.open("/fill/2026-10")
        office.sees("这个月没有要您填的")
        office.pictures("villages-fill")


def test_four_cities_show_colours_and_no_sums(app: Flask, chromium: Browser) -> None:
    loaded = load("sichuang")
    issue(loaded)
    units = {unit.region_id: unit.id for unit in loaded.units() if unit.region_id}
    open_month(12)
    test_sichuang.verdict(loaded, "志愿服务有人响应", units[loaded.county.township_ids[0]], 1)
    evaluate_month(12)
    with assessed_office(app, chromium, people_of(loaded), "庄里镇") as office:
        office.sit("office", at(12, 27))
        office.open("/programmes")
        office.sees("创建卫生城市（示例）", "创建文明城市（示例）")
        office.pictures("cities-programmes")
        office.open("/targets?search=志愿服务有人响应&month=2026-12")
        office.sees("志愿服务有人响应", "已完结")
        office.pictures("cities-targets")


def test_schools_earn_by_what_is_used(app: Flask, chromium: Browser) -> None:
    loaded = test_wanzhou.with_schools()
    test_wanzhou.score(loaded, "第一小学", "设备完好与使用", "40")
    test_wanzhou.score(loaded, "乡村小学", "设备完好与使用", "90")
    with clock_at(at(11, 30)), transaction():
        recompute_results(loaded.programme_id)
    with assessed_office(app, chromium, people_of(loaded), "庄里镇") as office:
        look_at_schools(office, loaded)


def look_at_schools(office: Office, loaded: Loaded) -> None:
    office.sit("office", at(12, 1))
    office.open(f"/results/{loaded.programme_id}")
    office.sees("乡村小学", "第一小学", "设备完好与使用")
    office.pictures("schools-results")
    office.open("/programmes/library/wanzhou")
    office.sees("宁可用坏、不能闲置", "出自：万州区数字化校园材料")
    office.pictures("schools-template")
