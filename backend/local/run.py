"""`make run`: a whole county on this machine, until Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from backend.local import process
from backend.local.errors import LocalError
from backend.local.folder import locked
from backend.local.ports import FIRST_PORT, held_port
from backend.local.postgres import Postgres
from backend.local.redis import Redis
from backend.local.setup import ROOT, say
from backend.local.supervisor import Child, Server, Supervisor
from backend.local.surroundings import complete, kept_pepper, of_anonymous

READY_SECONDS = 60
# Bytes of the answer of /readyz.
MOST_TOLD = 4096
# Of each worker: most of a request is waiting for PostgreSQL and Redis.
THREADS = 16
WATCH_SECONDS = 0.5
ANONYMOUS_NAME = "localhost"


@contextmanager
def servers(folder: Path, given: dict[str, str]) -> Iterator[list[Server]]:
    """Embedded PostgreSQL and Redis, each only where no address was given."""
    with ExitStack() as stack:
        started = []
        for variable, kind, name in (
            ("DATABASE_URL", Postgres, "PostgreSQL"),
            ("REDIS_URL", Redis, "Redis"),
        ):
            if given.get(variable):
                say(f"{name}: 用 {variable} 指定的服务器")
                continue
            stack.enter_context(locked(folder, kind.__name__.lower()))
            say(f"启动内嵌的 {name}")
            server = kind(folder)
            stack.callback(server.stop)
            server.start()
            given[variable] = server.url
            started.append(Server(name, server))
        yield started


def step(title: str, arguments: list[str], environment: dict[str, str]) -> None:
    """One thing to finish before the county opens; it speaks for itself on the terminal."""
    if title:
        say(title)
    command = [sys.executable, *arguments]
    if subprocess.call(command, cwd=ROOT, env=environment) != 0:
        done = title or " ".join(arguments)
        raise LocalError(f"{done}：没有成功，原因见上。", f"Failed: {' '.join(arguments)}")


def wait_until_open(address: str, instance: str, web: Child, log: Path) -> None:
    """Until /readyz says that database and Redis answer; LocalError where a stranger answers."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if web.process is None or web.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
                told = answer.read(MOST_TOLD)
            if instance.encode() not in told:
                raise LocalError(
                    f"{address} 上答话的是别的程序。请停掉它，或用 PORT 指定另一个端口。",
                    f"Another program answers at {address}. Stop it or set PORT.",
                )
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise process.did_not_start("web", log)


def open_county(
    supervisor: Supervisor, port: int, wechat_port: int | None, anonymous_port: int | None
) -> Child:
    """What people and phones talk to; returns the web server."""
    python = sys.executable
    if wechat_port:
        supervisor.add("wechat", [python, "-m", "tests.wechat", "--port", str(wechat_port)])
    workers = str(max(2, min(os.cpu_count() or 2, 4)))
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    options += ["--workers", workers, "--blocking-threads", str(THREADS)]
    options += ["--respawn-failed-workers"]
    options += ["--no-ws", "--log-level", "warning", "--workers-kill-timeout", "5"]
    web = supervisor.add("web", [python, "-m", "granian", *options, "wsgi:app"])
    if anonymous_port:
        # Another host name than the county's own: a browser sends it no cookie of the county's.
        options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(anonymous_port)]
        options += ["--workers", "1", "--blocking-threads", "4", "--respawn-failed-workers"]
        options += ["--no-ws", "--no-access-log", "--log-level", "warning", "--factory"]
        target = "backend.app.factory:create_anonymous_app"
        theirs = of_anonymous(supervisor.environment, kept_pepper(supervisor.folder / "pepper"))
        command = [python, "-m", "granian", *options, target]
        supervisor.add("anonymous", command, environment=theirs)
    return web


def open_back_office(supervisor: Supervisor) -> None:
    """Workers and timetable: started after the doors are open, so that nobody waits for them."""
    python = sys.executable
    # What somebody waits for never stands behind a night's work.
    supervisor.add("worker", [python, "-m", "backend.jobs.worker", "quick"])
    supervisor.add("worker-slow", [python, "-m", "backend.jobs.worker", "slow"])
    supervisor.add("schedule", [python, "-m", "backend.jobs.schedule"])


@contextmanager
def ports(given: Mapping[str, str]) -> Iterator[tuple[int, int | None, int | None]]:
    """Of the web server, of the stand-in for WeChat and of the anonymous application."""
    try:
        wanted = int(given.get("PORT", str(FIRST_PORT)))
    except ValueError:
        raise LocalError("PORT 应为数字，如 8000。", "PORT is not a number.") from None
    with ExitStack() as stack:
        port = last = stack.enter_context(held_port(wanted))
        if port != wanted:
            say(f"端口 {wanted} 已被占用，改用 {port} (port taken, using {port})")
        wechat = anonymous = None
        if not given.get("WECHAT_APP_ID"):
            wechat = last = stack.enter_context(held_port(last + 1))
        # On servers of its own a county runs the anonymous application itself, elsewhere.
        if not given.get("ANONYMOUS_HOST") and not given.get("DATABASE_URL"):
            anonymous = stack.enter_context(held_port(last + 1))
        yield port, wechat, anonymous


def run(folder: Path, given: dict[str, str]) -> None:
    """The whole story of one `make run`."""
    with locked(folder, "run"):
        supervisor = Supervisor(folder, {})
        supervisor.end_leftovers()
        with ports(given) as found, servers(folder, given) as supervisor.servers:
            port, wechat_port, anonymous_port = found
            address = f"http://127.0.0.1:{port}"
            environment = complete(
                given,
                folder,
                address,
                f"http://127.0.0.1:{wechat_port}" if wechat_port else None,
                f"http://{ANONYMOUS_NAME}:{anonymous_port}" if anonymous_port else "",
            )
            supervisor.environment = environment
            demo = environment["APP_ENV"] == "demo"
            step("更新数据库结构", ["-m", "flask", "--app", "wsgi", "db", "upgrade"], environment)
            try:
                if demo:
                    step("装入演示县", ["-m", "backend.demo", "load"], environment)
                web = open_county(supervisor, port, wechat_port, anonymous_port)
                wait_until_open(address, environment["INSTANCE"], web, supervisor.log(web))
                open_back_office(supervisor)
                if demo:
                    supervisor.add("demo", [sys.executable, "-m", "backend.demo", "live"])
                # Last, when every process is on record: whoever reads it may kill this one.
                announce(address, demo, environment)
                while True:
                    supervisor.watch()
                    time.sleep(WATCH_SECONDS)
            finally:
                say("正在停止 (stopping)")
                supervisor.stop()


def announce(address: str, demo: bool, environment: dict[str, str]) -> None:
    """Where to go now."""
    print(f"\n  村声开门了 (Village Voice is open): {address}")
    if demo:
        print(f"  小程序预览 (mini-program): {address}/preview")
        print(f"  网页版 (web application):  {address}/m/")
    print(f"  公示 (public pages):       {address}/p/")
    print(f"  县乡后台 (console):        {address}/console/", flush=True)
    if demo:
        step("", ["-m", "backend.demo", "logins"], environment)
    print("\n  按 Ctrl-C 停止 (Ctrl-C stops it)\n", flush=True)


def interrupt(*_: object) -> None:
    """SIGTERM ends a county the way Ctrl-C does; a second one does not disturb the ending."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    """Errors are told in words; stopping is success."""
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGINT, interrupt)
    try:
        run(Path(os.environ.get("LOCAL_DIR", ROOT / ".local")), dict(os.environ))
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("村声已停 (stopped)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
