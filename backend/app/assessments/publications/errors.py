"""What can go wrong with publishing a year, in the words of everybody."""

from backend.app.core.errors import NotAllowed, NotFound


class YearNotPublished(NotFound):
    code = "year_not_published"
    message = "这个考核还没有公示，请核对网址"


class OwnLock(NotAllowed):
    code = "own_lock"
    message = "锁定的人不能自己公示，请换一位有审定权的同事"
