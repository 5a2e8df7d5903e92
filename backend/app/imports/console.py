"""The pages of an import, the same for every kind: a feature adds them to its own console."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.files.spreadsheets import MOST_BYTES
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Form, Query, last_page, sent_file, takes_file, turned, typed
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.core.web.http import render_page
from backend.app.imports import operations, queries
from backend.app.imports.kinds import OUTCOME_NAMES, ImportKind
from backend.app.imports.states import BUSY, CHANGEABLE, STATE_NAMES, ImportState

SOURCE = Form.of(source=boxes.Text(40))
ROWS = Query.of(outcome=boxes.Choice(list(OUTCOME_NAMES)), page=boxes.Page())
SHEET = Form.of(sheet=boxes.Text())
StartPage = Callable[[DomainError | None], tuple[str, int]]
CountyOf = Callable[[Permission], int]


def earlier(kind: ImportKind, county_of: CountyOf = own_county) -> dict[str, Any]:
    """What a start page shows beside its form."""
    county = county_of(kind.permission)
    return {
        "kind": kind, "imports": queries.list_imports(kind, county, actor()), "states": STATE_NAMES,
        "sources": queries.list_sources(kind, county),
    }  # fmt: skip


def add_pages(
    blueprint: Blueprint, kind: ImportKind, path: str, start_page: StartPage,
    params: Callable[[], dict[str, Any]] = dict, county_of: CountyOf = own_county,
) -> None:  # fmt: skip
    """`params` reads what a form asks beside source and file; raises InvalidInput.

    `county_of` gives the county of whoever works in a part of it (`ImportKind.for_parts`).
    """

    @blueprint.post(path, endpoint=f"start_{kind.code}_import")
    @takes_file(MOST_BYTES)
    @guard(kind.permission)
    def start() -> tuple[str, int] | Response:
        """Takes the file; a job reads it."""
        try:
            sent = sent_file("请选一个 xlsx 或 CSV 文件")
            with transaction():
                made = operations.start_import(
                    actor(), kind, county_of(kind.permission), SOURCE.read()["source"], params(),
                    sent.read(), sent.filename or "",
                )  # fmt: skip
                import_id = made.id
        except DomainError as refused:
            return start_page(refused)
        return _to_page(blueprint, kind, import_id)

    @blueprint.get(f"{path}/<int:import_id>", endpoint=f"show_{kind.code}_import")
    @guard(kind.permission)
    def show(import_id: int) -> tuple[str, int]:
        """Progress, preview, what is asked, and what came of it."""
        return _page(blueprint, kind, import_id)

    @blueprint.get(f"{path}/<int:import_id>/refused.xlsx", endpoint=f"download_{kind.code}_refused")
    @guard(kind.permission)
    def refused(import_id: int) -> Response:
        """What was not taken, to be mended and handed in again."""
        with transaction():
            content = operations.refused_rows(actor(), kind, import_id)
        return send_book(content, "没收的行.xlsx")

    _add_mending(blueprint, kind, path)
    _add_decisions(blueprint, kind, path)


def _add_mending(blueprint: Blueprint, kind: ImportKind, path: str) -> None:
    """Columns and answers: after each the file is planned anew."""

    @blueprint.post(f"{path}/<int:import_id>/columns", endpoint=f"choose_{kind.code}_columns")
    @guard(kind.permission)
    def choose_columns(import_id: int) -> tuple[str, int] | Response:
        chosen = {column.code: typed.get(f"column_{column.code}", "") for column in kind.columns}
        try:
            with transaction():
                operations.choose_columns(actor(), kind, import_id, SHEET.read()["sheet"], chosen)
        except InvalidInput as refused:
            return _page(blueprint, kind, import_id, refused)
        return _to_page(blueprint, kind, import_id)

    @blueprint.post(f"{path}/<int:import_id>/answers", endpoint=f"answer_{kind.code}_questions")
    @guard(kind.permission)
    def answer(import_id: int) -> Response:
        """What was typed comes before what was chosen."""
        answers = {
            name.removeprefix(box): text
            for box in ("choice_", "typed_")
            for name, text in typed.items()
            if name.startswith(box) and text.strip()
        }
        with transaction():
            operations.choose_answers(actor(), kind, import_id, answers)
        return _to_page(blueprint, kind, import_id)


def _add_decisions(blueprint: Blueprint, kind: ImportKind, path: str) -> None:
    @blueprint.post(f"{path}/<int:import_id>/apply", endpoint=f"apply_{kind.code}_import")
    @guard(kind.permission)
    def apply(import_id: int) -> Response:
        with transaction():
            operations.request_apply(actor(), kind, import_id)
        return _to_page(blueprint, kind, import_id)

    @blueprint.post(f"{path}/<int:import_id>/undo", endpoint=f"undo_{kind.code}_import")
    @guard(kind.permission)
    def undo(import_id: int) -> Response:
        with transaction():
            operations.request_undo(actor(), kind, import_id)
        return _to_page(blueprint, kind, import_id)


def _to_page(blueprint: Blueprint, kind: ImportKind, import_id: int) -> Response:
    address = address_of(f"{blueprint.name}.show_{kind.code}_import", import_id=import_id)
    return redirect(address, 303)


def _page(
    blueprint: Blueprint, kind: ImportKind, import_id: int, error: DomainError | None = None
) -> tuple[str, int]:
    found = operations.find_import(actor(), kind, import_id)
    query = ROWS.read()
    outcome, number = query["outcome"] or "", query["page"]
    state = ImportState(found.state)
    shown = state not in BUSY and state is not ImportState.FAILED
    return render_page(
        "imports/show.html", error,
        found=found, kind=kind, state=state, state_name=STATE_NAMES[state],
        busy=state in BUSY, changeable=state in CHANGEABLE, about=found.about_sheet,
        outcomes=OUTCOME_NAMES, outcome=outcome, page=number,
        last=last_page(queries.count_rows(import_id, outcome), queries.PAGE),
        rows=queries.find_rows(import_id, outcome, number) if shown else [],
        questions=operations.questions_of(found) if state is ImportState.READY else [],
        choices=operations.choices_of(found), name=blueprint.name,
        labels={column.code: column.name for column in kind.columns}, turned=turned,
        turn=lambda to: turned(page=to),
    )  # fmt: skip
