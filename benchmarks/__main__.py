"""python -m benchmarks [name …]: all of them, or the named ones.

One that fails ends its servers and lets the next one run; so does whoever stops the program.
"""

import signal
import sys
import threading
from importlib import import_module

NAMES = (
    "rating_submission", "month_scorecards", "month_close", "console_pages", "workbook",
    "ticket_pages", "ticket_intake", "anonymous_answers", "points_close", "poster_codes",
    "assessment_year", "assessment_county", "orders_import",
)  # fmt: skip


stopped = threading.Event()


def stop(*_: object) -> None:
    """SIGTERM or SIGHUP; unlike the signal's own effect it leaves every `with` block in order."""
    stopped.set()
    raise KeyboardInterrupt


def fails(name: str) -> bool:
    """Runs one; says why when it did not come to its end."""
    try:
        import_module(f"benchmarks.{name}").main()
    except BaseException as reason:  # noqa: BLE001  the others still run
        if isinstance(reason, KeyboardInterrupt):
            stopped.set()
        print(f"{name} FAILED: {reason!r}")
        return True
    finally:
        print(flush=True)
    return False


def main(names: list[str]) -> None:
    if unknown := set(names) - set(NAMES):
        raise SystemExit(f"unknown: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    failed = []
    for name in names or NAMES:
        if fails(name):
            failed.append(name)
        if stopped.is_set():
            raise SystemExit("stopped")
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
