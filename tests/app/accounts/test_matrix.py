"""Who may do what, written down a second time and held against the table and every page."""

import re
from itertools import product

import pytest
from flask import Flask

from backend.app.access import (
    MAY_ASK_FOR,
    TABLE,
    Actor,
    Grant,
    Permission,
    Role,
    has_permission,
    may,
    needs_second_factor,
    regions_of,
)
from backend.app.core.web import console_menu
from tests.factories.console import make_staff, sit_down
from tests.factories.county import OPENED_ON, County, make_county

# Villager, Cadre, Shop keeper, Department staff, Township staff, County staff, Leader, county
# Manager, assEssment office, orGaniser; the three offices: sYstem, Zecurity, aUdit.
LETTERS = dict(zip("VCSDTKLMEGJYZU", Role, strict=True))
MATRIX = {
    "own_account": "VCSDTKLMEGJYZU",
    "rate": "VCSDTKLMEGJYZU",
    "see_own_points": "VCSDTKLMEGJYZU",
    "see_scorecard": "VCSDTKLMEGJYZU",
    "use_console": "DTKLMEGJYZU",
    "see_dashboard": "TKLM",
    "see_villages": "TKLM",
    "see_moderated_words": "KM",
    "review_words": "KM",
    "recompute_scorecards": "KM",
    "manage_places": "TKM",
    "reorganise_villages": "KM",
    "print_posters": "TKM",
    "export": "TKM",
    "see_people": "KMYZ",
    "ask_for_grants": "KMY",
    "invite_cadres": "KM",
    "confirm_accounts": "Z",
    "manage_logins": "Y",
    "see_audit": "U",
    "send_ticket": "VCSDTKLMEGJYZU",
    "handle_tickets": "CDTKM",
    "see_tickets": "DTKLM",
    "run_ticket_desk": "KM",
    "enter_for_others": "TKM",
    "manage_ticket_rules": "KM",
    "manage_surveys": "KM",
    "see_surveys": "TKLM",
    "enter_paper_votes": "TKM",
    "redeem": "VCSDTKLMEGJYZU",
    "hand_out_rewards": "CSTKM",
    "manage_rewards": "TKM",
    "see_redemptions": "TKLM",
    "see_points": "TKLM",
    "manage_points": "KM",
    "enter_deeds": "CTKM",
    "confirm_deeds": "TKM",
    "review_points": "KM",
    "see_reviews": "KLM",
    "review_ratings": "KM",
    "manage_schemes": "KM",
    "lock_months": "KM",
    "publish": "KM",
    "import_facts": "KM",
    "adjust_scores": "KM",
    "raise_objection": "C",
    "decide_objections": "KM",
    "see_leader_page": "KLM",
    "manage_api_tokens": "KM",
    "handle_own_data": "KM",
    "see_programmes": "DTKEL",
    "see_all_programmes": "KEL",
    "manage_programmes": "E",
    "approve_programmes": "E",
    "see_own_assessment": "J",
    "report_targets": "DT",
    "review_reports": "DE",
    "supervise_targets": "E",
    "propose_adjustments": "DTE",
    "answer_issues": "DTE",
    "record_acceptance": "DTE",
    "check_sites": "E",
    "decide_results": "E",
    "export_duty_leaders": "G",
    "tend_jobs": "MY",
}
GRANTABLE = {
    "Y": "CSDTKLMEGYZU", "M": "CSDT", "K": "CSDT", "V": "", "C": "", "S": "", "D": "", "T": "",
    "L": "", "E": "", "G": "", "J": "", "Z": "", "U": "",
}  # fmt: skip
SECOND_FACTOR = "CDTKMEGYZU"
WRITING = {
    "review_words", "recompute_scorecards", "manage_places", "export", "ask_for_grants",
    "manage_logins", "handle_tickets", "run_ticket_desk", "enter_for_others",
    "manage_ticket_rules", "manage_surveys", "enter_paper_votes", "hand_out_rewards",
    "manage_rewards",
    "manage_points", "enter_deeds", "confirm_deeds", "review_points", "manage_schemes",
    "lock_months", "publish", "import_facts", "adjust_scores", "raise_objection",
    "decide_objections", "manage_api_tokens", "review_ratings", "invite_cadres",
    "confirm_accounts", "handle_own_data", "manage_programmes", "approve_programmes",
    "report_targets", "review_reports", "supervise_targets", "propose_adjustments",
    "answer_issues", "record_acceptance", "check_sites", "decide_results", "tend_jobs",
}  # fmt: skip


def holder(role: Role, region_id: int = 7) -> Actor:
    """Somebody with the role; of the assessment office somebody who approves."""
    grant = Grant(role, region_id, OPENED_ON, approves=role is Role.ASSESSOR)
    return Actor(1, () if role is Role.VILLAGER else (grant,))


def test_every_permission_is_written_down() -> None:
    assert set(MATRIX) == {permission.value for permission in Permission}


