"""The database: one metadata, one place that commits."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson
import psycopg
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Session

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
AFTER_COMMIT = "after_commit"


class Base(DeclarativeBase):
    """What every table shares: constraint names a migration can rely on."""

    metadata = MetaData(naming_convention=NAMING)


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
    for action in waiting:
        action()


def after_commit(action: Callable[[], None]) -> None:
    """Keeps an action until the surrounding transaction is durable."""
    db.session().info.setdefault(AFTER_COMMIT, []).append(action)


class HotConnection(psycopg.Connection[Any]):
    """A connection that knows which statements were prepared on it by name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.statements: set[bytes] = set()


@contextmanager
def autocommit() -> Iterator[HotConnection]:
    """A psycopg connection on which each statement stands alone: one round trip, then durable.

    For the hot writes that do everything in one statement: SQLAlchemy's execution, and even its
    pool, cost as much as the rest of such a request. Plans are made once for each connection,
    because planning such a statement costs more than running it.
    """
    idle: deque[HotConnection] = current_app.extensions["autocommit"]
    try:
        connection = idle.pop()
    except IndexError:
        connection = HotConnection.connect(
            current_app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "", 1),
            autocommit=True,
            connect_timeout=CONNECT["connect_timeout"],
            options=GENERIC_PLANS,
        )
    try:
        yield connection
    finally:
        # One that was lost, or left in the middle of something, is nobody's any more.
        if connection.pgconn.transaction_status == TransactionStatus.IDLE:
            idle.append(connection)
        else:
            connection.close()


def execute_prepared(name: bytes, statement: bytes, values: Sequence[bytes]) -> list[list[bytes]]:
    """Rows of one statement on an autocommit connection, as text; raises what psycopg raises.

    libpq's own call: it waits for the answer without the interpreter's lock, where a cursor takes
    it back at every step between. Of a request this short that is a tenth.
    """
    with autocommit() as connection:
        server = connection.pgconn
        if name not in connection.statements:
            _check(server, server.prepare(name, statement))
            connection.statements.add(name)
        result = server.exec_prepared(name, values)
        _check(server, result)
        columns = range(result.nfields)
        return [[result.get_value(row, column) or b"" for column in columns]
                for row in range(result.ntuples)]  # fmt: skip


def _check(server: PGconn, result: PGresult) -> None:
    if result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        return
    if server.status != ConnStatus.OK:
        raise psycopg.OperationalError(result.get_error_message())
    raise error_from_result(result)


def prepare(app: Flask) -> None:
    """Hangs the database on the application."""
    db.init_app(app)
    app.extensions["autocommit"] = deque()


def dispose(close: bool = True) -> None:
    """Gives up every pooled connection; a forked child forgets its parent's without closing."""
    db.session.remove()
    db.engine.dispose(close=close)
    idle: deque[HotConnection] = current_app.extensions["autocommit"]
    if close:
        for connection in idle:
            connection.close()
    current_app.extensions["autocommit"] = deque()


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY: tens of thousands of rows in one stream, inside the surrounding transaction."""
    cursor: Any = db.session.connection().connection.cursor()
    with cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def fetch_rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Tens of thousands of rows as plain tuples, inside the surrounding transaction.

    SQLAlchemy's rows cost more than the database's work where only the values are wanted; names
    are bound as `:name`.
    """
    named = re.sub(r"(?<![:\w]):([a-z_0-9]+)", r"%(\1)s", statement.replace("%", "%%"))
    cursor: Any = db.session.connection().connection.cursor()
    with cursor:
        cursor.execute(named, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
