"""Two counties started within a minute do not share a port, and a stranger's answer is not ours."""

import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.local import ports
from backend.local.errors import LocalError
from backend.local.ports import held_port
from backend.local.run import wait_until_open
from backend.local.setup import ROOT
from backend.local.supervisor import Child

HOLD = """
import sys
from backend.local.ports import held_port
with held_port(int(sys.argv[1])) as port:
    print(port, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def first() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_port_that_somebody_listens_on_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with held_port(port) as found:
            assert found != port


def test_two_counties_started_within_a_minute_do_not_share_a_port(first: int) -> None:
    """The first has chosen its port and does not listen yet: it still loads its data."""
    with held_port(first) as port, held_port(first) as another:
        assert port != another
    with held_port(first) as again:
        assert again == port


def test_the_port_of_a_county_that_was_killed_is_free_again(first: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(first)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        port = int(other.stdout.readline())
        with held_port(port) as mine:
            assert mine != port
        other.kill()
        other.wait()
    with held_port(port) as mine:
        assert mine == port


def test_where_no_port_is_free_it_is_told_in_words(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "PORTS_TO_TRY", 1)
    with (
        held_port(first) as port,
        pytest.raises(LocalError, match="没有空着的端口"),
        held_port(port),
    ):
        pass


class Stranger(http.server.BaseHTTPRequestHandler):
    """Another county's web server."""

    def do_GET(self) -> None:
        body = b'{"instance": "another", "status": "ok"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def stranger() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_answer_of_another_program_is_not_taken_for_ours(stranger: str, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        web = Child("web", [], process=process)
        wait_until_open(stranger, "another", web, tmp_path)
        with pytest.raises(LocalError, match="答话的是别的程序"):
            wait_until_open(stranger, "ours", web, tmp_path)
