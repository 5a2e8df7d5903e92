"""What can go wrong with steps of acceptance."""

from backend.app.core.errors import Conflict, NotAllowed


class AcceptanceMoved(Conflict):
    code = "acceptance_moved"
    message = "这一步已经记过，或者还没有轮到，请刷新后再看"


class NotYourAcceptance(NotAllowed):
    code = "not_your_acceptance"
    message = "这一步不由您记；同一个人不能记一个单位的两步"
