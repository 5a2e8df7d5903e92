"""Keeps the processes of a county running: starts, watches, restarts and ends them."""

import json
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from backend.local.postgres import Postgres
from backend.local.process import wait_until_gone
from backend.local.redis import Redis
from backend.local.setup import ROOT, say

LONGEST_PAUSE = 30.0
CALM_SECONDS = 60.0
STOP_SECONDS = 20.0
LOG_LIMIT = 20 * 1024 * 1024


@dataclass
class Child:
    """A program that has to run; one with `once` may end well when its work is done."""

    name: str
    command: Sequence[str]
    once: bool = False
    # Instead of what all children get.
    environment: Mapping[str, str] | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = 1.0
    restart_at: float | None = None


@dataclass
class Server:
    """An embedded server: runs until told otherwise, and knows how to come back."""

    name: str
    embedded: Postgres | Redis

    def keep_running(self) -> None:
        """Start it again when it died."""
        if self.embedded.server is None or self.embedded.server.poll() is not None:
            say(f"{self.name} 停了，正在恢复 ({self.name} died, recovering)")
            self.embedded.start()


@dataclass
class Supervisor:
    """All children of one `make run`, and the embedded servers they stand on."""

    folder: Path
    environment: Mapping[str, str]
    children: list[Child] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)

    @property
    def record(self) -> Path:
        """Where the process ids are kept, for the start after a kill -9."""
        return self.folder / "processes.json"

    def log(self, child: Child) -> Path:
        return self.folder / "logs" / f"{child.name}.log"

    def add(
        self,
        name: str,
        command: Sequence[str],
        once: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Child:
        """Start a child and watch it from now on."""
        child = Child(name, command, once, environment)
        self.children.append(child)
        self._start(child)
        return child

    def watch(self) -> None:
        """One look at everything; restarts what died."""
        for server in self.servers:
            server.keep_running()
        for child in list(self.children):
            self._look_at(child)

    def stop(self) -> None:
        """Ask every child to end, in one go, and insist after a while."""
        running = [c.process for c in self.children if c.process and c.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_family(psutil.Process(process.pid))
                process.wait()
        self.record.unlink(missing_ok=True)

    def end_leftovers(self) -> None:
        """What a killed `make run` left running would hold the port and the queue."""
        if not self.record.exists():
            return
        with suppress(ValueError):
            for pid, created in json.loads(self.record.read_text()).items():
                with suppress(psutil.NoSuchProcess):
                    leader = psutil.Process(int(pid))
                    if abs(leader.create_time() - created) < 1:
                        # Their port is free only when they are gone.
                        wait_until_gone(_kill_family(leader), STOP_SECONDS)
        self.record.unlink(missing_ok=True)

    def _start(self, child: Child) -> None:
        log = self.log(child)
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            child.process = subprocess.Popen(
                child.command,
                cwd=ROOT,
                env=dict(self.environment if child.environment is None else child.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child.started_at, child.restart_at = time.monotonic(), None
        self._write_record()

    def _look_at(self, child: Child) -> None:
        now = time.monotonic()
        if child.restart_at is not None:
            if now >= child.restart_at:
                self._start(child)
            return
        code = child.process.poll() if child.process else None
        if code is None:
            return
        if child.once and code == 0:
            self.children.remove(child)
            return
        # The pause doubles while it keeps dying, and is forgotten after a calm minute.
        child.pause = 1.0 if now - child.started_at > CALM_SECONDS else child.pause
        child.restart_at = now + child.pause
        say(
            f"{child.name} 停了（代码 {code}），"
            f"{child.pause:.0f} 秒后重新启动，日志 {self.log(child)} "
            f"({child.name} died, restarting)"
        )
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _write_record(self) -> None:
        pids: dict[int, float] = {}
        for child in self.children:
            if child.process and child.process.poll() is None:
                with suppress(psutil.NoSuchProcess):
                    pids[child.process.pid] = psutil.Process(child.process.pid).create_time()
        self.record.write_text(json.dumps(pids))


def _kill_family(leader: psutil.Process) -> list[psutil.Process]:
    """A child and all that it started: the process of a running job leads a group of its own."""
    family = [leader, *leader.children(recursive=True)]
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return family
