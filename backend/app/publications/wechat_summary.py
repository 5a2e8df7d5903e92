"""A village's month in at most 300 characters, to be copied into a WeChat group. Pure."""

from collections.abc import Mapping
from typing import Any

from backend.app.scorecards.figures import NOTHING
from backend.app.scorecards.phone.plain_words import bracketed, lost_most

LONGEST = 300
LONGEST_NAME = 24


def for_groups(content: Mapping[str, Any], host: str) -> str:
    """What was said, what was done, what is left, and where to read on; never more than LONGEST.

    What does not fit is left out from the end: the address always stays.
    """
    score, said, done = content["score"], content["said"], content["done"]
    year, month = content["month"].split("-")
    name = _cut(f"{content['township']}{content['village']}", LONGEST_NAME)
    light = score["light"]
    lines = [f"【{name}】{year}年{int(month)}月，您说的我们办了没有？"]
    if score["total"] == NOTHING:
        lines.append("这个月没人评价也没有诉求，不打分。您有话就扫码说一声。")
    else:
        total = bracketed(score["total"], score["few"])
        lines.append(f"得分 {total}，{light['icon']}{light['word']}。")
    if said["n"]:
        lines.append(f"{said['n']} 人次评价" + _satisfaction(said))
    if done["found"]:
        lines.append(
            f"发现 {done['found']} 件，受理 {done['accepted']} 件，办结 {done['done']} 件，"
            f"村民说解决了的 {done['content']} 件。"
        )
    left = sum(one["count"] for one in done["left"])
    if left:
        lines.append(f"还有 {left} 件没办好：{_left(done['left'])}。")
    lost = lost_most(content["indicators"], 1)
    if lost:
        lines.append(f"扣分最多的是{lost[0]['name']}。")
    if content["next_survey"]:
        coming = content["next_survey"]
        lines.append(f"下期问卷 {coming['opens_on']}—{coming['closes_on']}，谁答的谁也查不到。")
    end = f"详情：{host.rstrip('/')}/p/{content['code']}/{content['month']} 急事打 12345"
    return _fitting(lines, end)


def _satisfaction(said: Mapping[str, Any]) -> str:
    if said["satisfaction"] == NOTHING:
        return "，还太少，不单看。"
    return f"，满意度 {said['satisfaction']} 分。"


def _left(rows: list[Mapping[str, Any]]) -> str:
    return "、".join(
        f"{_cut(row['name'], 8)} {row['count']} 件（{row['why']}）" for row in rows[:2]
    )


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def _fitting(lines: list[str], end: str) -> str:
    kept = [*lines]
    while len(kept) > 1 and len("\n".join([*kept, end])) > LONGEST:
        kept.pop()
    return "\n".join([*kept, end])[-LONGEST:] if len(kept) == 1 else "\n".join([*kept, end])
