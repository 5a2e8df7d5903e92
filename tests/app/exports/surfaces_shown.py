"""What pages and phones say of a village's month: a small reader for each."""

from backend.app.access import Role
from tests.app.exports.looking import (
    CODE,
    INDICATORS,
    NAME,
    Figures,
    Surfaces,
    indicators,
    said,
)
from tests.app.exports.printed import (
    rows_of_page,
    words_of_page,
)


def score_card(at: Surfaces) -> Figures:
    html = at.page(f"/console/villages/{at.found.village_id}/scorecard?month={at.month}")
    words = words_of_page(html)
    head = ["名称", "权重", "占", "值", "样本", "区间", "目标", "扣分"]
    rows = {row[0].split(" ")[0]: dict(zip(head, row, strict=True)) for row in rows_of_page(html)
            if len(row) == len(head)}  # fmt: skip
    return {
        "总分": said(r"2026 年 \d+ 月 .*? N [▲●◆■]", words),
        "灯": said("[▲●◆■] (优|良|需关注|差) ", words),
        "档": said("里在第 N 档", words),
        "名次": said("档[,，]名次 N", words),
        "名次从": said("可能在 N 到", words),
        "名次到": said(r"可能在 \d+ 到 N", words),
        "加减分": said(r"考核办法第 9 条 \+N", words),
        **indicators(rows, 占="占", 样本="样本", 值="值", 扣分="扣分", 区间="区间"),
    }


def ranking(at: Surfaces) -> Figures:
    html = at.page(f"/console/scores?month={at.month}")
    (row,) = [one for one in rows_of_page(html) if len(one) == 8 and NAME in one[1]]
    words = words_of_page(html)
    return {
        "总分": row[4], "灯": row[5], "档": said("第 N 档", row[0]), "名次": said("名次 N", row[0]),
        "名次从": said("可能在 N–", row[0]), "名次到": said(r"可能在 \d+–N", row[0]),
        "评价数": row[6], "全县良的村": said("● 良 N 个村", words),
        "全县需关注的村": said("◆ 需关注 N 个村", words),
        "全县样本不足的村": said("样本不足，不评灯 N 个村", words),
    }  # fmt: skip


def villages_page(at: Surfaces) -> Figures:
    rows = rows_of_page(at.page(f"/console/villages?month={at.month}"))
    (row,) = [one for one in rows if len(one) == 8 and one[2] == CODE]
    (whole,) = [one for one in rows if one and one[0].startswith("合计")]
    return {
        "评价数": row[3], "评价满意度": row[4], "评价区间": row[5], "好评率": row[6],
        "不计入": said("不计入 N", row[7]), "全县评价数": whole[3], "全县满意度": whole[4],
        "全县区间": whole[5], "全县好评率": whole[6],
    }  # fmt: skip


def village_page(at: Surfaces) -> Figures:
    words = words_of_page(at.page(f"/console/villages/{at.found.village_id}?month={at.month}"))
    return {
        "评价数": said("评价 N 条", words), "评价满意度": said("满意度 N ", words),
        "评价区间": said(r"95% 区间 ([\d.]+ – [\d.]+)", words), "好评率": said("好评率 N%", words),
        "不计入": said("另有 N 条没有计入", words),
    }  # fmt: skip


def overview(at: Surfaces) -> Figures:
    html = at.page(f"/console/?month={at.month}")
    (row,) = [one for one in rows_of_page(html) if one and one[0] == "合计"]
    return {
        "全县评价数": row[2],
        "全县满意度": row[3],
        "全县区间": row[4],
        "全县好评率": row[5],
        "全县不计入": said("另有 N 条没有计入", words_of_page(html)),
    }


def leader(at: Surfaces) -> Figures:
    words = words_of_page(at.page(f"/console/leader?month={at.month}"))
    return {
        "全县良的村": said("● N 良", words),
        "全县样本不足的村": said("N 样本不足，不评灯", words),
        "全县需关注的村": said("◆ N 需关注", words),
        "全县发现": said("发现 N 件", words), "全县受理": said("受理 N 占", words),
        "全县办结": said("办结 N 占", words), "全县满意": said("满意 N 占", words),
    }  # fmt: skip


