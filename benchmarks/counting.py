"""How many statements the application sends while a block runs."""

from typing import Any

import psycopg


class Counter:
    """Counts what the application asks of the database."""

    def __init__(self) -> None:
        self.count = 0
        self._execute = psycopg.Cursor.execute

    def __enter__(self) -> "Counter":
        execute = self._execute

        def counted(cursor: Any, *rest: Any, **more: Any) -> Any:
            self.count += 1
            return execute(cursor, *rest, **more)

        psycopg.Cursor.execute = counted  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        psycopg.Cursor.execute = self._execute  # type: ignore[method-assign]
