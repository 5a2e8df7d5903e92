"""The embedded PostgreSQL recovers from whatever the last run left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from backend.local.errors import LocalError
from backend.local.postgres import SOCKET_NAME, Postgres, embedded_postgres


def run(url: str, sql: str) -> list[tuple[object, ...]]:
    """One statement, committed, with its rows."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def postmaster(folder: Path) -> int:
    """The process id that the server wrote down."""
    return int((folder / "postgres/postmaster.pid").read_text().splitlines()[0])


def kill(pid: int) -> None:
    """End a process the hard way, with its children, and wait until they are gone."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    process.send_signal(signal.SIGKILL)
    psutil.wait_procs(family, timeout=30)


def test_data_is_there_again_after_a_restart(folder: Path) -> None:
    with embedded_postgres(folder, fast=True) as url:
        run(url, "CREATE TABLE village AS SELECT '宏化村' AS name")
    with embedded_postgres(folder, fast=True) as url:
        assert run(url, "SELECT name FROM village") == [("宏化村",)]


def test_only_a_socket_is_opened_and_only_tests_give_up_safety(folder: Path) -> None:
    with embedded_postgres(folder) as url:
        assert run(url, "SHOW listen_addresses") == [("",)]
        assert run(url, "SHOW fsync") == [("on",)]
        assert run(url, "SHOW synchronous_commit") == [("on",)]
        assert run(url, "SHOW server_encoding") == [("UTF8",)]
    with embedded_postgres(folder, fast=True) as url:
        assert run(url, "SHOW fsync") == [("off",)]


def test_a_killed_server_recovers_what_was_committed(folder: Path) -> None:
    with embedded_postgres(folder) as url:
        run(url, "CREATE TABLE rating AS SELECT generate_series(1, 1000) AS id")
        kill(postmaster(folder))
    assert (folder / "postgres/postmaster.pid").exists()
    with embedded_postgres(folder) as url:
        assert run(url, "SELECT count(*) FROM rating") == [(1000,)]


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(folder: Path) -> None:
    with embedded_postgres(folder, fast=True):
        pass
    (folder / "postgres/postmaster.pid").write_text(f"{os.getpid()}\n{folder}/postgres\n")
    with embedded_postgres(folder, fast=True) as url:
        assert run(url, "SELECT 1") == [(1,)]


def test_a_server_that_outlived_its_killed_starter_is_replaced(folder: Path) -> None:
    first = Postgres(folder, fast=True)
    first.start()
    outlived = postmaster(folder)
    with embedded_postgres(folder, fast=True) as url:
        assert run(url, "SELECT 1") == [(1,)]
        assert postmaster(folder) != outlived
    first.stop()


@pytest.mark.parametrize("left", [[], ["PG_VERSION"], ["PG_VERSION", "postgresql.conf"]])
def test_a_half_initialised_folder_is_set_aside_and_made_again(
    folder: Path, left: list[str]
) -> None:
    (folder / "postgres").mkdir()
    for name in left:
        (folder / "postgres" / name).write_text("18\n")
    with embedded_postgres(folder, fast=True) as url:
        assert run(url, "SELECT 1") == [(1,)]
    assert len(list(folder.glob("postgres.broken-*"))) == 1


def test_an_initdb_that_was_killed_half_way_is_done_again(folder: Path) -> None:
    (folder / "postgres.new/base").mkdir(parents=True)
    (folder / "postgres.new/PG_VERSION").write_text("18\n")
    with embedded_postgres(folder, fast=True) as url:
        assert run(url, "SELECT 1") == [(1,)]
    assert not (folder / "postgres.new").exists()


def test_a_second_start_is_told_who_holds_the_folder(folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from backend.local.postgres import embedded_postgres\n"
        "with embedded_postgres(Path(sys.argv[1]), fast=True): pass\n"
    )
    with embedded_postgres(folder, fast=True) as url:
        second = subprocess.run(
            [sys.executable, "-c", script, str(folder)], capture_output=True, text=True
        )
        assert second.returncode != 0
        assert f"正被进程 {os.getpid()} 使用" in second.stderr
        assert f"in use by process {os.getpid()}" in second.stderr
        assert run(url, "SELECT 1") == [(1,)]


def test_a_folder_with_a_long_path_gets_its_socket_elsewhere(folder: Path) -> None:
    deep = folder / ("乡" * 40)
    server = Postgres(deep, fast=True)
    assert not str(server.sockets).startswith(str(deep))
    assert len(os.fsencode(server.sockets / SOCKET_NAME)) < 108
    with embedded_postgres(deep, fast=True) as url:
        assert run(url, "SELECT 1") == [(1,)]


def test_a_server_that_cannot_start_says_why_without_a_stack_trace(folder: Path) -> None:
    with embedded_postgres(folder, fast=True):
        pass
    (folder / "postgres/postgresql.conf").write_text("no_such_setting = 1\n")
    told = pytest.raises(LocalError, match=r"(?s)PostgreSQL 没能启动.*no_such_setting")
    with told, embedded_postgres(folder, fast=True):
        pass
