"""What can go wrong with appraisals."""

from backend.app.core.errors import Conflict, NotAllowed, NotFound


class AppraisalUnknown(NotFound):
    code = "appraisal_unknown"
    message = "没有找到这一轮测评"


class AppraisalMoved(Conflict):
    code = "appraisal_moved"
    message = "这一轮测评现在不能这样办，请刷新看看它到了哪一步"


class SameCounter(NotAllowed):
    code = "same_counter"
    message = "两遍要由两个人各录一遍，请换一位同事"


class SameCloser(NotAllowed):
    code = "same_closer"
    message = "关闭这一轮的人不能再定，请换一位能审定的同事"


class OwnUnitCounted(NotAllowed):
    code = "own_unit_counted"
    message = "被测评单位的人不能录票，请换一位同事"
