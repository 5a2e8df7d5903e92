"""One bad item never stops the others: it is set aside, counted, shown with its reason, retried."""

import ast
import re
from pathlib import Path

import pytest
from rq.registry import ScheduledJobRegistry
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.app.access import Role
from backend.app.accounts.console_failed_items import JOBS, reason_words
from backend.app.core import batches, metrics
from backend.app.core.db import after_commit, db, transaction
from backend.app.core.errors import NotAllowed
from backend.app.core.queue import RETRY_INTERVALS, JobName, QueueName, queue
from backend.app.exports import operations as exports
from backend.app.points import months
from backend.app.ratings import flagging
from backend.app.rewards import publications
from backend.app.tickets import supervision
from backend.app.tickets.anonymous import intake
from backend.app.tickets.bad_ratings import call_backs
from backend.jobs import exports as export_jobs
from backend.jobs import points, ratings, rewards, scorecards, surveys
from backend.jobs import tickets as ticket_jobs
from tests.factories.console import make_staff, sit_down
from tests.factories.county import County, actor_with, make_county, make_person
from tests.factories.ratings import rate_village

JOB = JobName.FLAG_SUSPICIOUS


def failed() -> list[tuple[str, str, str, int]]:
    with transaction():
        return [
            (line.part, line.item, line.reason, line.attempts) for line in batches.list_failed()
        ]


def add_person(name: str) -> None:
    db.session.execute(
        text("INSERT INTO person (openid, display_name, created_at) VALUES (:n, :n, now())"),
        {"n": name},
    )


def people(scalar) -> int:
    return scalar("SELECT count(*) FROM person WHERE openid LIKE 'batch-%'")


def test_a_failing_item_is_set_aside_and_the_others_are_done(app, scalar) -> None:
    def act(item: int) -> int:
        add_person(f"batch-{item}")
        if item == 2:
            # Half of it is written when it fails: inside, in a savepoint of its own, and outside.
            with db.session.begin_nested():
                add_person("batch-inner")
            raise KeyError(item)
        return item

    assert batches.each(JOB, [1, 2, 3], act, "part") == 4
    assert people(scalar) == 2, "nothing of the second is left"
    assert failed() == [("part", "2", "KeyError", 1)]


def test_attempts_are_counted_and_what_went_well_is_set_aside_no_longer(app, scalar) -> None:
    broken = {1, 2}

    def act(item: int) -> None:
        if item in broken:
            raise ValueError

    batches.each(JOB, [1, 2], act)
    broken.remove(1)
    for _ in range(2):
        batches.each(JOB, [1, 2], act)
    assert failed() == [("", "2", "ValueError", 3)]
    assert scalar("SELECT last_failed_at > first_failed_at FROM failed_item")
    batches.each(JOB, [1], act)
    assert failed() == [], "it is due no more"


def test_a_job_with_failing_items_runs_again_soon_and_not_without_end(app) -> None:
    def act(item: int) -> int:
        raise KeyError(item)

    waiting = ScheduledJobRegistry(queue=queue(QueueName.SLOW))
    for runs in range(1, len(RETRY_INTERVALS) + 3):
        batches.each(JOB, [1, 2], act)
        assert len(waiting.get_job_ids()) == min(runs, len(RETRY_INTERVALS))


def test_a_part_of_a_job_knows_nothing_of_another(app) -> None:
    def act(_: int) -> None:
        raise ValueError

    batches.each(JOB, [1], act, "first")
    batches.each(JOB, [], act, "second")
    assert failed() == [("first", "1", "ValueError", 1)]


def test_a_refusal_of_the_database_leaves_the_rest_of_the_batch_whole(app, scalar) -> None:
    def act(item: int) -> None:
        add_person(f"batch-{item % 2}")

    batches.each(JOB, [0, 1, 2, 3, 5], act)
    assert people(scalar) == 2
    assert [line[1:3] for line in failed()] == [
        ("2", "IntegrityError"), ("3", "IntegrityError"), ("5", "IntegrityError"),
    ]  # fmt: skip


def test_what_waited_for_the_commit_is_all_done_although_one_part_of_it_fails(app) -> None:
    done: list[str] = []

    def act() -> None:
        with transaction():
            after_commit(lambda: done.append("first"))
            after_commit(lambda: {}["nothing"])
            after_commit(lambda: done.append("last"))

    with pytest.raises(KeyError):
        act()
    assert done == ["first", "last"]


