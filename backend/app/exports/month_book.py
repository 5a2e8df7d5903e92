"""The month's workbook: summary, villages, indicators, cases, corrections, dictionary."""

from datetime import date
from pathlib import Path
from typing import Any

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.files.workbooks import (
    Column,
    Progress,
    Sheet,
    decimals,
    write_book,
    write_csv,
)
from backend.app.core.web.boxes import whole
from backend.app.exports.request_params import Asked
from backend.app.places.queries import get_place
from backend.app.publications import queries as publications
from backend.app.scorecards import export_rows, queries
from backend.app.scorecards.figures import NOTHING, Area, rounded
from backend.app.scorecards.locks.operations import lock_of
from backend.app.scorecards.queries import RankingFilters
from backend.app.scoring.catalog import MEASURES
from backend.app.scoring.levels import LEVEL_NAMES
from backend.app.scoring.schemes import Indicator, Scheme

CODE, VILLAGE, TOWNSHIP = Column("行政区划代码", 15), Column("村", 20), Column("乡镇", 14)
VILLAGES = (
    CODE, VILLAGE, TOWNSHIP, Column("类型", 10), Column("总分", 8, 2), Column("参考分", 8, 2),
    Column("总分下限", 9, 2), Column("总分上限", 9, 2), Column("灯", 9), Column("档", 5),
    Column("名次从", 8), Column("名次到", 8), Column("评价数", 8),
    *(Column(name, 9) for name in LEVEL_NAMES),
    Column("不计入", 7), Column("样本", 10), Column("满意度", 9, 1), Column("满意度下限", 10, 1),
    Column("满意度上限", 10, 1), Column("好评率%", 9, 1), Column("好评率下限%", 11, 1),
    Column("好评率上限%", 11, 1), Column("没有信号时评的", 13),
)  # fmt: skip
INDICATORS = (
    CODE, VILLAGE, TOWNSHIP, Column("指标", 14), Column("方案权重", 9, 2), Column("样本数", 8),
    Column("实测值", 9, 1), Column("下限", 8, 1), Column("上限", 8, 1), Column("单位", 7),
    Column("本月占", 8, 2), Column("完成度", 9, 1), Column("扣分", 8, 2),
)  # fmt: skip
CASES = (
    CODE, VILLAGE, TOWNSHIP, Column("种类", 7), Column("编号", 16), Column("为什么扣分", 26),
    Column("服务点或分类", 18), Column("日期", 11),
)  # fmt: skip
CORRECTIONS = (
    Column("更正编号", 9), CODE, VILLAGE, Column("原因", 14), Column("理由", 40),
    Column("更正前总分", 11, 2), Column("更正后总分", 11, 2), Column("日期", 11),
)  # fmt: skip
DICTIONARY = (
    ("各村", "总分", "100 减去各指标扣的分，加上批准的加减分；没有可算的为空，不是零分"),
    ("各村", "参考分", "样本不足的村的总分：只供参考，不评灯，不排名"),
    ("各村", "总分下限、上限", "95% 区间；和别的村比之前先看它"),
    ("各村", "档", "同档的村分不出先后；样本不足的不排"),
    ("各村", "名次从、名次到", "名次 95% 的可能范围"),
    ("各村", "评价数", "当月有效评价的条数，不含没有计入的"),
    ("各村", "非常满意 … 非常不满意", "选这一级的条数；有追评的按追评算"),
    ("各村", "不计入", "因异常暂缓计入、等人复核的，和复核后不计入的"),
    ("各村", "样本", "评价不足 10 条的，满意度只供参考；没有评价的写「无评价」，不是零分"),
    ("各村", "满意度", "五级依次 100、80、60、30、0 分的平均，0 到 100"),
    ("各村", "满意度下限、上限", "95% 区间（学生 t）；条数越少，区间越宽"),
    ("各村", "好评率%", "前三级的条数 ÷ 有效评价条数"),
    ("各村", "好评率下限、上限", "95% 区间（Wilson）"),
    ("各村", "没有信号时评的", "评价数里，扫码时间只有手机自己知道的条数；过多的要复核"),
    ("指标", "本月占", "这个指标这个月在 100 分里占多少：样本越少占得越少，各指标加起来是 100"),
    ("指标", "完成度", "从「得 0 分的值」到「得满分的值」折成 0 到 100"),
    ("指标", "扣分", "不会超过本月占的分；一个村各指标加起来，正好是 100 减总分"),
    ("扣分的事", "编号", "诉求编号或评价编号，能在系统里查到；没有任何人的名字和原话"),
    ("更正", "更正编号", "锁定以后的改动，一条一号；各村和指标两张表仍是锁定时的数"),
)


