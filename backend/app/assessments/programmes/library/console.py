"""考核方案库: what may be loaded, what each would bring, and files of other counties."""

import io
import secrets

from flask import redirect, send_file
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.programmes import forms
from backend.app.assessments.programmes.console_wizard import (
    manager_county,
    own_programme,
    to_step,
)
from backend.app.assessments.programmes.library.exporting import template_file
from backend.app.assessments.programmes.library.loading_operations import load_template
from backend.app.assessments.programmes.library.previews import TemplatePreview, preview_template
from backend.app.assessments.programmes.library.templates import (
    TEMPLATES,
    Template,
    dimensions_of,
    parse_template,
    parts_of,
    read_template,
    worth_of,
)
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.source_words import source_words
from backend.app.assessments.states import ElementScope
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput, NotFound
from backend.app.core.files import storage
from backend.app.core.web.forms import sent_file, takes_file
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.scoring.assessing.rules import RULE_NAMES

MOST_BYTES = 2 * 1024 * 1024
# Kept until it is loaded, and cleared with the other files of imports.
FOLDER = "decompositions"


class _Previewed(Exception):
    """Rolls a preview back."""


@blueprint.get("/programmes/library")
@guard(Permission.MANAGE_PROGRAMMES)
def show_library() -> tuple[str, int]:
    return _library()


def _library(error: DomainError | None = None) -> tuple[str, int]:
    templates = [read_template(code) for code in TEMPLATES]
    lines = {
        template["code"]: [line for row in dimensions_of(template) for line in row["elements"]]
        for template in templates
    }
    return render_page("assessments/library.html", error, templates=templates, lines=lines)


@blueprint.get("/programmes/library/<code>")
@guard(Permission.MANAGE_PROGRAMMES)
def show_template(code: str) -> tuple[str, int]:
    return _preview(code)


def _template(key: str) -> Template:
    """One of ours, or a file that this reader has sent."""
    if key in TEMPLATES:
        return read_template(key)
    if not key.startswith(f"{actor().person_id}_"):
        raise NotFound
    return parse_template(storage.read(f"{FOLDER}/{key}"))


def _preview(key: str, error: DomainError | None = None) -> tuple[str, int]:
    template, preview = _template(key), None
    try:
        with transaction():
            preview = _looked_at(template)
            raise _Previewed
    except _Previewed:
        pass
    return render_page(
        "assessments/library_preview.html", error, key=key, preview=preview, template=template,
        parts=parts_of(template), worth_of=worth_of, source_words=source_words,
        rule_names=RULE_NAMES, scopes=ElementScope.names(), year=clock.today().year,
    )  # fmt: skip


def _looked_at(template: Template) -> TemplatePreview:
    return preview_template(actor(), manager_county(), clock.today().year, template)


@blueprint.post("/programmes/library")
@takes_file(MOST_BYTES)
@guard(Permission.MANAGE_PROGRAMMES)
def send_template() -> tuple[str, int]:
    """A file of another county: kept, and shown before anything is written."""
    try:
        raw = sent_file("请选一个 json 文件").read()
        if len(raw) > MOST_BYTES:
            raise InvalidInput(errors={"file": ["文件超过 2 MB，方案文件没有这么大"]})
        parse_template(raw)
        key = f"{actor().person_id}_{secrets.token_urlsafe(12)}.json"
        storage.put(f"{FOLDER}/{key}", raw)
    except DomainError as refused:
        return _library(refused)
    return _preview(key)


@blueprint.post("/programmes/library/<code>")
@guard(Permission.MANAGE_PROGRAMMES)
def load(code: str) -> tuple[str, int] | Response:
    """The template becomes a draft, or several."""
    template = _template(code)
    try:
        basics = ProgrammeBasics(**forms.BASICS.read())
        with transaction():
            loading = load_template(actor(), manager_county(), basics, template)
            ids = [programme.id for programme in loading.programmes]
    except DomainError as refused:
        return _preview(code, refused)
    if len(ids) > 1:
        return redirect(address_of("assessments_console.show_programmes"), 303)
    return to_step(ids[0], "basics")


@blueprint.get("/programmes/<int:programme_id>/template.json")
@guard(Permission.MANAGE_PROGRAMMES)
def export_template(programme_id: int) -> Response:
    """The programme as a file, without persons, ids and values."""
    programme = own_programme(programme_id)
    year = f"{programme.year}年"
    name = f"{year}{programme.title.removeprefix(year)}.json"
    return send_file(
        io.BytesIO(template_file(programme)), mimetype="application/json", as_attachment=True,
        download_name=name,
    )  # fmt: skip
