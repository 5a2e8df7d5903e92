"""`make test`: Python's tests as two runs of pytest side by side, JavaScript's after the first.

Each run of pytest has PostgreSQL, Redis, county, temporary folder and cache of its own
(tests/conftest.py). On a machine with one core the parts run one after the other.
"""

import os
import random
import re
import shlex
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from backend.local.setup import ROOT

# About equally long on two cores. Only "county" starts whole counties and Chromium, and kills.
FOLDERS = {
    "county": ("tests/browser", "tests/failure", "tests/demo", "tests/local", "tests/attack"),
    "app": ("tests/app", "tests/jobs", "tests/architecture"),
}
JAVASCRIPT = ".venv/bin/python -m backend.local.node npm test"
AT_ONCE = 2
# Where pytest stops showing its progress and begins to report.
REPORT = re.compile(r"=+ (?!test session starts)\S.* =+\n")
# What pytest and node say about a run as a whole.
SUMMARY = re.compile(r"=+ (.*\d (?:passed|failed|error|deselected).*) =+|ℹ ((?:pass|fail) \d+)")
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)\b")


@dataclass(frozen=True)
class SuitePart:
    """One command of the suite, by the name that stands before its lines."""

    name: str
    command: str
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PartOutcome:
    """How a part ended."""

    part: SuitePart
    code: int
    summary: str


def list_parts(seed: int, coverage: bool) -> list[SuitePart]:
    """All parts; both runs of pytest shuffle by the same seed."""
    made = [SuitePart(name, pytest_command(name, seed)) for name in FOLDERS]
    if coverage:
        made = [
            SuitePart(part.name, f"{part.command} --cov --cov-report=",
                 {"COVERAGE_FILE": f".coverage.{part.name}"})
            for part in made
        ]  # fmt: skip
    return [*made, SuitePart("node", JAVASCRIPT)]


def pytest_command(name: str, seed: int) -> str:
    """What can be typed to run the part again as it was."""
    options = f"--randomly-seed={seed} -o cache_dir=.pytest_cache/{name}"
    return f".venv/bin/python -m pytest {options} {' '.join(FOLDERS[name])}"


class Suite:
    """Runs parts and shows what they print."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[str]] = []

    def run(self, parts: Iterable[SuitePart], at_once: int) -> list[PartOutcome]:
        """Every part to its end; Ctrl-C interrupts each of them once and waits for them."""
        with ThreadPoolExecutor(at_once) as pool:
            outcomes = pool.map(self.run_part, parts)
            try:
                return list(outcomes)
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                for process in self.processes:
                    process.send_signal(signal.SIGINT)
                raise

    def run_part(self, part: SuitePart) -> PartOutcome:
        """Progress line by line under the part's name, pytest's report in one piece at the end."""
        report: list[str] = []
        summary: list[str] = []
        with self._start(part) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if whole := SUMMARY.fullmatch(line.rstrip("\n")):
                    summary.append(whole[1] or whole[2])
                if report or REPORT.fullmatch(line):
                    report.append(line)
                else:
                    print(f"{part.name:6} | {line}", end="", flush=True)
        print("".join(report), end="", flush=True)
        return PartOutcome(part, process.returncode, ", ".join(summary) or "no summary")

    def _start(self, part: SuitePart) -> subprocess.Popen[str]:
        """In a session of its own: Ctrl-C twice would end pytest before it has tidied up."""
        process = subprocess.Popen(
            shlex.split(part.command), cwd=ROOT, env={**os.environ, **part.environment}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.processes.append(process)
        return process


def describe(outcomes: list[PartOutcome], seconds: float) -> str:
    """Each part's outcome, how to run a failed one again, and the sum of Python's tests."""
    lines = []
    for outcome in outcomes:
        state = "passed" if outcome.code == 0 else f"FAILED (exit code {outcome.code})"
        lines.append(f"{outcome.part.name:6} | {state}: {outcome.summary}")
        if outcome.code:
            lines.append(f"       | run it again: {outcome.part.command}")
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total.update({word: int(number) for number, word in COUNT.findall(outcome.summary)})
    counts = ", ".join(f"{number} {word}" for word, number in sorted(total.items()))
    return "\n".join([*lines, f"=== {counts or 'no tests ran'} in {seconds:.0f}s ==="])


def report_coverage() -> None:
    """What both runs of pytest reached, in one table."""
    for arguments in (["combine", "--quiet"], ["report", "--skip-covered"]):
        subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=ROOT, check=True)


def main(arguments: list[str]) -> int:
    """0 when every part passed."""
    # A shell's background jobs are started deaf to SIGINT, and so would be every part.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    began = time.monotonic()
    parts = list_parts(random.randrange(2**32), coverage="--coverage" in arguments)
    try:
        outcomes = Suite().run(parts, min(AT_ONCE, os.cpu_count() or 1))
    except KeyboardInterrupt:
        print("interrupted")
        return 130
    if "--coverage" in arguments:
        report_coverage()
    print(describe(outcomes, time.monotonic() - began))
    return int(any(outcome.code for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
