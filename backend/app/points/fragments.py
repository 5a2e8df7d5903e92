"""Parts of SQL that other features weave into a statement of their own, to save a round trip."""


def earn(source: str, rule_code: str, cause_kind: str) -> str:
    """An INSERT that books one act of `source` (id, county_id) under the rule of the day.

    Gives nothing where the county has no rule or the person has reached the day's cap; `nth` makes
    two simultaneous acts collide instead of passing the cap together, so callers try again on a
    unique violation. Binds :person_id, :today, :at.
    """
    return f"""
    INSERT INTO points_entry
        (person_id, amount, rule_id, cause_kind, cause_id, earned_on, nth, created_at)
    SELECT :person_id, r.amount, r.id, '{cause_kind}', act.id, :today, 1 + so_far.acts, :at
    FROM {source} AS act
    JOIN points_rule r ON r.county_id = act.county_id AND r.code = '{rule_code}'
         AND r.starts_on <= :today AND (r.ends_on IS NULL OR r.ends_on >= :today)
    CROSS JOIN LATERAL (
        SELECT count(*) AS acts FROM points_entry e
        WHERE e.person_id = :person_id AND e.rule_id = r.id AND e.earned_on = :today
          AND e.nth IS NOT NULL
    ) AS so_far
    WHERE so_far.acts < r.daily_cap
    RETURNING amount
    """  # noqa: S608  the arguments are constants of our own code


def earn_many(source: str, rule_code: str, cause_kind: str) -> str:
    """As `earn`, for many acts at once: (id, county_id, person_id, rated_on, created_at).

    Numbers each person's acts of a day in their order in time and books those below the cap.
    """
    return f"""
    INSERT INTO points_entry
        (person_id, amount, rule_id, cause_kind, cause_id, earned_on, nth, created_at)
    SELECT person_id, amount, rule_id, '{cause_kind}', id, rated_on, nth, created_at
    FROM (
        SELECT act.*, r.amount, r.id AS rule_id, r.daily_cap, so_far.acts + row_number() OVER (
                   PARTITION BY act.person_id, r.id, act.rated_on ORDER BY act.created_at, act.id
               ) AS nth
        FROM {source} AS act
        JOIN points_rule r ON r.county_id = act.county_id AND r.code = '{rule_code}'
             AND r.starts_on <= act.rated_on AND (r.ends_on IS NULL OR r.ends_on >= act.rated_on)
        CROSS JOIN LATERAL (
            SELECT count(*) AS acts FROM points_entry e
            WHERE e.person_id = act.person_id AND e.rule_id = r.id AND e.earned_on = act.rated_on
              AND e.nth IS NOT NULL
        ) AS so_far
    ) AS numbered
    WHERE nth <= daily_cap
    ORDER BY created_at
    RETURNING amount
    """  # noqa: S608  the arguments are constants of our own code
