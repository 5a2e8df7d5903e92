"""The one table of who may do what."""

from collections.abc import Collection
from enum import StrEnum

from backend.app.access.roles import Actor, Grant, Role

V, C, S, D, T, K, L, M, E, G, J, Y, Z, U = (
    Role.VILLAGER,
    Role.CADRE,
    Role.SHOP_KEEPER,
    Role.DEPARTMENT_STAFF,
    Role.TOWNSHIP_STAFF,
    Role.COUNTY_STAFF,
    Role.LEADER,
    Role.COUNTY_MANAGER,
    Role.ASSESSOR,
    Role.ORGANISER,
    Role.SUBJECT_STAFF,
    Role.SYSTEM_ADMIN,
    Role.SECURITY_ADMIN,
    Role.AUDITOR,
)

EVERYBODY = frozenset(Role)


class Permission(StrEnum):
    """One act a route can ask for."""

    OWN_ACCOUNT = "own_account"
    RATE = "rate"
    SEE_OWN_POINTS = "see_own_points"
    SEE_SCORECARD = "see_scorecard"
    USE_CONSOLE = "use_console"
    SEE_DASHBOARD = "see_dashboard"
    SEE_VILLAGES = "see_villages"
    SEE_MODERATED_WORDS = "see_moderated_words"
    REVIEW_WORDS = "review_words"
    RECOMPUTE_SCORECARDS = "recompute_scorecards"
    MANAGE_PLACES = "manage_places"
    REORGANISE_VILLAGES = "reorganise_villages"
    PRINT_POSTERS = "print_posters"
    EXPORT = "export"
    SEE_PEOPLE = "see_people"
    ASK_FOR_GRANTS = "ask_for_grants"
    INVITE_CADRES = "invite_cadres"
    CONFIRM_ACCOUNTS = "confirm_accounts"
    MANAGE_LOGINS = "manage_logins"
    SEE_AUDIT = "see_audit"
    SEND_TICKET = "send_ticket"
    HANDLE_TICKETS = "handle_tickets"
    SEE_TICKETS = "see_tickets"
    RUN_TICKET_DESK = "run_ticket_desk"
    ENTER_FOR_OTHERS = "enter_for_others"
    MANAGE_TICKET_RULES = "manage_ticket_rules"
    MANAGE_SURVEYS = "manage_surveys"
    SEE_SURVEYS = "see_surveys"
    ENTER_PAPER_VOTES = "enter_paper_votes"
    REDEEM = "redeem"
    HAND_OUT_REWARDS = "hand_out_rewards"
    MANAGE_REWARDS = "manage_rewards"
    SEE_REDEMPTIONS = "see_redemptions"
    MANAGE_SCHEMES = "manage_schemes"
    LOCK_MONTHS = "lock_months"
    PUBLISH = "publish"
    IMPORT_FACTS = "import_facts"
    ADJUST_SCORES = "adjust_scores"
    RAISE_OBJECTION = "raise_objection"
    DECIDE_OBJECTIONS = "decide_objections"
    SEE_LEADER_PAGE = "see_leader_page"
    MANAGE_API_TOKENS = "manage_api_tokens"
    SEE_POINTS = "see_points"
    MANAGE_POINTS = "manage_points"
    ENTER_DEEDS = "enter_deeds"
    CONFIRM_DEEDS = "confirm_deeds"
    REVIEW_POINTS = "review_points"
    SEE_REVIEWS = "see_reviews"
    REVIEW_RATINGS = "review_ratings"
    HANDLE_OWN_DATA = "handle_own_data"
    SEE_PROGRAMMES = "see_programmes"
    SEE_ALL_PROGRAMMES = "see_all_programmes"
    MANAGE_PROGRAMMES = "manage_programmes"
    APPROVE_PROGRAMMES = "approve_programmes"
    SEE_OWN_ASSESSMENT = "see_own_assessment"
    REPORT_TARGETS = "report_targets"
    REVIEW_REPORTS = "review_reports"
    SUPERVISE_TARGETS = "supervise_targets"
    PROPOSE_ADJUSTMENTS = "propose_adjustments"
    ANSWER_ISSUES = "answer_issues"
    RECORD_ACCEPTANCE = "record_acceptance"
    CHECK_SITES = "check_sites"
    DECIDE_RESULTS = "decide_results"
    EXPORT_DUTY_LEADERS = "export_duty_leaders"
    TEND_JOBS = "tend_jobs"


