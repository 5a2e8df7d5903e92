"""What a unit is asked for in a period, as parts of SQL."""

from backend.app.assessments.measures.standing_sql import OF_TARGET, standing_fact
from backend.app.assessments.states import ReportState, Rhythm, SubjectKind, TargetState
from backend.app.core.states import one_of
from backend.app.places.sql import join_department, join_region
from backend.app.scoring.assessing.plans import FEED, OWN, REPORT

MONTHS_BETWEEN = {Rhythm.MONTH: 1, Rhythm.QUARTER: 3, Rhythm.HALF: 6, Rhythm.YEAR: 12}
_CASES = " ".join(f"WHEN '{rhythm}' THEN {count}" for rhythm, count in MONTHS_BETWEEN.items())
BY_HAND = {TargetState.ISSUED, TargetState.CONFIRMED, TargetState.RUNNING, TargetState.STOPPED}
_STEP = f"CASE t.rhythm {_CASES} END"
IS_DUE = f"mod(CAST(EXTRACT(MONTH FROM w.period) AS int), {_STEP}) = 0"
AUTOMATIC = (OWN, FEED)
_IS_AUTOMATIC = " OR ".join(f"starts_with(e.source, '{kind}')" for kind in AUTOMATIC)
# The end of the last month, up to that of `:period`, in which target `t` was due by its rhythm;
# what systems know they know every month.
MEASURED_UNTIL = f"""
    CASE WHEN {_IS_AUTOMATIC} THEN CAST(:period AS date) + interval '1 month'
         ELSE date_trunc('year', CAST(:period AS timestamp)) + make_interval(
             months => CAST(EXTRACT(MONTH FROM CAST(:period AS date)) AS int) / {_STEP} * {_STEP})
    END
"""
# Target `t` with element `e` and unit `u` in window `w`: nobody else said the value, its time has
# come by its rhythm, and it is not finished.
IS_ASKED = f"""
    {one_of("t.state", BY_HAND)} AND starts_with(e.source, '{REPORT}') AND {IS_DUE}
    AND t.starts_on < w.period + interval '1 month'
    AND EXTRACT(MONTH FROM w.period) BETWEEN u.first_month AND u.last_month
    AND NOT EXISTS (
        SELECT FROM target_standing s
        WHERE s.target_id = t.id AND s.period < w.period
          AND CAST(s.basis ->> 'finished' AS boolean))
    AND NOT EXISTS ({standing_fact(OF_TARGET, "period = w.period")})
"""
# Nothing changed at the last two times: it may be left out, and is not missed.
IS_QUIET = f"""
    (SELECT count(*) = 2 AND bool_and(r.no_change) FROM (
        SELECT no_change FROM target_report
        WHERE target_id = t.id AND period < w.period AND state = '{ReportState.ACCEPTED}'
        ORDER BY period DESC LIMIT 2) r)
"""
FROM_WINDOW = """
    FROM programme_window w
    JOIN target t ON t.programme_id = w.programme_id
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
"""
# The unit's own name, a township's, a department's or a subject's.
JOIN_NAME = f"""
    LEFT {join_region("ur", "u.region_id")}
    LEFT {join_department("ud", "u.department_id")}
    LEFT JOIN assessed_subject us ON us.id = u.subject_id
"""
UNIT_NAME = "COALESCE(ur.name, ud.name, us.name)"
# Persons are not: they are neither graded nor published.
IS_COMPARED = f"us.kind IS DISTINCT FROM '{SubjectKind.PERSON}'"
# A draft is not sent, and what was returned was not sent again.
NOT_SENT = {ReportState.DRAFT, ReportState.RETURNED, ReportState.MISSED}
