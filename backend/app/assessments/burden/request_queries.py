"""Reads of forms asked for: which there are, who answered, and what is known already."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.assessments.burden.errors import FormUnknown
from backend.app.assessments.models import FormRequest
from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.assessments.scopes import ReaderScope
from backend.app.assessments.states import ReportState
from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.places.sql import join_department

# Whatever was said within so many months is offered as the answer.
MONTHS_KNOWN, MOST_LISTED = 12, 200
REACH = """
    (:sees_all OR q.department_id = ANY(:departments) OR EXISTS (
        SELECT FROM form_request_unit m JOIN assessed_unit a ON a.id = m.unit_id
        WHERE m.request_id = q.id
          AND (a.region_id = ANY(:regions) OR a.department_id = ANY(:departments))))
"""
LISTED = text(
    f"""
    SELECT q.id, q.title, q.basis_document, q.fields, q.asked_at, q.due_on, q.closed_at,
           q.department_id, COALESCE(d.name, '考核办') AS asker,
           (SELECT count(*) FROM form_request_unit m WHERE m.request_id = q.id)::int AS units,
           (SELECT count(m.answered_at) FROM form_request_unit m
            WHERE m.request_id = q.id)::int AS answered
    FROM form_request q LEFT {join_department("d", "q.department_id")}
    WHERE q.county_id = :county_id AND (:id = 0 OR q.id = :id) AND {REACH}
    ORDER BY (q.closed_at IS NOT NULL), q.id DESC LIMIT :most
    """
)
UNITS = text(
    f"""
    SELECT m.unit_id, {UNIT_NAME} AS unit, u.region_id, u.department_id, m.answers, m.reused,
           m.answered_at
    FROM form_request_unit m JOIN assessed_unit u ON u.id = m.unit_id
    {JOIN_NAME}
    WHERE m.request_id = :id ORDER BY u.region_id NULLS LAST, unit
    """
)
# What the unit, under whichever programme, said in another form or reported of an indicator.
KNOWN = text(
    f"""
    SELECT k.field, k.words, k.said_at, k.origin FROM (
        SELECT a.key AS field, a.value AS words, m.answered_at AS said_at, q.title AS origin
        FROM form_request_unit m
        JOIN form_request q ON q.id = m.request_id
        CROSS JOIN LATERAL jsonb_each_text(m.answers) AS a
        WHERE m.unit_id = ANY(:same) AND m.request_id <> :id
        UNION ALL
        SELECT e.name, trim_scale(r.value)::text || e.measured_in, r.submitted_at,
               r.period::text
        FROM target_report r
        JOIN target t ON t.id = r.target_id
        JOIN programme_element e ON e.id = t.element_id
        WHERE t.unit_id = ANY(:same) AND r.value IS NOT NULL
          AND r.state = '{ReportState.ACCEPTED}'
    ) k
    WHERE k.field = ANY(:fields) AND k.said_at >= :since
    ORDER BY k.said_at
    """
)
SAME_UNITS = text(
    """
    SELECT v.id FROM assessed_unit u JOIN assessed_unit v
      ON v.county_id = u.county_id AND v.region_id IS NOT DISTINCT FROM u.region_id
     AND v.department_id IS NOT DISTINCT FROM u.department_id
    WHERE u.id = :id
    """
)


class ListedForm(NamedTuple):
    """A form in the list; who asks for it, and how many have answered."""

    id: int
    title: str
    basis_document: str
    fields: Sequence[str]
    asked_at: datetime
    due_on: date
    closed_at: datetime | None
    department_id: int | None
    asker: str
    units: int
    answered: int


class AskedFormUnit(NamedTuple):
    """A unit of a form with its answers."""

    unit_id: int
    unit: str
    region_id: int | None
    department_id: int | None
    answers: dict[str, str] | None
    reused: int
    answered_at: datetime | None


class KnownAnswer(NamedTuple):
    """What a unit said of a field before, where, and when."""

    field: str
    words: str
    said_at: datetime
    origin: str


def list_forms(scope: ReaderScope, form_id: int = 0) -> list[ListedForm]:
    """Those that the reader asked for or is asked for, or all; open ones first."""
    values = {
        "county_id": scope.county_id, "sees_all": scope.sees_all, "id": form_id,
        "regions": sorted(scope.region_ids), "departments": sorted(scope.department_ids),
        "most": MOST_LISTED,
    }  # fmt: skip
    return fetch_named(ListedForm, LISTED, values)


def get_form(scope: ReaderScope, form_id: int) -> ListedForm:
    """Raises FormUnknown, for one that is none of the reader's business, too."""
    rows = list_forms(scope, form_id)
    if not rows:
        raise FormUnknown
    return rows[0]


def form_units(form_id: int) -> list[AskedFormUnit]:
    return fetch_named(AskedFormUnit, UNITS, {"id": form_id})


def known_answers(form_id: int, unit_id: int, fields: Sequence[str]) -> dict[str, KnownAnswer]:
    """The newest of each field within twelve months."""
    same = list(db.session.scalars(SAME_UNITS, {"id": unit_id}))
    first = clock.months_back(clock.month_of(clock.today()), MONTHS_KNOWN + 1)[0]
    values = {
        "id": form_id, "same": same, "fields": list(fields),
        "since": clock.midnight(first.replace(day=1)),
    }  # fmt: skip
    return {row.field: row for row in fetch_named(KnownAnswer, KNOWN, values)}


def forms_asked_in(county_id: int, month: date) -> list[FormRequest]:
    """Registered in a month."""
    query = select(FormRequest).where(
        FormRequest.county_id == county_id,
        FormRequest.asked_at >= clock.midnight(month),
        FormRequest.asked_at < clock.midnight(clock.next_month(month)),
    )
    return list(db.session.scalars(query.order_by(FormRequest.id)))
