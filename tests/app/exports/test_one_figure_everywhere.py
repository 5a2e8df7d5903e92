"""One figure, one number: the same to the last printed digit on every surface that shows it."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

import pytest

from backend.app.access import Role
from tests.app.exports import surfaces_shown as shown
from tests.app.exports import surfaces_written as written
from tests.app.exports.looking import Figures, Surfaces, said
from tests.app.exports.printed import (
    book_of,
    named,
    paper_of,
    rows_of_page,
    words_of_page,
)
from tests.factories.console import make_staff, sit_down
from tests.factories.whole_month import correct, make_whole_month

SURFACES: dict[str, Callable[[Surfaces], Figures]] = {
    "后台得分卡": shown.score_card,
    "后台排名": shown.ranking,
    "后台各村评价": shown.villages_page,
    "后台村评价": shown.village_page,
    "后台总览": shown.overview,
    "领导一屏": shown.leader,
    "月度工作簿": written.month_book,
    "月度 CSV": written.month_csv,
    "村公示": shown.public_village,
    "县公示": shown.public_county,
    "开放 CSV": written.open_csv,
    "开放 JSON": written.open_json,
    "开放接口": written.open_api,
    "村民手机": shown.villagers_phone,
    "村民手机的话": shown.villagers_words,
    "村干部手机": shown.cadres_phone,
    "你说我办": written.sheet,
    "群里的话": written.for_groups,
    "简报工作簿": written.bulletin_book,
    "简报": written.bulletin_paper,
    "后台积分": shown.points_page,
    "积分工作簿": written.points_book,
    "积分 CSV": written.points_csv,
    "积分公示": shown.points_public,
}


@pytest.fixture
def surfaces(app, client) -> Surfaces:
    found = make_whole_month(client)
    desk = sit_down(client, make_staff(Role.COUNTY_MANAGER, found.county.id, "whole"))
    return Surfaces(found, client, desk)


def plain(printed: str | None) -> str:
    """Without the marks of a surface: 80.130 and （80.13） are 80.13, ● 良 is 良."""
    if printed is None:
        return "没有找到"
    bare = str(printed).strip("（）+% ▲●◆■").replace("−", "-").replace(",", "")
    bare = re.sub(r" 小时|%", "", bare)
    parts = []
    for part in bare.split(" – "):
        try:
            parts.append(f"{Decimal(part).normalize():f}")
        except InvalidOperation:
            parts.append(part)
    return " – ".join(parts)


def by_figure(surfaces: Surfaces) -> dict[str, dict[str, str]]:
    """figure → surface → what is printed there."""
    found: dict[str, dict[str, str]] = {}
    for surface, look in SURFACES.items():
        for figure, printed in look(surfaces).items():
            found.setdefault(figure, {})[surface] = plain(printed)
    return found


def disagreeing(table: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {figure: told for figure, told in table.items() if len(set(told.values())) > 1}


def test_a_figure_is_the_same_on_every_surface(surfaces: Surfaces) -> None:
    table = by_figure(surfaces)
    assert disagreeing(table) == {}
    assert {figure for figure, told in table.items() if "没有找到" in told.values()} == set()


def test_a_correction_moves_no_other_village_and_no_county_figure(surfaces: Surfaces) -> None:
    correct(surfaces.found)
    assert disagreeing(by_figure(surfaces)) == {}


CORRECTED, CORRECTED_CODE = "第2村", "610528100202"


def corrected_village(at: Surfaces) -> dict[str, tuple[str | None, str | None]]:
    """surface → its total before and after the correction; None where it does not say it."""
    village = at.found.county.village_ids[1]
    page = words_of_page(at.page(f"/console/villages/{village}/scorecard?month={at.month}"))
    ranked = rows_of_page(at.page(f"/console/scores?month={at.month}"))
    (rank,) = [row[4] for row in ranked if len(row) == 8 and CORRECTED in row[1]]
    book = book_of(at.export("month_scorecards", "xlsx"))
    line = named(book["更正"], CORRECTED_CODE, "行政区划代码")
    public = words_of_page(at.public(f"/p/{CORRECTED_CODE}/{at.month}").text)
    told = at.public(f"/p/610528/{at.month}/data.json").json
    (correction,) = told["corrections"]
    (listed,) = [one for one in told["villages"] if one["code"] == CORRECTED_CODE]
    phone = " ".join(at.phone(f"/villages/{village}/scorecard")["plain"]["sentences"])
    cadre = at.phone(f"/cadre/villages/{village}/scorecard", Role.CADRE, village)
    paper = paper_of(at.bulletin("pdf"))
    return {
        "后台得分卡": (None, said(r"2026 年 \d+ 月 .*? N [▲●◆■]", page)),
        "后台排名": (said("^N", rank), said("更正后 N", rank)),
        "月度工作簿": (line["更正前总分"], line["更正后总分"]),
        "各村表": (named(book["各村"], CORRECTED_CODE, "行政区划代码")["总分"], None),
        "村公示": (said("总分 N →", public), said(r"总分 [\d.]+ → N", public)),
        "村公示的得分": (said("得分 N ", public), None),
        "开放数据": (correction["total_before"], correction["total_after"]),
        "开放数据的各村": (listed["total"], None),
        "村民手机": (None, said("更正后是 N 分", phone)),
        "村干部手机": (None, cadre["total"]),
        "简报": (said(f"{CORRECTED} 庄里镇 \\d+ N", paper), said(r"[\d.]+ N 区间是", paper)),
    }


def test_a_corrected_village_has_one_total_before_and_one_after(surfaces: Surfaces) -> None:
    correct(surfaces.found)
    totals = corrected_village(surfaces)
    for when in (0, 1):
        told = {surface: plain(pair[when]) for surface, pair in totals.items() if pair[when]}
        assert len(set(told.values())) == 1, told
        assert len(told) >= 7
