"""临时要表 registered with its basis, answered by units once, stopped by who asked."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from backend.app.access import Actor, Permission, has_permission, may
from backend.app.assessments.burden.errors import FormMoved, FormUnknown, NotYourForm
from backend.app.assessments.burden.request_queries import known_answers
from backend.app.assessments.models import AssessedUnit, FormRequest, FormRequestUnit
from backend.app.assessments.parties import works_for
from backend.app.assessments.programmes.source_words import OWN_NAMES
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.scopes import scope_of
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed

MOST_FIELDS, LONGEST_FIELD, LONGEST_ANSWER = 20, 40, 200


@dataclass(frozen=True)
class FormDraft:
    """A form as it is typed."""

    title: str
    basis_document: str
    fields: Sequence[str]
    due_on: date
    unit_ids: Collection[int]


def field_names(typed: str) -> list[str]:
    """One a line, in their order, each once; written the same way whoever types it."""
    plain = (unicodedata.normalize("NFKC", line).strip() for line in typed.splitlines())
    return list(dict.fromkeys(name for name in plain if name))


def ask_form(actor: Actor, county_id: int, draft: FormDraft) -> FormRequest:
    """By a department in its own name, or by the office; every unit hears of it once."""
    if not has_permission(actor, Permission.REVIEW_REPORTS):
        raise NotAllowed
    scope = scope_of(actor)
    is_office = may(actor, Permission.SUPERVISE_TARGETS, (county_id,))
    if scope.county_id != county_id or not (is_office or scope.department_ids):
        raise NotAllowed
    units = _units(county_id, draft.unit_ids)
    _check(draft, units)
    form = FormRequest(
        county_id=county_id, title=draft.title.strip(), fields=list(draft.fields),
        basis_document=draft.basis_document.strip(), due_on=draft.due_on,
        department_id=None if is_office else min(scope.department_ids),
        asked_by_id=actor.person_id, asked_at=clock.now(),
    )  # fmt: skip
    db.session.add(form)
    db.session.flush()
    for unit in units:
        db.session.add(FormRequestUnit(request_id=form.id, unit_id=unit.id, county_id=county_id))
        tell_unit(
            unit.region_id, unit.department_id, f"要填一张表：{form.title}"[:60],
            f"依据{form.basis_document[:80]}，{form.due_on} 前在考核页面的「要表」里答复。",
            f"form:{form.id}:{unit.id}", ("form_request", form.id),
        )  # fmt: skip
    db.session.flush()
    record("ask_form", actor.person_id, "form_request", form.id, count=len(units))
    return form


def _units(county_id: int, unit_ids: Collection[int]) -> list[AssessedUnit]:
    query = select(AssessedUnit).where(
        AssessedUnit.id.in_(unit_ids), AssessedUnit.county_id == county_id
    )
    return list(db.session.scalars(query.order_by(AssessedUnit.id)))


def _check(draft: FormDraft, units: Sequence[AssessedUnit]) -> None:
    """All faults at once. Raises InvalidInput."""
    faults: dict[str, list[str]] = {}
    if not 1 <= len(draft.title.strip()) <= 80:
        faults["title"] = ["名称填 1 到 80 个字"]
    if not 1 <= len(draft.basis_document.strip()) <= 200:
        faults["basis_document"] = ["没有依据文件不能要表，请填文件名和文号"]
    if not 1 <= len(draft.fields) <= MOST_FIELDS:
        faults["fields"] = [f"请填要哪些数，一行一项，最多 {MOST_FIELDS} 项"]
    elif long := [name for name in draft.fields if len(name) > LONGEST_FIELD]:
        faults["fields"] = [f"「{long[0][:12]}…」太长，每项最多 {LONGEST_FIELD} 个字"]
    elif own := [name for name in draft.fields if name in OWN_NAMES]:
        faults["fields"] = [f"「{own[0]}」本系统已有，直接在得分页面看，不用再要"]
    if draft.due_on < clock.today():
        faults["due_on"] = ["期限不能早于今天"]
    if not units:
        faults["units"] = ["请选要哪些单位填"]
    if faults:
        raise InvalidInput(errors=faults)


def answer_form(
    actor: Actor, form_id: int, unit_id: int, answers: Mapping[str, str]
) -> FormRequestUnit:
    """By the unit, every field at once."""
    form = db.session.get(FormRequest, form_id, with_for_update={"read": True})
    row = db.session.get(
        FormRequestUnit, (form_id, unit_id), with_for_update=True, populate_existing=True
    )
    if form is None or row is None:
        raise FormUnknown
    unit = db.session.get_one(AssessedUnit, unit_id)
    if not has_permission(actor, Permission.REPORT_TARGETS) or not works_for(actor, unit):
        raise NotYourForm
    if form.closed_at is not None or row.answers is not None:
        raise FormMoved
    words = {name: answers.get(name, "").strip() for name in form.fields}
    faults = {
        f"field_{place}": [f"「{name}」请填 1 到 {LONGEST_ANSWER} 个字，没有的填 0 或“无”"]
        for place, name in enumerate(form.fields)
        if not 1 <= len(words[name]) <= LONGEST_ANSWER
    }
    if faults:
        raise InvalidInput(errors=faults)
    known = known_answers(form_id, unit_id, form.fields)
    row.answers, row.answered_at, row.answered_by_id = words, clock.now(), actor.person_id
    row.reused = sum(name in known and known[name].words == words[name] for name in words)
    record("answer_form", actor.person_id, "form_request", form_id)
    db.session.flush()
    return row


def close_form(actor: Actor, form_id: int) -> None:
    """No longer asked for; by the side that asked, or by the office."""
    form = db.session.get(FormRequest, form_id, with_for_update=True, populate_existing=True)
    if form is None:
        raise FormUnknown
    is_office = may(actor, Permission.SUPERVISE_TARGETS, (form.county_id,))
    if not is_office and form.department_id not in scope_of(actor).department_ids:
        raise NotYourForm
    if form.closed_at is not None:
        raise FormMoved
    form.closed_at, form.closed_by_id = clock.now(), actor.person_id
    record("close_form", actor.person_id, "form_request", form_id)
    db.session.flush()
