"""What a reviewer decides of a flagged rating."""

from backend.app.core.states import NamedState


class FlagDecision(NamedState):
    """It counts, or it never does."""

    ACCEPTED = "accepted", "算数"
    REJECTED = "rejected", "不算数"
