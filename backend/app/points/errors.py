"""What can stand between somebody and their points."""

from backend.app.core.errors import Conflict


class AlreadyReversed(Conflict):
    code = "already_reversed"
    message = "这笔积分已经冲正过了"


class BalanceTooLow(Conflict):
    code = "balance_too_low"
    message = "积分余额不够，不能扣减"


class AccountFrozen(Conflict):
    code = "account_frozen"
    message = "积分暂时冻结，先不能用；对冻结有异议，可以在「我的积分」里申诉"


class SamePerson(Conflict):
    code = "same_person"
    message = "这件事要由另一个人来定：自己录的、自己定的，不能自己审"


class AlreadyDecided(Conflict):
    code = "already_decided"
    message = "这件事已经有人定过了"
