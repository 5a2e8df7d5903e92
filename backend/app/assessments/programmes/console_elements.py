"""③ 指标和分值: dimensions and indicators."""

from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import forms, part_operations, queries
from backend.app.assessments.programmes.console_wizard import own_programme, to_step, wizard
from backend.app.assessments.programmes.rule_words import parameter_words
from backend.app.assessments.programmes.source_words import source_words
from backend.app.assessments.states import Duty, ElementScope
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import form_args
from backend.app.core.web.guards import actor, guard
from backend.app.places.queries import list_departments
from backend.app.scoring.assessing.plans import SOURCE_NAMES
from backend.app.scoring.assessing.progress import PROGRESS_NAMES
from backend.app.scoring.assessing.rules import MISSING_NAMES, RULE_NAMES


def _elements_step(programme: Programme, error: DomainError | None = None) -> tuple[str, int]:
    return wizard(
        programme, "elements", error, elements=queries.list_elements(programme.id),
        counts=queries.target_counts(programme.id), scopes=ElementScope.names(),
        rule_names=RULE_NAMES, source_words=source_words,
        owners={one.id: one.name for one in list_departments(programme.county_id)},
        groups={group.id: group.name for group in queries.list_groups(programme.id)},
    )  # fmt: skip


@blueprint.get("/programmes/<int:programme_id>/elements")
@guard(Permission.MANAGE_PROGRAMMES)
def show_elements(programme_id: int) -> tuple[str, int]:
    return _elements_step(own_programme(programme_id))


@blueprint.post("/programmes/<int:programme_id>/dimensions")
@guard(Permission.MANAGE_PROGRAMMES)
@form_args(dimension_code=boxes.Text(20), dimension_name=boxes.Text(80))
def add_dimension(
    programme_id: int, dimension_code: str, dimension_name: str
) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            part_operations.save_dimension(actor(), programme.id, dimension_code, dimension_name)
    except DomainError as refused:
        return _elements_step(own_programme(programme_id), refused)
    return to_step(programme_id, "elements")


def _element_page(
    programme: Programme, element_id: int, error: DomainError | None = None
) -> tuple[str, int]:
    listed = queries.list_elements(programme.id)
    element = next((one for one in listed if one.id == element_id), None)
    return wizard(
        programme, "element", error, element=element, values=forms.element_values(element),
        dimensions=[one for one in listed if one.parent_id is None],
        groups=queries.list_groups(programme.id), owners=list_departments(programme.county_id),
        scopes=ElementScope.names(), duties=Duty.names(), kinds=PROGRESS_NAMES,
        rules={name: parameter_words(code) for code, name in RULE_NAMES.items()},
        sources=SOURCE_NAMES, missing_names=MISSING_NAMES,
    )  # fmt: skip


@blueprint.get("/programmes/<int:programme_id>/elements/<int:element_id>")
@guard(Permission.MANAGE_PROGRAMMES)
def show_element(programme_id: int, element_id: int) -> tuple[str, int]:
    """One indicator's form; 0 is a new one."""
    return _element_page(own_programme(programme_id), element_id)


@blueprint.post("/programmes/<int:programme_id>/elements/<int:element_id>")
@guard(Permission.MANAGE_PROGRAMMES)
def save_element(programme_id: int, element_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        draft = forms.read_element()
        with transaction():
            part_operations.save_element(actor(), programme.id, draft, element_id or None)
    except DomainError as refused:
        return _element_page(own_programme(programme_id), element_id, refused)
    return to_step(programme_id, "elements")


@blueprint.post("/programmes/<int:programme_id>/elements/<int:element_id>/drop")
@guard(Permission.MANAGE_PROGRAMMES)
def drop_element(programme_id: int, element_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            part_operations.drop_element(actor(), programme.id, element_id)
    except DomainError as refused:
        return _elements_step(own_programme(programme_id), refused)
    return to_step(programme_id, "elements")