TABLE: dict[Permission, frozenset[Role]] = {
    Permission.OWN_ACCOUNT: EVERYBODY,
    Permission.RATE: EVERYBODY,
    Permission.SEE_OWN_POINTS: EVERYBODY,
    Permission.SEE_SCORECARD: EVERYBODY,
    Permission.USE_CONSOLE: frozenset({D, T, K, L, M, E, G, J, Y, Z, U}),
    Permission.SEE_DASHBOARD: frozenset({T, K, L, M}),
    Permission.SEE_VILLAGES: frozenset({T, K, L, M}),
    Permission.SEE_MODERATED_WORDS: frozenset({K, M}),
    Permission.REVIEW_WORDS: frozenset({K, M}),
    Permission.RECOMPUTE_SCORECARDS: frozenset({K, M}),
    Permission.MANAGE_PLACES: frozenset({T, K, M}),
    Permission.REORGANISE_VILLAGES: frozenset({K, M}),
    Permission.PRINT_POSTERS: frozenset({T, K, M}),
    Permission.EXPORT: frozenset({T, K, M}),
    Permission.SEE_PEOPLE: frozenset({K, M, Y, Z}),
    Permission.ASK_FOR_GRANTS: frozenset({K, M, Y}),
    Permission.INVITE_CADRES: frozenset({K, M}),
    Permission.CONFIRM_ACCOUNTS: frozenset({Z}),
    Permission.MANAGE_LOGINS: frozenset({Y}),
    Permission.SEE_AUDIT: frozenset({U}),
    Permission.SEND_TICKET: EVERYBODY,
    Permission.HANDLE_TICKETS: frozenset({C, D, T, K, M}),
    Permission.SEE_TICKETS: frozenset({D, T, K, L, M}),
    Permission.RUN_TICKET_DESK: frozenset({K, M}),
    Permission.ENTER_FOR_OTHERS: frozenset({T, K, M}),
    Permission.MANAGE_TICKET_RULES: frozenset({K, M}),
    Permission.MANAGE_SURVEYS: frozenset({K, M}),
    Permission.SEE_SURVEYS: frozenset({T, K, L, M}),
    Permission.ENTER_PAPER_VOTES: frozenset({T, K, M}),
    Permission.REDEEM: EVERYBODY,
    Permission.HAND_OUT_REWARDS: frozenset({C, S, T, K, M}),
    Permission.MANAGE_REWARDS: frozenset({T, K, M}),
    Permission.SEE_REDEMPTIONS: frozenset({T, K, L, M}),
    Permission.MANAGE_SCHEMES: frozenset({K, M}),
    Permission.LOCK_MONTHS: frozenset({K, M}),
    Permission.PUBLISH: frozenset({K, M}),
    Permission.IMPORT_FACTS: frozenset({K, M}),
    Permission.ADJUST_SCORES: frozenset({K, M}),
    Permission.RAISE_OBJECTION: frozenset({C}),
    Permission.DECIDE_OBJECTIONS: frozenset({K, M}),
    Permission.SEE_LEADER_PAGE: frozenset({K, L, M}),
    Permission.MANAGE_API_TOKENS: frozenset({K, M}),
    Permission.SEE_POINTS: frozenset({T, K, L, M}),
    Permission.MANAGE_POINTS: frozenset({K, M}),
    Permission.ENTER_DEEDS: frozenset({C, T, K, M}),
    Permission.CONFIRM_DEEDS: frozenset({T, K, M}),
    Permission.REVIEW_POINTS: frozenset({K, M}),
    Permission.SEE_REVIEWS: frozenset({K, L, M}),
    Permission.REVIEW_RATINGS: frozenset({K, M}),
    Permission.HANDLE_OWN_DATA: frozenset({K, M}),
    # The ticket desk is assessed itself, so it sees programmes and manages none.
    Permission.SEE_PROGRAMMES: frozenset({D, T, K, E, L}),
    Permission.SEE_ALL_PROGRAMMES: frozenset({K, E, L}),
    Permission.MANAGE_PROGRAMMES: frozenset({E}),
    Permission.APPROVE_PROGRAMMES: frozenset({E}),
    Permission.SEE_OWN_ASSESSMENT: frozenset({J}),
    Permission.REPORT_TARGETS: frozenset({D, T}),
    Permission.REVIEW_REPORTS: frozenset({D, E}),
    Permission.SUPERVISE_TARGETS: frozenset({E}),
    Permission.PROPOSE_ADJUSTMENTS: frozenset({D, T, E}),
    Permission.ANSWER_ISSUES: frozenset({D, T, E}),
    Permission.RECORD_ACCEPTANCE: frozenset({D, T, E}),
    Permission.CHECK_SITES: frozenset({E}),
    Permission.DECIDE_RESULTS: frozenset({E}),
    Permission.EXPORT_DUTY_LEADERS: frozenset({G}),
    Permission.TEND_JOBS: frozenset({M, Y}),
}

