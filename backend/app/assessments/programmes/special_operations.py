"""专项设置 of a draft: rhythm of meetings, steps of acceptance, portraits."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.app.access import Actor
from backend.app.assessments.programmes.operations import open_draft
from backend.app.assessments.programmes.queries import list_elements
from backend.app.assessments.states.acceptance import AcceptanceParty
from backend.app.assessments.states.rhythms import MeetingRhythm
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput

MOST_STEPS, MOST_PORTRAITS, LONGEST_NAME = 5, 4, 20


@dataclass(frozen=True)
class SpecialParts:
    """As they are typed: steps by name and who, portraits by name and codes of indicators."""

    rhythm: MeetingRhythm
    steps: Sequence[tuple[str, AcceptanceParty]]
    portraits: Sequence[tuple[str, Sequence[str]]]


def save_special(actor: Actor, programme_id: int, parts: SpecialParts) -> None:
    """Raises InvalidInput naming what is wrong."""
    programme = open_draft(actor, programme_id)
    known = {row.code for row in list_elements(programme_id) if row.parent_id}
    faults = _faults(parts, known)
    if faults:
        raise InvalidInput(errors=faults)
    programme.content = {
        **programme.content, "rhythm": parts.rhythm.value,
        "acceptance": [{"name": name, "by": by.value} for name, by in parts.steps],
        "portraits": [{"name": name, "elements": [*codes]} for name, codes in parts.portraits],
    }  # fmt: skip
    db.session.flush()
    record("save_programme", actor.person_id, "programme", programme.id, kind="专项设置")


def _faults(parts: SpecialParts, known: set[str]) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    names = [name for name, _ in parts.steps]
    if len(parts.steps) > MOST_STEPS or any(not 1 <= len(n) <= LONGEST_NAME for n in names):
        faults["steps"] = [f"最多 {MOST_STEPS} 步，每步名称 1 到 {LONGEST_NAME} 个字"]
    elif len(parts.steps) == 1 or len(set(names)) != len(names):
        faults["steps"] = ["分步验收至少两步，名称不能相同"]
    elif any(by is AcceptanceParty.UNIT for _, by in parts.steps[1:]):
        faults["steps"] = ["被考核单位只能记第一步"]
    titles = [name for name, _ in parts.portraits]
    wrong = [code for _, codes in parts.portraits for code in codes if code not in known]
    if len(titles) > MOST_PORTRAITS or len(set(titles)) != len(titles):
        faults["portraits"] = [f"最多 {MOST_PORTRAITS} 张画像，名称不能相同"]
    elif wrong:
        faults["portraits"] = [f"没有编码是「{wrong[0][:20]}」的指标"]
    elif any(not codes or not 1 <= len(name) <= LONGEST_NAME for name, codes in parts.portraits):
        faults["portraits"] = [f"每张画像要有 1 到 {LONGEST_NAME} 个字的名称和至少一个指标"]
    return faults
