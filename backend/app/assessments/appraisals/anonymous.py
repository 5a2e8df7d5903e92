"""A ballot by printed code: no log-in, no cookie, no script; whoever holds the slip rates once."""

import threading
import time
from collections import deque
from typing import Any

from flask import Blueprint, render_template, request

from backend.app.assessments.appraisals import web_ballots
from backend.app.ballots import anonymous_store
from backend.app.ballots.anonymous_store import CodeForm, Parcel
from backend.app.ballots.one_time_codes import digest_of, read_code, show_code
from backend.app.core import clock
from backend.app.core.errors import (
    Conflict,
    DomainError,
    Gone,
    InvalidInput,
    NotFound,
    TooMany,
)
from backend.app.core.registry import anonymous_engine
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, typed
from backend.app.core.web.guards import open_to_all
from backend.app.core.web.http import status_of
from backend.app.scoring.levels import NUMBERS, is_level

blueprint = Blueprint("appraisals_anonymous", __name__, url_prefix="/anon/ballot")
# A box for each question, of which a ballot may have two thousand.
MOST_BYTES = 64 * 1024
CODE = Form.of(code=boxes.Text(40), sent=boxes.YesNo())
# Wrong codes of everybody together: nobody is told apart, so all wait for whoever tries them out.
MOST_WRONG, SECONDS = 20, 10.0
OPEN = "the printed code says that somebody may rate, and nothing says who"
_wrong: deque[float] = deque(maxlen=MOST_WRONG)
_turn = threading.Lock()


class BallotCodeUnknown(NotFound):
    code = "code_unknown"
    message = "没有这个码。请对着小条再看一遍：没有字母 I、L、O，也没有数字 0 和 1"


class BallotCodeUsed(Conflict):
    code = "code_used"
    message = "这个码已经交过票了，一个码只算一次，谢谢您"


class BallotClosed(Gone):
    code = "closed"
    message = "这一轮评价已经截止，谢谢您"


class CodeVoided(Gone):
    code = "voided"
    message = "这一批小条有丢失，已经整批作废，之前用它交的票也不算。请向考核办要一张新的"


@blueprint.get("")
@open_to_all("for whoever has a slip and types its code")
def show_ballot_entry() -> str:
    """One box for the code."""
    return _page()


@blueprint.get("/<code>")
@open_to_all(OPEN)
def show_scanned_ballot(code: str) -> tuple[str, int]:
    """What the slip's QR code opens."""
    return _ballot_page(code)


@blueprint.post("")
@open_to_all(OPEN)
def put_ballot() -> tuple[str, int]:
    """The ballot of a typed code, or what was filled in: kept sealed, once, until the close."""
    request.max_content_length = MOST_BYTES
    form = CODE.read()
    if not form["sent"]:
        return _ballot_page(form["code"])
    try:
        form_of_code, digest = _admit(form["code"])
        answers = _answers(form_of_code)
    except InvalidInput as error:
        return _ballot_page(form["code"], error)
    except DomainError as error:
        return _refused(form["code"], error)
    parcel = Parcel(
        digest, form_of_code.desk_id, form_of_code.county_id,
        form_of_code.kid + web_ballots.pack(answers),
    )  # fmt: skip
    kept = anonymous_store.keep(anonymous_engine(), parcel)
    if not kept.new:
        return _refused(form["code"], BallotCodeUsed())
    rated = sum(map(bool, answers))
    return _page(view=form_of_code.view, rated=rated, skipped=len(answers) - rated), 200


def _ballot_page(code: str, error: InvalidInput | None = None) -> tuple[str, int]:
    try:
        found, _ = _admit(code)
    except DomainError as refusal:
        return _refused(code, refusal)
    page = _page(
        view=found.view, levels=NUMBERS, code=show_code(read_code(code) or ""), is_open=True,
        error=error.message if error else None, chosen=typed,
    )  # fmt: skip
    return page, status_of(error) if error else 200


def _refused(code: str, error: DomainError) -> tuple[str, int]:
    return _page(code=code, error=error.message), status_of(error)


def _admit(typed: str) -> tuple[CodeForm, bytes]:
    """The ballot that a code opens.

    Raises BallotCodeUnknown, CodeVoided, BallotCodeUsed, BallotClosed.
    """
    code = read_code(typed)
    digest = digest_of(code or "")
    found = anonymous_store.find_code(anonymous_engine(), digest) if code else None
    if found is None:
        _count_wrong()
        raise BallotCodeUnknown
    if found.voided:
        raise CodeVoided
    parcel = Parcel(digest, found.desk_id, found.county_id, b"")
    if anonymous_store.find_kept(anonymous_engine(), parcel) is not None:
        raise BallotCodeUsed
    if found.closed or clock.now() >= found.closes_at:
        raise BallotClosed
    return found, digest


def _count_wrong() -> None:
    """Raises TooMany; whoever has a right code never waits."""
    now = time.monotonic()
    with _turn:
        is_full = len(_wrong) == MOST_WRONG and now - _wrong[0] < SECONDS
        if not is_full:
            _wrong.append(now)
    if is_full:
        raise TooMany("现在输错的人太多，请过十秒再试。码对的不受影响", retry_after=10)


def _answers(found: CodeForm) -> list[int]:
    """A level for each question, 0 where it was skipped. Raises InvalidInput."""
    questions = sum(len(unit["questions"]) for unit in found.view["units"])
    words = "有一项看不懂，请重新选一遍"
    names = [f"q{place}" for place in range(questions)]
    form = Form.of(**{name: boxes.Number(words) for name in names}).read()
    answers = [form[name] or web_ballots.SKIPPED for name in names]
    if any(answer and not is_level(answer) for answer in answers):
        raise InvalidInput(words)
    if not any(answers):
        raise InvalidInput("一项也没有选。请至少评一个，其余可以不评")
    return answers


def _page(**shown: Any) -> str:
    shown = {"view": None, "code": "", "error": None, "is_open": False, "rated": 0, **shown}
    return render_template("assessments/anonymous_ballot.html", **shown)
