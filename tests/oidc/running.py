"""Starts the provider and walks through its pages as a browser would."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from backend.local import node
from backend.local.setup import ROOT

PROGRAM = Path(__file__).parent / "provider.mjs"
CLIENT_ID, CLIENT_SECRET = "village-voice", "a-secret-of-the-test"


@contextmanager
def running_provider(back: str) -> Iterator[str]:
    """Its issuer, for as long as it runs."""
    process = subprocess.Popen(
        [str(node.folder() / "node"), str(PROGRAM), back], cwd=ROOT, text=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def walk(address: str, person: str, back: str, browser: requests.Session | None = None) -> str:
    """Logs in and agrees, or refuses where nobody is named; the address that leads back."""
    browser = browser or requests.Session()
    page = browser.get(address, allow_redirects=False)
    while True:
        if page.is_redirect:
            target = requests.compat.urljoin(page.url, page.headers["Location"])
            if target.startswith(back):
                return target
            page = browser.get(target, allow_redirects=False)
            continue
        assert page.status_code == 200, page.text[:2000]
        page = _act(browser, page, person)


def _act(browser: requests.Session, page: requests.Response, person: str) -> requests.Response:
    if not person:
        abort = re.search(r'href="([^"]*/abort)"', page.text)
        assert abort is not None
        return browser.get(requests.compat.urljoin(page.url, abort[1]), allow_redirects=False)
    form = re.search(r'action="([^"]+)"', page.text)
    prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
    assert form is not None
    assert prompt is not None
    data = {"prompt": prompt[1], "login": person, "password": "any"}
    return browser.post(
        requests.compat.urljoin(page.url, form[1]), data=data, allow_redirects=False
    )
