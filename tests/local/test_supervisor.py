"""`make run` keeps its processes alive and leaves none behind."""

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from backend.app.core.anonymous_settings import COUNTYS, AnonymousSettings
from backend.local.supervisor import Supervisor
from backend.local.surroundings import complete, kept_pepper, of_anonymous

WAIT = [sys.executable, "-c", "import signal; signal.pause()"]


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """A supervisor whose children are gone after the test."""
    made = Supervisor(tmp_path, {})
    yield made
    made.stop()


def test_a_child_that_died_is_started_again_with_a_clear_line(
    supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    child = supervisor.add("worker", WAIT)
    assert child.process is not None
    first = child.process.pid
    child.process.kill()
    child.process.wait()
    supervisor.watch()
    assert "worker 停了（代码 -9）" in capsys.readouterr().out
    child.restart_at = 0
    supervisor.watch()
    assert child.process.pid != first
    assert child.process.poll() is None


def test_a_child_that_keeps_dying_is_started_less_and_less_often(supervisor: Supervisor) -> None:
    child = supervisor.add("worker", [sys.executable, "-c", "exit(1)"])
    pauses = []
    for _ in range(7):
        pauses.append(child.pause)
        assert child.process is not None
        child.process.wait()
        supervisor.watch()
        child.restart_at = 0
        supervisor.watch()
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_work_that_is_done_is_not_started_again(supervisor: Supervisor) -> None:
    child = supervisor.add("demo", [sys.executable, "-c", "pass"], once=True)
    assert child.process is not None
    child.process.wait()
    supervisor.watch()
    assert supervisor.children == []


def test_a_killed_supervisors_children_are_ended_at_the_next_start(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    child = supervisor.add("web", WAIT)
    assert child.process is not None
    Supervisor(tmp_path, {}).end_leftovers()
    assert child.process.wait(10) == -signal.SIGKILL


def test_a_stranger_with_a_recorded_process_id_is_left_alone(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    child = supervisor.add("web", WAIT)
    assert child.process is not None
    supervisor.record.write_text(f'{{"{child.process.pid}": 1.0}}')
    Supervisor(tmp_path, {}).end_leftovers()
    assert psutil.pid_exists(child.process.pid)
    assert child.process.poll() is None


def test_what_is_set_in_the_environment_wins(tmp_path: Path) -> None:
    given = {"SECRET_KEY": "mine", "DATABASE_URL": "postgresql://db/county"}
    made = complete(given, tmp_path, "http://127.0.0.1:8000", "http://127.0.0.1:8001")
    assert made["SECRET_KEY"] == "mine"
    assert made["DATABASE_URL"] == "postgresql://db/county"
    assert made["APP_ENV"] == "demo"


def test_the_secret_outlives_a_restart_and_is_for_the_owner_only(tmp_path: Path) -> None:
    first = complete({}, tmp_path, "http://127.0.0.1:8000", None)["SECRET_KEY"]
    assert complete({}, tmp_path, "http://127.0.0.1:8000", None)["SECRET_KEY"] == first
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


def test_the_anonymous_process_gets_nothing_of_the_countys(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://postgres:@/county?host=/run", "REDIS_URL": "unix://r"}
    anonymous = "http://localhost:8002"
    county = complete(given, tmp_path, "http://127.0.0.1:8000", "http://w", anonymous)
    theirs = of_anonymous(county, kept_pepper(tmp_path / "pepper"))
    assert set(COUNTYS).isdisjoint(theirs)
    assert county["SECRET_KEY"] not in theirs.values()
    settings = AnonymousSettings.from_env(theirs)
    assert settings.host == anonymous
    assert "village_voice_anonymous@" in settings.database_url
    assert of_anonymous(county, kept_pepper(tmp_path / "pepper")) == theirs
    assert (tmp_path / "pepper").stat().st_mode & 0o077 == 0


def test_a_child_may_have_an_environment_of_its_own(supervisor: Supervisor) -> None:
    supervisor.environment = {"SECRET_KEY": "the county's"}
    child = supervisor.add("anonymous", WAIT, environment={"ANONYMOUS_PEPPER": "its own"})
    assert child.process is not None
    process, deadline = psutil.Process(child.process.pid), time.monotonic() + 20
    # Empty until the kernel has put the new program in place.
    while not process.environ() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.environ() == {"ANONYMOUS_PEPPER": "its own"}
