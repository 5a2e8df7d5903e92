"""The wizard of a programme: its steps, and the frame they share."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import queries
from backend.app.assessments.states import OPEN_DRAFT, ProgrammeState
from backend.app.core.errors import DomainError
from backend.app.core.web.guards import own_county
from backend.app.core.web.http import render_page
from backend.app.scoring.assessing.refusals import Refusal, refusals, warnings

STEPS = {
    "basics": "① 依据和计划", "groups": "② 类别和单位", "elements": "③ 指标和分值",
    "targets": "④ 分解", "clocks": "⑤ 时限和亮灯", "trial": "⑥ 试算", "approval": "⑦ 审定",
}  # fmt: skip
manager_county = partial(own_county, Permission.MANAGE_PROGRAMMES)


def own_programme(programme_id: int) -> Programme:
    """A programme of the reader's county; raises ProgrammeUnknown."""
    return queries.get_programme(programme_id, manager_county())


def wizard(
    programme: Programme, step: str, error: DomainError | None = None, **more: Any
) -> tuple[str, int]:
    """A step of the wizard with what still keeps the draft from being approved."""
    plan = queries.plan_of(programme)
    return render_page(
        f"assessments/step_{step}.html", error, programme=programme, step=step, steps=STEPS,
        states=ProgrammeState.names(), reasons=_gathered(refusals(plan)),
        warnings=warnings(plan),
        open=programme.state in OPEN_DRAFT, **more,
    )  # fmt: skip


def _gathered(refused: Sequence[Refusal]) -> dict[str, list[str]]:
    """What is said of several units alike, once: by its words, of whom."""
    alike: dict[str, list[str]] = {}
    for reason in refused:
        about = f"{reason.where}："
        words = reason.words.removeprefix(about)
        alike.setdefault(words, []).append(reason.where if words != reason.words else "")
    return alike


def to_step(programme_id: int, step: str) -> Response:
    endpoint = f"assessments_console.show_{step}"
    return redirect(address_of(endpoint, programme_id=programme_id), 303)
