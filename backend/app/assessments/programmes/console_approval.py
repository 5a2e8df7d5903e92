"""⑤ to ⑦: time limits and lights, the trial, the approval; issuing and stopping."""

from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.accounts.second_person import is_same_hand
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import forms, operations, queries
from backend.app.assessments.programmes.console_wizard import own_programme, to_step, wizard
from backend.app.assessments.programmes.operations import CLOCKS
from backend.app.assessments.programmes.trial import try_programme
from backend.app.assessments.states import ProgrammeAdjustmentKind
from backend.app.assessments.targets.operations import issue_programme
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, form_args, query_args
from backend.app.core.web.guards import actor, guard
from backend.app.scoring.assessing.grades import GRADE_NAMES
from backend.app.scoring.assessing.lights import PRESETS, from_data
from backend.app.scoring.assessing.refusals import GUARD_NAMES, refusals

SHARES = (100, 90, 80, 60)
KIND_NAMES = ProgrammeAdjustmentKind.names()
# Besides those that are there, so many more 否决事项 may be typed at once.
NEW_VETOES = 2


def _clocks_step(programme: Programme, error: DomainError | None = None) -> tuple[str, int]:
    names, lamps = dict(forms.PRESET_NAMES), dict(PRESETS)
    if programme.content.get("preset") == operations.OWN_LIGHTS:
        names[operations.OWN_LIGHTS] = "方案自带"
        lamps[operations.OWN_LIGHTS] = from_data(programme.content["lights"])
    return wizard(
        programme, "clocks", error, clocks=CLOCKS, presets=names, lights=lamps,
        veto_kinds={kind: KIND_NAMES[kind] for kind in operations.VETO_KINDS},
        blank_vetoes=NEW_VETOES, guards=GUARD_NAMES, groups=queries.list_groups(programme.id),
        bounds=forms.grade_bounds(programme.content), grade_names=GRADE_NAMES,
    )  # fmt: skip


@blueprint.post("/programmes/<int:programme_id>/grades")
@guard(Permission.MANAGE_PROGRAMMES)
def save_grade_rules(programme_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        bounds, neighbours = forms.read_grade_rules(queries.list_groups(programme.id))
        with transaction():
            operations.save_grade_rules(actor(), programme.id, bounds, neighbours)
    except DomainError as refused:
        return _clocks_step(own_programme(programme_id), refused)
    return to_step(programme_id, "clocks")


@blueprint.post("/programmes/<int:programme_id>/calibration")
@guard(Permission.MANAGE_PROGRAMMES)
def save_calibration(programme_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            operations.save_calibration(actor(), programme.id, **forms.CALIBRATION.read())
    except DomainError as refused:
        return _clocks_step(own_programme(programme_id), refused)
    return to_step(programme_id, "clocks")


@blueprint.get("/programmes/<int:programme_id>/clocks")
@guard(Permission.MANAGE_PROGRAMMES)
def show_clocks(programme_id: int) -> tuple[str, int]:
    return _clocks_step(own_programme(programme_id))


@blueprint.post("/programmes/<int:programme_id>/clocks")
@guard(Permission.MANAGE_PROGRAMMES)
def save_clocks(programme_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            operations.save_clocks(actor(), programme.id, *forms.read_clocks())
    except DomainError as refused:
        return _clocks_step(own_programme(programme_id), refused)
    return to_step(programme_id, "clocks")


def _read_vetoes(count: int) -> list[dict[str, str]]:
    """否决事项 with their documents; a line without a name is left out."""
    lines, kinds = range(count + NEW_VETOES), operations.VETO_KINDS
    values = Form.of(
        **{f"veto-kind-{n}": boxes.Choice(kinds, otherwise=kinds[0]) for n in lines},
        **{f"veto-name-{n}": boxes.Text(80, squeezed=True) for n in lines},
        **{f"veto-document-{n}": boxes.Text(100, squeezed=True) for n in lines},
    ).read()  # fmt: skip
    return [
        {
            "kind": values[f"veto-kind-{n}"], "name": values[f"veto-name-{n}"],
            "document": values[f"veto-document-{n}"],
        }
        for n in lines
        if values[f"veto-name-{n}"]
    ]  # fmt: skip


@blueprint.post("/programmes/<int:programme_id>/vetoes")
@guard(Permission.MANAGE_PROGRAMMES)
def save_vetoes(programme_id: int) -> tuple[str, int] | Response:
    """一票否决、一票否优: which matters, and by which documents."""
    programme = own_programme(programme_id)
    try:
        vetoes = _read_vetoes(len(programme.content.get("vetoes", ())))
        with transaction():
            operations.save_vetoes(actor(), programme.id, vetoes)
    except DomainError as refused:
        return _clocks_step(own_programme(programme_id), refused)
    return to_step(programme_id, "clocks")


@blueprint.get("/programmes/<int:programme_id>/trial")
@guard(Permission.MANAGE_PROGRAMMES)
@query_args(percent=boxes.Choice(SHARES, otherwise=90))
def show_trial(programme_id: int, percent: int) -> tuple[str, int]:
    """Nothing is tried while a rule cannot be read."""
    programme = own_programme(programme_id)
    faulty = any(one.code == "rule" for one in refusals(queries.plan_of(programme)))
    trials = [] if faulty else try_programme(programme, percent)
    return wizard(programme, "trial", trials=trials, percent=percent, shares=SHARES, faulty=faulty)


@blueprint.post("/programmes/<int:programme_id>/trial")
@guard(Permission.MANAGE_PROGRAMMES)
def mark_tried(programme_id: int) -> Response:
    with transaction():
        operations.mark_tried(actor(), own_programme(programme_id).id)
    return to_step(programme_id, "approval")


def _approval_step(programme: Programme, error: DomainError | None = None) -> tuple[str, int]:
    people = [programme.drafted_by_id, programme.approved_by_id or 0, programme.issued_by_id or 0]
    return wizard(
        programme, "approval", error, names=display_names(people),
        own=is_same_hand(actor().person_id, programme.drafted_by_id),
        targets=sum(queries.target_counts(programme.id).values()),
        exceptions=queries.exceptions_of(programme),
    )  # fmt: skip


@blueprint.get("/programmes/<int:programme_id>/approval")
@guard(Permission.MANAGE_PROGRAMMES)
def show_approval(programme_id: int) -> tuple[str, int]:
    return _approval_step(own_programme(programme_id))


@blueprint.post("/programmes/<int:programme_id>/approval")
@guard(Permission.APPROVE_PROGRAMMES)
@form_args(note=boxes.Text(200))
def approve_programme(programme_id: int, note: str) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            operations.approve_programme(actor(), programme.id, note)
    except DomainError as refused:
        return _approval_step(own_programme(programme_id), refused)
    return to_step(programme_id, "approval")


@blueprint.post("/programmes/<int:programme_id>/issue")
@guard(Permission.MANAGE_PROGRAMMES)
def issue(programme_id: int) -> tuple[str, int] | Response:
    """下达."""
    programme = own_programme(programme_id)
    try:
        with transaction():
            issue_programme(actor(), programme.id)
    except DomainError as refused:
        return _approval_step(own_programme(programme_id), refused)
    return to_step(programme_id, "approval")


@blueprint.post("/programmes/<int:programme_id>/stop")
@guard(Permission.APPROVE_PROGRAMMES)
@form_args(reason=boxes.Text(200))
def stop_programme(programme_id: int, reason: str) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            operations.stop_programme(actor(), programme.id, reason)
    except DomainError as refused:
        return _approval_step(own_programme(programme_id), refused)
    return to_step(programme_id, "approval")
