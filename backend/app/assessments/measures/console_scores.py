"""One element's values by unit, what stood before, and the form in which its owner scores."""

from typing import Any

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.measures import operations, queries
from backend.app.assessments.measures.console import (
    WHICH,
    chosen_month,
    chosen_programme,
    figure_words,
    own_targets,
)
from backend.app.assessments.measures.handed_in import FIGURE, LONGEST_REASON, WORTH
from backend.app.assessments.measures.operations import OPEN_YEAR, ScoreLine
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import list_elements
from backend.app.assessments.programmes.source_words import source_words
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.boxes import Amount
from backend.app.core.web.forms import Form, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

COMMON = Form.of(
    common=boxes.Amount("共同结果应为 0 到 100", places=2, most=100, missing="请填共同结果"),
    common_reason=boxes.Text(LONGEST_REASON, squeezed=True),
)  # fmt: skip


def _element(
    programme: Programme, element_id: int, error: DomainError | None = None
) -> tuple[str, int]:
    targets = own_targets(programme, element_id)
    if not targets:
        raise ProgrammeUnknown("没有找到这个指标，或者不是您部门负责的")
    month = chosen_month(programme)
    history = queries.facts_of_element(programme.id, element_id)
    standing = queries.best_of([fact for fact in history[::-1] if fact.period == month])
    scored = {
        target.unit_id
        for target in targets
        if target.is_scored and queries.may_score(actor(), target)
    }
    anchors = next(row.anchors for row in list_elements(programme.id) if row.id == element_id)
    return render_page(
        "assessments/measure_element.html", error, programme=programme, element=targets[0],
        anchors=anchors,
        targets=targets, month=month, facts=standing, history=history, scored=scored,
        names=display_names({fact.imported_by_id or 0 for fact in history}),
        units={target.unit_id: target.unit for target in targets}, query=WHICH.read(),
        source_words=source_words, is_open=programme.state in OPEN_YEAR, text=figure_words,
    )  # fmt: skip


@blueprint.get("/measures/elements/<int:element_id>")
@guard(Permission.REVIEW_REPORTS)
def show_measured_element(element_id: int) -> tuple[str, int]:
    """Every unit's value of one element, what stood before, and the form to score."""
    return _element(chosen_programme(), element_id)


@blueprint.post("/measures/elements/<int:element_id>")
@guard(Permission.REVIEW_REPORTS)
def score_element(element_id: int) -> tuple[str, int] | Response:
    """评分 by the owner, a line for each unit."""
    programme = chosen_programme()
    try:
        lines = _lines([target.unit_id for target in own_targets(programme, element_id)])
        with transaction():
            operations.score_units(actor(), programme, element_id, chosen_month(programme), lines)
    except DomainError as refused:
        return _element(chosen_programme(), element_id, refused)
    return _back(programme, element_id)


@blueprint.post("/measures/elements/<int:element_id>/shared")
@guard(Permission.REVIEW_REPORTS)
def score_common_result(element_id: int) -> tuple[str, int] | Response:
    """共同结果 of a shared task, in percent, with what it fell short by."""
    programme = chosen_programme()
    try:
        form = COMMON.read()
        with transaction():
            operations.score_shared(
                actor(), programme, element_id, chosen_month(programme), form["common"] / 100,
                form["common_reason"],
            )  # fmt: skip
    except DomainError as refused:
        return _element(chosen_programme(), element_id, refused)
    return _back(programme, element_id)


def _back(programme: Programme, element_id: int) -> Response:
    address = address_of(
        "assessments_console.show_measured_element", element_id=element_id,
        programme=programme.id, month=f"{chosen_month(programme):%Y-%m}", done="scored",
    )  # fmt: skip
    return redirect(address, 303)


def _lines(unit_ids: list[int]) -> list[ScoreLine]:
    """Raises InvalidInput naming what is no number."""
    faults: dict[str, list[str]] = {}

    def figure(name: str, box: Amount, words: str) -> Any:
        words_typed = typed.get(name, "").strip()
        value = box.read(words_typed) if words_typed else None
        if words_typed and value is None:
            faults[name] = [f"「{words_typed[:20]}」不对：{words}{box.limits}"]
        return value

    lines = [
        ScoreLine(
            unit_id, figure(f"value_{unit_id}", FIGURE, "完成值"),
            figure(f"points_{unit_id}", WORTH, "得分"),
            typed.get(f"reason_{unit_id}", "")[: LONGEST_REASON + 1],
            typed.get(f"case_{unit_id}", "")[: LONGEST_REASON + 1],
        )
        for unit_id in unit_ids
        if f"points_{unit_id}" in typed
    ]  # fmt: skip
    if faults:
        raise InvalidInput(errors=faults)
    return lines
