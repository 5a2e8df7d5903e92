"""The lines of the sheet: counts and published words, nothing else. Pure."""

from collections.abc import Mapping
from typing import Any

from backend.app.scorecards.figures import NOTHING
from backend.app.scoring.levels import bad_of


def said_lines(content: Mapping[str, Any]) -> list[str]:
    """Ratings, reasons and the survey, as they may be told."""
    voices = content["said"]
    if not voices["n"]:
        lines = ["这个月没有人评价：扫海报上的码，点一张脸就好"]
    elif voices["satisfaction"] == NOTHING:
        lines = [f"{voices['n']} 人次评价，太少，不分开说"]
    elif not voices["levels"]:
        lines = [f"{voices['n']} 人次评价，满意度 {voices['satisfaction']} 分，差评不到三条"]
    else:
        bad = bad_of([row["count"] for row in voices["levels"]])
        figures = f"满意度 {voices['satisfaction']} 分，好评率 {voices['positive']}，差评 {bad} 条"
        lines = [f"{voices['n']} 人次评价，{figures}"]
    reasons = "、".join(
        f"{reason['words']} {reason['count']} 次" for reason in voices["reasons"][:4]
    )
    if reasons:
        lines.append(f"选得多的原因：{reasons}")
    for question in voices["survey"]:
        if question["says"]:
            answers = "，".join(f"{row['option']} {row['says']}" for row in question["says"][:3])
            lines.append(f"问卷「{question['words']}」：{answers}")
    return lines


def done_lines(content: Mapping[str, Any]) -> list[str]:
    """How far what came in has got, by category."""
    done = content["done"]
    if not done["found"]:
        return ["这个月没有人提诉求"]
    return [
        f"{row['name']}：来了 {row['found']} 件，答复 {row['done']} 件，"
        f"说解决了 {row['content']} 件"
        for row in done["categories"]
    ]


def left_lines(content: Mapping[str, Any]) -> list[str]:
    done = content["done"]
    if not done["left"]:
        return ["来的事都有了着落"] if done["found"] else []
    return [f"{row['name']} {row['count']} 件：{row['why']}" for row in done["left"]]