def write(path: Path, asked: Asked, progress: Progress) -> int:
    """The workbook, or its villages as CSV; returns how many villages there are."""
    region_id, month = asked.region_id, asked.month
    filters = village_filters(asked.filters)
    scheme = export_rows.scheme_of_month(region_id, month)
    villages = export_rows.village_rows(region_id, month, filters, scheme)
    if asked.format == "csv":
        db.session.rollback()
        write_csv(path, [column.name for column in VILLAGES], villages, progress)
        return len(villages)
    sheets = [
        summary(asked, filters, scheme),
        Sheet("各村", VILLAGES, villages),
        Sheet("指标", INDICATORS, export_rows.indicator_rows(region_id, month, filters)),
        Sheet("扣分的事", CASES, export_rows.case_rows(region_id, month, filters),
              nothing="没有点得出名的事"),
        Sheet("更正", CORRECTIONS, export_rows.correction_rows(region_id, month), 1, "没有更正"),
        dictionary(scheme),
    ]  # fmt: skip
    # Writing takes seconds: no transaction stays open for it.
    db.session.rollback()
    write_book(path, asked.title, sheets, progress)
    return len(villages)


def village_filters(kept: dict[str, Any]) -> RankingFilters:
    """The filters of the page, as they were kept with the request."""
    return RankingFilters(
        search=str(kept.get("q", ""))[:40],
        township_id=whole(str(kept.get("township", ""))),
        status=kept["status"] if kept.get("status") in queries.STATUSES else "",
    )


def summary(asked: Asked, filters: RankingFilters, scheme: Scheme) -> Sheet:
    """The numbers of the page, with its digits; figures are numbers that can be reckoned."""
    shown = queries.village_totals([asked.region_id], asked.month, filters)
    rows: list[tuple[str, Any]] = [
        ("文件", asked.title),
        ("月份", f"{asked.month:%Y-%m}"),
        ("筛选", _said(filters)),
        *_standing(asked.region_id, asked.month),
        ("村", shown.villages),
        ("有评价的村", shown.rated_villages),
        ("评价数", shown.n),
        ("不计入", shown.flagged),
        *figures(shown),
        ("考核方案", "、".join(f"{MEASURES[i.code].name} {i.weight:f}" for i in scheme.indicators)),
        ("做成时间", f"{clock.now().astimezone(clock.COUNTY_ZONE):%Y-%m-%d %H:%M}"),
    ]
    formats = {nth: decimals(1) for nth, (_, value) in enumerate(rows) if isinstance(value, float)}
    columns = (Column("项目", 24), Column("数", 60))
    return Sheet("汇总", columns, rows, 0, row_formats=formats, wide=False)


def figures(shown: Area) -> list[tuple[str, Any]]:
    """Satisfaction and positive rate with their limits, as every page writes them."""
    return [
        ("满意度", NOTHING if shown.mean is None else float(rounded(shown.mean))),
        ("满意度 95% 区间", shown.mean_range),
        ("好评率%", NOTHING if shown.rate is None else float(rounded(shown.rate))),
        ("好评率 95% 区间", shown.rate_range),
        ("样本", shown.status_words or "够"),
    ]


def _said(filters: RankingFilters) -> str:
    parts = []
    if filters.search:
        parts.append(f"村名或代码「{filters.search}」")
    if filters.township_id:
        parts.append(f"乡镇 {get_place(filters.township_id).name}")
    if filters.status:
        names = {"ok": "够 10 条", "too_few": "不足 10 条", "none": "无评价"}
        parts.append(f"样本 {names[filters.status]}")
    return "，".join(parts) or "全部"


def _standing(region_id: int, month: date) -> list[tuple[str, str]]:
    """Whether these figures stand."""
    county_id = get_place(region_id).county_id or region_id
    lock = lock_of(county_id, month)
    if lock is None:
        return [("状态", "还没锁定，数字还会变")]
    told = publications.find(county_id, month)
    return [
        ("状态", "已锁定、已公示" if told else "已锁定，还没公示"),
        ("事实指纹", lock.facts_digest.hex()),
        ("结果指纹", lock.results_digest.hex()),
    ]


def _reach(indicator: Indicator) -> str:
    return f"0 分 {indicator.floor:f}，满分 {indicator.target:f}"


def dictionary(scheme: Scheme) -> Sheet:
    """What every column and indicator means."""
    formulas = [
        (
            "指标", MEASURES[indicator.code].name,
            f"{MEASURES[indicator.code].formula}；权重 {indicator.weight:f}，{_reach(indicator)}",
        )
        for indicator in scheme.indicators
    ]  # fmt: skip
    columns = (Column("表", 12), Column("列", 26), Column("含义", 80))
    return Sheet("说明", columns, [*DICTIONARY, *formulas], 0, wide=False)
