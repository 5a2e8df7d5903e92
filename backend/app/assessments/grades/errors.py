"""What can go wrong with grades, in the words of the office."""

from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound


class GradesUnknown(NotFound):
    code = "grades_unknown"
    message = "没有找到这个考核项目的定等"


class GradeMoved(Conflict):
    code = "grade_moved"
    message = "这个单位的等次刚才有人办过，请刷新后再看"


class GradeOutdated(Conflict):
    code = "grade_outdated"
    message = "得分重新算过，定等建议是按原来的分提的，请先重新生成建议"


class OwnGrade(NotAllowed):
    code = "own_grade"
    message = "自己生成的建议、自己单位的等次，请换一位同事来定"


class GradesRefused(InvalidInput):
    code = "grades_refused"
    message = "还不能这样定等，请看各单位下面的说明"