def break_for(monkeypatch: pytest.MonkeyPatch, module: object, name: str, item: int) -> list[int]:
    """Lets one item of a job fail, in the middle of its work; returns those that were tried."""
    real, tried = getattr(module, name), []

    def act(first: int, *rest: object, **more: object) -> object:
        tried.append(first)
        if first == item:
            real(first, *rest, **more)
            raise IntegrityError("", {}, Exception())
        return real(first, *rest, **more)

    monkeypatch.setattr(module, name, act)
    return tried


@pytest.fixture
def counties(app) -> list[County]:
    both = [make_county(), make_county(code="360281", name="乐平市")]
    for county in both:
        rate_village(county, 0, [5] * 3 + [1] * 9)
    return both


@pytest.mark.parametrize(
    ("job", "module", "name"),
    [
        (points.close_points_month, months, "close_month"),
        (ratings.flag_suspicious, flagging, "flag_suspicious"),
        (export_jobs.request_bulletins, export_jobs.bulletins, "request_due"),
        (surveys.prepare_keys, surveys, "_prepare_county"),
    ],
)
def test_a_county_that_fails_stops_no_other_county(
    counties: list[County], monkeypatch: pytest.MonkeyPatch, job, module, name: str
) -> None:
    bad, good = (county.id for county in counties)
    monkeypatch.setattr(points.clock, "today", lambda: points.clock.now().date().replace(day=5))
    monkeypatch.setattr(flagging, "counties_to_look_at", lambda _: [bad, good])
    tried = break_for(monkeypatch, module, name, bad)
    job()
    assert sorted(tried) == [bad, good]
    assert [line[1:3] for line in failed()] == [(str(bad), "IntegrityError")]


def test_a_county_whose_facts_are_broken_keeps_no_other_from_its_scores(
    counties: list[County], monkeypatch: pytest.MonkeyPatch, scalar
) -> None:
    bad, good = (county.id for county in counties)
    real = scorecards.recompute

    def recompute(month: object, county_id: int) -> int:
        done: int = real(month, county_id)
        if county_id == bad:
            raise ZeroDivisionError
        return done

    with transaction() as session:
        session.execute(text("DELETE FROM scorecard"))
    monkeypatch.setattr(scorecards, "recompute", recompute)
    scorecards.recompute_nightly()
    assert scalar("SELECT array_agg(DISTINCT county_id) FROM scorecard") == [good]
    assert [line[:3] for line in failed()] == [
        (part, str(bad), "ZeroDivisionError") for part in ("last_month", "this_month")
    ]


def test_a_bad_rating_that_fails_stops_no_other_call_back(
    counties: list[County], monkeypatch: pytest.MonkeyPatch, scalar
) -> None:
    with transaction() as session:
        session.execute(
            text("UPDATE rating SET rated_on = CURRENT_DATE - 1, scanned_on = CURRENT_DATE - 1")
        )
    wanted = scalar("SELECT array_agg(id ORDER BY id) FROM rating WHERE level = 5")
    monkeypatch.setattr(call_backs, "bad_rating_ids", lambda *_: list(wanted))
    tried = break_for(monkeypatch, call_backs, "open_for_rating", wanted[0])
    assert ticket_jobs.call_back_ratings() == len(wanted) - 1
    assert sorted(tried) == wanted
    assert scalar("SELECT count(*) FROM ticket") == len(wanted) - 1
    assert [line[1] for line in failed()] == [str(wanted[0])]


@pytest.mark.parametrize(
    ("job", "list_in", "list_name", "act_in", "act_name"),
    [
        (rewards.publish_points, publications, "villages_due", publications, "publish"),
        (rewards.tend_redemptions, rewards.redemptions, "list_expired", rewards, "_expire"),
        (points.expire_points, points.expiry, "due_expiries", points.expiry, "carry_out"),
        (ticket_jobs.read_letters, ticket_jobs.ballot_box, "due", intake, "open_letter"),
        (surveys.tend_rounds, surveys.rounds, "rounds_to_open", surveys.rounds, "open_round"),
        (surveys.tend_rounds, surveys.rounds, "rounds_to_publish", surveys.rounds, "publish_round"),
        (ticket_jobs.escalate_tickets, supervision, "_ids", supervision.transitions, "lock"),
    ],
)
def test_one_of_many_that_fails_stops_no_other(
    app, monkeypatch: pytest.MonkeyPatch, job, list_in, list_name, act_in, act_name: str
) -> None:
    tried: list[int] = []

    def act(item: int, *_: object) -> int:
        if item not in tried:
            tried.append(item)
        if item == 11:
            raise ValueError("杨村的张三")
        return 0

    monkeypatch.setattr(points.clock, "today", lambda: points.clock.now().date().replace(day=5))
    monkeypatch.setattr(list_in, list_name, lambda *_: [11, 12])
    monkeypatch.setattr(act_in, act_name, act)
    job()
    assert set(tried) == {11, 12}
    assert ("11", "ValueError") in {line[1:3] for line in failed()}
    with transaction():
        whole = db.session.scalar(text("SELECT string_agg(f::text, ' ') FROM failed_item f"))
    assert "张三" not in whole, "no words of people"


