"""python -m benchmarks [name …]: all of them, or the named ones."""

import sys
from importlib import import_module

NAMES = (
    "rating_submission", "month_scorecards", "month_close", "console_pages", "workbook",
    "ticket_pages", "ticket_intake", "anonymous_answers", "points_close", "poster_codes",
    "assessment_year", "orders_import",
)  # fmt: skip


def main(names: list[str]) -> None:
    for name in names or NAMES:
        if name not in NAMES:
            raise SystemExit(f"unknown: {name}; there are {', '.join(NAMES)}")
        import_module(f"benchmarks.{name}").main()
        print(flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
