"""What people are told about their points. The inbox is the record; WeChat only rings the bell."""

from collections.abc import Collection
from datetime import date

from backend.app.core import clock
from backend.app.notices.operations import notify
from backend.app.points.models import PointsDayFreeze, PointsDraw, PointsExpiry, PointsFreeze
from backend.app.points.states import DayFreezeDecision, FreezeDecision

PAGE = "/pages/points/index"
DRAW_PAGE = "/pages/draws/index?id={}"
TEMPLATE = "points_changed"


def _tell(
    people: Collection[int], title: str, words: str, about: str, subject_id: int, points: int = 0,
    day: date | None = None, page: str = PAGE,
) -> None:  # fmt: skip
    kind = about.split(":")[0]
    notify(
        people, kind="points", title=title, words=words, page=page,
        subject_kind=f"points_{kind}", subject_id=subject_id, template=TEMPLATE,
        wechat={
            "points": str(points), "day": f"{day or clock.today():%Y-%m-%d}", "words": title
        },
        dedup=f"points:{about}:{subject_id}",
    )  # fmt: skip


def tell_frozen(freeze: PointsFreeze) -> None:
    words = (
        f"原因：{freeze.reason}。分还在，先不能用；有异议可以在「我的积分」里申诉，由另一个人来看。"
    )
    _tell([freeze.person_id], "您的积分暂时冻结了", words, "freeze", freeze.id)


def tell_appeal(freeze: PointsFreeze) -> None:
    """What became of an appeal."""
    title = (
        "申诉通过，积分已解冻"
        if freeze.decision == FreezeDecision.LIFTED
        else "申诉没有通过，积分仍冻结"
    )
    _tell([freeze.person_id], title, freeze.decision_note or "", "freeze:appeal", freeze.id)


def tell_lifted(freeze: PointsFreeze) -> None:
    _tell([freeze.person_id], "积分已解冻", "现在可以正常使用了。", "freeze:lifted", freeze.id)


def tell_day_frozen(found: PointsDayFreeze) -> None:
    words = f"原因：{found.reason}。由另一位工作人员核实，没问题就退回。"
    title = f"{found.day.month} 月 {found.day.day} 日的 {found.amount} 分先暂扣"
    _tell([found.person_id], title, words, "day_freeze", found.id, found.amount, found.day)


def tell_day_freeze(found: PointsDayFreeze) -> None:
    """What a second person found."""
    back = found.decision == DayFreezeDecision.GIVEN_BACK
    title = f"暂扣的 {found.amount} 分{'已退回' if back else '核实后不退了'}"
    _tell(
        [found.person_id], title, found.decision_note or "", "day_freeze:decided", found.id,
        found.amount, found.day,
    )  # fmt: skip


def tell_expiry(expiry: PointsExpiry, told: dict[int, list[int]]) -> None:
    """One statement for all who lose the same number of points."""
    day = expiry.expires_on
    for points, people in told.items():
        title = f"{points} 分快到期了"
        words = f"{day.month} 月 {day.day} 日起作废，之前可以去兑换。先用的是最早得的分。"
        _tell(people, title, words, "expiry", expiry.id, points, day)


def tell_called_off(draw: PointsDraw, people: Collection[int]) -> None:
    title = f"「{draw.title}」取消了"
    words = f"原因：{draw.called_off_reason}"
    _tell(people, title, words, "draw", draw.id, page=DRAW_PAGE.format(draw.id))


def tell_draw(draw: PointsDraw, people: Collection[int], won: bool) -> None:
    title = f"「{draw.title}」{'您中奖了' if won else '开奖了'}"
    words = "打开看奖品和领法。" if won else "这次没有中，名单和算法都公开，可以自己核对。"
    _tell(people, title, words, "draw", draw.id, page=DRAW_PAGE.format(draw.id))
