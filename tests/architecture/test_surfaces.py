"""Every route has a guard, every job exists, every queue is listened to."""

from importlib import import_module

from flask import Flask

from backend.app.access import TABLE, Permission
from backend.app.core.queue import QUEUE_OF, JobName, QueueName
from backend.app.core.web.guards import OPEN, TokenScope
from backend.jobs import schedule, worker


def test_every_route_names_its_guard(migrated_app: Flask) -> None:
    bare = [
        str(rule)
        for rule in migrated_app.url_map.iter_rules()
        if not hasattr(migrated_app.view_functions[rule.endpoint], "__guard__")
    ]
    assert bare == []


def test_every_open_route_says_why(migrated_app: Flask) -> None:
    for name, view in migrated_app.view_functions.items():
        guard = view.__guard__
        assert isinstance(guard, Permission | TokenScope) or guard.removeprefix(f"{OPEN}: "), name


def test_no_writing_console_route_is_open(migrated_app: Flask) -> None:
    open_writes = {
        rule.endpoint
        for rule in migrated_app.url_map.iter_rules()
        if str(rule).startswith("/console")
        and rule.methods - {"GET", "HEAD", "OPTIONS"}
        and not isinstance(migrated_app.view_functions[rule.endpoint].__guard__, Permission)
    }
    # Who logs in has no session yet.
    assert all("login" in endpoint for endpoint in open_writes), open_writes


def test_a_token_opens_nothing_but_the_open_interface(migrated_app: Flask) -> None:
    opened = {
        rule.endpoint: str(rule)
        for rule in migrated_app.url_map.iter_rules()
        if isinstance(migrated_app.view_functions[rule.endpoint].__guard__, TokenScope)
    }
    assert len(opened) == 9
    assert all(path.startswith("/api/v1/open/") for path in opened.values())
    for rule in migrated_app.url_map.iter_rules():
        if str(rule).startswith("/api/v1/open/"):
            assert rule.endpoint in opened
            assert rule.methods <= {"GET", "HEAD", "OPTIONS"}


def test_a_view_without_a_guard_answers_nobody(migrated_app: Flask, client) -> None:
    view = migrated_app.view_functions["health.healthz"]
    mark = view.__dict__.pop("__guard__")
    try:
        assert client.get("/healthz").status_code == 403
    finally:
        view.__guard__ = mark


def test_every_permission_is_held_by_somebody() -> None:
    assert TABLE.keys() == set(Permission)
    assert all(TABLE.values())


def test_every_job_name_leads_to_a_function() -> None:
    for job in JobName:
        module, _, function = job.value.rpartition(".")
        assert callable(getattr(import_module(module), function))


def test_every_job_has_a_queue_and_every_queue_a_job() -> None:
    assert QUEUE_OF.keys() == set(JobName)
    assert set(QUEUE_OF.values()) == set(QueueName)


def test_a_worker_without_names_listens_to_every_queue(monkeypatch, app: Flask) -> None:
    heard = []
    monkeypatch.setattr(worker, "application", lambda: app)
    monkeypatch.setattr(
        worker.OneProcessWorker, "work", lambda self, **_: heard.extend(self.queue_names())
    )
    worker.work(burst=True, forks=False)
    assert set(heard) == {name.value for name in QueueName}


def test_the_timetable_names_jobs_without_arguments() -> None:
    for entry in schedule.TIMETABLE:
        module, _, function = entry.job.value.rpartition(".")
        code = getattr(import_module(module), function).__code__
        assert code.co_argcount == 0, entry
