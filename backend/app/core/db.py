"""The database: one metadata, one place that commits."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import orjson
import psycopg
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import LockNotAvailable
from psycopg_pool import ConnectionPool
from sqlalchemy import BigInteger, DateTime, Executable, Identity, MetaData, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
AFTER_COMMIT = "after_commit"
AUTOCOMMIT_POOL = "autocommit_pool"
LockName = Literal[
    "call_back", "demo", "feedback_talk", "imports", "mending", "paper_batch", "paper_slip",
    "points", "points_month", "programme_version", "redemptions", "results", "scheme_version",
    "scorecards", "signing_keys",
]  # fmt: skip
# How long a member of staff waits for somebody else's rows.
PATIENCE = "5s"
NamedRow = TypeVar("NamedRow")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


class Base(DeclarativeBase):
    """What every table shares: names of constraints a migration can rely on, and usual types."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: DateTime(timezone=True), dict[str, Any]: JSONB},
    )


Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


SESSION_OPTIONS = "-c timezone=UTC -c statement_timeout=60000 -c lock_timeout=10000"
# A plan kept for good must not be one made while a table was still small: index look-ups only, in
# the order in which the statement names its tables.
GENERIC_PLANS = (
    f"{SESSION_OPTIONS} -c plan_cache_mode=force_generic_plan"
    " -c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
    " -c enable_material=off -c join_collapse_limit=1"
)
CONNECT: dict[str, Any] = {"connect_timeout": 5, "options": SESSION_OPTIONS}
ENGINE_OPTIONS: dict[str, Any] = {
    "json_serializer": _dumps,
    "json_deserializer": orjson.loads,
    # Parameters are what people wrote: they stay out of exception texts and so out of the log.
    "hide_parameters": True,
    "pool_pre_ping": False,
    "pool_size": 5,
    "max_overflow": 15,
    "pool_recycle": 1800,
    "connect_args": CONNECT,
}

db = SQLAlchemy(
    model_class=Base, engine_options=ENGINE_OPTIONS, session_options={"autoflush": True}
)

# Flask-SQLAlchemy makes its own subclass of Base, which type checkers cannot follow.
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


@contextmanager
def transaction() -> Iterator[Session]:
    """Commits what the block did as one, or nothing; then does what waited for the commit."""
    session = db.session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        session.info.pop(AFTER_COMMIT, None)
        raise
    waiting: list[Callable[[], None]] = session.info.pop(AFTER_COMMIT, [])
    failed: list[Exception] = []
    for action in waiting:
        try:
            action()
        # The others wait for the same commit.
        except Exception as error:  # noqa: BLE001
            failed.append(error)
    if failed:
        raise failed[0]


def after_commit(action: Callable[[], None]) -> None:
    """Keeps an action until the surrounding transaction is durable."""
    db.session().info.setdefault(AFTER_COMMIT, []).append(action)


def lock(name: LockName, key: int | str) -> None:
    """Waits until no other transaction has this lock; the end of the transaction releases it."""
    db.session.execute(_LOCK, {"name": f"{name}:{key}"})


@contextmanager
def refuses_when_busy(refusal: Exception) -> Iterator[None]:
    """Raises the refusal where somebody else holds a row for longer than that, to the end of the
    transaction."""
    db.session.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
    try:
        yield
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise refusal from None
        raise


def autocommit() -> AbstractContextManager[psycopg.Connection[Any]]:
    """A psycopg connection on which each statement stands alone: one round trip, then durable.

    For the hot writes that do everything in one statement: SQLAlchemy's execution costs as much as
    the rest of such a request. Give `prepare=True` to plan once for each connection.
    """
    pool: ConnectionPool = current_app.extensions[AUTOCOMMIT_POOL]
    pool.open()
    return pool.connection()


def _autocommit_pool(settings: Mapping[str, Any]) -> ConnectionPool:
    return ConnectionPool(
        settings["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "", 1),
        kwargs={
            "autocommit": True,
            "connect_timeout": CONNECT["connect_timeout"],
            "options": GENERIC_PLANS,
        },
        min_size=0,
        max_size=ENGINE_OPTIONS["pool_size"] + ENGINE_OPTIONS["max_overflow"],
        open=False,
    )


def prepare(app: Flask) -> None:
    """Registers the database with the application."""
    db.init_app(app)
    app.extensions[AUTOCOMMIT_POOL] = _autocommit_pool(app.config)


def dispose(close: bool = True) -> None:
    """Gives up every pooled connection; a forked child forgets its parent's without closing."""
    db.session.remove()
    db.engine.dispose(close=close)
    if close:
        current_app.extensions[AUTOCOMMIT_POOL].close()
    current_app.extensions[AUTOCOMMIT_POOL] = _autocommit_pool(current_app.config)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY: tens of thousands of rows in one stream, inside the surrounding transaction."""
    cursor: Any = db.session.connection().connection.cursor()
    with cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def like_escaped(text_: str) -> str:
    """A text as LIKE takes it literally."""
    return text_.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def with_psycopg_names(statement: str) -> str:
    """A statement whose values are named as SQLAlchemy names them, `:name`, as psycopg reads it."""
    return re.sub(r"(?<![:\w]):([a-z_0-9]+)", r"%(\1)s", statement.replace("%", "%%"))


def fetch_named(
    row_type: Callable[..., NamedRow],
    statement: Executable,
    values: Mapping[str, Any] | None = None,
) -> list[NamedRow]:
    """Every row of a statement as a NamedTuple whose fields are the statement's columns."""
    rows = db.session.execute(statement, dict(values or {})).mappings()
    return [row_type(**row) for row in rows]


def fetch_rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Tens of thousands of rows as plain tuples, inside the surrounding transaction.

    SQLAlchemy's rows cost more than the database's work where only the values are wanted; names
    are bound as `:name`. Planned each time by its values: a plan for any values takes three times
    as long where most searches let everything pass.
    """
    cursor: Any = db.session.connection().connection.cursor()
    with cursor:
        cursor.execute(with_psycopg_names(statement), values, prepare=False)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
