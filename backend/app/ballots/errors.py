"""What can go wrong with ballots, in the words of the person who reads it."""

from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound


class KeysUnknown(NotFound):
    code = "keys_unknown"
    message = "这个月的匿名票还没有准备好，过几天再来"


class AlreadyIssued(Conflict):
    code = "already_issued"
    message = "这个月的匿名票已经领过了，换了手机或清过数据就找不回来"


class NotAhead(Conflict):
    code = "not_ahead"
    message = "匿名票只提前领：只发下个月和再下个月的。手机上的日期不对，先把日期改对"


class NoVillage(NotAllowed):
    code = "no_village"
    message = "先选您的村，才能领匿名票"


class CadreVotesNot(NotAllowed):
    code = "cadre_votes_not"
    message = "村干部不能给自己的村填问卷"


class VotingOnPaper(Conflict):
    code = "voting_on_paper"
    message = "您这个月选了用纸票，请到村里领一张，投进票箱"


class BlindedRefused(InvalidInput):
    code = "blinded_refused"
    message = "票面不对，请更新小程序后再试"
