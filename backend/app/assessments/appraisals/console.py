"""测评: rounds, their groups' paper counted twice, and results once a round is closed."""

from collections.abc import Callable

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.accounts.queries import display_names
from backend.app.assessments.appraisals import closing_operations, operations, queries
from backend.app.assessments.appraisals.ballot_sheet import ballot_book, read_ballots
from backend.app.assessments.appraisals.code_operations import LEAST_SLIPS
from backend.app.assessments.appraisals.forms import (
    MORE_LINES,
    read_counts,
    read_round,
    usual_groups,
)
from backend.app.assessments.appraisals.operations import usual_end
from backend.app.assessments.appraisals.questions import (
    QuestionWords,
    rated_elements,
    worded_questions,
)
from backend.app.assessments.appraisals.slip_sheets import DRAWN_BY_HAND
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.console_year import asked_programme, no_programme, own_programme
from backend.app.assessments.models import AppraisalGroup, AppraisalRound
from backend.app.assessments.programmes.queries import get_programme, list_units
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.assessments.states import UNDER_WAY
from backend.app.assessments.states.appraisals import (
    AppraisalKind,
    AppraisalState,
    BallotState,
    DisputeState,
)
from backend.app.ballots import one_time_codes
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.files.spreadsheets import MOST_BYTES
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Query, sent_file, takes_file
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.scoring.assessing.agreement import SINGLE_RATER, raters_needed
from backend.app.scoring.levels import LEVELS

DONE = Query.of(done=boxes.Text(12))
KIND = Query.of(kind=boxes.Choice(list(AppraisalKind), otherwise=AppraisalKind.SOCIAL))
RATER_NAMES = {"superior": "上级", "peer": "同级", "public": "群众"}
Page = tuple[str, int] | Response


def _list_page(error: DomainError | None = None) -> tuple[str, int]:
    scope, programme = asked_programme()
    if programme is None:
        return no_programme("社会评价")
    kind = AppraisalKind.of(KIND.read()["kind"])
    rounds = queries.list_rounds(programme.id)
    usual = usual_groups(programme.content, kind)
    is_office = may(actor(), Permission.SUPERVISE_TARGETS, (scope.county_id,))
    is_open = any(held.state == AppraisalState.OPEN and held.kind == kind for held in rounds)
    return render_page(
        "assessments/ballots.html", error,
        programme=programme, rounds=rounds, states=AppraisalState.names(), kind=kind,
        kinds=AppraisalKind.names(), elements=rated_elements(programme.id),
        opens=is_office and not is_open and programme.state in UNDER_WAY, usual=usual,
        ends_on=usual_end(programme), lines=len(usual) + MORE_LINES,
        needed={RATER_NAMES[name]: raters_needed(alike) for name, alike in SINGLE_RATER.items()},
        names=display_names({row.opened_by_id for row in rounds}),
    )  # fmt: skip


@blueprint.get("/ballots")
@guard(Permission.SEE_PROGRAMMES)
def show_ballots() -> tuple[str, int]:
    """Rounds of a programme; the office opens the next."""
    return _list_page()


@blueprint.post("/ballots")
@guard(Permission.SUPERVISE_TARGETS)
def open_ballots() -> Page:
    """A round with the groups of the form."""
    try:
        _, programme = own_programme()
        kind = AppraisalKind.of(KIND.read()["kind"])
        draft = read_round(len(usual_groups(programme.content, kind)) + MORE_LINES)
        with transaction():
            held = operations.open_round(actor(), programme.id, draft)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _list_page(error)
    return redirect(address_of("assessments_console.show_round", round_id=held.id), 303)


def round_page(round_id: int, error: DomainError | None = None) -> tuple[str, int]:
    """How far each group is with being counted, and its results once the round is closed."""
    scope = scope_of(actor())
    held = queries.get_round(round_id, scope.county_id)
    programme = get_programme(held.programme_id, scope.county_id)
    is_closed = held.state == AppraisalState.CLOSED
    groups = queries.groups_of(held.id)
    entries = {group.id: queries.entries_of(group.id) for group in groups}
    people = {entry.by_id for listed in entries.values() for entry in listed}
    return render_page(
        "assessments/ballot_round.html", error,
        held=held, programme=programme, groups=groups, entries=entries,
        states=AppraisalState.names(), counted=BallotState.names(), is_closed=is_closed,
        disputes=DisputeState.names(), open_dispute=DisputeState.OPEN,
        result=queries.result_of(held) if is_closed else None,
        questions=_visible(scope, held), kinds=AppraisalKind.names(),
        runs=one_time_codes.runs_of([group.id for group in groups]), done=DONE.read()["done"],
        names=display_names({*people, *(row.settled_by_id for row in groups if row.settled_by_id)}),
        is_office=may(actor(), Permission.SUPERVISE_TARGETS, (held.county_id,)),
        decides=may(actor(), Permission.DECIDE_RESULTS, (held.county_id,)),
    )  # fmt: skip


