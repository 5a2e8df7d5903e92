"""What files, papers and interfaces say of a village's month: a small reader for each."""

import re
from typing import Any

from tests.app.exports.looking import (
    CODE,
    NAME,
    Figures,
    Surfaces,
    indicators,
    read,
    said,
)
from tests.app.exports.printed import (
    book_of,
    named,
    paper_of,
    table_of,
)
from tests.app.exports.test_open_api import make_token


def month_book(at: Surfaces) -> Figures:
    book = book_of(at.export("month_scorecards", "xlsx"))
    rows = {row[3]: dict(zip(book["指标"][0], row, strict=True)) for row in book["指标"]
            if row[0] == CODE}  # fmt: skip
    whole = {row[0]: row[1] for row in book["汇总"]}
    for row in rows.values():
        row["区间"] = f"{row['下限']} – {row['上限']}"
    return {
        **_village_columns(named(book["各村"], CODE, "行政区划代码")),
        **indicators(rows, 占="本月占", 样本="样本数", 值="实测值", 扣分="扣分", 区间="区间"),
        "全县评价数": whole["评价数"], "全县满意度": whole["满意度"],
        "全县区间": whole["满意度 95% 区间"], "全县好评率": whole["好评率%"],
        "全县不计入": whole["不计入"],
        "全县样本不足的村": str(sum("样本不足" in row[8] for row in book["各村"])),
    }  # fmt: skip


def month_csv(at: Surfaces) -> Figures:
    return _village_columns(
        named(table_of(at.export("month_scorecards", "csv")), CODE, "行政区划代码")
    )


def _village_columns(row: dict[str, str]) -> Figures:
    return {
        **{name: row[name] for name in ("总分", "灯", "档", "名次从", "名次到", "评价数", "不计入",
                                        "总分下限", "总分上限")},
        "评价满意度": row["满意度"], "好评率": row["好评率%"],
        "评价区间": f"{row['满意度下限']} – {row['满意度上限']}",
    }  # fmt: skip


def _open(village: dict[str, Any], rows: list[dict[str, Any]]) -> Figures:
    by_name = {row["name"]: {**row, "区间": f"{row['low']} – {row['high']}"} for row in rows}
    return {
        "总分": village["total"], "总分下限": village["total_low"],
        "总分上限": village["total_high"], "灯": village["light"], "档": village["band"],
        "名次从": village["rank_from"], "名次到": village["rank_to"],
        "评价数": village["ratings"], "不计入": village["held"],
        "评价满意度": village["satisfaction"], "评价区间": village["satisfaction_range"],
        "好评率": village["positive"], "发现": village["found"], "办结": village["done"],
        "村民满意": village["content"],
        **indicators(by_name, 占="share", 样本="n", 值="value", 扣分="lost", 区间="区间"),
    }  # fmt: skip


def open_csv(at: Surfaces) -> Figures:
    tables = {name: table_of(at.public(f"/p/610528/{at.month}/{name}.csv").data)
              for name in ("villages", "indicators")}  # fmt: skip
    heads, *rows = tables["indicators"]
    listed = [dict(zip(heads, row, strict=True)) for row in rows if row[1] == CODE]
    return _open(named(tables["villages"], CODE, "code"), listed)


def open_json(at: Surfaces) -> Figures:
    data = at.public(f"/p/610528/{at.month}/data.json").json
    (village,) = [one for one in data["villages"] if one["code"] == CODE]
    answered = [one["n"] for one in data["indicators"] if one["name"] == "问卷满意度"]
    return {
        **_open(village, [one for one in data["indicators"] if one["code"] == CODE]),
        "全县样本不足的村": str(sum(one["few"] for one in data["villages"])),
        "全县问卷人数": str(sum(answered)),
    }


def open_api(at: Surfaces) -> Figures:
    headers = {"Authorization": f"Bearer {make_token(at.found.county.id).plain}"}
    base = f"/api/v1/open/months/{at.month}/villages"
    one = read(at.client.get(f"{base}/{CODE}", headers=headers)).json
    (listed,) = [row for row in read(at.client.get(base, headers=headers)).json["items"]
                 if row["code"] == CODE]  # fmt: skip
    assert listed == one["village"]
    return _open(one["village"], one["indicators"])


def sheet(at: Surfaces) -> Figures:
    return _sheet_words(paper_of(read(
        at.desk.get(f"/console/publications/{CODE}/{at.month}/sheet.pdf")
    ).data))  # fmt: skip


def _sheet_words(words: str) -> Figures:
    return {
        "总分": said("这个月 N 分", words), "总分下限": said("多半在 N 到", words),
        "总分上限": said("到 N 之间", words), "评价数": said("N 人次评价", words),
        "评价满意度": said("满意度 N 分", words), "好评率": said("好评率 N%", words),
        "满意度扣分": said("满意度 扣 N 分", words), "发现": said("来了 N 件", words),
    }  # fmt: skip


def for_groups(at: Surfaces) -> Figures:
    words = at.public(f"/p/{CODE}/{at.month}/wechat.txt").text
    return {
        "总分": said("得分 N[,，]", words), "评价数": said("N 人次评价", words),
        "评价满意度": said("满意度 N 分", words), "发现": said("发现 N 件", words),
        "办结": said("办结 N 件", words), "村民满意": said("解决了的 N 件", words),
    }  # fmt: skip


def bulletin_book(at: Surfaces) -> Figures:
    book = book_of(at.bulletin("xlsx"))
    whole = {row[0]: row[1] for row in book["概况"]}
    village = named(book["各村"], NAME, "村")
    return {
        "总分": village["总分"], "总分下限": village["下限"], "总分上限": village["上限"],
        "灯": village["灯"], "档": village["档"], "全县评价数": whole["评价"],
        "全县满意度": whole["满意度"], "全县区间": whole["满意度 95% 区间"],
        "全县好评率": whole["好评率%"], "全县发现": whole["发现"], "全县受理": whole["受理"],
        "全县办结": whole["办结"], "全县满意": whole["满意"],
        "满意度扣分": said("满意度 N", village["扣分最多"]),
        "全县样本不足的村": whole["样本不足（村，不评灯）"],
        "全县问卷人数": named(book["指标"], "问卷满意度", "指标")["样本数"],
    }  # fmt: skip


def bulletin_paper(at: Surfaces) -> Figures:
    words = paper_of(at.bulletin("pdf"))
    line = re.search(NAME + r" 庄里镇 (\d+) ([\d.]+) ([\d.]+) – ([\d.]+) \S (\S+)", words)
    shown = line.groups() if line else [None] * 5
    return {
        "档": shown[0], "总分": shown[1], "总分下限": shown[2], "总分上限": shown[3],
        "灯": shown[4], "全县评价数": said("N 人次评价", words),
        "全县满意度": said("满意度 N 分", words), "全县好评率": said("好评率 N%", words),
        "全县良的村": said("良 N 个村", words), "全县需关注的村": said("需关注 N 个村", words),
        "全县发现": said("来了 N 件诉求", words), "全县办结": said("答复 N 件", words),
        "全县满意": said("解决了 N 件", words),
        "全县样本不足的村": said("样本不足不评灯 N 个村", words),
    }  # fmt: skip


def points_book(at: Surfaces) -> Figures:
    row = named(book_of(at.export("month_points", "xlsx"))["各村"], CODE, "行政区划代码")
    return {"发出积分": row["发出"], "兑换积分": row["兑换"]}


def points_csv(at: Surfaces) -> Figures:
    row = named(table_of(at.export("month_points", "csv")), CODE, "行政区划代码")
    return {"发出积分": row["发出"], "兑换积分": row["兑换"]}
