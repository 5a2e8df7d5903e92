"""What either side types of a talk."""

from backend.app.assessments.states.talks import TalkKind
from backend.app.assessments.talks.operations import TalkDraft
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form

TALK = Form.of(
    kind=boxes.Choice(list(TalkKind), missing="请选哪一次谈话"),
    period=boxes.Month(missing="请选季度"), words=boxes.Text(), confirmed=boxes.YesNo(),
)  # fmt: skip


def read_talk() -> TalkDraft:
    """Raises InvalidInput."""
    return TalkDraft(*TALK.read().values())
