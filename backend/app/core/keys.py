"""flask keys …: sealing anew, under today's secret, what an earlier one sealed."""

from collections.abc import Iterator
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import text

from backend.app.core.db import db, transaction
from backend.app.core.encryption import SealedColumn, derive_each, is_current, seal, unseal

BATCH = 200
commands = AppGroup("keys", help="密钥")


@commands.command("rotate")
def rotate() -> None:
    """Seals anew what a retired secret sealed; may be stopped at any time and started again."""
    for name, done in sealed_anew():
        click.echo(f"{name}: 换好 {done} 处")
    click.echo("全部用现在的密钥封好了")


@commands.command("receipt-peppers")
def receipt_peppers() -> None:
    """What receipts given out before November 2026 were digested with, for the anonymous process.

    Until then the pepper came from SECRET_KEY, which that process no longer knows.
    """
    for pepper in derive_each("receipt"):
        click.echo(pepper.hex())


def sealed_anew() -> Iterator[tuple[str, int]]:
    """Each place with sealed bytes and how many of them were sealed anew."""
    for column in current_app.extensions["sealed_columns"]:
        yield f"{column.table}.{column.column}", _column_anew(column)
    for folder, anew in current_app.extensions["sealed_files"].items():
        yield folder, anew()


def _column_anew(place: SealedColumn) -> int:
    done, last = 0, None
    while True:
        with transaction():
            rows = _rows_after(place, last)
            for key, sealed in rows:
                done += _row_anew(place, key, sealed)
        if len(rows) < BATCH:
            return done
        last = rows[-1][0]


def _rows_after(place: SealedColumn, last: Any) -> list[tuple[Any, bytes]]:
    after = "" if last is None else f"AND {place.row_key} > :last"
    statement = (
        f"SELECT {place.row_key}, {place.column} FROM {place.table}"
        f" WHERE length({place.column}) > 0 {after}"
        f" ORDER BY {place.row_key} LIMIT {BATCH} FOR UPDATE"
    )
    return [
        (key, bytes(sealed)) for key, sealed in db.session.execute(text(statement), {"last": last})
    ]


def _row_anew(place: SealedColumn, key: Any, sealed: bytes) -> bool:
    if is_current(sealed):
        return False
    fresh = seal(place.purpose, unseal(place.purpose, sealed))
    statement = f"UPDATE {place.table} SET {place.column} = :fresh WHERE {place.row_key} = :key"
    db.session.execute(text(statement), {"fresh": fresh, "key": key})
    return True
