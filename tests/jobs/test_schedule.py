"""The timetable: each period once, whoever asks and however often."""

from datetime import UTC, datetime

from backend.app.core.queue import JobName, QueueName, queue
from backend.jobs.schedule import due, send_due

NIGHT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
MORNING = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


def test_nothing_is_due_before_its_time_by_the_countys_clock() -> None:
    assert due(datetime(2026, 11, 20, 17, 59, tzinfo=UTC)) == []
    assert [entry.job for entry, _ in due(NIGHT)] == [JobName.RECOMPUTE_NIGHTLY]


def test_two_schedulers_send_each_job_once_a_day(app) -> None:
    assert send_due(NIGHT) == [JobName.RECOMPUTE_NIGHTLY]
    assert send_due(NIGHT) == []
    assert len(queue(QueueName.SLOW)) == 1


def test_what_was_missed_by_night_is_caught_up_in_the_morning(app) -> None:
    assert set(send_due(MORNING)) == {JobName.RECOMPUTE_NIGHTLY, JobName.DELETE_OLD_EXPORTS}
