"""Statements that stand alone, on connections of their own pool."""

import psycopg
import pytest
from psycopg.errors import UniqueViolation

from backend.app.core.db import autocommit

NEW_PERSON = "INSERT INTO person (id, created_at) VALUES (%s, now())"


def echo(number: int) -> int:
    with autocommit() as connection:
        return connection.execute("SELECT %s::int", [number], prepare=True).fetchone()[0]


def test_a_refused_statement_names_its_constraint_and_the_next_one_works(app) -> None:
    for attempt in range(2):
        with autocommit() as connection:
            if not attempt:
                connection.execute(NEW_PERSON, [77])
                continue
            with pytest.raises(UniqueViolation) as raised:
                connection.execute(NEW_PERSON, [77])
    assert raised.value.diag.constraint_name == "pk_person"
    assert echo(1) == 1


def test_a_statement_is_durable_without_a_commit(app, scalar) -> None:
    with autocommit() as connection:
        connection.execute(NEW_PERSON, [77])
    assert scalar("SELECT count(*) FROM person WHERE id = 77") == 1


def test_a_lost_connection_is_an_error_once_and_the_next_statement_has_a_new_one(app) -> None:
    with autocommit() as connection:
        lost = connection.info.backend_pid
        with psycopg.connect(connection.info.dsn, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [lost])
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert echo(1) == 1
