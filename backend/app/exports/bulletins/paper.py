"""A bulletin on A4: what it says in a sentence first, then the tables; vectors and real letters."""

from collections.abc import Mapping, Sequence
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from backend.app.core.files.documents import (
    BODY,
    HEADING,
    SMALL,
    TITLE,
    table_block,
    text_block,
    write_document,
)
from backend.app.exports.bulletins.book import FLOW_NAMES
from backend.app.scorecards.figures import NOTHING
from backend.app.tickets.clocks.lateness import late_words
from backend.app.tickets.desk.funnel import WHY_WORDS


def draw_bulletin(content: Mapping[str, Any]) -> bytes:
    """As many pages as it takes; raises GlyphMissing rather than print a box."""
    foot = f"{content['title']} 第 {content['edition']} 稿"
    return write_document(content["title"], foot, _story(content))


def _story(content: Mapping[str, Any]) -> list[Flowable]:
    story: list[Flowable] = [text_block(content["title"], TITLE), Spacer(1, 3 * mm)]
    story += [text_block(sentence, BODY) for sentence in findings(content)]
    story += [text_block("四个数", HEADING), _four(content)]
    if content["why_left"]:
        why = "、".join(f"{WHY_WORDS[one['why']]} {one['count']} 件" for one in content["why_left"])
        story.append(text_block(f"还没办好的：{why}。", SMALL))
    if "indicators" in content:
        story += [text_block("全县各指标", HEADING), _indicators(content["indicators"])]
    story += [text_block("各乡镇", HEADING), _townships(content["townships"])]
    story.append(
        text_block(f"超时按诉求在谁手上算，县诉求受理中心 {content['late_at_desk']} 件、"
              f"县直部门等 {content['late_elsewhere']} 件不在各乡镇的数里。", SMALL)
    )  # fmt: skip
    if "villages" in content:
        story += _villages(content)
        story += [text_block("更正", HEADING), *_corrections(content["corrections"])]
    story += [
        Spacer(1, 3 * mm),
        text_block(
            "区间是 95%：实际多半在这中间；两个数的区间交叠，就分不出高低。样本不足 10 的不比较。"
            "人数、登录次数不算分。", SMALL,
        ),
    ]  # fmt: skip
    return story


def findings(content: Mapping[str, Any]) -> list[str]:
    """What somebody who reads three lines takes along."""
    now, before, rated = content["flow"], content["flow_before"], content["ratings"]
    earlier = f"（上一期 {before['found']} 件）" if before else ""
    came = f"来了 {now['found']} 件诉求{earlier}，受理 {now['accepted']} 件"
    went = f"答复 {now['done']} 件，村民说解决了 {now['content']} 件"
    late = late_words(content["late"], content["late_at_desk"])
    lines = [f"{came}，{went}；写这一稿时{late}。"]
    if rated["n"]:
        few = f"，{rated['few']}，仅供参考" if rated["few"] else ""
        lines.append(
            f"{rated['n']} 人次评价，满意度 {rated['satisfaction']} 分"
            f"（区间 {rated['satisfaction_range']}），好评率 {rated['positive']}{few}。"
        )
    else:
        lines.append("没有人评价。")
    if "lights" in content:
        lights = "、".join(f"{one['word']} {one['count']} 个村" for one in content["lights"])
        months = "、".join(content["months"])
        few = f"；样本不足不评灯 {content['too_few']} 个村" if content["too_few"] else ""
        lines.append(f"亮灯：{lights}{few}。按 {months} 的事实加总重算，不是各月得分的平均。")
    return lines


def _four(content: Mapping[str, Any]) -> Table:
    rows = [["", *(name for name, _ in FLOW_NAMES)]]
    for label, key in (("这一期", "flow"), ("上一期", "flow_before")):
        if content[key]:
            rows.append([label, *(str(content[key][name]) for _, name in FLOW_NAMES)])
    return table_block(rows, (30, 37, 37, 37, 37), 1)


def _indicators(rows: Sequence[Mapping[str, Any]]) -> Table:
    head = ["指标", "全县", "95% 区间", "样本数", "目标"]
    lines = [
        [
            row["name"], _with(row["value"], row["unit"]), row["range"], str(row["n"]),
            f"{row['target']}{row['unit']}",
        ]
        for row in rows
    ]  # fmt: skip
    return table_block([head, *lines], (48, 32, 46, 26, 26), 1)


def _with(value: str, unit: str) -> str:
    return value if value in (NOTHING, "未定义") else f"{value}{unit}"


def _townships(rows: Sequence[Mapping[str, Any]]) -> Table:
    head = ["乡镇", "评价", "满意度", "95% 区间", "好评率", "发现", "办结", "满意", "超时"]
    lines = [
        [
            row["name"], str(row["n"]), row["satisfaction"], row["satisfaction_range"],
            row["positive"], str(row["found"]), str(row["done"]), str(row["content"]),
            str(row["late"]),
        ]
        for row in rows
    ]  # fmt: skip
    return table_block([head, *lines], (34, 17, 19, 30, 20, 15, 15, 15, 13), 1)


def _villages(content: Mapping[str, Any]) -> list[Flowable]:
    """By type and band; inside a band by code, since nobody can tell them apart."""
    story: list[Flowable] = []
    kinds = list(dict.fromkeys(one["kind"] for one in content["villages"]))
    for kind in sorted(kinds, key=lambda one: one or ""):
        name = f"各村：{kind}" if kind else "各村"
        head = ["村", "乡镇", "档", "总分", "区间", "灯", "扣分最多"]
        lines = [
            [
                one["village"], one["township"], str(one["band"] or "样本不足"), one["total"],
                f"{one['low']} – {one['high']}" if one["low"] != NOTHING else NOTHING,
                f"{one['light']['icon']} {one['light']['word']}", one["lost"],
            ]
            for one in content["villages"]
            if one["kind"] == kind
        ]  # fmt: skip
        story += [
            text_block(name, HEADING),
            table_block([head, *lines], (38, 27, 17, 17, 29, 21, 29), 3),
        ]
    return story


def _corrections(rows: Sequence[Mapping[str, Any]]) -> list[Flowable]:
    if not rows:
        return [text_block("没有更正。", BODY)]
    head = ["月份", "编号", "村", "理由", "更正前", "更正后"]
    lines = [
        [
            row["month"], f"第 {row['number']} 号", row["village"], row["reason"], row["before"],
            row["after"],
        ]
        for row in rows
    ]  # fmt: skip
    return [table_block([head, *lines], (18, 18, 34, 72, 18, 18), 4)]
