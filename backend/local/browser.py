"""A Chromium for the browser tests: PATH, else Debian's package, else Playwright's download."""

import os
import shutil
import subprocess
from pathlib import Path

from backend.local import node
from backend.local.errors import LocalError
from backend.local.setup import ROOT, say

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
DOWNLOADS = ROOT / ".local" / "browsers"


def find() -> Path | None:
    """The browser to drive, or None; `CHROMIUM` names one explicitly."""
    named = os.environ.get("CHROMIUM")
    on_path = [Path(found) for name in NAMES if (found := shutil.which(name))]
    downloaded = [
        path
        for pattern in ("*/*/headless_shell", "*/*/chrome-headless-shell", "*/*/chrome")
        for path in sorted(DOWNLOADS.glob(pattern))
    ]
    for path in ([Path(named)] if named else []) + on_path + downloaded:
        if runs(path):
            return path
    return None


def runs(path: Path) -> bool:
    """Whether it starts at all: a download may miss libraries of the system."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
        return said.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def ensure() -> Path:
    """Find a browser or install one."""
    if found := find():
        return found
    say("安装测试用的浏览器")
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.call(["apt-get", "update", "-qq"])
        options = ["-qq", "-y", "--no-install-recommends"]
        subprocess.call(
            ["apt-get", "install", *options, "chromium"],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
        if found := find():
            return found
    os.environ["PLAYWRIGHT_BROWSERS_PATH"] = str(DOWNLOADS)
    node.run("node", "node_modules/playwright-core/cli.js", "install", "--only-shell", "chromium")
    if found := find():
        return found
    raise LocalError(
        "没有可用的 Chromium，浏览器测试跑不了。请安装 chromium（或用 CHROMIUM=路径 指定）后再试。",
        "No usable Chromium, so the browser tests cannot run. Install chromium, or name one with "
        "CHROMIUM=path, and try again.",
    )
