"""What a result is used for: pure data."""

from backend.app.core.states import NamedState


class UseKind(NamedState):
    """结果运用: never a sum of money."""

    PRAISE = "praise", "表彰"
    FUNDS = "funds", "资金倾斜"
    TRAINING = "training", "培训"
    TALK = "talk", "约谈"
    MENDING = "mending", "整改"
