"""The lines of the sheet: counts and published words, nothing else. Pure."""

from collections.abc import Mapping
from typing import Any

from backend.app.scorecards.figures import NOTHING


def said_lines(content: Mapping[str, Any]) -> list[str]:
    """Ratings, reasons and the survey, as they may be told."""
    said = content["said"]
    if not said["n"]:
        lines = ["这个月没有人评价:扫海报上的码,点一张脸就好"]
    elif said["satisfaction"] == NOTHING:
        lines = [f"{said['n']} 人次评价,太少,不分开说"]
    elif not said["levels"]:
        lines = [f"{said['n']} 人次评价，满意度 {said['satisfaction']} 分，差评不到三条"]
    else:
        bad = sum(row["count"] for row in said["levels"][3:])
        figures = f"满意度 {said['satisfaction']} 分,好评率 {said['positive']},差评 {bad} 条"
        lines = [f"{said['n']} 人次评价,{figures}"]
    reasons = "、".join(f"{one['words']} {one['count']} 次" for one in said["reasons"][:4])
    if reasons:
        lines.append(f"选得多的原因:{reasons}")
    for one in said["survey"]:
        if one["says"]:
            answers = ",".join(f"{row['option']} {row['says']}" for row in one["says"][:3])
            lines.append(f"问卷「{one['words']}」:{answers}")
    return lines


def done_lines(content: Mapping[str, Any]) -> list[str]:
    """How far what came in has got, by category."""
    done = content["done"]
    if not done["found"]:
        return ["这个月没有人提诉求"]
    return [
        f"{one['name']}:来了 {one['found']} 件,答复 {one['done']} 件,说解决了 {one['content']} 件"
        for one in done["categories"]
    ]


def left_lines(content: Mapping[str, Any]) -> list[str]:
    done = content["done"]
    if not done["left"]:
        return ["来的事都有了着落"] if done["found"] else []
    return [f"{one['name']} {one['count']} 件:{one['why']}" for one in done["left"]]
