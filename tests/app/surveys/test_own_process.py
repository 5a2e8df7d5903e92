"""The anonymous application in a process that knows its own settings and nothing else."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from backend.app.core.anonymous_settings import COUNTYS
from backend.app.core.encryption import derive
from backend.app.core.settings import REPOSITORY
from backend.app.factory import create_anonymous_app
from tests.app.surveys.conftest import PEPPER
from tests.app.surveys.letterbox import envelopes, look, nights, send

ASK = """
from backend.app.factory import create_anonymous_app
app = create_anonymous_app()
answer = app.test_client().post("/anon/receipt", json={"code": "4821093377165520"})
print(answer.status_code, answer.json["words"])
print(sorted(name for name in app.config if "SECRET" in name and app.config[name]))
"""


@pytest.fixture
def start(anonymous_settings):
    """Runs it as a server does, with its own variables and these."""

    def run(**also: str) -> subprocess.CompletedProcess[str]:
        own = {
            "PATH": os.environ["PATH"],
            "APP_ENV": "test",
            "ANONYMOUS_DATABASE_URL": anonymous_settings.database_url,
            "ANONYMOUS_PEPPER": PEPPER.hex(),
        }
        return subprocess.run(
            [sys.executable, "-c", ASK], env={**own, **also},
            cwd=REPOSITORY, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


@pytest.fixture
def another(anonymous_settings):
    """The application with other peppers."""
    made = []

    def start_with(*peppers: bytes) -> FlaskClient:
        made.append(create_anonymous_app(replace(anonymous_settings, peppers=peppers)))
        return made[-1].test_client(use_cookies=False)

    yield start_with
    for application in made:
        application.extensions["anonymous_engine"].dispose()


@pytest.fixture
def letter_sent(door, client, county, key_file, offices):
    send(door, envelopes(client, county, key_file)[0])
    nights()


def test_it_answers_with_its_own_settings_alone(start, letter_sent) -> None:
    done = start()
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["200 村口那盏路灯坏了半年，晚上没人敢走", "[]"]


@pytest.mark.parametrize("name", COUNTYS)
def test_it_does_not_start_while_something_of_the_countys_lies_there(start, name: str) -> None:
    done = start(**{name: "x"})
    assert done.returncode != 0
    assert done.stdout == "" or "SettingsError" in done.stdout


def test_a_new_pepper_opens_the_receipts_of_a_retired_one(letter_sent, another) -> None:
    assert look(another(bytes(32))).status_code == 404
    assert look(another(bytes(32), PEPPER)).status_code == 200


def test_receipts_from_before_november_open_with_what_the_command_prints(
    app, anonymous_settings, desk, client, county, key_file, offices, another
) -> None:
    before = another(derive("receipt"))
    send(before, envelopes(client, county, key_file)[0])
    nights()
    printed = app.test_cli_runner().invoke(args=["keys", "receipt-peppers"]).output.split()
    assert look(another(bytes(32))).status_code == 404
    assert look(another(bytes(32), *map(bytes.fromhex, printed))).status_code == 200
