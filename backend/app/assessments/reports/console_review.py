"""审核: this value beside the last, jumps marked; pass, return, change, pass all unmarked."""

from collections.abc import Callable

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.reports import review_operations, window_operations
from backend.app.assessments.reports.console_fill import month_in_address
from backend.app.assessments.reports.errors import ReportMoved
from backend.app.assessments.reports.facts import shown
from backend.app.assessments.reports.queries import files_of
from backend.app.assessments.reports.review_queries import review_rows, reviews_of, step_of
from backend.app.assessments.reports.window_queries import county_windows
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import ReportState, ReviewDecision, ReviewStep
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

SEEN = Query.of(done=boxes.Text(20), count=boxes.Number(otherwise=0), all=boxes.YesNo())
ACT = Form.of(
    report=boxes.Id(missing="请选一条汇报"), version=boxes.Number(missing="请刷新后再办"),
    decision=boxes.Choice(list(ReviewDecision), missing="请选通过、退回或改数"),
    reason=boxes.Text(),
    value=boxes.Amount(places=4, most=10**13),
)  # fmt: skip
PASS_ALL = Form.of(reports=boxes.Each(boxes.Text(40)))
REOPEN = Form.of(window=boxes.Id(missing="请选窗口"), reason=boxes.Text())


def _page(month: str, error: DomainError | None = None) -> tuple[str, int]:
    period, query = month_in_address(month), SEEN.read()
    scope = scope_of(actor())
    is_office = may(actor(), Permission.SUPERVISE_TARGETS, (scope.county_id,))
    rows = review_rows(actor(), period)
    steps = {row.id: step_of(row, is_office) for row in rows}
    waiting = [row for row in rows if steps[row.id]]
    listed = rows if query["all"] else waiting
    reviews = reviews_of([row.id for row in listed])
    return render_page(
        "assessments/review.html", error,
        query=query, month=month, period=period, rows=listed, total=len(rows),
        waiting=waiting, steps=steps, is_office=is_office, reviews=reviews, shown=shown,
        names=display_names({row.by_id for said in reviews.values() for row in said}),
        files=files_of([row.id for row in listed]), states=ReportState.names(),
        decisions=ReviewDecision.names(), step_names=ReviewStep.names(), now=clock.now(),
        windows=county_windows(scope.county_id, period) if is_office else [],
        unmarked=[row for row in waiting if not row.is_marked],
    )  # fmt: skip


@blueprint.get("/review/<month>")
@guard(Permission.REVIEW_REPORTS)
def show_review(month: str) -> tuple[str, int]:
    """What waits for this reader, or with ?all=1 everything sent."""
    return _page(month)


@blueprint.post("/review/<month>")
@guard(Permission.REVIEW_REPORTS)
def decide_report(month: str) -> tuple[str, int] | Response:
    """One report: passed, returned or changed."""

    def decide() -> tuple[str, int]:
        form = ACT.read()
        which = (actor(), form["report"], form["version"])
        if form["decision"] is ReviewDecision.PASSED:
            review_operations.pass_report(*which)
        elif form["decision"] is ReviewDecision.RETURNED:
            review_operations.return_report(*which, form["reason"])
        elif form["value"] is None:
            raise InvalidInput(errors={"value": ["改数请填新的数"]})
        else:
            review_operations.change_report(*which, form["value"], form["reason"])
        return form["decision"].value, 1

    return _act(month, decide)


@blueprint.post("/review/<month>/unmarked")
@guard(Permission.REVIEW_REPORTS)
def pass_unmarked(month: str) -> tuple[str, int] | Response:
    """Everything that was shown unmarked, in the version that was shown."""

    def pass_all() -> tuple[str, int]:
        pairs = [text.partition(":") for text in PASS_ALL.read()["reports"]]
        numbers = [(boxes.whole(first), boxes.whole(second)) for first, _, second in pairs]
        versions = [(report, version) for report, version in numbers if report and version]
        if not versions:
            raise ReportMoved("没有可以一起通过的，请刷新后再看")
        return "all", review_operations.pass_reports(actor(), versions)

    return _act(month, pass_all)


@blueprint.post("/review/<month>/reopen")
@guard(Permission.SUPERVISE_TARGETS)
def reopen(month: str) -> tuple[str, int] | Response:
    """补报: the window once more, with a reason."""

    def reopen_it() -> tuple[str, int]:
        form = REOPEN.read()
        window_operations.reopen_window(actor(), form["window"], form["reason"])
        return "reopened", 1

    return _act(month, reopen_it)


def _act(month: str, act: Callable[[], tuple[str, int]]) -> tuple[str, int] | Response:
    try:
        with transaction():
            done, count = act()
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(month, error)
    return redirect(
        address_of("assessments_console.show_review", month=month, done=done, count=count), 303
    )
