"""One attack for all tests of what it found."""

import json
import subprocess
import sys
from typing import Any

import pytest

from backend.app.core.settings import REPOSITORY


@pytest.fixture(scope="session")
def loot() -> dict[str, Any]:
    """What the attack found, in a process and on servers of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.attack", "--json"],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
