"""Start a server program, wait until it answers, and end it."""

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from backend.local.account import Account
from backend.local.errors import LocalError

POLL_SECONDS = 0.05
LOG_LINES = 12


def spawn(command: Sequence[str], log: Path, account: Account | None) -> subprocess.Popen[bytes]:
    """Start a program in its own session, so that Ctrl-C reaches only the supervisor."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            cwd="/",
        )


def wait_until_ready(
    process: subprocess.Popen[bytes], answers: Callable[[], bool], seconds: float
) -> bool:
    """True once it answers; False when it ended by itself or time ran out."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        if answers():
            return True
        time.sleep(POLL_SECONDS)
    return False


def end(pid: int, gentle: int, hard: int, seconds: float = 30) -> None:
    """Ask a process to end, insist after a while, and wait for it."""
    try:
        process = psutil.Process(pid)
        process.send_signal(gentle)
        if not wait_until_gone([process], seconds):
            process.send_signal(hard)
            wait_until_gone([process], seconds)
    except psutil.NoSuchProcess:
        return


def wait_until_gone(processes: Sequence[psutil.Process], seconds: float) -> bool:
    """True once none of them runs; a zombie holds nothing any more and counts as gone."""
    deadline = time.monotonic() + seconds
    while any(_runs(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_running(pid: int, program: str, folder: Path) -> bool:
    """Whether this pid is that program working on that folder, not a stranger with its number."""
    try:
        command = psutil.Process(pid).cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return program in " ".join(command[:1]) and str(folder) in " ".join(command)


def did_not_start(name: str, log: Path) -> LocalError:
    """What the program wrote before it gave up."""
    lines = log.read_text("utf-8", "replace").splitlines()[-LOG_LINES:] if log.exists() else []
    told = "\n".join(f"    {line}" for line in lines)
    return LocalError(
        f"{name} 没能启动。日志 {log} 的最后几行见下。",
        f"{name} did not start. The last lines of {log}:\n{told}",
    )
