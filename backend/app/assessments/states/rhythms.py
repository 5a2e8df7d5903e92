"""How often a programme's people meet over it: pure data."""

from backend.app.core.states import NamedState


class MeetingRhythm(NamedState):
    """How often a target is reported is the target's own; this is what goes out beside it."""

    USUAL = "usual", "月通报、年考核"
    ZHOUYUEJI = "zhouyueji", "周报送、月通报、季会议、年考核"
