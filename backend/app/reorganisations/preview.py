"""What hangs on a village, and what becomes of it: shown before anybody confirms."""

from dataclasses import asdict, dataclass
from typing import Any

from backend.app.accounts.queries import who_holds_a_role
from backend.app.accounts.villagers import villagers_of
from backend.app.places.queries import list_children
from backend.app.places.targets import list_points
from backend.app.points.queries import left_in_village
from backend.app.reorganisations.states import ReorganisationKind
from backend.app.rewards.shops.queries import shops_within
from backend.app.tickets.queries import count_unfinished

MERGE, SPLIT, RENAME, MOVE = ReorganisationKind
LABELS = {
    "villagers": "绑定的村民", "groups": "村民小组", "points": "服务点", "posters": "在用的海报码",
    "tickets": "没办完的诉求", "roles": "任职的村干部、店员", "deeds": "等确认的活动",
    "shops": "兑换点", "rules": "积分办法草稿", "draws": "抽奖草稿",
}  # fmt: skip
USUAL = {MERGE: "跟着过去", SPLIT: "仍在原村", RENAME: "不变", MOVE: "不变，归新的乡镇看"}
BECOMES = {
    MERGE: {
        "villagers": "不用重新绑定；已经领的选票照样能用",
        "groups": "跟着过去；重名的会写明原来是哪个村的",
        "points": "跟着过去；重名的会写明原来是哪个村的",
        "posters": "不用重贴，旧码照样能扫",
        "tickets": "马上转过去接着办，期限重新算；以前超时的仍算这个村",
        "roles": "到并入的村接着任职；不再任职的，请到「人员与权限」里收回",
        "deeds": "照常确认，积分记到并入的村",
        "rules": "留着；并入的村在「积分办法」里可以接着用，也可以不要",
        "draws": "照样能公布，两个村的人都有机会",
    },
    SPLIT: {
        "villagers": "选中小组的归新村，不用重新绑定",
        "groups": "选中的归新村",
        "points": "选中的归新村",
        "posters": "不用重贴，旧码照样能扫",
        "tickets": "仍由原村办完",
        "roles": "仍在原村；新村的干部请另外授权",
    },
    RENAME: {"posters": "旧码照样能扫；印着旧名字，方便时换上新的"},
    MOVE: {
        "posters": "旧码照样能扫；印着旧乡镇的，方便时换上新的",
        "tickets": "仍由现在的单位办完；以后的先到新的乡镇",
    },
}


@dataclass(frozen=True)
class Hanging:
    """One kind of thing on a village: how many, and what becomes of it."""

    label: str
    count: int
    becomes: str
    names: str = ""


def hanging_on(village_id: int, kind: ReorganisationKind) -> list[Hanging]:
    """Everything that somebody who confirms should have seen; what is none is left out."""
    points, left = list_points(village_id, in_ended=True), left_in_village(village_id)
    roles = who_holds_a_role(village_id)
    counts = {
        "villagers": len(villagers_of(village_id)), "groups": len(list_children(village_id)),
        "points": len(points), "posters": sum(point.code is not None for point in points),
        "tickets": count_unfinished(village_id), "roles": len(roles), "deeds": left.deeds,
        "shops": sum(shop.closed_on is None for shop in shops_within([village_id])),
        "rules": left.rules, "draws": left.draws,
    }  # fmt: skip
    return [
        Hanging(
            LABELS[key], count, BECOMES[kind].get(key, USUAL[kind]),
            "、".join(roles) if key == "roles" else "",
        )
        for key, count in counts.items() if count
    ]  # fmt: skip


def as_json(hanging: list[Hanging]) -> list[dict[str, Any]]:
    """As it is kept with what was carried out: without anybody's name."""
    return [{**asdict(one), "names": ""} for one in hanging]