def test_an_export_whose_file_cannot_be_deleted_stops_no_other(
    app, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = exports.storage.delete
    keys: list[str] = []

    def delete(key: str) -> None:
        keys.append(key)
        if len(keys) == 1:
            raise PermissionError
        real(key)

    county = make_county()
    person = make_person()
    with transaction() as session:
        for key in ("exports/one.csv", "exports/two.csv"):
            session.execute(
                text(
                    "INSERT INTO export (kind, format, month, region_id, state, progress, file_key,"
                    " file_name, requested_by_id, requested_at, expires_at) VALUES ('tickets',"
                    " 'csv', '2026-10-01', :region, 'done', 100, :key, 'x', :person,"
                    " now() - interval '9 days', now() - interval '1 day')"
                ),
                {"region": county.id, "key": key, "person": person},
            )
    monkeypatch.setattr(exports.storage, "delete", delete)
    assert export_jobs.delete_old_exports() == 1
    assert [line[2] for line in failed()] == ["PermissionError"]
    assert export_jobs.delete_old_exports() == 1
    assert failed() == []


def set_one_aside(item: int = 7, error: type[Exception] = IntegrityError) -> int:
    def act(_: int) -> None:
        raise error("", {}, Exception()) if error is IntegrityError else error

    batches.each(JobName.CALL_BACK_RATINGS, [item], act)
    return db.session.scalar(text("SELECT max(id) FROM failed_item"))


def test_the_console_shows_what_failed_why_and_tries_it_again(client, app, scalar) -> None:
    county = make_county()
    desk = sit_down(client, make_staff(Role.COUNTY_MANAGER, county.id, "boss"))
    assert "都办成了" in desk.get("/console/failed-items").text
    failed_id = set_one_aside()
    page = desk.get("/console/failed-items").text
    for words in ("差评回访", "评价 7", "数据前后对不上", "1 次", "再试一次"):
        assert words in page, words
    queue(QueueName.SLOW).empty()
    answer = desk.post(f"/console/failed-items/{failed_id}/retry")
    assert answer.status_code == 302
    assert [job.func_name for job in queue(QueueName.SLOW).jobs] == [JobName.CALL_BACK_RATINGS]
    assert scalar("SELECT detail ->> 'job' FROM audit_entry WHERE action = 'retry_job'") == (
        "call_back_ratings"
    )
    assert desk.post("/console/failed-items/999/retry").status_code == 404


def test_only_who_tends_jobs_may_try_again(app) -> None:
    county = make_county()
    failed_id = set_one_aside()
    with pytest.raises(NotAllowed), transaction():
        batches.retry(actor_with(Role.COUNTY_STAFF, county.id), failed_id)


def test_what_was_set_aside_is_counted_for_the_county_s_it(app) -> None:
    assert b"vv_failed_items{" not in metrics.render()
    set_one_aside()
    assert b'vv_failed_items{job="call_back_ratings"} 1.0' in metrics.render()


def test_a_reason_is_said_in_chinese_and_never_without_words() -> None:
    assert reason_words("KeyLost") == "匿名信箱的钥匙没有了"
    assert reason_words("MonthLocked").startswith("这个月已经锁定")
    assert (
        reason_words("ZeroDivisionError") == "程序出错，请把这一行告诉维护人员（ZeroDivisionError）"
    )


def test_every_job_of_many_items_sets_the_failing_aside_and_has_words_on_the_page() -> None:
    sources = [
        path.read_text("utf-8")
        for folder in ("backend/jobs", "backend/app")
        for path in sorted(Path(folder).rglob("*.py"))
    ]
    used = {
        name
        for source in sources
        for found in re.findall(r"each\(\s*JobName\.(\w+)|job = [^\n]*JobName\.(\w+)", source)
        for name in found
        if name
    }
    assert {job.name for job in JOBS} == used
    loops = [
        f"{path.name}:{node.lineno}"
        for path in sorted(Path("backend/jobs").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.For) and "transaction" in ast.unparse(node)
    ]
    assert loops == []
