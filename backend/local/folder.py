"""A data folder belongs to one starter at a time."""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.local.errors import LocalError

# The path of a unix socket may hold 107 bytes on Linux and 103 on macOS.
SOCKET_PATH_LIMIT = 100


@contextmanager
def locked(folder: Path, use: str) -> Iterator[Path]:
    """Hold the folder for one use; the kernel lets go of it however the holder ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{use}.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise _busy(folder, lock.read().strip() or "?") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield folder


def _busy(folder: Path, holder: str) -> LocalError:
    return LocalError(
        f"数据文件夹 {folder} 正被进程 {holder} 使用。请先停掉那一个，或换一个文件夹。",
        f"The data folder {folder} is in use by process {holder}. Stop that one or use another.",
    )


def set_aside(broken: Path) -> Path:
    """Move what cannot be used out of the way, never delete it."""
    kept = broken.with_name(f"{broken.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
    broken.rename(kept)
    return kept


def socket_folder(folder: Path, longest_name: str) -> Path:
    """Where sockets go: the folder itself, or a short place when its path is too long."""
    if len(os.fsencode(folder / longest_name)) <= SOCKET_PATH_LIMIT:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"village-voice-{os.geteuid()}-{digest}"
