"""Hot statements: sent by libpq's own call, and their faults are psycopg's."""

import psycopg
import pytest
from psycopg.errors import UniqueViolation

from backend.app.core.db import autocommit, execute_prepared

ECHO = (b"echo", b"SELECT $1::int + 1, $2::text")
TWICE = (b"twice", b"INSERT INTO person (id, created_at) VALUES ($1::bigint, now()) RETURNING id")


def test_rows_come_back_as_text_however_often_it_is_sent(app) -> None:
    for n in (1, 2, 3):
        assert execute_prepared(*ECHO, [b"%d" % n, "村".encode()]) == [
            [b"%d" % (n + 1), "村".encode()]
        ]


def test_a_fault_of_the_database_names_its_constraint_and_the_connection_lives_on(app) -> None:
    execute_prepared(*TWICE, [b"77"])
    with pytest.raises(UniqueViolation) as raised:
        execute_prepared(*TWICE, [b"77"])
    assert raised.value.diag.constraint_name == "pk_person"
    assert execute_prepared(*ECHO, [b"1", b""]) == [[b"2", b""]]


def test_a_lost_connection_is_told_as_such_and_the_next_statement_has_a_new_one(app) -> None:
    with autocommit() as connection:
        lost = connection.info.backend_pid
    with autocommit() as victim, psycopg.connect(connection.info.dsn, autocommit=True) as other:
        assert victim.info.backend_pid == lost
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [lost])
    with pytest.raises(psycopg.OperationalError):
        execute_prepared(*ECHO, [b"1", b""])
    assert execute_prepared(*ECHO, [b"1", b""]) == [[b"2", b""]]
