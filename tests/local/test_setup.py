"""Set-up does each step once, and says in words why it cannot go on."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from backend.local import javascript, node, setup
from backend.local.errors import LocalError

FAILURE = LocalError("没有网络", "no network")


def count(folder: Path) -> list[str]:
    """A command that leaves one more line in a file each time it runs."""
    return [sys.executable, "-c", f"open({str(folder / 'runs')!r}, 'a').write('x')"]


def test_a_step_runs_again_only_when_its_inputs_changed(tmp_path: Path) -> None:
    wanted = tmp_path / "requirements.txt"
    for text in ("a==1", "a==1", "a==2", "a==2"):
        wanted.write_text(text)
        setup.once("安装", tmp_path / "stamp", [wanted], count(tmp_path), FAILURE)
    assert (tmp_path / "runs").read_text() == "xx"


def test_a_step_that_failed_is_tried_again_the_next_time(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(LocalError, match="没有网络"):
            setup.once("安装", tmp_path / "stamp", [], [sys.executable, "-c", "exit(1)"], FAILURE)
    assert not (tmp_path / "stamp").exists()


def test_what_is_built_depends_on_every_source_and_on_no_result() -> None:
    sources = set(javascript.sources())
    program, static = setup.ROOT / "miniprogram", setup.ROOT / "backend" / "app" / "static"
    pages = {
        path
        for kind in ("wxml", "wxss", "json", "js")
        for path in program.rglob(f"app/**/*.{kind}")
    }
    frame = set((program / "preview" / "frame").iterdir())
    assert len(pages) > 100
    assert pages | frame | {static / "build.mjs", static / "charts.mjs"} <= sources
    assert not [path for path in sources if "dist" in path.parts]


def test_a_built_file_that_is_gone_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = tmp_path / "node_modules" / ".built"
    stamp.parent.mkdir()
    asked: list[bool] = []
    monkeypatch.setattr(javascript, "ROOT", tmp_path)
    monkeypatch.setattr(javascript, "once", lambda *_: asked.append(stamp.exists()))
    monkeypatch.setattr(javascript, "sources", list)
    for made in (Path(__file__), tmp_path / "gone.js"):
        stamp.write_text("as before")
        monkeypatch.setattr(javascript, "MADE", (made,))
        javascript.build()
    assert asked == [True, False]


def test_an_old_python_is_refused_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(LocalError, match=r"(?s)需要 Python 3\.11.*Python 3\.11 or newer is needed"):
        setup.check_python()


@pytest.mark.parametrize("name", ["local/setup.py", "local/errors.py", "local/__init__.py"])
def test_the_first_files_can_be_read_by_an_old_python(name: str) -> None:
    source = (setup.ROOT / "backend" / name).read_text("utf-8")
    ast.parse(source, feature_version=(3, 7))


def test_an_old_node_is_passed_over(tmp_path: Path) -> None:
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v18.19.0\n")
    old.chmod(0o755)
    assert node.major_version(old) == 18 < node.OLDEST
    assert node.major_version(tmp_path / "none") == 0


def test_the_help_names_every_command_a_newcomer_needs() -> None:
    told = subprocess.run(["make", "help"], cwd=setup.ROOT, capture_output=True, text=True)
    for command in ("make run", "make test", "make lint", "make bench"):
        assert command in told.stdout
