"""Documents say what is there."""

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.architecture.test_source import ROOT

ENGLISH, CHINESE = (ROOT / name for name in ("README.md", "README.zh-CN.md"))
DOCUMENTS = [ENGLISH, CHINESE, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
STATUS = re.compile(r"\d{4}-\d\d-\d\d · (accepted|superseded by \[\d+\]\(\S+\))")
BLOCK = re.compile(r"```\w*\n(.*?)```", re.DOTALL)


def read(path: Path) -> str:
    return path.read_text("utf-8")


def test_both_readmes_have_the_same_sections_and_commands() -> None:
    one, other = read(ENGLISH), read(CHINESE)
    levels = [re.findall(r"^(#+) ", text, re.MULTILINE) for text in (one, other)]
    assert levels[0] == levels[1]
    commands = [[b for b in BLOCK.findall(text) if "flask" in b or "make" in b.split("\n")[0]]
                for text in (one, other)]  # fmt: skip
    assert commands[0] == commands[1]
    assert set(LINK.findall(one)) - {"README.zh-CN.md"} == set(LINK.findall(other)) - {"README.md"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(path: Path) -> None:
    assert [link for link in LINK.findall(read(path)) if not (path.parent / link).exists()] == []


def test_every_folder_in_the_map_exists() -> None:
    for line in BLOCK.findall(read(ENGLISH))[1].splitlines():
        names = line.split("   ")[0].split()
        inside = ROOT / "backend/app" if line.startswith("  ") else ROOT
        assert [name for name in names if not (inside / name).exists()] == []


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE))
    for path in DOCUMENTS:
        assert set(re.findall(r"`make ([a-z-]+)", read(path))) <= targets


def test_every_flask_command_named_exists(migrated_app: Flask) -> None:
    groups = migrated_app.cli.commands
    for path in DOCUMENTS:
        for group, command in re.findall(r"flask --app wsgi ([a-z]+) ([a-z-]+)", read(path)):
            assert command in groups[group].commands, (path, group, command)


@pytest.mark.parametrize(
    ("module", "example", "also"),
    [
        ("settings", ".env.example", {"PORT", "LOCAL_DIR"}),
        ("anonymous_settings", ".env.anonymous.example", set()),
    ],
)
def test_the_example_environment_names_exactly_what_is_read(
    module: str, example: str, also: set[str]
) -> None:
    source = read(ROOT / f"backend/app/core/{module}.py")
    wanted = set(re.findall(r'environ\.get\("([A-Z_]+)"', source))
    wanted |= set(re.findall(r'(?:read_whole|_switch)\(environ, "([A-Z_]+)"', source))
    wanted -= {"APP_ENV"}
    explained = set(re.findall(r"^#? ?([A-Z_]+)=", read(ROOT / example), re.MULTILINE))
    assert wanted - explained == set()
    assert explained - wanted == {"APP_ENV"} | also


@pytest.mark.parametrize("name", ["scoring", "assessments"])
def test_every_test_named_in_a_document_of_figures_exists(name: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", read(ROOT / f"docs/{name}.md")))
    assert named
    written = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        written |= set(re.findall(r"def (test_\w+)", read(path)))
    assert named - written == set()


def leads_somewhere(dotted: str) -> bool:
    """Whether a path of packages ends at a module, or at a name that one of them has."""
    place, names = ROOT / "backend/app", dotted.split(".")
    while names and (place / names[0]).is_dir():
        place /= names.pop(0)
    modules = [place / f"{names[0]}.py"] if names and (place / f"{names[0]}.py").exists() else []
    names = names[len(modules) :]
    sources = "\n".join(read(path) for path in modules or place.glob("*.py"))
    return all(re.search(rf"\b{name}\b", sources) for name in names)


def test_every_module_named_in_the_glossary_exists() -> None:
    packages = {path.name for path in (ROOT / "backend/app").iterdir() if path.is_dir()}
    named = re.findall(r"`([a-z_]+(?:\.\w+)+)`", read(ROOT / "docs/glossary.md"))
    named = [name for name in named if name.partition(".")[0] in packages]
    assert len(named) > 10
    assert [name for name in named if not leads_somewhere(name)] == []


RECIPES, CONTRIBUTING = ROOT / "docs/changing.md", ROOT / "CONTRIBUTING.md"
NAMED = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w./-]*[\w-]\.(?:py|html|mjs|js|wxss|md)|(?:tests|backend|docs)/[\w/]+")
SYMBOL = re.compile(r"[A-Za-z_]\w*(?:\.\w+)?")
# Of the database, and words of the reader's own change.
NOT_IN_CODE = {"outbox_message", "channel", "level_6"}


def file_named(name: str) -> Path:
    """Files of the application are named without the folder that holds them all."""
    inside = ROOT / "backend/app" / name
    return inside if inside.exists() else ROOT / name


def recipes() -> list[str]:
    return re.split(r"^## ", read(RECIPES), flags=re.MULTILINE)[1:]


@pytest.mark.parametrize("path", [CONTRIBUTING, RECIPES], ids=lambda path: path.name)
def test_every_file_named_to_whoever_changes_something_exists(path: Path) -> None:
    named = [name for name in NAMED.findall(read(path)) if FILE.fullmatch(name)]
    named += re.findall(r"(?:pytest|--test) (tests/[\w./]+)", read(path))
    assert [name for name in named if not file_named(name).exists()] == []
    assert len(named) > 3


def test_there_are_eleven_recipes_and_each_names_its_tests() -> None:
    assert [text.split(".")[0] for text in recipes()] == [str(n) for n in range(1, 12)]
    for recipe in recipes():
        steps, _, tests = recipe.partition("\nTests: ")
        numbers = re.findall(r"^(\d+)\. ", steps.partition("\n")[2], re.MULTILINE)
        assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
        assert "`tests/" in tests, recipe.splitlines()[0]


@pytest.mark.parametrize("recipe", recipes(), ids=lambda text: text.splitlines()[0])
def test_what_a_recipe_names_stands_in_one_of_its_files(recipe: str) -> None:
    names = NAMED.findall(recipe)
    files = [file_named(name) for name in names if FILE.fullmatch(name)]
    sources = "\n".join(read(path) for path in files if path.is_file())
    symbols = {name for name in names if SYMBOL.fullmatch(name) and not FILE.fullmatch(name)}
    missing = [
        name
        for name in sorted(symbols - NOT_IN_CODE)
        if not re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", sources)
    ]
    assert missing == []


def test_decisions_are_numbered_without_gaps_and_say_their_date_and_status() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for number, path in enumerate(decisions, 1):
        title, _, status = read(path).splitlines()[:3]
        assert title.startswith(f"# {number}. ")
        assert STATUS.fullmatch(status), path.name
