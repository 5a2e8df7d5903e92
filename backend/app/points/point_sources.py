"""The acts that earn points by themselves: what a rule calls them."""

from backend.app.points.states import ActivityState

RATING = "rating"
TICKET = "ticket"
FOLLOW_UP = "follow_up"

# Nothing here says what somebody answered, and no rule can ask: the same for low and high.
AUTOMATIC = {
    RATING: "评价服务",
    TICKET: "实名提诉求",
    FOLLOW_UP: "回答回访",
}

# When they are given, as a villager reads it.
WHEN = {
    RATING: "评完就给",
    TICKET: "有人签收就给",
    FOLLOW_UP: "回答了就给",
}
# No act of a person: a unit's that was heard, by no rule and without a cap.
SURVEY = "survey"
SURVEY_LABEL = "本村问卷"
SURVEY_WHEN = "够 10 份，领了票的乡亲人人加分；谁答没答，谁也不知道"
DEED_WHEN = "村里登记，另一个人确认后给"

# Where acts are found that might have earned points: each feature's own SELECT of
# (code, label, person_id, village_id, day) between :first and :last in county :county_id.
# The factory fills it, so that nothing here imports upwards.
SOURCES: dict[str, str] = {}

ACTS = f"""
    SELECT 'deed' AS code, r.label, p.person_id, d.village_id, d.happened_on AS day
    FROM points_deed d
    JOIN points_deed_person p ON p.deed_id = d.id
    JOIN points_rule r ON r.id = d.rule_id
    WHERE d.county_id = :county_id AND d.state = '{ActivityState.CONFIRMED}'
      AND d.happened_on BETWEEN :first AND :last
"""
