"""From nothing but Python 3.11 to everything installed: `python -m backend.local.setup [run|test]`.

Only the standard library, and no syntax that Python 3.7 does not know,
so that an old Python can still be told in words that it is too old.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from backend.local.errors import LocalError

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
THIS = "{}.{}".format(*sys.version_info[:2])


def check_python() -> None:
    """Refuse an old Python before anything is made with it."""
    if sys.version_info < OLDEST:
        raise LocalError(
            f"需要 Python 3.11 或更新，这里是 {THIS}。可用 make run PYTHON=python3.11 另指一个。",
            f"Python 3.11 or newer is needed, this is {THIS}. "
            "Name another one with make run PYTHON=python3.11.",
        )


def make_environment() -> None:
    """The virtual environment, made again when its Python is gone or too old."""
    if PYTHON.exists() and _answers(PYTHON):
        return
    say("建立 Python 虚拟环境 .venv")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]) != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        package = f"apt-get install python{THIS}-venv"
        raise LocalError(
            f"建不了虚拟环境，多半是缺 venv 模块。Debian/Ubuntu:{package}",
            f"No virtual environment could be made, probably for want of the venv module. "
            f"On Debian or Ubuntu: {package}",
        )


def _answers(python: Path) -> bool:
    test = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.call([str(python), "-c", test], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def install(name: str) -> None:
    """The packages of one requirements file; seconds when nothing changed since the last time."""
    options = ["--quiet", "--no-input", "--disable-pip-version-check"]
    once(
        f"安装 Python 包（{name}）",
        VENV / f".installed-{name}",
        [ROOT / name, ROOT / "requirements.txt"],
        [str(PYTHON), "-m", "pip", "install", *options, "-r", str(ROOT / name)],
        LocalError(
            "Python 包没装上，原因见上面 pip 的话。没有外网时，请先配置 pip 的镜像或离线目录再试。",
            "The Python packages could not be installed; pip says why above. Without a network, "
            "point pip to a mirror or an offline folder and try again.",
        ),
    )


def once(
    title: str, stamp: Path, inputs: list[Path], command: list[str], failure: LocalError
) -> None:
    """Run a command unless it already succeeded with the same inputs."""
    digest = hashlib.sha256("\0".join(command).encode())
    for path in inputs:
        digest.update(path.read_bytes())
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    say(title)
    if subprocess.call(command, cwd=str(ROOT)) != 0:
        raise failure
    stamp.write_text(digest.hexdigest())


def say(words: str) -> None:
    """One line about the step that begins."""
    print(f"• {words}", flush=True)


def main(purpose: str) -> int:
    """Everything that `make run` or `make test` needs, in order."""
    try:
        check_python()
        make_environment()
        install("requirements-dev.txt" if purpose == "test" else "requirements.txt")
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    rest = [str(PYTHON), "-m", "backend.local.javascript", purpose]
    return subprocess.call(rest, cwd=str(ROOT), env={**os.environ, "PYTHONPATH": str(ROOT)})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))
