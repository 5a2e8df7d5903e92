"""Chinese text is set with full-width marks (GB/T 15834): what a person reads, in every source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.test_source import ROOT, tracked

HAN = "[\u3400-\u9fff]"
# A mark after or before Chinese; before a Latin word it belongs to that (`county: 富平`).
HALF_WIDTH = re.compile(rf"{HAN}[,;:?!](?! ?[A-Za-z`])|{HAN}\(|[,;:?!(]{HAN}|{HAN}\)")
# What words of others are read by: headings, addresses and patterns as people write them.
READS_OTHERS = (
    "imports/", "places/names.py", "people/importing.py", "sheet_columns.py", "subject_files.py",
    "assessing/burden.py",
)  # fmt: skip
# Kind and name of an option and of a source.
KEYS = ("clinic:卫生室", "种类:名称", "ballot:群众")
JS_STRINGS = re.compile(
    r"//[^\n]*|/\*.*?\*/|('(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|`(?:[^`\\]|\\.)*`)", re.S
)
MARKUP_ONLY = re.compile(r"\{#.*?#\}|<!--.*?-->|<script.*?</script>|<style.*?</style>", re.S)
LINE_GAP = re.compile(r".*[\u4e00-\u9fff，。；：？！、）」”]\n\s*[\u4e00-\u9fff（「“《]")
TABLE = re.compile(r'(<div class="[^"]*scroll[^>]*>\s*)?<table class="list[^>]*>')


def _is_pattern(call: ast.AST) -> bool:
    function = getattr(call, "func", None)
    return isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "re"


def _python_strings(text: str) -> Iterator[str]:
    """Every string but docstrings and patterns."""
    tree = ast.parse(text)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if _is_pattern(node):
            skipped |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in skipped:
            yield str(node.value)


def _strings(path: Path) -> Iterator[str]:
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        yield from _python_strings(text)
    elif path.suffix == ".js":
        yield from (found[1] for found in JS_STRINGS.finditer(text) if found[1])
    else:
        yield from MARKUP_ONLY.sub("", text).splitlines()


def test_chinese_text_has_full_width_marks() -> None:
    sources = tracked(
        "backend/*.py", "backend/app/templates/*.html", "backend/app/static/*.js",
        "miniprogram/app/*.wxml", "miniprogram/app/*.js", "miniprogram/app/*.json",
    )  # fmt: skip
    half = [
        f"{path.relative_to(ROOT)}: {words.strip()[:60]}"
        for path in sources
        if not any(part in str(path) for part in READS_OTHERS)
        for words in _strings(path)
        if HALF_WIDTH.search(words) and not any(said in words for said in KEYS)
    ]
    assert half == []


def test_no_sentence_has_a_gap_where_its_source_line_ends() -> None:
    """A browser shows the end of a line as a space; `{#` at it and `#}` after it take it out."""
    gaps = [
        f"{path.relative_to(ROOT)}: {broken[0].strip()[-40:]}"
        for path in tracked("backend/app/templates/*.html")
        for broken in LINE_GAP.finditer(path.read_text("utf-8"))
    ]
    assert gaps == []


def test_a_wide_table_of_an_assessment_scrolls_by_itself() -> None:
    """On a phone the page would be pushed sideways."""
    pushing = [
        f"{path.relative_to(ROOT)}: {table[0]}"
        for path in tracked("backend/app/templates/assessments/*.html")
        for table in TABLE.finditer(path.read_text("utf-8"))
        if not table[1]
    ]
    assert pushing == []
