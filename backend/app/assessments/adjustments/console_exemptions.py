"""容错备案: filed by a unit or for it, decided by another, claimed once."""

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.accounts.queries import display_names
from backend.app.assessments.adjustments import exemption_operations as operations
from backend.app.assessments.adjustments.console import units_to_declare
from backend.app.assessments.adjustments.exemption_operations import (
    WORDS,
    ExemptionClaim,
    ExemptionDraft,
)
from backend.app.assessments.adjustments.queries import list_exemptions, targets_of
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.console_year import (
    WHICH_PROGRAMME,
    asked_programme,
    no_programme,
)
from backend.app.assessments.states import UNDER_WAY, ProgrammeAdjustmentState
from backend.app.assessments.states.adjustments import ExemptionState
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.scoring.assessing.exemption import CONDITION_NAMES, Conditions

FILING = Form.of(
    target_id=boxes.Id(missing="请选目标"), starts_on=boxes.Day(missing="请填起始日期"),
    ends_on=boxes.Day(missing="请填结束日期"),
    **{field: boxes.Text(squeezed=True) for field in WORDS},
)  # fmt: skip
DECISION = Form.of(
    request=boxes.Id(missing="请选一份备案"), note=boxes.Text(),
    act=boxes.Choice(("approve", "refuse"), missing="请选同意或不同意"),
)  # fmt: skip
CLAIM = Form.of(
    request=boxes.Id(missing="请选一份备案"), happened_on=boxes.Day(missing="请填发生日期"),
    case_words=boxes.Text(squeezed=True),
    points=boxes.Amount("分值最多两位小数", places=2, most=100, missing="请填请求免扣的分"),
    **{field: boxes.YesNo() for field in CONDITION_NAMES},
)  # fmt: skip
WHICH_UNIT = Query.of(unit=boxes.Id(otherwise=None))
Page = tuple[str, int] | Response


def _page(error: DomainError | None = None) -> tuple[str, int]:
    scope, programme = asked_programme()
    if programme is None:
        return no_programme("容错")
    rows = list_exemptions(scope, programme.id)
    people = {row.filed_by_id for row in rows} | {row.decided_by_id for row in rows}
    units = units_to_declare(scope, programme)
    wanted = WHICH_UNIT.read()["unit"] if len(units) > 1 else None
    chosen = [unit for unit in units if len(units) == 1 or unit.id == wanted]
    return render_page(
        "assessments/exemptions.html", error,
        programme=programme, rows=rows, states=ExemptionState.names(), scope=scope,
        decisions=ProgrammeAdjustmentState.names(), units=units,
        chosen=chosen, targets=targets_of([unit.id for unit in chosen]),
        names=display_names({person for person in people if person}), words=WORDS,
        conditions=CONDITION_NAMES, today=clock.today(), done=WHICH_PROGRAMME.read()["done"],
        decides=may(actor(), Permission.DECIDE_RESULTS, (programme.county_id,)),
        is_office=may(actor(), Permission.SUPERVISE_TARGETS, (programme.county_id,)),
        under_way=programme.state in UNDER_WAY, me_id=actor().person_id,
    )  # fmt: skip


def _back(done: str) -> Response:
    address = address_of(
        "assessments_console.show_exemptions",
        programme=WHICH_PROGRAMME.read()["programme"],
        done=done,
    )
    return redirect(address, 303)


@blueprint.get("/exemptions")
@guard(Permission.SEE_PROGRAMMES)
def show_exemptions() -> tuple[str, int]:
    """What is on record and where it stands; the form for whoever may file."""
    return _page()


@blueprint.post("/exemptions")
@guard(Permission.PROPOSE_ADJUSTMENTS)
def file_exemption() -> Page:
    """A unit for its own targets, the office for others'; the operation says which."""
    try:
        draft = ExemptionDraft(**FILING.read())
        with transaction():
            operations.file_exemption(actor(), draft)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return _back("filed")


@blueprint.post("/exemptions/decisions")
@guard(Permission.DECIDE_RESULTS)
def decide_exemption() -> Page:
    """By another person."""
    try:
        form = DECISION.read()
        with transaction():
            operations.decide_exemption(
                actor(), form["request"], form["act"] == "approve", form["note"]
            )
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return _back("decided")


@blueprint.post("/exemptions/claims")
@guard(Permission.PROPOSE_ADJUSTMENTS)
def claim_exemption() -> Page:
    """What happened, with all five conditions; another person decides it among 加减分."""
    try:
        form = CLAIM.read()
        conditions = Conditions(**{field: form[field] for field in CONDITION_NAMES})
        claim = ExemptionClaim(
            form["happened_on"], form["case_words"], form["points"], conditions
        )  # fmt: skip
        with transaction():
            operations.claim_exemption(actor(), form["request"], claim)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return _back("claimed")
