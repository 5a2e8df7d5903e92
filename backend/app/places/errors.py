"""What can go wrong with places, in the words of the person who reads it."""

from collections.abc import Sequence

from backend.app.core.errors import Conflict, Gone, InvalidInput, NotFound


class RegionUnknown(NotFound):
    code = "region_unknown"
    message = "没有找到这个地方，请重新选择"


class ServicePointUnknown(NotFound):
    code = "service_point_unknown"
    message = "没有找到这个服务点，可能已经撤销"


class CodeUnknown(NotFound):
    code = "code_unknown"
    message = "不认识这个码。请扫村里张贴的「扫一扫，评一评」，或打 12345"


class CodeRevoked(Gone):
    code = "code_revoked"
    message = "这个码已停用，请看新贴的码或打 12345"


class NameTaken(Conflict):
    code = "name_taken"
    message = "这个村已有同名的服务点"


class RegionBusy(Conflict):
    code = "region_busy"
    message = "这个村正有别的事在办（如导入、打印海报），什么也没有改。请过一分钟再试一次"


class NotToday(InvalidInput):
    """A reorganisation of a day that has not come yet."""

    def __init__(self) -> None:
        super().__init__(errors={"on": ["还没到这一天。到了那天再办，在那之前什么也不会变"]})


class RegionClosed(Conflict):
    code = "region_closed"
    message = "这个地方已经撤并，不能再改"


class VillageDivided(Conflict):
    """Chosen from an old list: what it went into is several villages by now."""

    code = "village_divided"

    def __init__(self, names: Sequence[str]) -> None:
        words = f"您选的村调整过，现在是{'、'.join(names)}。请重新选您的村"
        super().__init__(words, errors={"village_id": [words]})


class CannotMerge(InvalidInput):
    code = "cannot_merge"
    message = "只能把一个村并入同县的另一个在用的村"
