"""Rules a newcomer can rely on when reading the tree."""

import ast
import re
import subprocess
import unicodedata
from collections import Counter
from pathlib import Path

from tests.architecture.test_imports import EDGES

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 400
LONGEST_LINE = 160
LONGEST_PAGE = 150
LONGEST_EDGE = 250
SOURCE = ("*.py", "*.js", "*.mjs", "*.ts", "*.html", "*.wxml", "*.wxss", "*.css", "*.wxs")
VAGUE = {"utils", "util", "helpers", "helper", "common", "service", "services", "misc"}
FEATURE_FILES = ("operations", "queries", "models")


def tracked(*patterns: str) -> list[Path]:
    """Files git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in tracked(*SOURCE)}
    assert {str(p): n for p, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_page_is_longer_than_150_lines() -> None:
    pages = tracked("backend/app/templates/*.html")
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in pages}
    assert {str(p): n for p, n in lengths.items() if n > LONGEST_PAGE} == {}


def test_no_edge_is_longer_than_250_lines() -> None:
    """Each holds the pages or the endpoints of one noun; more is two nouns."""
    lengths = {
        path: len(path.read_text("utf-8").splitlines())
        for path in tracked("backend/app/*.py")
        if EDGES.match(path.stem)
    }
    assert {str(p): n for p, n in lengths.items() if n > LONGEST_EDGE} == {}


def test_only_core_db_commits() -> None:
    commit = re.compile(r"\.commit\(|\bCOMMIT\b(?! DROP)")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked("backend/*.py")
        if commit.search(path.read_text("utf-8")) and path != ROOT / "backend/app/core/db.py"
    ]
    assert found == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [p for p in tracked("*.py", "miniprogram/*.js") if p.stem in VAGUE] == []


def columns(line: str) -> int:
    """How wide a line stands on a screen: a Chinese letter takes two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def test_no_line_is_wider_than_160_columns() -> None:
    # Migrations that ran are not written anew; a picture inside a style sheet cannot be broken.
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked(*SOURCE)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if columns(line) > LONGEST_LINE
        and 'url("data:' not in line
        and "migrations" not in path.parts
    ]
    assert long == []


def test_every_public_definition_is_annotated() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in tracked("backend/app/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.returns is None
    ]
    assert bare == []


def test_every_package_says_what_it_is_in_both_languages() -> None:
    for init in (ROOT / "backend/app").glob("*/__init__.py"):
        docstring = ast.get_docstring(ast.parse(init.read_text("utf-8"))) or ""
        assert re.search(r"[\u4e00-\u9fff]", docstring), init
        assert re.search(r"[A-Za-z]{3}", docstring), init


def test_no_link_to_a_foreign_host_is_loaded_by_a_page() -> None:
    loaded = re.compile(r"""(?:src|href)\s*=\s*["']https?://|@import\s+url\(["']?https?:""")
    pages = tracked("backend/app/templates/*", "backend/app/static/*.css", "miniprogram/*.wx*")
    assert [str(p) for p in pages if loaded.search(p.read_text("utf-8"))] == []


def test_pages_hold_no_inline_script() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|\son[a-z]+\s*=")
    pages = tracked("backend/app/templates/*.html")
    assert [str(p) for p in pages if inline.search(p.read_text("utf-8"))] == []


def test_every_class_has_a_name_of_its_own() -> None:
    """`Meta` is marshmallow's."""
    counted = Counter(
        node.name
        for path in tracked("backend/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and node.name != "Meta"
    )
    assert {name: times for name, times in counted.items() if times > 1} == {}


def test_no_page_is_given_another_thing_by_the_name_of_the_settings() -> None:
    """The frame of every page asks `settings` whether this is a demo county."""
    given = [
        str(path.relative_to(ROOT))
        for path in tracked("backend/app/*.py")
        if re.search(r"render_(?:template|page)\([^)]*\bsettings=", path.read_text("utf-8"))
    ]
    assert given == []


# Marshmallow's own signature; readers of region files get theirs with their importer.
UNNAMED_ROWS_ALLOWED = {
    "backend/app/core/web/boxes.py _deserialize",
    "backend/app/places/imports.py _run",
    "backend/app/places/imports.py _run_text",
}
UNNAMED_ROWS = re.compile(r"\b(list|Sequence|Iterable|Iterator|Collection)\[Any\]|^Row$|\[Row\]")


def names_rows_of_the_database(tree: ast.Module) -> bool:
    """Whether `Row` in this module is SQLAlchemy's; files of cells have their own."""
    return any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("sqlalchemy")
        and any(name.name == "Row" and name.asname is None for name in node.names)
        for node in ast.walk(tree)
    )


def test_no_function_gives_rows_without_names() -> None:
    unnamed = set()
    for path in tracked("backend/*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef) or node.returns is None:
                continue
            returned = ast.unparse(node.returns)
            if "Any" not in returned and not names_rows_of_the_database(tree):
                continue
            if UNNAMED_ROWS.search(returned):
                unnamed.add(f"{path.relative_to(ROOT)} {node.name}")
    assert unnamed == UNNAMED_ROWS_ALLOWED
