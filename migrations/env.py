"""Runs migrations on the application's own engine and metadata."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from backend.app.core import clock
from backend.app.core.audit import system_user

database = current_app.extensions["migrate"].db


def _skip_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """No revision file when nothing changed."""
    options = context.config.cmd_opts
    if getattr(options, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


HAS_ORIGIN = text(
    "SELECT EXISTS (SELECT FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name = 'audit_entry' AND column_name = 'origin')"
)
WRITE_DOWN = text(
    "INSERT INTO audit_entry (at, action, subject_kind, subject_id, detail, origin)"
    " VALUES (:at, 'shell_command', 'command', 'db',"
    " jsonb_build_object('user', CAST(:user AS text), 'version', CAST(:version AS text)), 'shell')"
)


def _write_down(connection: Connection, versions: list[str]) -> None:
    """Whoever changes the tables is in the audit log, too, once there is one that can hold it."""
    if versions and connection.scalar(HAS_ORIGIN):
        told = {"at": clock.now(), "user": system_user(), "version": " ".join(versions)}
        connection.execute(WRITE_DOWN, told)


def run() -> None:
    versions: list[str] = []
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            compare_type=True,
            compare_server_default=True,
            process_revision_directives=_skip_empty,
            on_version_apply=lambda step, **_: versions.append(
                f"{'' if step.is_upgrade else '-'}{step.up_revision_id}"
            ),
        )
        with context.begin_transaction():
            context.run_migrations()
            _write_down(connection, versions)


run()
