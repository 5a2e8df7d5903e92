"""Why a rating was not taken, in the villager's words."""

from backend.app.core.errors import Conflict, InvalidInput, NotAllowed


class ScanTokenUsed(Conflict):
    code = "scan_token_used"
    message = "这次扫码已经评过了，想再评请重新扫码"


class RatedToday(Conflict):
    code = "rated_today"
    message = "今天已经评过这里了，想改可以在「我的评价」里改"


class RatingKeyReused(Conflict):
    code = "idempotency_conflict"
    message = "这条评价已经收到过，内容不一样，请重新扫码再评"


class OwnVillageCadre(NotAllowed):
    code = "own_village_cadre"
    message = "您是本村干部，不能评自己的村"


class OtherCounty(NotAllowed):
    code = "other_county"
    message = "您绑定的是外县的村，不能评这里。搬家了请先在「我的」里改绑"


class ReasonsInvalid(InvalidInput):
    code = "reasons_invalid"
    message = "选的原因和满意程度对不上，请重新选"


class ChangeClosed(Conflict):
    code = "change_closed"
    message = "评价满 7 天或已追评，不能再改；您还可以追评一次"


class FollowupExists(Conflict):
    code = "followup_exists"
    message = "已经追评过一次了"
