"""What can go wrong with locking a year, in the words of the office."""

from backend.app.core.errors import Conflict, NotFound


class YearNotLocked(NotFound):
    code = "year_not_locked"
    message = "这个考核项目还没有锁定"


class YearOpen(Conflict):
    code = "year_open"
    message = "还有没办完的事；确实要锁定，请写明理由"


class YearUndecided(Conflict):
    code = "year_undecided"
    message = "还不能锁定，请先办完列出的事"
