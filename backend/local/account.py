"""PostgreSQL refuses to run as root: as root it gets an ordinary account of the system."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from backend.local.errors import LocalError

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """Who the server runs as."""

    uid: int
    gid: int


def account_for(data: Path) -> Account | None:
    """None when we are not root; else the owner of existing data, or the first account there is."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat().st_uid) != 0:
        return Account(owner, data.stat().st_gid)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise LocalError(
        "以 root 运行时，PostgreSQL 需要一个普通账号（postgres 或 nobody），系统里没有。"
        "请用普通用户运行。",
        "As root, PostgreSQL needs an ordinary account (postgres or nobody), and there is none. "
        "Run as an ordinary user.",
    )


def let_through(path: Path) -> list[Path]:
    """Let other accounts pass through (not list) the folders above a path; tells which changed."""
    opened = []
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
            opened.append(folder)
    return opened


def let_read(folder: Path) -> None:
    """Let other accounts read the programs, should they have been installed under umask 077."""
    if folder.stat().st_mode & stat.S_IROTH:
        return
    for path in [folder, *folder.rglob("*")]:
        mode = path.stat().st_mode
        run = stat.S_IXOTH if mode & stat.S_IXUSR else 0
        path.chmod(mode | stat.S_IROTH | run)
