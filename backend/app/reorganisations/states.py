"""Kinds of reorganisations, and how far one has come."""

from backend.app.core.states import NamedState


class ReorganisationKind(NamedState):
    """What happens to a village."""

    MERGE = "merge", "并入另一个村"
    SPLIT = "split", "分出一个新村"
    RENAME = "rename", "改名"
    MOVE = "move", "划到另一个乡镇"


class ReorganisationState(NamedState):
    """调整."""

    PROPOSED = "proposed", "等确认"
    DONE = "done", "已办"
    DROPPED = "dropped", "已撤回"
