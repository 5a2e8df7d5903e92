"""Who may record a step of acceptance: pure data."""

from backend.app.core.states import NamedState


class AcceptanceParty(NamedState):
    """Within one county's installation the steps are played by these; no person plays two."""

    UNIT = "unit", "被考核单位"
    OFFICE = "office", "考核办"
    DECIDER = "decider", "考核办有审定权的人"