def _visible(scope: ReaderScope, held: AppraisalRound) -> list[QuestionWords]:
    seen = {
        unit.id for unit in list_units(held.programme_id)
        if scope.sees_all or scope.covers(unit.region_id, unit.department_id)
    }  # fmt: skip
    return [asked for asked in worded_questions(held) if asked.question.unit_id in seen]


@blueprint.get("/ballots/<int:round_id>")
@guard(Permission.SEE_PROGRAMMES)
def show_round(round_id: int) -> tuple[str, int]:
    """How far each group is with being counted; results once it is closed."""
    return round_page(round_id)


@blueprint.post("/ballots/<int:round_id>")
@guard(Permission.DECIDE_RESULTS)
def close_ballots(round_id: int) -> Page:
    """Results are known from now on."""
    try:
        with transaction():
            closing_operations.close_round(actor(), round_id)
    except (Conflict, NotAllowed) as error:
        return round_page(round_id, error)
    return redirect(
        address_of("assessments_console.show_round", round_id=round_id, done="closed"), 303
    )  # fmt: skip


def _group(group_id: int) -> tuple[AppraisalGroup, AppraisalRound, list[QuestionWords]]:
    county_id = scope_of(actor()).county_id
    group = queries.get_group(group_id, county_id)
    held = queries.get_round(group.round_id, county_id)
    return group, held, worded_questions(held)


def group_page(group_id: int, error: DomainError | None = None) -> tuple[str, int]:
    """Slips of a group, and the grid of one's own count."""
    group, held, questions = _group(group_id)
    entries = queries.entries_of(group.id)
    own = next((entry for entry in entries if entry.by_id == actor().person_id), None)
    others = [entry for entry in entries if entry is not own]
    runs = one_time_codes.runs_of([group.id]).get(group.id, [])
    is_open = held.state == AppraisalState.OPEN
    return render_page(
        "assessments/ballot_group.html", error,
        group=group, held=held, questions=questions, levels=LEVELS,
        counted=BallotState.names(), own=queries.counts_of(own.id) if own else {},
        differences=queries.differences(entries),
        asked_names={asked.question: asked.name for asked in questions},
        entries=entries, names=display_names({entry.by_id for entry in entries}),
        runs=runs, drawn=DRAWN_BY_HAND, least_slips=LEAST_SLIPS, is_open=is_open,
        returned=sum(run.on_paper for run in runs if not run.voided),
        enters=is_open and group.state != BallotState.ACCEPTED
        and (own is not None or len(others) < 2),
    )  # fmt: skip


def _enter(group_id: int, enter: Callable[[], BallotState]) -> Page:
    try:
        with transaction():
            state = enter()
    except (InvalidInput, Conflict, NotAllowed) as error:
        return group_page(group_id, error)
    group, _, _ = _group(group_id)
    if state is BallotState.DIFFERENT:
        return redirect(address_of("assessments_console.show_group", group_id=group_id), 303)
    address = address_of(
        "assessments_console.show_round", round_id=group.round_id, done=state.value
    )
    return redirect(address, 303)


@blueprint.get("/ballots/groups/<int:group_id>")
@guard(Permission.SUPERVISE_TARGETS)
def show_group(group_id: int) -> tuple[str, int]:
    """Slips, the grid of one's own count, and where two differ, the cells."""
    return group_page(group_id)


@blueprint.post("/ballots/groups/<int:group_id>")
@guard(Permission.SUPERVISE_TARGETS)
def enter_ballots(group_id: int) -> Page:
    """One's own count, by question and level."""
    _, _, questions = _group(group_id)
    return _enter(
        group_id, lambda: operations.enter_counts(actor(), group_id, read_counts(questions))
    )


@blueprint.get("/ballots/groups/<int:group_id>.xlsx")
@guard(Permission.SUPERVISE_TARGETS)
def download_ballots(group_id: int) -> Response:
    """评价票汇总 with a line for each ballot."""
    group, held, questions = _group(group_id)
    book = ballot_book(held.title, group.name, questions, group.invited)
    return send_book(book, f"{group.name}评价票汇总.xlsx")


@blueprint.post("/ballots/groups/<int:group_id>.xlsx")
@takes_file(MOST_BYTES)
@guard(Permission.SUPERVISE_TARGETS)
def upload_ballots(group_id: int) -> Page:
    """Slip by slip, all lines or none."""

    def enter() -> BallotState:
        group, held, questions = _group(group_id)
        sent = sent_file("请选填好的评价票汇总")
        slips = read_ballots(held.title, group.name, questions, sent.read())
        return operations.enter_slips(actor(), group_id, slips)

    return _enter(group_id, enter)
