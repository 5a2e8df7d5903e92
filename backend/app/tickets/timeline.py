"""A ticket's story in plain words: what each move says to the author and to the office. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.app.tickets.kinds import STEP_NAMES, VERDICT_NAMES, Step, Verdict

DESK = "县诉求受理中心"
# Who works on it is the office's business; the author hears what changes for them.
OFFICE_ONLY = frozenset({"classify", "request_extension", "hand_back", "archive"})
OF_THE_DESK = frozenset(
    {"accept", "decline", "assign", "reassign", "decide_extension", "follow_up", "verify", "merge"}
)


@dataclass(frozen=True)
class Told:
    """One event with the names that belong to it."""

    event_id: int
    move: str
    at: datetime
    office: str
    words: str | None
    by_author: bool
    by_system: bool
    detail: Mapping[str, Any]


def tell(told: Told, to_author: bool) -> dict[str, Any] | None:
    """{event_id, at, title, words, by, tone}, or None for what this reader is not told."""
    if to_author and told.move in OFFICE_ONLY:
        return None
    spoken = _spoken(told, to_author)
    if spoken is None:
        return None
    title, tone, words = spoken
    return {
        "event_id": told.event_id,
        "at": told.at,
        "title": title,
        "words": words,
        "by": _by(told, to_author),
        "tone": tone,
    }


def _by(told: Told, to_author: bool) -> str:
    if told.by_author:
        return "您" if to_author else "村民"
    if told.by_system:
        return "系统"
    return DESK if told.move in OF_THE_DESK else told.office


def _spoken(told: Told, to_author: bool) -> tuple[str, str, str | None] | None:
    """Title, tone and words of an event."""
    who = "您" if to_author else "村民"
    signed = "接手了" if to_author else "签收了"
    plain: dict[str, tuple[str, str]] = {
        "submit": ("您提了这件事" if to_author else "诉求已提交", "plain"),
        "accept": (f"{DESK}{'收下了' if to_author else '已受理'}", "plain"),
        "decline": ("没有受理" if to_author else "不予受理", "late"),
        "classify": ("调整了分类", "plain"),
        "assign": (f"交给 {told.office} 办", "plain"),
        "reassign": (f"改由 {told.office} 办", "plain"),
        "hand_back": (f"{told.office} 退回，重新派单", "plain"),
        "sign": (f"{told.office} {signed}，开始办", "plain"),
        "ask": (f"{told.office} 想问{who}一句", "ask"),
        "supplement": (f"{who}补充了情况", "plain"),
        "resume": ("接着办", "plain"),
        "progress": (f"{told.office} 说了进展", "plain"),
        "request_extension": (f"申请延长 {told.detail.get('days', '')} 天", "plain"),
        "reply": (f"{told.office} 答复了", "good"),
        "answer_merged": (f"{told.office} 答复了（同类诉求一起办）", "good"),
        "follow_up": ("回访，没有联系上", "plain"),
        "verify": ("到现场看过，办好了" if to_author else "现场核查：已处置", "good"),
        "close_unsolved": ("没能解决，不再办了" if to_author else "未能解决，已结束办理", "late"),
        "close_silent": (f"没等到{who}的话，先办{'完' if to_author else '结'}了", "plain"),
        "reopen": ("重新办", "ask"),
        "withdraw": (f"{who}撤回了诉求", "plain"),
        "merge": (f"和同类诉求 {told.detail.get('into', '')} 一起办", "plain"),
        "release": ("单独办理", "plain"),
        "archive": ("归档", "plain"),
        "annul": ("撤销了" if to_author else "这一批导入已撤销", "late"),
    }
    if told.move in plain:
        title, tone = plain[told.move]
        if told.move == "reply" and told.detail.get("result") == "cannot":
            title, tone = f"{told.office} 说明：确实办不了", "late"
        internal = to_author and told.move in ("assign", "reassign")
        return title, tone, None if internal else told.words
    return _spoken_of_more(told, to_author, who)


def _spoken_of_more(told: Told, to_author: bool, who: str) -> tuple[str, str, str | None] | None:
    """Moves whose words depend on what was decided."""
    detail = told.detail
    if told.move in ("confirm", "dispute"):
        answer = VERDICT_NAMES[Verdict(detail["answer"])]
        by_phone = "（电话回访）" if detail.get("by_phone") else ""
        tone = "late" if told.move == "dispute" else "good"
        return f"{who}说：{answer}{by_phone}", tone, told.words
    if told.move == "decide_extension":
        if detail["approved"]:
            return f"办理延长 {detail['days']} 天", "plain", f"理由：{detail['reason']}"
        return None if to_author else ("延期申请被驳回", "late", told.words)
    if told.move == "supervise":
        if detail.get("asked_again"):
            return ("请您说说解决了没有", "ask", None) if to_author else None
        level = STEP_NAMES[Step(int(detail["level"]))]
        return (
            ("县里督促了这件事", "plain", None)
            if to_author
            else (f"督办：{level}", "late", told.words)
        )
    return None
