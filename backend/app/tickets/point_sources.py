"""Named tickets that were signed for, and follow-ups that were answered, as acts for points."""

from backend.app.core.states import none_of
from backend.app.tickets.kinds import Verdict

ACTS = f"""
    SELECT 'ticket' AS code, NULL AS label, t.person_id, t.village_id,
           (e.at AT TIME ZONE 'Asia/Shanghai')::date AS day
    FROM ticket t
    JOIN LATERAL (
        SELECT min(at) AS at FROM ticket_event WHERE ticket_id = t.id AND move = 'sign'
    ) AS e ON e.at IS NOT NULL
    WHERE t.county_id = :county_id AND t.channel = 'mini' AND t.person_id IS NOT NULL
      AND (e.at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN :first AND :last
    UNION ALL
    SELECT 'follow_up', NULL, t.person_id, t.village_id,
           (t.verdict_at AT TIME ZONE 'Asia/Shanghai')::date
    FROM ticket t
    WHERE t.county_id = :county_id AND t.person_id IS NOT NULL
      AND {none_of("t.verdict", {Verdict.UNANSWERED})} AND t.verdict_at IS NOT NULL
      AND (t.verdict_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN :first AND :last
"""
