"""Whose table is whose: SQL names tables of its own feature, and of others through their owner.

A feature reads another one's rows through its `queries`, or weaves parts from its `sql.py` into a
statement of its own. What still names a foreign table stands in `STILL_NAMED`, which only shrinks.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.test_source import ROOT

APP = ROOT / "backend/app"
TABLE_NAME = re.compile(r'__tablename__ = "(\w+)"')
# A table behind FROM, JOIN and the like, and those after it behind commas.
ALIAS = r"(?:\s+(?:AS\s+)?[a-z]\w*)?"
NAMED = re.compile(
    rf"\b(?:FROM|JOIN|UPDATE|INTO|USING)\s+((?:anonymous\.)?[a-z_]+{ALIAS}"
    rf"(?:\s*,\s*[a-z_.]+{ALIAS})*)"
)
ANONYMOUS = "anonymous."

STILL_NAMED = {
    # People to hide among, of villages and all that went into them.
    "ballots/membership.py": {"binding", "region"},
    # Sums of a village's ledger for its notice, and the villages that wait for one.
    "rewards/publications.py": {"points_entry", "region"},
    # Every village that was open in a month.
    "scorecards/facts.py": {"region"},
    # What the anonymous application shows of a ticket; written where tickets are read.
    "tickets/anonymous/threads.py": {"anonymous.thread"},
}


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(APP.rglob("*.py")):
        yield str(path.relative_to(APP)), path.read_text("utf-8")


def owners() -> dict[str, str]:
    """The feature of each table, by where its model stands."""
    return {
        table: name.partition("/")[0]
        for name, source in sources()
        for table in TABLE_NAME.findall(source)
    }


def tables_named(source: str) -> set[str]:
    strings = [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    listed = [part for text in strings for part in NAMED.findall(text)]
    return {table.split()[0] for part in listed for table in part.split(",")}


def test_sql_names_only_tables_of_its_own_feature() -> None:
    owner = owners()
    named: dict[str, set[str]] = {}
    for file, source in sources():
        feature = Path(file).parts[0]
        foreign = {
            table
            for table in tables_named(source)
            # The tables beside the anonymous inbox have no models; ballots keep them.
            if (
                ("ballots" if table.startswith(ANONYMOUS) else owner.get(table, feature)) != feature
            )
        }
        if foreign:
            named[file] = foreign
    assert named == STILL_NAMED


def test_the_scan_finds_tables_wherever_they_stand() -> None:
    program = 'text("DELETE FROM a USING b x, c WHERE EXISTS (SELECT FROM d) ")\nf"{x} JOIN e y ON"'
    assert tables_named(program) == {"a", "b", "c", "d", "e"}


def test_rows_of_the_database_are_read_by_name() -> None:
    by_position = re.compile(r"\brow\[(?:\d|[A-Z:])")
    # Lines of spreadsheets and of CSV files have no names but their places.
    found = {file for file, source in sources() if by_position.search(source)}
    assert found == {"exports/bulletins/book.py", "places/divisions.py"}
