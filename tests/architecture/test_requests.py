"""How requests reach a view: routes are decorators, and forms are read in one place."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "backend/app"
# A body's number that no column holds, and the settings of a process: nobody's form.
NUMBERS_ELSEWHERE = {"core/web/bodies.py", "core/settings.py"}


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
    assert modules_with(r"request\.(form|args|values)\b") == {"core/web/forms.py"}


def test_numbers_that_people_type_are_read_in_one_place() -> None:
    assert modules_with(r"\.is(decimal|digit)\(") == {"core/web/boxes.py", *NUMBERS_ELSEWHERE}
