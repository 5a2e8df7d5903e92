"""Imports point downwards."""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_import_contract_holds() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_importing_the_pure_core_loads_no_framework() -> None:
    program = (
        "import sys; import backend.app.scoring.satisfaction, backend.app.access;"
        "heavy = {'flask', 'sqlalchemy', 'marshmallow', 'redis', 'rq'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_only_what_stores_named_words_asks_for_wechats_check() -> None:
    askers = {
        str(path.relative_to(ROOT / "backend"))
        for path in (ROOT / "backend").rglob("*.py")
        if "wechat_check.ask" in (source := path.read_text(encoding="utf-8"))
        or "import ask_for_rated" in source
    }
    assert askers == {
        "app/ratings/insert.py", "app/ratings/operations.py", "app/tickets/intake/operations.py",
        "app/tickets/transitions.py",
    }  # fmt: skip


# Where requests come in and answers go out; everything else neither knows Flask nor HTTP.
EDGES = re.compile(r"(api|console|public|anonymous|forms|commands|blueprints|request_params)(_|$)")


def test_only_the_edges_import_flask_or_werkzeug() -> None:
    app = ROOT / "backend/app"
    importers = [
        str(path.relative_to(app))
        for path in app.rglob("*.py")
        if path.parts[len(app.parts)] not in ("core", "factory.py")
        and not EDGES.match(path.stem)
        and any(name.partition(".")[0] in ("flask", "werkzeug") for name in imports_of(path))
    ]
    assert importers == []


def imports_of(path: Path) -> list[str]:
    """The names of all modules that a file imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return names + [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
