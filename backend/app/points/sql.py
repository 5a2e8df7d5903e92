"""Parts of SQL that other features weave into a statement of their own, to save a round trip."""

COLUMNS = (
    "person_id, kind, amount, county_id, village_id, rule_id, cause_kind, cause_id, earned_on,"
    " nth, created_at"
)

# What an entry is in sums: 'spent' is what redemptions took less what they gave back.
FLOW = "CASE WHEN cause_kind = 'redemption' THEN 'spent' ELSE kind END"


def rule_of(act: str, code: str, day: str) -> str:
    """The rule for an act on a day: its village's where there is one, else its county's."""
    return f"""
        SELECT id, amount, daily_cap, monthly_cap FROM points_rule
        WHERE region_id IN ({act}.village_id, {act}.county_id) AND code = {code}
          AND starts_on <= {day} AND (ends_on IS NULL OR ends_on >= {day})
        ORDER BY region_id = {act}.village_id DESC LIMIT 1
    """


def earn(source: str, rule_code: str, cause_kind: str, rule: str | None = None) -> str:
    """An INSERT that books one act of `source` (id, county_id, village_id) under today's rule.

    Gives nothing where no rule holds or the person has reached a cap; `nth` makes two simultaneous
    acts collide instead of passing a cap together, so callers try again on a unique violation.
    Binds :person_id, :today, :month, :at. Code and cause are SQL, a literal or a bind; `rule`
    selects another rule than the act's own of today.
    """
    return f"""
    INSERT INTO points_entry ({COLUMNS})
    SELECT :person_id, 'earned', r.amount, act.county_id, act.village_id, r.id, {cause_kind},
           act.id, :today, 1 + so_far.acts, :at
    FROM {source} AS act
    CROSS JOIN LATERAL ({rule or rule_of("act", rule_code, ":today")}) AS r
    CROSS JOIN LATERAL (
        SELECT count(*) AS acts, count(*) FILTER (WHERE e.earned_on = :today) AS today
        FROM points_entry e
        WHERE e.person_id = :person_id AND e.rule_id = r.id AND e.month = :month
          AND e.nth IS NOT NULL
    ) AS so_far
    WHERE so_far.today < r.daily_cap AND so_far.acts < r.monthly_cap
    RETURNING amount
    """


def earn_many(source: str, rule_code: str, cause_kind: str) -> str:
    """As `earn`, for many acts: (id, county_id, village_id, person_id, rated_on, created_at).

    Takes each person's acts of a day in their order in time up to the day's cap, and of these
    the month's up to the month's.
    """
    return f"""
    INSERT INTO points_entry ({COLUMNS})
    SELECT person_id, 'earned', amount, county_id, village_id, rule_id, {cause_kind}, id, rated_on,
           nth, created_at
    FROM (
        SELECT *, before + row_number() OVER (
                   PARTITION BY person_id, rule_id, date_trunc('month', rated_on)
                   ORDER BY created_at, id
               ) AS nth
        FROM (
            SELECT act.*, r.amount, r.id AS rule_id, r.daily_cap, r.monthly_cap,
                   so_far.acts AS before, so_far.today + row_number() OVER (
                       PARTITION BY act.person_id, r.id, act.rated_on
                       ORDER BY act.created_at, act.id
                   ) AS nth_today
            FROM {source} AS act
            CROSS JOIN LATERAL ({rule_of("act", rule_code, "act.rated_on")}) AS r
            CROSS JOIN LATERAL (
                SELECT count(*) AS acts, count(*) FILTER (WHERE e.earned_on = act.rated_on) AS today
                FROM points_entry e
                WHERE e.person_id = act.person_id AND e.rule_id = r.id AND e.nth IS NOT NULL
                  AND e.month = date_trunc('month', act.rated_on)::date
            ) AS so_far
        ) AS of_day
        WHERE nth_today <= daily_cap
    ) AS numbered
    WHERE nth <= monthly_cap
    ORDER BY created_at
    RETURNING cause_id, amount
    """


def balance_of(person: str) -> str:
    """A person's balance, 0 for whoever has none."""
    return f"COALESCE((SELECT balance FROM points_balance WHERE person_id = {person}), 0)"


def earned_by(cause_kind: str, cause_id: str) -> str:
    """The points that a cause earned, 0 for none."""
    return f"""
    COALESCE((SELECT e.amount FROM points_entry e WHERE e.cause_kind = {cause_kind}
              AND e.cause_id = {cause_id} AND e.reverses_id IS NULL), 0)
    """