def answers(role: Role, permission: Permission) -> tuple[object, ...]:
    """In the table; at all; in the own region, in another one; where. Villagers have no region."""
    who = holder(role)
    at_all = (role in TABLE[permission], has_permission(who, permission))
    if role is Role.VILLAGER:
        return at_all
    inside, outside = may(who, permission, {9, 7, 1}), may(who, permission, {9, 8, 1})
    return *at_all, inside, outside, regions_of(who, permission)


def expected(letter: str, name: str) -> tuple[object, ...]:
    # Everybody is a villager at least.
    held = letter in MATRIX[name]
    at_all = (held, held or "V" in MATRIX[name])
    return at_all if letter == "V" else (*at_all, held, False, frozenset({7} if held else ()))


def test_the_table_says_what_is_written_down() -> None:
    cells = list(product(LETTERS, MATRIX))
    answered = {
        (letter, name): answers(LETTERS[letter], Permission(name)) for letter, name in cells
    }
    assert answered == {(letter, name): expected(letter, name) for letter, name in cells}


@pytest.mark.parametrize("letter", LETTERS)
def test_nobody_asks_for_more_than_is_written_down(letter: str) -> None:
    expected = {LETTERS[other] for other in GRANTABLE[letter]}
    assert MAY_ASK_FOR.get(LETTERS[letter], frozenset()) == expected


def test_the_system_administrator_has_no_right_over_the_countys_business() -> None:
    everybodys = {name for name in MATRIX if "V" in MATRIX[name]} | {"use_console"}
    held = {letter: {n for n in MATRIX if letter in MATRIX[n]} - everybodys for letter in "YZU"}
    assert held == {
        "Y": {"see_people", "ask_for_grants", "manage_logins", "tend_jobs"},
        "Z": {"see_people", "confirm_accounts"},
        "U": {"see_audit"},
    }


@pytest.mark.parametrize("letter", LETTERS)
def test_exporters_administrators_and_readers_of_numbers_need_a_second_factor(letter: str) -> None:
    assert needs_second_factor(holder(LETTERS[letter])) is (letter in SECOND_FACTOR)


def test_a_leader_holds_no_permission_to_write() -> None:
    assert all("L" not in MATRIX[name] for name in WRITING)


def test_who_does_not_approve_holds_the_rest_of_the_assessment_offices_rights() -> None:
    clerk = Actor(1, (Grant(Role.ASSESSOR, 7, OPENED_ON),))
    held = {permission for permission in Permission if has_permission(clerk, permission)}
    everybodys = {Permission(name) for name in MATRIX if "V" in MATRIX[name]}
    own = {
        "use_console", "see_programmes", "see_all_programmes", "manage_programmes",
        "review_reports", "supervise_targets", "propose_adjustments", "check_sites",
        "answer_issues", "record_acceptance",
    }  # fmt: skip
    assert held - everybodys == set(map(Permission, own))
    assert not may(clerk, Permission.APPROVE_PROGRAMMES, {7})
    assert regions_of(clerk, Permission.DECIDE_RESULTS) == frozenset()


def test_two_roles_give_both_their_rights_each_in_its_region() -> None:
    both = Actor(1, (Grant(Role.LEADER, 7, OPENED_ON), Grant(Role.TOWNSHIP_STAFF, 8, OPENED_ON)))
    assert may(both, Permission.EXPORT, {8})
    assert not may(both, Permission.EXPORT, {7})
    assert regions_of(both, Permission.SEE_VILLAGES) == {7, 8}


@pytest.mark.parametrize("letter", LETTERS)
def test_nobody_has_more_than_eight_entries_in_the_menu(letter: str) -> None:
    settings = any(letter in MATRIX[page[2]] for page in console_menu.SETTINGS_PAGES)
    entries = [label for label, _, permission in console_menu.MENU if letter in MATRIX[permission]]
    assert len(entries) + settings <= 8


@pytest.fixture
def county(app) -> County:
    return make_county()


@pytest.mark.parametrize("letter", LETTERS)
def test_every_page_of_the_console_keeps_to_the_matrix(
    app: Flask, client, county: County, letter: str, many_requests
) -> None:
    role = LETTERS[letter]
    region = {
        "C": county.village_ids[0],
        "S": county.village_ids[0],
        "T": county.township_ids[0],
    }.get(letter, county.id)
    granted = None if role is Role.VILLAGER else role
    desk = sit_down(client, make_staff(granted, region, "somebody", approves=letter == "E"))
    walked = 0
    for rule in app.url_map.iter_rules():
        guard = app.view_functions[rule.endpoint].__guard__
        if not str(rule).startswith("/console") or not isinstance(guard, Permission):
            continue
        if rule.endpoint == "accounts_console.logout":
            continue
        path = re.sub(r"<int:\w+>", "999999", str(rule))
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path)
        path = re.sub(r"<\w+>", "x", path)
        for method in rule.methods & {"GET", "POST"}:
            answer = desk.get(path) if method == "GET" else desk.post(path)
            allowed = letter in MATRIX[guard.value] or "V" in MATRIX[guard.value]
            where = (method, path, answer.status_code)
            assert answer.status_code < 500, where
            if not allowed:
                assert answer.status_code == 403, where
            elif not rule.arguments and method == "GET":
                assert answer.status_code in {200, 302, 422}, where
            walked += 1
    assert walked > 20
