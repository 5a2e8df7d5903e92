"""python -m benchmarks [name …]: all of them, or the named ones.

One that fails ends its servers and lets the next one run; so does whoever stops the program.
"""

import signal
import sys
from importlib import import_module

NAMES = (
    "rating_submission", "month_scorecards", "month_close", "console_pages", "workbook",
    "ticket_pages", "ticket_intake", "anonymous_answers", "points_close", "poster_codes",
    "assessment_year", "orders_import",
)  # fmt: skip


class Stopped(BaseException):
    """SIGTERM or SIGHUP; unlike the signal's own effect it leaves every `with` block in order."""


def stop(*_: object) -> None:
    raise Stopped


def fails(name: str) -> bool:
    """Runs one; says why when it did not come to its end."""
    try:
        import_module(f"benchmarks.{name}").main()
    except (Exception, SystemExit) as reason:  # noqa: BLE001  the others still run
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
    try:
        failed = [name for name in names or NAMES if fails(name)]
    except Stopped:
        raise SystemExit("stopped") from None
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
