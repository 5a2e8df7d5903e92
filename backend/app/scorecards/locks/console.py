"""月份和锁定: the checklist before a month is locked, and what came in after it."""

from datetime import date
from functools import partial
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import form_args
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.core.web.http import render_page
from backend.app.places.queries import region_names
from backend.app.scorecards.blueprints import console as blueprint
from backend.app.scorecards.explanation import light_named
from backend.app.scorecards.locks import corrections, verification
from backend.app.scorecards.locks import operations as locks
from backend.app.scorecards.queries import list_months
from backend.app.scorecards.request_params import read_month
from backend.app.scorecards.schemes.queries import scheme_for
from backend.app.scoring.month import RULES_VERSION

MOST_LATE = 100
_county = partial(own_county, Permission.LOCK_MONTHS)


@blueprint.get("/months")
@guard(Permission.LOCK_MONTHS)
def show_months() -> str:
    """Every month, locked or not."""
    county = _county()
    locked = {lock.month: lock for lock in locks.locked_months(county)}
    months = sorted({*list_months([county]), *locked}, reverse=True)
    lock_days = {month: locks.first_lock_day(county, month) for month in months}
    return render_template(
        "scorecards/months.html",
        months=months, locked=locked, lock_days=lock_days, today=clock.today(),
    )  # fmt: skip


def _page(
    month: date,
    error: DomainError | None = None,
    verified: Any = None,
    recounted: list[locks.MovedVillage] | None = None,
) -> tuple[str, int]:
    county = _county()
    lock = locks.lock_of(county, month)
    late = verification.late_facts(lock) if lock else []
    done = corrections.corrections_of(county, month) if lock else []
    # What was taken over already is late no more.
    newest = {one.village_id: one.after["facts"]["counts"] for one in done}
    waiting = [(before, now) for before, now in late if newest.get(now.village_id) != now.counts]
    shown = waiting[:MOST_LATE]
    moved = [one["village_id"] for one in lock.checklist.get("moved", ())] if lock else []
    named = [*(now.village_id for _, now in shown), *(one.village_id for one in done), *moved]
    names = region_names([*named, *(one.village_id for one in recounted or ())])
    _, scheme = scheme_for(county, month)
    return render_page(
        "scorecards/month.html", error,
        month=month, lock=lock, too_early=locks.too_early(county, month),
        checklist=[] if lock else locks.checklist(county, month), late=shown,
        late_count=len(waiting), done=done, names=names, verified=verified,
        recounted=recounted, light_word=lambda code: light_named(code, scheme).word,
        rules_version=RULES_VERSION,
    )  # fmt: skip


@blueprint.get("/months/<month>")
@guard(Permission.LOCK_MONTHS)
def show_month(month: str) -> tuple[str, int]:
    return _page(read_month(month))


@blueprint.post("/months/<month>/lock")
@guard(Permission.LOCK_MONTHS)
@form_args(note=boxes.Text())
def lock_month(month: str, note: str) -> tuple[str, int] | Response:
    first = read_month(month)
    try:
        with transaction():
            locks.lock_month(actor(), _county(), first, note)
    except DomainError as error:
        return _page(first, error)
    return redirect(address_of("scorecards_console.show_month", month=month))


@blueprint.post("/months/<month>/recount")
@guard(Permission.LOCK_MONTHS)
def recount_month(month: str) -> tuple[str, int]:
    """Computes an open month here and now and says what that changed."""
    first, county = read_month(month), _county()
    try:
        with transaction():
            locks.hold_month(first)
            locks.check_open(county, first)
            changed = locks.recount(county, first)
    except DomainError as error:
        return _page(first, error)
    return _page(first, recounted=changed)


@blueprint.post("/months/<month>/verify")
@guard(Permission.LOCK_MONTHS)
def verify_month(month: str) -> tuple[str, int]:
    """Computes the locked month again, here and now."""
    first = read_month(month)
    try:
        return _page(first, verified=verification.verify(_county(), first))
    except DomainError as error:
        return _page(first, error)


@blueprint.post("/months/<month>/correct")
@guard(Permission.LOCK_MONTHS)
@form_args(village_id=boxes.Id(otherwise=None), reason=boxes.Text())
def correct_month(month: str, village_id: int | None, reason: str) -> tuple[str, int] | Response:
    """Takes over what came in late for one village."""
    first = read_month(month)
    if village_id is None:
        raise NotFound
    try:
        with transaction():
            corrections.correct_late(actor(), _county(), first, village_id, reason)
    except DomainError as error:
        return _page(first, error)
    return redirect(address_of("scorecards_console.show_month", month=month))
