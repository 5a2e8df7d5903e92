"""What is refused of measured values."""

from backend.app.core.errors import Conflict, NotAllowed


class MeasuresClosed(Conflict):
    code = "measures_closed"
    message = "这个考核项目没有在执行，或已经锁定，不再收数据"


class NotYourElement(NotAllowed):
    code = "not_your_element"
    message = "只有评分责任单位能评分，而且不评自己的单位"
