"""清单: the four lists and the task table, searched, given out, answered, closed."""

from dataclasses import asdict
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.issues import operations, queries
from backend.app.assessments.issues.issue_files import ISSUES, issue_book
from backend.app.assessments.issues.operations import IssueDraft
from backend.app.assessments.issues.queries import OVERDUE, IssueFilters
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import shown_programme
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.assessments.states import UNDER_WAY
from backend.app.assessments.states.issues import NUMBERED, IssueList, IssueSource, IssueState
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.files.workbooks import form_sheet
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Form, Query, last_page, turned, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page, status_of
from backend.app.imports.console import add_pages, earlier

STATES = {**IssueState.names(), OVERDUE: "逾期没有销号"}
BY_HAND = {IssueSource.HAND, IssueSource.TICKET, IssueSource.CHECK, IssueSource.APPEAL}
WHICH = Query.of(
    programme=boxes.Id(otherwise=None), page=boxes.Page(),
    list=boxes.Choice(list(IssueList.names())), state=boxes.Choice(list(STATES)),
    source=boxes.Choice(list(IssueSource.names())), unit=boxes.Text(80), search=boxes.Text(40),
)  # fmt: skip
ENTRY = Form.of(
    list=boxes.Choice(list(IssueList), missing="请选哪张清单"), task=boxes.Text(squeezed=True),
    difficulty=boxes.Text(), measure=boxes.Text(), due_on=boxes.Day(missing="请填时限"),
    source=boxes.Choice(list(IssueSource), otherwise=IssueSource.HAND),
    source_id=boxes.Number(),
)  # fmt: skip
ACT = Form.of(
    act=boxes.Choice(("answer", "return", "close"), missing="请选一种办法"), words=boxes.Text()
)
Page = tuple[str, int] | Response


def _own_programme(scope: ReaderScope) -> Programme | None:
    return shown_programme(scope.county_id, WHICH.read()["programme"])


def _is_office(scope: ReaderScope) -> bool:
    return may(actor(), Permission.SUPERVISE_TARGETS, (scope.county_id,))


def _filters() -> IssueFilters:
    values = WHICH.read()
    return IssueFilters(**{name: values[name] or "" for name in asdict(IssueFilters())})


def _list(error: DomainError | None = None) -> tuple[str, int]:
    scope, values = scope_of(actor()), WHICH.read()
    programme = _own_programme(scope)
    if programme is None:
        return render_template("assessments/no_programme.html", title="清单"), 200
    filters = _filters()
    office = _is_office(scope) and programme.state in UNDER_WAY
    total = queries.count_issues(scope, programme.id, filters)
    return render_page(
        "assessments/issues.html", error, programme=programme, filters=filters, office=office,
        rows=queries.list_issues(scope, programme.id, filters, values["page"]), total=total,
        counts=queries.list_counts(scope, programme.id), page=values["page"], turned=turned,
        last=last_page(total, queries.PAGE), files=earlier(ISSUES) if office else None,
        choices=queries.duty_choices(scope.county_id) if office else {}, **_words(),
    )  # fmt: skip


def _words() -> dict[str, Any]:
    return {
        "lists": IssueList.names(), "states": STATES, "sources": IssueSource.names(),
        "by_hand": {source.value: source.words for source in IssueSource if source in BY_HAND},
        "numbered": NUMBERED, "chosen": set(typed.getlist("duty")), "today": clock.today(),
    }  # fmt: skip


@blueprint.get("/issues")
@guard(Permission.SEE_PROGRAMMES)
def show_issues() -> tuple[str, int]:
    """What is not closed first; a unit sees what is given to it or about it."""
    return _list()


def _params() -> dict[str, Any]:
    programme = _own_programme(scope_of(actor()))
    if programme is None:
        raise InvalidInput(errors={"file": ["下达考核项目以后才能导入"]})
    return {"programme": programme.id}


add_pages(blueprint, ISSUES, "/issues/files", _list, _params)


@blueprint.get("/issues.xlsx")
@guard(Permission.SEE_PROGRAMMES)
def download_issues() -> Response:
    """任务分解表 with the filters of the page; empty, it is the form to fill in."""
    scope = scope_of(actor())
    programme = _own_programme(scope)
    if programme is None:
        return send_book(form_sheet("任务分解表", [c.name for c in ISSUES.columns], [()]),
                         "任务分解表.xlsx")  # fmt: skip
    rows = queries.list_issues(scope, programme.id, _filters(), size=queries.MOST_LISTED)
    title = f"{programme.title}{programme.year}年任务分解表"
    return send_book(issue_book(title, rows), f"{title}.xlsx")


def _draft() -> IssueDraft:
    return IssueDraft(**ENTRY.read(), duties=typed.getlist("duty"))


@blueprint.post("/issues/<int:programme_id>")
@guard(Permission.SUPERVISE_TARGETS)
def add_issue(programme_id: int) -> Page:
    try:
        with transaction():
            issue_id = operations.save_issue(actor(), programme_id, _draft())
    except (InvalidInput, Conflict) as error:
        return _list(error)
    return _to_issue(programme_id, issue_id)


def _to_issue(programme_id: int, issue_id: int) -> Response:
    return redirect(
        address_of(".show_issue", programme_id=programme_id, issue_id=issue_id), 303
    )  # fmt: skip


def _issue(programme_id: int, issue_id: int, error: DomainError | None = None) -> tuple[str, int]:
    scope = scope_of(actor())
    programme = shown_programme(scope.county_id, programme_id)
    row = queries.get_issue(scope, programme_id, issue_id)
    hands = (row.opened_by_id, row.answered_by_id, row.closed_by_id)
    names = display_names([person for person in hands if person])
    page = render_template(
        "assessments/issue.html", error=error, programme=programme, row=row,
        office=_is_office(scope) and not row.is_own, names=names,
        choices=queries.duty_choices(scope.county_id), **_words(),
    )  # fmt: skip
    return page, status_of(error) if error else 200


@blueprint.get("/issues/<int:programme_id>/<int:issue_id>")
@guard(Permission.SEE_PROGRAMMES)
def show_issue(programme_id: int, issue_id: int) -> tuple[str, int]:
    """One entry with what was done about it."""
    return _issue(programme_id, issue_id)


@blueprint.post("/issues/<int:programme_id>/<int:issue_id>")
@guard(Permission.SUPERVISE_TARGETS)
def change_issue(programme_id: int, issue_id: int) -> Page:
    try:
        with transaction():
            operations.save_issue(actor(), programme_id, _draft(), issue_id)
    except (InvalidInput, Conflict) as error:
        return _issue(programme_id, issue_id, error)
    return _to_issue(programme_id, issue_id)


@blueprint.post("/issues/<int:programme_id>/<int:issue_id>/acts")
@guard(Permission.ANSWER_ISSUES)
def act_on_issue(programme_id: int, issue_id: int) -> Page:
    """Units answer; the office sends back or closes, with words."""
    queries.get_issue(scope_of(actor()), programme_id, issue_id)
    acts = {
        "answer": operations.answer_issue, "return": operations.return_issue,
        "close": operations.close_issue,
    }  # fmt: skip
    try:
        form = ACT.read()
        with transaction():
            acts[form["act"]](actor(), programme_id, issue_id, form["words"])
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _issue(programme_id, issue_id, error)
    return _to_issue(programme_id, issue_id)
