"""What can go wrong with appeals, in the words of units and of the office."""

from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound


class AppealUnknown(NotFound):
    code = "appeal_unknown"
    message = "没有找到这件申诉"


class AppealItemUnknown(NotFound):
    code = "appeal_item_unknown"
    message = "您单位的公示结果里没有这一项"


class AppealClosed(Conflict):
    code = "appeal_closed"
    message = "公示期已过，不能再申诉"


class AlreadyAppealed(Conflict):
    code = "already_appealed"
    message = "这一项已经申诉过了，每项只能申诉一次"


class AppealMoved(Conflict):
    code = "appeal_moved"
    message = "这件申诉刚才已有人裁决，请刷新后再看"


class NotYourResult(NotAllowed):
    code = "not_your_result"
    message = "只能替自己单位申诉"


class OwnAppeal(NotAllowed):
    code = "own_appeal"
    message = "您是申诉的一方，或者原来就是您定的，请换一位同事裁决"


class CorrectionRefused(InvalidInput):
    code = "correction_refused"
    message = "还不能这样更正"
