"""The month's clock of assessments: windows open and close, colours come, late ones are told.

Every job may run again at any time. Each programme and window stands in a transaction of its own:
one that fails is set aside and holds up no other.
"""

from backend.app.assessments.adjustments.exemption_operations import lapse_exemption
from backend.app.assessments.adjustments.queries import exemptions_to_lapse
from backend.app.assessments.appraisals.closing_operations import (
    forget_codes,
    rounds_with_old_codes,
)
from backend.app.assessments.checks.conclusion_operations import reveal_check
from backend.app.assessments.checks.queries import checks_to_reveal
from backend.app.assessments.evaluation import operations as evaluation
from backend.app.assessments.measures import operations as measures
from backend.app.assessments.measures.own_measures import OwnFigure, own_figures
from backend.app.assessments.meetings import week_operations
from backend.app.assessments.meetings.week_operations import weekly_programmes
from backend.app.assessments.reports import review_operations, window_operations, window_queries
from backend.app.assessments.results import operations as results
from backend.app.assessments.results.queries import open_programmes, stale_programmes
from backend.app.assessments.subjects import rating_operations
from backend.app.assessments.training.operations import measure_training
from backend.app.assessments.training.queries import trainings_to_measure
from backend.app.assessments.year_end import deadline_operations
from backend.app.core.batches import each
from backend.app.core.queue import JobName


def open_windows() -> int:
    job = JobName.OPEN_WINDOWS
    return each(job, window_queries.running_programmes(), window_operations.open_windows)


def close_windows() -> int:
    """And after the year, checks and ballots."""
    job = JobName.CLOSE_WINDOWS
    done = each(job, window_queries.windows_to_close(), window_operations.close_window)
    over = deadline_operations.programmes_to_close()
    return done + each(job, over, deadline_operations.close_judgements, "judgements")


def evaluate_period() -> int:
    """定色 on the office's last day, totals and what trainings changed after it; then 月通报."""
    job = JobName.EVALUATE_PERIOD
    due = window_queries.windows_to_evaluate()
    done = each(job, due, evaluation.evaluate_window, "evaluate")
    each(job, stale_programmes(), results.recompute_results, "results")
    each(job, trainings_to_measure(), measure_training, "trainings")
    known = window_queries.windows_to_publish()
    return done + each(job, known, evaluation.publish_window, "publish")


def escalate_targets() -> int:
    """In the morning: who has not sent is reminded, what owners left goes to the office.

    Exemptions that nobody claimed in time lapse, what mystery guests found is told on its day, and
    codes of raters are forgotten once the year's results are final.
    """
    job = JobName.ESCALATE_TARGETS
    late, left = window_queries.windows_to_remind_of(), window_queries.windows_past_owners()
    done = each(job, late, window_operations.remind_units, "remind")
    done += each(job, left, review_operations.escalate_reports, "owners")
    done += each(job, checks_to_reveal(), reveal_check, "checks")
    each(job, rounds_with_old_codes(), forget_codes, "codes")
    return done + each(job, exemptions_to_lapse(), lapse_exemption, "exemptions")


def pull_measures() -> int:
    """By night: what the product counted of every unit, and totals anew."""
    job = JobName.PULL_MEASURES
    figures: dict[int, list[OwnFigure]] = {}

    def gather(programme_id: int) -> None:
        figures.update(own_figures(programme_id))

    each(job, open_programmes(), gather, "gather")
    done = each(job, figures, lambda unit: measures.store_own_figures(figures[unit]), "units")
    each(job, open_programmes(), results.recompute_results, "results")
    each(job, open_programmes(), rating_operations.rate_subjects, "ratings")
    return done


def send_week() -> int:
    """周报送 on Monday morning: what is open on the lists, to whom it is given."""
    return each(JobName.SEND_WEEK, weekly_programmes(), week_operations.send_week)
