"""The timetable: each period once, whoever asks and however often."""

from datetime import UTC, datetime, timedelta

from backend.app.core.queue import JobName, QueueName, queue
from backend.jobs.schedule import due, send_due

NIGHT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
MORNING = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


def test_nothing_is_due_before_its_time_by_the_countys_clock() -> None:
    before = datetime(2026, 11, 20, 17, 59, tzinfo=UTC)
    assert JobName.RECOMPUTE_NIGHTLY not in {entry.job for entry, _ in due(before)}
    assert JobName.RECOMPUTE_NIGHTLY in {entry.job for entry, _ in due(NIGHT)}


def test_a_frequent_job_is_due_once_in_each_of_its_periods(app) -> None:
    noon = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    counts = [
        send_due(noon + timedelta(minutes=minute)).count(JobName.ESCALATE_TICKETS)
        for minute in range(30)
    ]
    assert [minute for minute, count in enumerate(counts) if count] == [0, 10, 20]


def test_two_schedulers_send_each_job_once_a_day(app) -> None:
    sent = send_due(NIGHT)
    assert sent.count(JobName.RECOMPUTE_NIGHTLY) == 1
    assert send_due(NIGHT) == []
    assert len(queue(QueueName.SLOW)) == len(sent)


def test_what_was_missed_by_night_is_caught_up_in_the_morning(app) -> None:
    assert {JobName.RECOMPUTE_NIGHTLY, JobName.DELETE_OLD_EXPORTS} <= set(send_due(MORNING))
