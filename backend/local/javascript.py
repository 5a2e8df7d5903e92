"""The second half of set-up: npm packages, built assets, and a browser for tests."""

import json
import sys

from backend.local import browser, node
from backend.local.errors import LocalError
from backend.local.setup import ROOT, once, say


def install_packages() -> None:
    """`npm ci` from the lock file, when it or Node.js changed."""
    (ROOT / "node_modules").mkdir(exist_ok=True)
    once(
        "安装 npm 包(package-lock.json)",
        ROOT / "node_modules" / ".installed",
        [ROOT / "package-lock.json"],
        [sys.executable, "-m", "backend.local.node", "npm", "ci", "--no-audit", "--no-fund"],
        LocalError(
            "npm 包没装上,原因见上面 npm 的话。没有外网时,请先配置 npm 的镜像再试。",
            "The npm packages could not be installed; npm says why above. Without a network, "
            "point npm to a mirror and try again.",
        ),
    )


def build() -> None:
    """The preview and the console's assets; every `build` script there is must succeed."""
    scripts = json.loads((ROOT / "package.json").read_text("utf-8")).get("scripts", {})
    for name in [script for script in scripts if script == "build" or script.endswith(":build")]:
        if "build" in scripts and name != "build":
            continue
        say(f"npm run {name}")
        if node.run("npm", "run", "--silent", name) != 0:
            raise LocalError(
                f"npm run {name} 失败,原因见上。",
                f"npm run {name} failed; the reason stands above.",
            )


def main(purpose: str) -> int:
    """What is left after the Python packages."""
    try:
        install_packages()
        build()
        if purpose == "test":
            browser.ensure()
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
