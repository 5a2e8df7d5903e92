"""诊断和培训: where units are weak, what is taught about it, and what changed after."""

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.console_year import WHICH_PROGRAMME
from backend.app.assessments.programmes.queries import list_elements, shown_programme
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import UNDER_WAY
from backend.app.assessments.training import operations, queries
from backend.app.assessments.training.operations import TrainingDraft
from backend.app.assessments.training.reached import cents, reached_until
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.boxes import whole
from backend.app.core.web.forms import Form, Query, read_id, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

TRAINING = Form.of(
    element=boxes.Id(missing="请选指标"), topic=boxes.Text(squeezed=True),
    held_on=boxes.Day(missing="请填哪天"), words=boxes.Text(squeezed=True),
)  # fmt: skip
# A common problem that the form begins with.
PROBLEM = Query.of(group=boxes.Text(40), problem=boxes.Text(20))
Page = tuple[str, int] | Response


def _page(programme_id: int | None, error: DomainError | None = None) -> tuple[str, int]:
    scope = scope_of(actor())
    programme = shown_programme(scope.county_id, programme_id)
    if programme is None:
        return render_template("assessments/no_programme.html", title="诊断和培训"), 200
    month = reached_until(programme)
    own = {
        key for key, row in month.units.items()
        if scope.sees_all or scope.covers(row.region_id, row.department_id)
    }  # fmt: skip
    office = may(actor(), Permission.SUPERVISE_TARGETS, (scope.county_id,))
    groups, about = queries.diagnose(programme, month), PROBLEM.read()
    weak = next(
        (
            problem.units for group in groups for problem in group.common
            if (group.name, problem.code) == (about["group"], about["problem"])
        ),
        (),
    )  # fmt: skip
    elements = [row for row in list_elements(programme.id) if row.parent_id]
    return render_page(
        "assessments/training.html", error, programme=programme, month=month, own=own,
        groups=groups, cents=cents, sees_all=scope.sees_all,
        trainings=queries.list_trainings(programme.id, None if scope.sees_all else own),
        office=office and programme.state in UNDER_WAY, today=clock.today(),
        elements={row.id: f"{row.code} {row.name}" for row in elements},
        element=next((row.id for row in elements if weak and row.code == about["problem"]), None),
        chosen={whole(value) for value in typed.getlist("unit")} or set(weak),
    )  # fmt: skip


@blueprint.get("/training")
@guard(Permission.SEE_PROGRAMMES)
def show_training() -> tuple[str, int]:
    """A unit sees its own weak points, the office everybody's."""
    return _page(WHICH_PROGRAMME.read()["programme"])


@blueprint.post("/training/<int:programme_id>")
@guard(Permission.SUPERVISE_TARGETS)
def plan_training(programme_id: int) -> Page:
    try:
        values = TRAINING.read()
        unit_ids = {key for value in typed.getlist("unit") if (key := whole(value)) is not None}
        draft = TrainingDraft(
            values["element"], values["topic"], values["held_on"], unit_ids, values["words"]
        )
        with transaction():
            operations.plan_training(actor(), programme_id, draft)
    except (InvalidInput, Conflict) as error:
        return _page(programme_id, error)
    return _back(programme_id)


@blueprint.post("/training/<int:programme_id>/drop")
@guard(Permission.SUPERVISE_TARGETS)
def drop_training(programme_id: int) -> Page:
    try:
        training_id = read_id("training")
        with transaction():
            operations.drop_training(actor(), programme_id, training_id)
    except (InvalidInput, Conflict) as error:
        return _page(programme_id, error)
    return _back(programme_id)


def _back(programme_id: int) -> Response:
    return redirect(address_of(".show_training", programme=programme_id), 303)
