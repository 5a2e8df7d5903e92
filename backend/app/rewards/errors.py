"""What can stand between somebody and a reward, each in a sentence that says what to do."""

from backend.app.core.errors import Conflict, Gone, NotAllowed, NotFound


class RewardUnknown(NotFound):
    code = "reward_unknown"
    message = "没有这样东西，可能已经下架"


class RewardNotForYou(NotAllowed):
    code = "reward_not_for_you"
    message = "这样东西只给别的村镇兑换"


class RewardNotNow(Conflict):
    code = "reward_not_now"
    message = "这样东西现在不在兑换的日期里"


class ShopUnknown(NotFound):
    code = "shop_unknown"
    message = "没有这个兑换点，可能已经关了"


class ShopPaused(Conflict):
    code = "shop_paused"
    message = "这个兑换点暂停兑换，请换一个兑换点"


class NoShopOfYours(NotAllowed):
    code = "no_shop_of_yours"
    message = "您不管这个兑换点，不能在这里办"


class NotBound(Conflict):
    code = "not_bound"
    message = "请先选好您是哪个村的，再来兑换"


class OutOfStock(Conflict):
    code = "out_of_stock"
    message = "这个兑换点的这样东西兑完了，看看别的兑换点，或过几天再来"


class NotEnoughPoints(Conflict):
    code = "not_enough_points"
    message = "积分还不够"


class OverTheLimit(Conflict):
    code = "over_the_limit"
    message = "这样东西您已经兑够数了"


class TooManyReserved(Conflict):
    code = "too_many_reserved"
    message = "您已预留了好几样，先去取了再兑"


class RedemptionUnknown(NotFound):
    code = "redemption_unknown"
    message = "没有找到这次兑换"


class RedemptionCodeUnknown(NotFound):
    code = "code_unknown"
    message = "没有这个兑换码。请核对数字，或让村民点「换一个码」"


class CodeExpired(Gone):
    code = "code_expired"
    message = "这个码过时了。请村民在手机上点「换一个码」，再扫一次"


class CodeReplaced(Gone):
    code = "code_replaced"
    message = "这个码已经换过了，请扫手机上最新的那个"


class CodeUsed(Gone):
    code = "code_used"
    message = "这个码已经用过了，东西已经领走"


class WrongShop(Conflict):
    code = "wrong_shop"
    message = "这不是在您这里领的"


class OwnRedemption(NotAllowed):
    code = "own_redemption"
    message = "自己兑的东西要请别人来核销"


class NoLongerReserved(Conflict):
    code = "no_longer_reserved"
    message = "这次兑换已经不在预留中了"


class NotHandedOut(Conflict):
    code = "not_handed_out"
    message = "东西还没领走，不用退；不要了可以取消"


class SecondPersonNeeded(NotAllowed):
    code = "second_person_needed"
    message = "谁发的东西，要请另一个人来办退货"


class TooLateToReturn(Conflict):
    code = "too_late_to_return"
    message = "领走超过 30 天，不能退了"


class CountOpen(Conflict):
    code = "count_open"
    message = "这个兑换点还有一次盘点没核对，先核对完"


class OwnCount(NotAllowed):
    code = "own_count"
    message = "有差数的盘点要请另一个人核对"


class StockTooLow(Conflict):
    code = "stock_too_low"
    message = "这样东西有人预留着，减不了这么多。先办完预留的，再来改"


class ShopInvitationUnknown(NotFound):
    code = "shop_invitation_unknown"
    message = "店主邀请码不对、用过了或过期了，请村镇重新发一个"
