"""What can go wrong with forms that are asked for beside the programme."""

from backend.app.core.errors import Conflict, NotAllowed, NotFound


class FormUnknown(NotFound):
    code = "form_unknown"
    message = "没有找到这份要表"


class FormMoved(Conflict):
    code = "form_moved"
    message = "这份要表已经停了，或您单位已经答复，请刷新后再看"


class NothingLighter(Conflict):
    code = "nothing_lighter"
    message = "这个单位没有可以改为每季报的目标，请刷新后再看"


class NotYourForm(NotAllowed):
    code = "not_your_form"
    message = "这份要表不归您办"
