"""Closing an account: everything that names somebody goes in one transaction, every figure stays.

Ratings become nobody's and lose their words; cases keep their words and lose name, telephone,
photos and recordings; entries of points keep their amounts under a number that names nobody.
"""

from backend.app.accounts import persons as accounts
from backend.app.core.audit import record
from backend.app.core.db import after_commit
from backend.app.exports import persons as exports
from backend.app.notices import persons as notices
from backend.app.own_data import contents
from backend.app.own_data import operations as requests
from backend.app.points import persons as points
from backend.app.points.queries import balance_of
from backend.app.ratings import persons as ratings
from backend.app.rewards import persons as rewards
from backend.app.tickets import persons as tickets

GOES = (
    "微信给的编号、称呼、村和户名、消息、兑换时留的姓，都删掉。",
    "您在评价里写的话删掉；在诉求里留的称呼、电话和您传的照片、录音删掉。",
)
STAYS = (
    "您点过的评价还算在村里的得分里，但不再是谁的。",
    "您提过的诉求，文字和办理经过作为办件留着，没有您的称呼和电话。",
    "积分的合计还在账上，不再是谁的；已经公示过的不改。",
    "匿名问卷和匿名诉求本来就查不到是谁的，删不了，也不用删。",
)


def what_stays(person_id: int) -> list[str]:
    """What is said before somebody closes an account, the open things first."""
    result = []
    balance, running = balance_of(person_id), tickets.count_open(person_id)
    if balance:
        result.append(f"没兑的 {balance} 分就作废了；预留还没领的东西会取消。")
    if running:
        result.append(f"还在办的 {running} 件诉求照样办，办完您在这里看不到了。")
    result.extend(STAYS)
    result.append("为了一个人不会有两份票，同一个微信要过两个整月才能重新开。")
    return result


def close_account(person_id: int, by_id: int | None) -> None:
    """Raises HasRole for who works for the county, PersonUnknown for who is closed already."""
    person = accounts.lock(person_id)
    name = person.display_name
    accounts.close(person)
    rewards.unlink(person_id)
    points.unlink(person_id, name)
    ratings.unlink(person_id)
    tickets.unlink(person_id)
    notices.forget(person_id)
    exports.take_back()
    requests.drop_of(person_id)
    record("close_account", by_id, "person", person_id)
    after_commit(lambda: _delete_files(person_id))


def _delete_files(person_id: int) -> None:
    contents.delete_files(contents.owner_of(person_id))
