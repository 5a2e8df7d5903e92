"""States of a month's round of questions, and of slips that were typed in."""

from backend.app.core.states import NamedState


class RoundState(NamedState):
    """期次; once closed it never opens again."""

    DRAFT = "draft", "草稿"
    SCHEDULED = "scheduled", "已排期"
    OPEN = "open", "正在问"
    CLOSED = "closed", "已截止，待公布"
    PUBLISHED = "published", "已公布"


class PaperState(NamedState):
    """纸票: entered by two people apart."""

    FIRST = "first", "等第二个人录"
    DIFFERS = "differs", "两人录的不一样"
    COUNTED = "counted", "已计票"
    DROPPED = "dropped", "已作废"


UNFINISHED = frozenset({PaperState.FIRST, PaperState.DIFFERS})


class TextState(NamedState):
    """Words of a survey: the county reads them first."""

    MODERATED = "moderated", "待看"
    SHOWN = "shown", "已公布"
    REFUSED = "refused", "不公布"
