"""How requests reach a view: routes are decorators, and forms are read in one place."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "backend/app"
FORMS = "core/forms.py"
# Still reading requests by themselves; the lists may only become shorter.
READ_BY_HAND: set[str] = set()
NUMBERS_BY_HAND = {
    "accounts/grants/invitations.py",
    "core/bodies.py",
    "core/settings.py",
    "exports/month_book.py",
    "places/queries.py",
    "places/residents.py",
    "points/draws/draw_rule.py",
    "rewards/redemptions/codes.py",
    "scorecards/imports/operations.py",
    "scorecards/queries.py",
    "surveys/paper/operations.py",
    "tickets/anonymous/letters.py",
    "tickets/console_queries.py",
    "tickets/export_rows.py",
    "tickets/intake/operations.py",
}


def modules_with(pattern: str) -> set[str]:
    """The files of the application in which this stands."""
    return {
        str(path.relative_to(APP))
        for path in APP.rglob("*.py")
        if re.search(pattern, path.read_text("utf-8"))
    }


def test_every_route_is_added_by_a_decorator() -> None:
    assert modules_with("add_url_rule") == set()


def test_forms_and_addresses_are_read_in_one_place() -> None:
    assert modules_with(r"request\.(form|args|values)\b") - {FORMS} == READ_BY_HAND


def test_numbers_that_people_type_are_read_in_one_place() -> None:
    assert modules_with(r"\.is(decimal|digit)\(") - {"core/boxes.py"} == NUMBERS_BY_HAND