def public_village(at: Surfaces) -> Figures:
    html = at.public(f"/p/{CODE}/{at.month}").text
    words = words_of_page(html)
    lost = {row[0].split(" ")[0]: row for row in rows_of_page(html) if len(row) == 3}
    told = {name: lost[name] for name in INDICATORS}
    return {
        "总分": said("得分 N ", words), "灯": said("[▲●◆■] (优|良|需关注|差) ", words),
        "总分下限": said("实际多半在 N 到", words), "总分上限": said("到 N 之间", words),
        "档": said("排在第 N 档", words), "名次从": said("第 N 到第", words),
        "名次到": said("到第 N 名之间", words), "评价数": said("N 人次评价", words),
        "评价满意度": said("人次评价。满意度 N 分", words), "好评率": said("好评率 N%", words),
        "评价区间": said(r"多半在 ([\d.]+ – [\d.]+) 之间", words),
        "不计入": said("另有 N 条没有计入", words), "加减分": said(r"第 9 条 \+N", words),
        "问卷满意度样本": said("手机 N 人", words),
        **{f"{name}扣分": row[2] for name, row in told.items()},
        **{f"{name}占": said("本月占 N", row[0]) for name, row in told.items()},
        "满意度值": said("满意度 N分", told["满意度"][1]),
        "问卷满意度值": said("满意度 N分", told["问卷满意度"][1]),
        "满意度样本": said("N 人次", told["满意度"][1]),
        "解决率样本": said("N 位村民", told["解决率"][1]),
        "响应率样本": said("N 件诉求里", told["响应率"][1]),
        "按期办结率样本": said("N 件诉求里", told["按期办结率"][1]),
        "响应时长值": said("一半在 N 个", told["响应时长"][1]),
        "发现": said(r"N 发现", words), "办结": said(r"N 办结", words),
        "村民满意": said(r"N 满意（", words),
    }  # fmt: skip


def public_county(at: Surfaces) -> Figures:
    words = words_of_page(at.public(f"/p/610528/{at.month}").text)
    line = f"{NAME} 庄里镇 "
    return {
        "总分": said(f"{line}N", words), "灯": said(rf"{line}[\d.]+ (\S \S+)", words),
        "总分下限": said(rf"{line}[\d.]+ \S \S+ N –", words),
        "总分上限": said(rf"{line}[\d.]+ \S \S+ [\d.]+ – N", words),
        "全县评价数": said("N 人次评价", words), "全县满意度": said("满意度 N 分", words),
        "全县区间": said(r"实际多半在 ([\d.]+ – [\d.]+) 之间", words),
        "全县好评率": said("好评率 N%", words), "全县不计入": said("没有计入的评价 N 条", words),
        "全县良的村": said("● 良 N 个村", words),
        "全县需关注的村": said("◆ 需关注 N 个村", words),
        "全县样本不足的村": said("N 个村样本不足", words),
        "全县发现": said("N 发现", words), "全县受理": said("N 受理", words),
        "全县办结": said("N 办结", words), "全县满意": said(r"N 满意（", words),
    }  # fmt: skip


def villagers_phone(at: Surfaces) -> Figures:
    card = at.phone(f"/villages/{at.found.village_id}/scorecard")
    plain = " ".join(card["plain"]["sentences"])
    return {
        "总分": card["plain"]["total"], "灯": card["plain"]["light"]["word"],
        "评价数": str(card["n"]), "评价满意度": card["satisfaction"]["value"],
        "评价区间": f"{card['satisfaction']['low']} – {card['satisfaction']['high']}",
        "好评率": card["positive_rate"]["value"], "不计入": str(card["flagged"]),
        "发现": said("提了 N 件", plain), "办结": said("办了 N 件", plain),
        "村民满意": said("N 件村民说解决了", plain), "满意度扣分": said("丢了 N 分", plain),
    }  # fmt: skip


def villagers_words(at: Surfaces) -> Figures:
    plain = at.phone(f"/villages/{at.found.village_id}/scorecard")["plain"]["sentences"][0]
    return {
        "评价数": said("评了 N 次", plain),
        "评价满意度": said("满意度 N 分", plain),
        "评价区间": f"{said('多半在 N 到', plain)} – {said('到 N 分之间', plain)}",
    }


def cadres_phone(at: Surfaces) -> Figures:
    card = at.phone(f"/cadre/villages/{at.found.village_id}/scorecard", Role.CADRE)
    rows = {one["name"]: one for one in card["indicators"]}
    return {
        "总分": card["total"], "灯": card["light"]["word"], "档": said("第 N 档", card["standing"]),
        "名次从": said("在 N 到", card["standing"]), "名次到": said("到 N 之间", card["standing"]),
        "加减分": card["adjustments"][0]["moved"],
        **indicators(rows, 占="share", 样本="n", 扣分="lost"),
        "满意度值": said("满意度 N分", rows["满意度"]["words"]),
        "问卷满意度值": said("满意度 N分", rows["问卷满意度"]["words"]),
        "响应时长值": said("一半在 N 个", rows["响应时长"]["words"]),
    }  # fmt: skip


def points_page(at: Surfaces) -> Figures:
    path = f"/console/points?month={at.month}&region={at.found.village_id}"
    html = at.page(path)
    (row,) = [one for one in rows_of_page(html) if one and one[0] == NAME]
    words = words_of_page(html)
    assert (said("发出 N 分", words), said("兑换用掉 N 分", words)) == (row[1], row[2].strip("−-"))
    return {"发出积分": row[1], "兑换积分": row[2]}


def points_public(at: Surfaces) -> Figures:
    words = words_of_page(at.public(f"/p/villages/{at.found.village_id}/points/{at.month}").text)
    return {
        "发出积分": said("得了 N 分", words), "兑换积分": f"-{said('兑换用掉 N 分', words)}",
    }  # fmt: skip
