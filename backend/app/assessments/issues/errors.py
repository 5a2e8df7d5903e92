"""What can go wrong with the four lists."""

from backend.app.core.errors import Conflict, NotAllowed, NotFound


class IssueUnknown(NotFound):
    code = "issue_unknown"
    message = "没有找到这一条"


class IssueMoved(Conflict):
    code = "issue_moved"
    message = "这一条刚才已有人办过，请刷新后再看"


class NotYourIssue(NotAllowed):
    code = "not_your_issue"
    message = "责任单位自己答复，由考核办没有参与答复的同事销号"
