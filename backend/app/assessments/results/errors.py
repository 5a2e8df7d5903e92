"""What results refuse."""

from backend.app.core.errors import Conflict


class ResultsLocked(Conflict):
    """The year is locked: what changes now is a numbered correction."""

    code = "results_locked"
    message = "本年度考核已锁定，得分不再重算；确有错误的，走更正"
