"""要表: every form asked for beside the programme, with its basis; answered once, then offered."""

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.burden import request_operations as operations
from backend.app.assessments.burden import request_queries as queries
from backend.app.assessments.burden.request_operations import FormDraft, field_names
from backend.app.assessments.programmes.queries import list_units, shown_programme
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.boxes import whole
from backend.app.core.web.forms import Form, read_id, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

ASK = Form.of(
    title=boxes.Text(80, squeezed=True), basis_document=boxes.Text(200, squeezed=True),
    fields=boxes.Text(2000), due_on=boxes.Day(missing="请填期限"),
)  # fmt: skip
Page = tuple[str, int] | Response


def _may_ask(scope: ReaderScope) -> bool:
    """A department in its own name, or the office."""
    is_office = may(actor(), Permission.SUPERVISE_TARGETS, (scope.county_id,))
    return is_office or bool(scope.department_ids)


def _list(error: DomainError | None = None) -> tuple[str, int]:
    scope = scope_of(actor())
    asks = _may_ask(scope)
    programme = shown_programme(scope.county_id, None) if asks else None
    return render_page(
        "assessments/requests.html", error, forms=queries.list_forms(scope), asks=asks,
        units=list_units(programme.id) if programme else [], today=clock.today(),
        chosen={whole(value) for value in typed.getlist("unit")},
    )  # fmt: skip


@blueprint.get("/requests")
@guard(Permission.SEE_PROGRAMMES)
def show_requests() -> tuple[str, int]:
    """What is asked for, by whom, on which basis, and who has answered."""
    return _list()


@blueprint.post("/requests")
@guard(Permission.REVIEW_REPORTS)
def ask_form() -> Page:
    """登记一份要表."""
    try:
        values = ASK.read()
        unit_ids = {key for value in typed.getlist("unit") if (key := whole(value)) is not None}
        draft = FormDraft(
            values["title"], values["basis_document"], field_names(values["fields"]),
            values["due_on"], unit_ids,
        )  # fmt: skip
        with transaction():
            form_id = operations.ask_form(actor(), scope_of(actor()).county_id, draft).id
    except InvalidInput as error:
        return _list(error)
    return redirect(address_of("assessments_console.show_request", form_id=form_id), 303)


def _form(form_id: int, error: DomainError | None = None) -> tuple[str, int]:
    scope = scope_of(actor())
    form = queries.get_form(scope, form_id)
    units = queries.form_units(form_id)
    own = next((u for u in units if scope.covers(u.region_id, u.department_id)), None)
    asks = form.department_id in scope.department_ids or scope.sees_all
    waits = own is not None and own.answers is None and form.closed_at is None
    return render_page(
        "assessments/request.html", error, form_row=form, own=own, waits=waits,
        units=units if asks else [], today=clock.today(),
        known=queries.known_answers(form_id, own.unit_id, form.fields) if own and waits else {},
        may_close=form.closed_at is None and (
            form.department_id in scope.department_ids
            or may(actor(), Permission.SUPERVISE_TARGETS, (scope.county_id,))
        ),
    )  # fmt: skip


@blueprint.get("/requests/<int:form_id>")
@guard(Permission.SEE_PROGRAMMES)
def show_request(form_id: int) -> tuple[str, int]:
    """The answers, for who asked; the form, for who is asked."""
    return _form(form_id)


@blueprint.post("/requests/<int:form_id>")
@guard(Permission.REPORT_TARGETS)
def answer_form(form_id: int) -> Page:
    """The unit answers every field at once."""
    form = queries.get_form(scope_of(actor()), form_id)
    answers = {name: typed.get(f"field_{place}", "") for place, name in enumerate(form.fields)}
    try:
        with transaction():
            operations.answer_form(actor(), form_id, read_id("unit"), answers)
    except (InvalidInput, Conflict) as error:
        return _form(form_id, error)
    return redirect(address_of("assessments_console.show_request", form_id=form_id), 303)


@blueprint.post("/requests/<int:form_id>/close")
@guard(Permission.REVIEW_REPORTS)
def close_form(form_id: int) -> Page:
    """不要了."""
    queries.get_form(scope_of(actor()), form_id)
    try:
        with transaction():
            operations.close_form(actor(), form_id)
    except Conflict as error:
        return _form(form_id, error)
    return redirect(address_of("assessments_console.show_requests"), 303)
