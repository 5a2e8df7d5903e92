"""Talks between somebody who is assessed and who answers for it: pure data."""

from enum import StrEnum

from backend.app.core.states import NamedState


class TalkKind(NamedState):
    """When in a quarter they talk."""

    BEFORE = "before", "事前：谈目标"
    DURING = "during", "事中：谈进展"
    AFTER = "after", "事后：谈结果"


class TalkSide(StrEnum):
    """Who writes: each what was said, in own words."""

    MANAGER = "manager"
    PERSON = "person"


class TalkState(NamedState):
    """Whose words there are; those of both are the record."""

    RAISED = "raised", "主管已记录，等本人"
    ANSWERED = "answered", "本人已记录，等主管"
    RECORDED = "recorded", "双方已记录"


S, P, M = TalkState, TalkSide.PERSON, TalkSide.MANAGER
# Either begins, may write anew until the other has written, and the other's words close it.
TALK_TABLE: dict[tuple[TalkState | None, TalkSide], TalkState] = {
    (None, M): S.RAISED, (S.RAISED, M): S.RAISED, (S.RAISED, P): S.RECORDED,
    (None, P): S.ANSWERED, (S.ANSWERED, P): S.ANSWERED, (S.ANSWERED, M): S.RECORDED,
}  # fmt: skip
