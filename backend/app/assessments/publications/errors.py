"""What can go wrong with publishing a year, in the words of everybody."""

from backend.app.core.errors import Conflict, NotAllowed, NotFound


class YearNotPublished(NotFound):
    code = "year_not_published"
    message = "这个考核还没有公示，请核对网址"


class OwnLock(NotAllowed):
    code = "own_lock"
    message = "锁定的人不能自己公示，请换一位有审定权的同事"


class PersonsUnpublished(Conflict):
    code = "persons_unpublished"
    message = "个人的考核结果不公示；双方谈过以后，本人看得到自己的"
