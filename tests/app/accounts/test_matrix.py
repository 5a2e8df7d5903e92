"""Who may do what, written down a second time and held against the table and every page."""

import re

import pytest
from flask import Flask

from backend.app.access import (
    MAY_GRANT,
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
from tests.factories.console import make_staff, sit_down
from tests.factories.county import OPENED_ON, County, make_county

# Villager, Cadre, Department staff, Township staff, County staff, Leader, Administrator.
LETTERS = dict(zip("VCSDTKLA", Role, strict=True))
MATRIX = {
    "own_account": "VCSDTKLA",
    "rate": "VCSDTKLA",
    "see_own_points": "VCSDTKLA",
    "see_scorecard": "VCSDTKLA",
    "use_console": "DTKLA",
    "see_dashboard": "TKLA",
    "see_villages": "TKLA",
    "see_held_words": "KA",
    "review_words": "KA",
    "recompute_scorecards": "KA",
    "manage_places": "TKA",
    "print_posters": "TKA",
    "export": "TKA",
    "see_people": "KA",
    "grant_roles": "KA",
    "manage_logins": "A",
    "see_audit": "A",
    "send_ticket": "VCSDTKLA",
    "handle_tickets": "CDTKA",
    "see_tickets": "DTKLA",
    "run_ticket_desk": "KA",
    "enter_for_others": "TKA",
    "manage_ticket_rules": "KA",
    "manage_surveys": "KA",
    "see_surveys": "TKLA",
    "enter_paper_votes": "TKA",
    "redeem": "VCSDTKLA",
    "hand_out_rewards": "CSTKA",
    "manage_rewards": "TKA",
    "see_redemptions": "TKLA",
    "see_points": "TKLA",
    "manage_points": "KA",
    "enter_deeds": "CTKA",
    "confirm_deeds": "TKA",
    "review_points": "KA",
    "see_reviews": "KLA",
    "review_ratings": "KA",
    "manage_schemes": "KA",
    "lock_months": "KA",
    "publish": "KA",
    "import_facts": "KA",
    "adjust_scores": "KA",
    "raise_objection": "C",
    "decide_objections": "KA",
    "see_leader_page": "KLA",
    "manage_api_tokens": "KA",
}
GRANTABLE = {
    "A": "CSDTKLA", "K": "CSDT", "V": "", "C": "", "S": "", "D": "", "T": "", "L": "",
}  # fmt: skip
SECOND_FACTOR = "TKA"
WRITING = {
    "review_words", "recompute_scorecards", "manage_places", "export", "grant_roles",
    "manage_logins", "handle_tickets", "run_ticket_desk", "enter_for_others",
    "manage_ticket_rules", "manage_surveys", "enter_paper_votes", "hand_out_rewards",
    "manage_rewards",
    "manage_points", "enter_deeds", "confirm_deeds", "review_points", "manage_schemes",
    "lock_months", "publish", "import_facts", "adjust_scores", "raise_objection",
    "decide_objections", "manage_api_tokens", "review_ratings",
}  # fmt: skip


def holder(role: Role, region_id: int = 7) -> Actor:
    return Actor(1, () if role is Role.VILLAGER else (Grant(role, region_id, OPENED_ON),))


def test_every_permission_is_written_down() -> None:
    assert set(MATRIX) == {permission.value for permission in Permission}


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("name", MATRIX)
def test_the_table_says_what_is_written_down(letter: str, name: str) -> None:
    role, permission = LETTERS[letter], Permission(name)
    # Everybody is a villager at least.
    held = letter in MATRIX[name]
    assert (role in TABLE[permission]) is held
    assert has_permission(holder(role), permission) is (held or "V" in MATRIX[name])
    if role is not Role.VILLAGER:
        assert may(holder(role), permission, {9, 7, 1}) is held
        assert may(holder(role), permission, {9, 8, 1}) is False
        assert regions_of(holder(role), permission) == (frozenset({7}) if held else frozenset())


@pytest.mark.parametrize("letter", LETTERS)
def test_nobody_hands_out_more_than_is_written_down(letter: str) -> None:
    expected = {LETTERS[other] for other in GRANTABLE[letter]}
    assert MAY_GRANT.get(LETTERS[letter], frozenset()) == expected
    for role in expected:
        # To object is what the assessed may do against the office: no right over anybody.
        below = {p for p in Permission if role in TABLE[p]} - {Permission.RAISE_OBJECTION}
        assert below <= {p for p in Permission if LETTERS[letter] in TABLE[p]}


@pytest.mark.parametrize("letter", LETTERS)
def test_exporters_and_administrators_need_a_second_factor(letter: str) -> None:
    assert needs_second_factor(holder(LETTERS[letter])) is (letter in SECOND_FACTOR)


def test_a_leader_holds_no_permission_to_write() -> None:
    assert all("L" not in MATRIX[name] for name in WRITING)


def test_two_roles_give_both_their_rights_each_in_its_region() -> None:
    both = Actor(1, (Grant(Role.LEADER, 7, OPENED_ON), Grant(Role.TOWNSHIP_STAFF, 8, OPENED_ON)))
    assert may(both, Permission.EXPORT, {8})
    assert not may(both, Permission.EXPORT, {7})
    assert regions_of(both, Permission.SEE_VILLAGES) == {7, 8}


@pytest.fixture
def county(app) -> County:
    return make_county()


@pytest.mark.parametrize("letter", LETTERS)
def test_every_page_of_the_console_keeps_to_the_matrix(
    app: Flask, client, county: County, letter: str
) -> None:
    role = LETTERS[letter]
    region = {
        "C": county.village_ids[0],
        "S": county.village_ids[0],
        "T": county.township_ids[0],
    }.get(letter, county.id)
    granted = None if role is Role.VILLAGER else role
    desk = sit_down(client, make_staff(granted, region, "somebody"))
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
