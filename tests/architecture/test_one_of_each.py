"""What exists once in the tree: a second one beside it fails here."""

import re

from backend.app.access import Role
from backend.app.scoring.catalog import MEASURES
from backend.app.scoring.levels import FIRST_BAD, LEVEL_NAMES, LEVELS
from backend.app.scoring.schemes import AdjustmentKind
from tests.architecture.test_source import ROOT, tracked

# Columns of a score card, too: figures that stand beside every score.
ALSO_FIGURES = {"satisfaction_mean", "positive_rate"}


def files_with(text: str) -> list[str]:
    """Files of the product, below backend/, in which the text stands."""
    files = tracked("backend/*.py", "backend/*.sql")
    return [str(p.relative_to(ROOT)) for p in files if text in p.read_text("utf-8")]


def files_spelling(word: str) -> list[str]:
    """Those of the application that have the word alone between quotes, Python's or SQL's."""
    files = {*files_with(f'"{word}"'), *files_with(f"'{word}'")}
    return sorted(name for name in files if name.startswith("backend/app/"))


def test_advisory_locks_are_taken_by_name_in_one_place() -> None:
    assert files_with("pg_advisory") == ["backend/app/core/db.py"]


def test_the_type_of_a_workbook_stands_in_one_module() -> None:
    assert files_with("spreadsheetml.sheet") == ["backend/app/core/files/workbooks.py"]


def test_the_names_of_the_levels_stand_in_one_module() -> None:
    assert files_with(f'"{LEVEL_NAMES[-1]}"') == ["backend/app/scoring/levels.py"]


def test_good_levels_come_before_bad_ones_and_no_worse_level_is_worth_more() -> None:
    assert [level.number for level in LEVELS] == list(range(1, len(LEVELS) + 1))
    assert sorted(LEVELS, key=lambda level: (level.bad, -level.points)) == list(LEVELS)


def test_the_phone_names_the_levels_as_the_server_does() -> None:
    source = (ROOT / "miniprogram/app/core/ui/levels.js").read_text("utf-8")
    listed = re.search(r"const LABELS = \[(.*?)\]", source)
    assert listed
    assert tuple(re.findall("'(.*?)'", listed[1])) == LEVEL_NAMES
    assert f"const FIRST_BAD = {FIRST_BAD}\n" in source


def test_a_measure_is_named_in_no_more_than_three_modules() -> None:
    named = {code: files_with(f'"{code}"') for code in MEASURES if code not in ALSO_FIGURES}
    assert {code: files for code, files in named.items() if len(files) > 3} == {}


def test_roles_are_spelt_in_their_table_and_by_accounts_alone() -> None:
    # A cadre is also what a ticket is about.
    spelt = {role: files_spelling(role) for role in set(Role) - {Role.CADRE}}
    table, accounts = "backend/app/access/roles.py", "backend/app/accounts/"
    wrong = {
        role: others
        for role, names in spelt.items()
        if (others := [n for n in names if n != table and not n.startswith(accounts)])
    }
    assert wrong == {}


def test_kinds_of_adjustments_are_spelt_in_their_table_and_beside_their_hints() -> None:
    places = ["backend/app/scorecards/adjustments/console.py", "backend/app/scoring/schemes.py"]
    assert {kind: files_spelling(kind) for kind in AdjustmentKind} == dict.fromkeys(
        AdjustmentKind, places
    )


# A word as a state, in SQL: state = 'open', words_state IN ('shown', …).
STATE_IN_SQL = re.compile(
    r"(?:\b|_)(?:state|status|decision|outcome|verdict)\)? *(?:=|<>|(?:NOT )?IN) *\(?'[a-z]"
)


def test_states_in_sql_come_from_their_table() -> None:
    spelt = [
        str(path.relative_to(ROOT))
        for path in tracked("backend/*.py")
        if STATE_IN_SQL.search(path.read_text("utf-8"))
    ]
    assert spelt == []


def test_a_month_is_counted_on_in_one_place() -> None:
    assert files_with("def next_month(") == ["backend/app/core/clock.py"]
    assert files_with("timedelta(days=32)") == []


def test_tests_set_the_clock_by_the_one_fixture() -> None:
    """Except for the attack, which is played outside of pytest."""
    patched = re.compile(r'clock, "now"|clock\.now"')
    files = [path for path in tracked("tests/*.py") if patched.search(path.read_text("utf-8"))]
    assert [str(path.relative_to(ROOT)) for path in files] == [
        "tests/architecture/test_one_of_each.py", "tests/attack/call_backs.py",
    ]  # fmt: skip