# What the role alone does not carry: the grant has to say that its holder approves.
APPROVERS_ONLY = frozenset({Permission.APPROVE_PROGRAMMES, Permission.DECIDE_RESULTS})
# Whoever of the assessment office is there for a time only looks at what is assigned.
INVITED_ONLY = frozenset({Permission.USE_CONSOLE, Permission.CHECK_SITES})

# Which roles a holder may ask for; a security administrator confirms each.
MAY_ASK_FOR: dict[Role, frozenset[Role]] = {
    # Who runs a subject is invited to it by the assessment office.
    Y: frozenset(Role) - {V, J},
    M: frozenset({C, S, D, T}),
    K: frozenset({C, S, D, T}),
}

# Whoever holds one of these must log in with a second factor outside the demo county.
SECOND_FACTOR: frozenset[Permission] = frozenset(
    {
        Permission.EXPORT,
        Permission.ASK_FOR_GRANTS,
        Permission.MANAGE_LOGINS,
        Permission.CONFIRM_ACCOUNTS,
        Permission.SEE_AUDIT,
        Permission.MANAGE_API_TOKENS,
        Permission.HANDLE_OWN_DATA,
        Permission.HANDLE_TICKETS,
        Permission.MANAGE_PROGRAMMES,
        Permission.DECIDE_RESULTS,
        Permission.EXPORT_DUTY_LEADERS,
    }
)


def has_permission(actor: Actor, permission: Permission) -> bool:
    """True when the actor holds the permission, wherever."""
    if Role.VILLAGER in TABLE[permission]:
        return True
    return any(_carries(grant, permission) for grant in actor.grants)


def _carries(grant: Grant, permission: Permission) -> bool:
    if grant.role not in TABLE[permission]:
        return False
    if grant.role is E and grant.ends_on is not None:
        return permission in INVITED_ONLY
    return grant.approves or permission not in APPROVERS_ONLY


def may(actor: Actor, permission: Permission, region_path: Collection[int]) -> bool:
    """True when a grant that carries the permission covers the region.

    `region_path` is the region's own id and the ids of all regions above it.
    """
    return any(
        _carries(grant, permission) and grant.region_id in region_path for grant in actor.grants
    )


def regions_of(actor: Actor, permission: Permission) -> frozenset[int]:
    """The regions in which the actor holds the permission; what lies below them is covered too."""
    return frozenset(grant.region_id for grant in actor.grants if _carries(grant, permission))


def needs_second_factor(actor: Actor) -> bool:
    """True for administrators and whoever may export, hand out roles or read telephone numbers."""
    return any(has_permission(actor, permission) for permission in SECOND_FACTOR)
