"""`make test` runs every test once, in two runs at the same time, and shows how each ended."""

import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from backend.local import suite
from backend.local.setup import ROOT
from backend.local.suite import PartOutcome, Suite, SuitePart

# Makes a file and waits for another.
MEETS = """
import pathlib, sys, time
mine, other = map(pathlib.Path, sys.argv[1:])
mine.touch()
while not other.exists():
    time.sleep(0.01)
"""
FAILS = """
print("tests/app/test_day.py F.    [100%]")
print("=================== FAILURES ===================")
print("assert 1 == 2")
print("=== 1 failed, 2 passed in 0.52s ===")
exit(1)
"""


def python(program: str, *arguments: object) -> str:
    return shlex.join([sys.executable, "-c", program, *map(str, arguments)])


def test_every_folder_of_tests_belongs_to_one_part() -> None:
    folders = sorted(
        f"tests/{path.name}"
        for path in (ROOT / "tests").iterdir()
        if path.is_dir() and any(path.rglob("test_*.py"))
    )
    assert sorted(folder for part in suite.FOLDERS.values() for folder in part) == folders


def test_two_parts_run_at_the_same_time(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    parts = [
        SuitePart("one", python(MEETS, here, there)),
        SuitePart("two", python(MEETS, there, here)),
    ]
    assert [outcome.code for outcome in Suite().run(parts, at_once=2)] == [0, 0]


def test_with_one_core_the_parts_run_in_turn(tmp_path: Path) -> None:
    alone = f"open({str(tmp_path / 'running')!r}, 'x'); import os, time; time.sleep(0.2)"
    alone += f"; os.remove({str(tmp_path / 'running')!r})"
    parts = [SuitePart("one", python(alone)), SuitePart("two", python(alone))]
    assert [outcome.code for outcome in Suite().run(parts, at_once=1)] == [0, 0]


def test_a_failed_part_is_named_with_its_report_and_the_command_to_run_it_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failing = SuitePart("app", python(f"exec({FAILS!r})"))
    passing = SuitePart("county", python("print('=== 5 passed in 1.00s ===')"))
    of_node = SuitePart("node", python("print('ℹ tests 3\\nℹ pass 3\\nℹ fail 0')"))
    outcomes = Suite().run([failing, passing, of_node], at_once=2)
    shown = capsys.readouterr().out
    assert "app    | tests/app/test_day.py F.    [100%]\n" in shown
    assert "assert 1 == 2\n=== 1 failed, 2 passed in 0.52s ===\n" in shown
    assert suite.describe(outcomes, 61.4).splitlines() == [
        "app    | FAILED (exit code 1): 1 failed, 2 passed in 0.52s",
        f"       | run it again: {failing.command}",
        "county | passed: 5 passed in 1.00s",
        "node   | passed: pass 3, fail 0",
        "=== 1 failed, 7 passed in 61s ===",
    ]


@pytest.mark.parametrize("codes", [(0, 0, 0), (1, 0, 0), (0, 0, 1)])
def test_the_suite_fails_when_one_part_fails(
    monkeypatch: pytest.MonkeyPatch, codes: tuple[int, ...]
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def run(_: Suite, parts: list[SuitePart], at_once: int) -> list[PartOutcome]:
        return [PartOutcome(part, code, "") for part, code in zip(parts, codes, strict=True)]

    monkeypatch.setattr(Suite, "run", run)
    assert suite.main([]) == max(codes)


def test_an_interrupted_suite_lets_every_part_tidy_up(tmp_path: Path) -> None:
    tidy = f"""
import pathlib, time
try:
    pathlib.Path({str(tmp_path)!r}, "begun").touch()
    time.sleep(60)
except KeyboardInterrupt:
    pathlib.Path({str(tmp_path)!r}, "tidied").touch()
"""
    program = "from backend.local import suite; import sys;"
    program += "suite.list_parts = lambda *_, **__: [suite.SuitePart('one', sys.argv[1])];"
    program += "sys.exit(suite.main([]))"
    with subprocess.Popen([sys.executable, "-c", program, python(tidy)], cwd=ROOT) as process:
        wait = threading.Event()
        while not (tmp_path / "begun").exists():
            assert process.poll() is None
            wait.wait(0.01)
        process.send_signal(signal.SIGINT)
    assert process.returncode == 130
    assert (tmp_path / "tidied").exists()
