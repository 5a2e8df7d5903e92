"""目标: the list, searched by all who are concerned, and its workbook."""

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import (
    list_groups,
    list_programmes,
    shown_programme,
)
from backend.app.assessments.reports.facts import measured_text
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.assessments.states import TargetState
from backend.app.assessments.targets import queries
from backend.app.assessments.targets.list_book import target_book
from backend.app.assessments.targets.queries import TargetFilters
from backend.app.assessments.targets.sheet_rows import plain
from backend.app.core import clock
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Query, last_page, turned
from backend.app.core.web.guards import actor, guard
from backend.app.places.queries import list_departments
from backend.app.scoring.assessing.plans import SOURCE_NAMES

NOT_RATED = {"code": queries.NOT_RATED, "word": "还没有评定", "icon": "–"}
SEARCH_NAMES = {
    "group_id": "单位类别", "tag": "项目标签", "colour": "实施进度", "state": "完成状态",
    "owner": "评分责任单位", "duty_leader": "分管领导", "source": "数据来源",
}  # fmt: skip
FILTERS = Query.of(
    programme=boxes.Id(), page=boxes.Page(), unit_id=boxes.Id(otherwise=0),
    is_key=boxes.YesNo(), search=boxes.Text(40, squeezed=True),
    **{name: boxes.Text(40) for name in SEARCH_NAMES},
)  # fmt: skip


def _programme(scope: ReaderScope, programme_id: int | None) -> Programme | None:
    """The one that was asked for; a draft where nothing is past it."""
    shown = shown_programme(scope.county_id, programme_id)
    return shown or next(iter(list_programmes(scope.county_id)), None)


def _filters(values: dict[str, Any]) -> TargetFilters:
    return TargetFilters(
        **{name: values[name] for name in (*SEARCH_NAMES, "search", "unit_id", "is_key")}
    )


def _choices(programme: Programme) -> dict[str, dict[str, str]]:
    """The words of each search's values, where they are not the value itself."""
    lights = {light["code"]: f"{light['icon']} {light['word']}" for light in
              programme.content["lights"]}  # fmt: skip
    return {
        "group_id": {str(group.id): group.name for group in list_groups(programme.id)},
        "colour": {**lights, queries.NOT_RATED: "– 还没有评定"},
        "state": TargetState.names(),
        "owner": {str(one.id): one.name for one in list_departments(programme.county_id)},
        "source": {kind.rstrip(":"): name for kind, name in SOURCE_NAMES.items()},
        "tag": {}, "duty_leader": {},
    }  # fmt: skip


def _month(programme: Programme) -> date:
    """Up to which the plan is shown: this month, within the programme's year."""
    first, last = date(programme.year, 1, 1), date(programme.year, 12, 1)
    return min(max(clock.month_of(clock.today()), first), last)


@blueprint.get("/targets")
@guard(Permission.SEE_PROGRAMMES)
def list_targets() -> str:
    """Four searches and three more, each with its counts; filters stay in the address."""
    scope, values = scope_of(actor()), FILTERS.read()
    programme = _programme(scope, values["programme"])
    if programme is None:
        return render_template("assessments/targets.html", programme=None)
    filters = _filters(values)
    facets = queries.count_targets(scope, programme.id, filters)
    return render_template(
        "assessments/targets.html", programme=programme, filters=asdict(filters),
        facets=facets, names=SEARCH_NAMES, choices=_choices(programme),
        rows=queries.list_targets(scope, programme.id, filters, _month(programme), values["page"]),
        page=values["page"], last=last_page(facets.total, queries.PAGE), turned=turned,
        lights={one["code"]: one for one in (NOT_RATED, *programme.content["lights"])},
        states=TargetState.names(), plain=plain, month=_month(programme),
        measured_text=measured_text,
    )  # fmt: skip


@blueprint.get("/targets.xlsx")
@guard(Permission.SEE_PROGRAMMES)
def download_targets() -> Response:
    """The filtered list; where there is no programme, the page that says so."""
    scope, values = scope_of(actor()), FILTERS.read()
    programme = _programme(scope, values["programme"])
    if programme is None:
        return redirect(address_of(".list_targets"))
    rows = queries.list_targets(
        scope, programme.id, _filters(values), _month(programme), size=queries.MOST_LISTED
    )
    content = target_book(programme, rows)
    return send_book(content, f"{programme.year}年度目标清单.xlsx")
