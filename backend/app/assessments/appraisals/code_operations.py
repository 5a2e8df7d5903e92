"""One-time codes of a round: printed by the run, voided by the run, taken back with paper."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from backend.app.access import Actor
from backend.app.assessments.appraisals.errors import AppraisalMoved
from backend.app.assessments.appraisals.operations import hold_group
from backend.app.assessments.appraisals.questions import worded_questions
from backend.app.assessments.models import AppraisalGroup, AppraisalRound
from backend.app.assessments.states.appraisals import BallotState
from backend.app.ballots import one_time_codes
from backend.app.ballots.one_time_codes import CodeStanding, digest_of, read_code
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.errors import InvalidInput
from backend.app.places.queries import region_names

# Fewer slips would not hide who has which; more in one run nobody cuts.
LEAST_SLIPS, MOST_SLIPS = 20, 500
# So many codes of paper are taken at a time.
MOST_RETURNED, MOST_FAULTS = 500, 5


def print_slips(actor: Actor, group_id: int, count: int) -> list[str]:
    """A run of slips; the codes are known from what is returned here and never again.

    Raises AppraisalMoved, InvalidInput.
    """
    group, held = hold_group(actor, group_id)
    runs = one_time_codes.runs_of([group.id]).get(group.id, [])
    _check_run(group, held, count, sum(run.codes for run in runs if not run.voided))
    if not runs and group.state != BallotState.WAITING:
        raise AppraisalMoved("这一组已经按纸票录过，不能再发小条，免得一个人评两次")
    if held.desk_id is None or not one_time_codes.takes_ballots(held.desk_id):
        raise AppraisalMoved("这一轮不收网上的票，请用纸票")
    codes = one_time_codes.make_codes(held.desk_id, group.id, _view(group, held), count)
    record("print_slips", actor.person_id, "appraisal_group", group.id, count=count)
    return codes


def _check_run(group: AppraisalGroup, held: AppraisalRound, count: int, printed: int) -> None:
    if held.ends_on is None or held.ends_on < clock.today():
        raise AppraisalMoved("这一轮已经过了截止日期，不再发小条")
    most = max(group.invited or 0, LEAST_SLIPS) if group.invited else None
    words = ""
    if not LEAST_SLIPS <= count <= MOST_SLIPS:
        words = f"一次印 {LEAST_SLIPS} 到 {MOST_SLIPS} 张：少于 {LEAST_SLIPS} 张藏不住谁是谁"
    elif most is not None and printed + count > most:
        words = f"这一组最多发 {most} 张，已经印了 {printed} 张"
    if words:
        raise InvalidInput(errors={"count": [words]})


def _view(group: AppraisalGroup, held: AppraisalRound) -> Mapping[str, Any]:
    """The ballot in words: all that the anonymous application is told."""
    asked = worded_questions(held)
    return {
        "county": region_names([held.county_id])[held.county_id],
        "title": held.title, "group": group.name, "ends_on": f"{held.ends_on:%Y-%m-%d}",
        "units": [
            {
                "name": name, "group": unit_group,
                "questions": [
                    {"name": row.element, "anchors": list(row.anchors)} for row in rows
                ],
            }
            for (name, unit_group), rows in groupby(asked, lambda row: (row.unit, row.unit_group))
        ],
    }  # fmt: skip


def void_run(actor: Actor, group_id: int, run: int) -> None:
    """All slips of a run and every ballot given by them: whoever lost one gets a new run.

    Raises AppraisalMoved where it is void, or a slip of it lies on paper.
    """
    group, _ = hold_group(actor, group_id)
    if not one_time_codes.void_run(group.id, run):
        raise AppraisalMoved("这一批已经作废，或已有纸票收回，不能作废")
    record("void_slips", actor.person_id, "appraisal_group", group.id, number=run)


def receive_paper(actor: Actor, group_id: int, words: str) -> int:
    """The codes of slips that came back with ballots on paper, a line each, all of them or none.

    From now on the anonymous application does not take them. Raises InvalidInput by line.
    """
    group, _ = hold_group(actor, group_id)
    if group.state != BallotState.WAITING:
        raise AppraisalMoved("这一组的纸票已经在录，不能再加小条")
    lines = {
        number: read_code(line)
        for number, line in enumerate(words.splitlines(), 1) if line.strip()
    }  # fmt: skip
    if not 0 < len(lines) <= MOST_RETURNED:
        raise InvalidInput(errors={"codes": [f"一次录 1 到 {MOST_RETURNED} 个码，一行一个"]})
    digests = {number: digest_of(code) for number, code in lines.items() if code}
    standing = one_time_codes.standing_of(list(digests.values()))
    faults, known = [], set()
    for number in lines:
        digest = digests.get(number, b"")
        fault = "重复了" if digest in known else _fault(standing.get(digest), group.id)
        known.add(digest)
        if fault:
            faults.append(f"第 {number} 行：{fault}")
    if faults:
        raise InvalidInput(errors={"codes": faults[:MOST_FAULTS]})
    one_time_codes.spend_on_paper(known)
    record("receive_slips", actor.person_id, "appraisal_group", group.id, count=len(known))
    return len(known)


def _fault(standing: CodeStanding | None, group_id: int) -> str:
    if standing is None or standing.group_id != group_id:
        return "没有这个码，或不是这一组的，请对着小条再看一遍"
    if standing.voided:
        return "这一批小条已经作废，这张纸票不能算"
    if standing.on_paper:
        return "这个码已经录过"
    return "这个码已在网上用过，这张纸票不能算，请抽出来" if standing.used else ""
