"""States of a request about one's own data."""

from backend.app.core.states import NamedState


class RequestState(NamedState):
    """Written down by one, done or refused by another."""

    WAITING = "waiting", "等第二个人核对"
    DONE = "done", "已办"
    REFUSED = "refused", "没有办"
