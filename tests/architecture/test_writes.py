"""Writes stand in `operations`; what only reads, and the edges, write nothing.

A noun of the glossary that writes by itself stands in `NOUNS`, which lists nothing needlessly.
"""

import ast
import re
from pathlib import Path

from tests.architecture.test_imports import imports_of
from tests.architecture.test_tables import APP, sources

WRITTEN = re.compile(r"\b(?:INSERT INTO|DELETE FROM|UPDATE [a-z_.]+(?: (?:AS )?[a-z]+)?\s+SET)\b")
ORM_CALLS = {"add", "add_all", "delete", "merge"}
SQL_CALLS = {"insert", "update", "delete", "copy_rows"}
READS = re.compile(r"(?:\w+_)?(?:queries|serializers|schemas|models)$")

NOUNS = {
    "accounts/consents.py",
    "accounts/grants/invitations.py",
    "accounts/grants/requests.py",
    "accounts/persons.py",
    "assessments/transitions.py",
    "ballots/anonymous_store.py",
    "ballots/ballot_box.py",
    "ballots/box_keys.py",
    "ballots/collection_windows.py",
    "ballots/one_time_codes.py",
    "ballots/signing_keys.py",
    "exports/persons.py",
    "notices/wechat_check.py",
    "notices/delivery.py",
    "notices/persons.py",
    "places/imports.py",
    "places/reorganisation.py",
    "places/residents.py",
    "places/village_kinds.py",
    "points/expiry.py",
    "points/ledger.py",
    "points/months.py",
    "points/persons.py",
    "points/sql.py",
    "ratings/bulk.py",
    "ratings/flagging.py",
    "ratings/insert.py",
    "ratings/persons.py",
    "ratings/counter_sql.py",
    "ratings/words.py",
    "rewards/persons.py",
    "rewards/publications.py",
    "rewards/redemptions/codes.py",
    "rewards/shops/staff.py",
    "rewards/stock/counts.py",
    "scorecards/facts.py",
    "scorecards/locks/corrections.py",
    "scorecards/phone/public_cases.py",
    "scorecards/rollups.py",
    "scorecards/shown.py",
    "surveys/answer_lists.py",
    "surveys/editor.py",
    "surveys/library.py",
    "surveys/paper/slips.py",
    "surveys/results.py",
    "tickets/anonymous/threads.py",
    "tickets/bad_ratings/call_backs.py",
    "tickets/bad_ratings/mending.py",
    "tickets/clocks/turns.py",
    "tickets/clocks/working_calendar.py",
    "tickets/files.py",
    "tickets/handling.py",
    "tickets/persons.py",
    "tickets/rules/categories.py",
    "tickets/supervision.py",
    "tickets/transitions.py",
}


def writes(source: str) -> bool:
    """Whether a module holds a statement or a call that changes rows."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if WRITTEN.search(node.value):
                return True
        elif isinstance(node, ast.Call) and _is_write(node.func):
            return True
    return False


def _is_write(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in SQL_CALLS
    return (
        isinstance(function, ast.Attribute)
        and function.attr in ORM_CALLS
        and ast.unparse(function.value) in ("db.session", "session")
    )


def writers() -> set[str]:
    return {
        file
        for file, source in sources()
        if "operations" not in file and not file.startswith("core/") and writes(source)
    }


def test_what_writes_is_called_operations_or_is_a_noun_of_the_list() -> None:
    assert writers() == NOUNS


def test_what_reads_and_what_speaks_http_writes_nothing() -> None:
    wrong = [
        file
        for file in writers()
        if READS.match(Path(file).stem) or {"flask", "werkzeug"} & set(imports_of(APP / file))
    ]
    assert wrong == []


def test_the_scan_knows_every_way_of_writing() -> None:
    for program in (
        "db.session.add(x)", "session.delete(x)", "update(X).values(a=1)", "copy_rows('x', [], [])",
        "text('UPDATE x SET a = 1')", "f'DELETE FROM {x}'", "text('INSERT INTO x SELECT 1')",
    ):  # fmt: skip
        assert writes(program), program
    for program in ("found.add(x)", "text('SELECT FOR UPDATE')", "seen.update(x)"):
        assert not writes(program), program
