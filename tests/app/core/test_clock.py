"""The one clock: set for a block of code, or ahead for a whole process of a demo county."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from backend.app.core import clock
from backend.app.core.clock import clock_at
from backend.app.core.settings import REPOSITORY, Settings

AT = datetime(2028, 2, 29, 23, 55, tzinfo=clock.COUNTY_ZONE)
AHEAD = """
from datetime import UTC, datetime
from backend.app.core import clock
from backend.app.core.settings import Settings
from backend.app.factory import create_app
create_app(Settings.from_env())
print((clock.now() - datetime.now(UTC)).total_seconds())
"""


def test_inside_the_clock_stands_and_afterwards_it_runs() -> None:
    before = clock.now()
    with clock_at(AT):
        assert clock.now() == AT
        assert clock.now().tzinfo is UTC
        assert str(clock.today()) == "2028-02-29"
        with clock_at(AT + timedelta(minutes=6)):
            assert str(clock.today()) == "2028-03-01"
        assert clock.now() == AT
    assert before <= clock.now() < before + timedelta(minutes=1)


def test_the_clock_is_set_for_its_own_thread_and_comes_back_after_an_error() -> None:
    with ThreadPoolExecutor(1) as other, clock_at(AT):
        assert other.submit(clock.now).result() != AT
    with pytest.raises(KeyError), clock_at(AT):
        raise KeyError
    assert clock.now() != AT


def test_a_demo_countys_process_runs_ahead() -> None:
    environment = {
        "APP_ENV": "demo", "DEMO_SECONDS_AHEAD": "86400", "REDIS_URL": "redis://127.0.0.1:1",
        "DATABASE_URL": "postgresql://127.0.0.1:1/none", "PATH": "",
    }  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-c", AHEAD],
        cwd=REPOSITORY, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert float(told.stdout) == pytest.approx(86400, abs=1)
    assert Settings.from_env({**environment, "APP_ENV": "test"}).demo_seconds_ahead == 86400
