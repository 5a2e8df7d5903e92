"""The second half of set-up: npm packages, built assets, and a browser for tests."""

import sys
from pathlib import Path

from backend.local import browser
from backend.local.errors import LocalError
from backend.local.setup import ROOT, once

WECHAT_GATES = ROOT / "miniprogram" / "lint" / "wechat"
MADE = (
    ROOT / "miniprogram" / "preview" / "dist" / "preview.js",
    ROOT / "miniprogram" / "h5" / "dist" / "index.html",
    ROOT / "backend" / "app" / "static" / "vendor" / "charts.js",
)


def install_packages(folder: Path = ROOT) -> None:
    """`npm ci` from the lock file, when it or Node.js changed."""
    (folder / "node_modules").mkdir(exist_ok=True)
    options = ["--no-audit", "--no-fund", "--prefix", str(folder)]
    once(
        f"安装 npm 包（{(folder / 'package-lock.json').relative_to(ROOT)}）",
        folder / "node_modules" / ".installed",
        [folder / "package-lock.json"],
        [sys.executable, "-m", "backend.local.node", "npm", "ci", *options],
        LocalError(
            "npm 包没装上，原因见上面 npm 的话。没有外网时，请先配置 npm 的镜像再试。",
            "The npm packages could not be installed; npm says why above. Without a network, "
            "point npm to a mirror and try again.",
        ),
    )


def build() -> None:
    """The preview and the console's assets, when their sources changed or they are gone."""
    stamp = ROOT / "node_modules" / ".built"
    if not all(made.exists() for made in MADE):
        stamp.unlink(missing_ok=True)
    once(
        "npm run build",
        stamp,
        sources(),
        [sys.executable, "-m", "backend.local.node", "npm", "run", "--silent", "build"],
        LocalError(
            "npm run build 失败，原因见上。",
            "npm run build failed; the reason stands above.",
        ),
    )


def sources() -> list[Path]:
    """Everything that the built files are made of, in one order."""
    program = ROOT / "miniprogram"
    found = [
        path for path in program.rglob("*")
        if path.is_file() and not {"dist", "node_modules"} & set(path.relative_to(program).parts)
    ]  # fmt: skip
    found += (ROOT / "backend" / "app" / "static").glob("*.mjs")
    return [ROOT / "package.json", ROOT / "package-lock.json", *sorted(found)]


def main(purpose: str) -> int:
    """What is left after the Python packages."""
    try:
        if purpose == "lint":
            install_packages(WECHAT_GATES)
            return 0
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
