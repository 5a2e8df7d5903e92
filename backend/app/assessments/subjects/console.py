"""主体: shops, farms, schools and persons that are assessed; a list, a form, and files."""

from dataclasses import asdict
from decimal import Decimal

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.models import AssessedSubject
from backend.app.assessments.programmes.console_wizard import manager_county
from backend.app.assessments.states import SubjectKind
from backend.app.assessments.subjects import operations, queries, staff_operations
from backend.app.assessments.subjects.operations import SubjectDraft
from backend.app.assessments.subjects.queries import SubjectFilters
from backend.app.assessments.subjects.subject_files import COLUMNS, SUBJECTS
from backend.app.assessments.targets.sheet_rows import plain
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.files.workbooks import form_sheet
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Form, Query, form_args, last_page, turned
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.imports.console import add_pages, earlier
from backend.app.places.queries import list_townships

FILTERS = Query.of(
    kind=boxes.Choice(list(SubjectKind)), industry=boxes.Text(20, squeezed=True),
    region_id=boxes.Id(otherwise=0), search=boxes.Text(40, squeezed=True),
    left_too=boxes.YesNo(), page=boxes.Page(),
)  # fmt: skip
SUBJECT = Form.of(
    kind=boxes.Choice(list(SubjectKind), missing="请选类别"), name=boxes.SingleLine(80),
    code=boxes.Text(40, squeezed=True), region_id=boxes.Id(missing="请选乡镇"),
    industry=boxes.Text(20, squeezed=True),
    area=boxes.Amount("面积应为大于 0 的数字，最多四位小数", places=4, most=10**9),
    officer=boxes.Text(20, squeezed=True), opened_on=boxes.Day(missing="请填开始日期"),
)  # fmt: skip


def _list(error: DomainError | None = None) -> tuple[str, int]:
    county_id, values = manager_county(), FILTERS.read()
    page = values.pop("page")
    filters = SubjectFilters(**{**values, "kind": values["kind"] or ""})
    total = queries.count_subjects(county_id, filters)
    classes = queries.list_classes(county_id)
    return render_page(
        "assessments/subjects.html", error, rows=queries.list_subjects(county_id, filters, page),
        filters=asdict(filters), total=total, page=page, last=last_page(total, queries.PAGE),
        turned=turned, kinds=SubjectKind.names(), plain=plain,
        industries=sorted({row.industry for row in classes if row.industry}),
        townships=list_townships([county_id]), files=earlier(SUBJECTS),
        columns=[column.name for column in COLUMNS],
    )  # fmt: skip


@blueprint.get("/subjects")
@guard(Permission.MANAGE_PROGRAMMES)
def list_subjects() -> tuple[str, int]:
    """Searched by kind, industry, place and words."""
    return _list()


add_pages(blueprint, SUBJECTS, "/subjects/files", _list)


@blueprint.get("/subjects/form.xlsx")
@guard(Permission.MANAGE_PROGRAMMES)
def download_subject_form() -> Response:
    """The list as it stands, to be filled in and handed in again."""
    rows = queries.list_subjects(manager_county(), SubjectFilters(), size=queries.MOST_LISTED)
    kinds = SubjectKind.names()
    lines = [
        (
            row.name, kinds[row.kind], row.code, row.place, row.industry, plain(row.area),
            row.officer, row.opened_on.isoformat(),
        )
        for row in rows
    ]  # fmt: skip
    return send_book(
        form_sheet("主体名单", [column.name for column in COLUMNS], lines), "主体名单.xlsx"
    )


def _form(
    subject: AssessedSubject | None, error: DomainError | None = None, code: str = ""
) -> tuple[str, int]:
    staff = queries.list_staff(subject.id) if subject else []
    return render_page(
        "assessments/subject_form.html", error, subject=subject, kinds=SubjectKind.names(),
        townships=list_townships([manager_county()]), county_id=manager_county(),
        today=clock.today(), plain=plain, code=code, staff=staff,
        names=display_names({row.person_id for row in staff}),
    )  # fmt: skip


def _subject(subject_id: int) -> AssessedSubject | None:
    return queries.get_subject(subject_id, manager_county()) if subject_id else None


@blueprint.get("/subjects/<int:subject_id>/form")
@guard(Permission.MANAGE_PROGRAMMES)
def show_subject_form(subject_id: int) -> tuple[str, int]:
    """What is known of one; 0 is a new one."""
    return _form(_subject(subject_id))


@blueprint.post("/subjects/<int:subject_id>/form")
@guard(Permission.MANAGE_PROGRAMMES)
def save_subject(subject_id: int) -> tuple[str, int] | Response:
    try:
        values = SUBJECT.read()
        if values["area"] is not None and values["area"] <= Decimal(0):
            raise InvalidInput(errors={"area": ["面积应大于 0"]})
        with transaction():
            operations.save_subject(
                actor(), manager_county(), SubjectDraft(**values), subject_id or None
            )
    except InvalidInput as refused:
        return _form(_subject(subject_id), refused)
    return redirect(address_of(".list_subjects"), 303)


@blueprint.post("/subjects/<int:subject_id>/staff")
@guard(Permission.MANAGE_PROGRAMMES)
def invite_subject_staff(subject_id: int) -> tuple[str, int]:
    """The code is shown once."""
    with transaction():
        code = staff_operations.invite_staff(actor(), manager_county(), subject_id)
    return _form(_subject(subject_id), code=code)


@blueprint.post("/subjects/<int:subject_id>/staff/account")
@guard(Permission.MANAGE_PROGRAMMES)
@form_args(username=boxes.Text(40))
def appoint_subject_account(subject_id: int, username: str) -> tuple[str, int] | Response:
    try:
        with transaction():
            staff_operations.appoint_account(actor(), manager_county(), subject_id, username)
    except InvalidInput as refused:
        return _form(_subject(subject_id), refused)
    return redirect(address_of(".show_subject_form", subject_id=subject_id), 303)


@blueprint.post("/subjects/<int:subject_id>/staff/<int:person_id>/dismiss")
@guard(Permission.MANAGE_PROGRAMMES)
def dismiss_subject_staff(subject_id: int, person_id: int) -> Response:
    with transaction():
        staff_operations.dismiss_staff(actor(), manager_county(), subject_id, person_id)
    return redirect(address_of(".show_subject_form", subject_id=subject_id), 303)
