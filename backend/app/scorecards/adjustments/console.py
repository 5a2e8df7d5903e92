"""扣分、加分、容错: the form, what waits for a second person, and the record."""

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, regions_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, last_page
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.scorecards.adjustments import operations as adjustments
from backend.app.scorecards.adjustments.operations import STATE_WORDS, Proposal
from backend.app.scorecards.blueprints import console as blueprint
from backend.app.scorecards.schemes.queries import scheme_for
from backend.app.scoring.schemes import ADJUSTMENT_NAMES

HINTS = {
    "deduction": "扣分合计有上限，超过的按比例折减",
    "bonus": "加分合计有上限，超过的按比例折减",
    "exemption": "不怪村里的事，把扣掉的分还回来",
}
RECORD = Query.of(
    state=boxes.Choice(STATE_WORDS, otherwise=""), month=boxes.Month(), page=boxes.Page(),
    done=boxes.Text(),
)  # fmt: skip
PROPOSAL = Form.of(
    month=boxes.Month(missing="请选月份"), village=boxes.Text(), kind=boxes.Text(),
    points=boxes.Text(), rule=boxes.Text(), case_words=boxes.Text(), ticket=boxes.Text(),
)  # fmt: skip
DECISION = Form.of(
    choice=boxes.Choice(("approved", "refused", "dropped"), missing="请选批准或不批准"),
    note=boxes.Text(),
)


def _county() -> int | None:
    counties = regions_of(actor(), Permission.ADJUST_SCORES)
    return min(counties) if counties else None


def _page(error: DomainError | None = None) -> tuple[str, int]:
    query, county = RECORD.read(), _county()
    month = query["month"]
    this_month = clock.month_of(clock.today())
    lines, total = adjustments.list_adjustments(
        regions_of(actor(), Permission.SEE_VILLAGES), month, query["state"], query["page"]
    )  # fmt: skip
    return render_page(
        "scorecards/desk/adjustments.html", error,
        lines=lines, total=total, last=last_page(total, adjustments.PAGE),
        states={"": "全部", **STATE_WORDS}, kinds=ADJUSTMENT_NAMES, hints=HINTS,
        county=county, **query,
        caps=dict(scheme_for(county, month or this_month)[1].caps) if county else {},
        villages=adjustments.villages_known(county) if county else [],
        usual_month=clock.previous_month(this_month), me_id=actor().person_id,
    )  # fmt: skip


@blueprint.get("/adjustments")
@guard(Permission.SEE_VILLAGES)
def list_adjustments() -> tuple[str, int]:
    """The record, and the form for whoever may propose."""
    return _page()


@blueprint.post("/adjustments")
@guard(Permission.ADJUST_SCORES)
def propose_adjustment() -> tuple[str, int] | Response:
    """A proposal waits until a second person has approved it."""
    county = min(regions_of(actor(), Permission.ADJUST_SCORES))
    try:
        proposal = Proposal(**PROPOSAL.read())
        with transaction():
            adjustments.propose_adjustment(actor(), county, proposal)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return redirect(address_of("scorecards_console.list_adjustments", done="proposed"), 303)


@blueprint.post("/adjustments/<int:adjustment_id>")
@guard(Permission.ADJUST_SCORES)
def decide_adjustment(adjustment_id: int) -> tuple[str, int] | Response:
    """Approved or refused by somebody other than its author."""
    try:
        form = DECISION.read()
        choice = form["choice"]
        with transaction():
            if choice == "dropped":
                adjustments.drop_adjustment(actor(), adjustment_id)
                return redirect(address_of("scorecards_console.list_adjustments", done=choice), 303)
            adjustments.decide_adjustment(
                actor(), adjustment_id, choice == "approved", form["note"]
            )
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    return redirect(address_of("scorecards_console.list_adjustments", done=choice), 303)
