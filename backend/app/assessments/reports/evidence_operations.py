"""印证材料: sent once by a unit, used for as many reports as it serves."""

import hashlib
from datetime import date
from pathlib import PurePath

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor
from backend.app.assessments.models import Evidence, EvidenceUse, TargetReport
from backend.app.assessments.reports.errors import NotYourUnit, WindowMoved
from backend.app.assessments.reports.operations import begin_report, is_open
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.core.files import storage
from backend.app.core.files.attachments import PHOTO
from backend.app.core.files.photos import MOST_BYTES, keep_unopened

FOLDER, PDF, VIDEO = "evidence", "pdf", "mp4"
MOST_VIDEO_BYTES = 50 * 1024 * 1024
MOST_FILES, LONGEST_NAME = 3, 80


def add_evidence(
    actor: Actor, unit_id: int, target_id: int, period: date, content: bytes, name: str
) -> bool:
    """Attaches a file; returns whether it is new. The same content is stored once a unit."""
    report_id, county_id = _report(actor, unit_id, target_id, period)
    evidence_id, is_new = keep_file(actor, unit_id, county_id, content, name)
    _use(actor, report_id, county_id, evidence_id)
    return is_new


def keep_file(
    actor: Actor, unit_id: int, county_id: int, content: bytes, name: str
) -> tuple[int, bool]:
    """Its number, and whether it is new to the unit. Raises InvalidInput."""
    most = MOST_VIDEO_BYTES if _extension(content) == VIDEO else MOST_BYTES
    if not content or len(content) > most:
        words = f"文件是空的，或超过 {most // 1024 // 1024} MB，请换一份"
        raise InvalidInput(errors={"file": [words]})
    digest = hashlib.sha256(content).digest()
    known = select(Evidence.id).where(Evidence.unit_id == unit_id, Evidence.sha256 == digest)
    evidence_id = db.session.scalar(known)
    if evidence_id is not None:
        return evidence_id, False
    return _store(actor, unit_id, county_id, content, name, digest), True


def use_evidence(
    actor: Actor, unit_id: int, target_id: int, period: date, evidence_id: int
) -> None:  # fmt: skip
    """引用已有材料: a file that the unit sent before."""
    report_id, county_id = _report(actor, unit_id, target_id, period)
    evidence = db.session.get(Evidence, evidence_id)
    if evidence is None or evidence.unit_id != unit_id:
        raise NotYourUnit("只能引用自己单位传过的材料")
    _use(actor, report_id, county_id, evidence_id)


def detach_evidence(
    actor: Actor, unit_id: int, target_id: int, period: date, evidence_id: int
) -> None:  # fmt: skip
    """Takes a file off a report that is not sent yet; the file stays with the unit."""
    report_id, _ = _report(actor, unit_id, target_id, period)
    db.session.execute(
        delete(EvidenceUse).where(
            EvidenceUse.report_id == report_id, EvidenceUse.evidence_id == evidence_id
        )
    )
    record("detach_evidence", actor.person_id, "evidence", evidence_id)


def _report(actor: Actor, unit_id: int, target_id: int, period: date) -> tuple[int, int]:
    """The report that the file is for, held; an empty draft where nothing was typed yet."""
    window, rows = begin_report(actor, unit_id, period)
    row = rows.get(target_id)
    if row is None or row.is_sent or not is_open(row, window):
        raise WindowMoved("这项现在不能改材料：已经提交，或窗口已经关闭")
    values = {"county_id": window.county_id, "target_id": target_id, "period": period}
    db.session.execute(insert(TargetReport).values(values).on_conflict_do_nothing())
    report_id = db.session.scalars(
        select(TargetReport.id)
        .where(TargetReport.target_id == target_id, TargetReport.period == period)
        .with_for_update()
    ).one()
    return report_id, window.county_id


def _store(
    actor: Actor, unit_id: int, county_id: int, content: bytes, name: str, digest: bytes
) -> int:
    """A photo loses place, time and camera before anybody sees it; others stay as they are."""
    extension = _extension(content)
    key = storage.new_key(FOLDER, extension)
    if extension == PHOTO:
        keep_unopened(key, content)
    else:
        storage.put(key, content)
    evidence = Evidence(
        county_id=county_id, unit_id=unit_id, sha256=digest, kind=extension, key=key,
        name=PurePath(name.replace("\\", "/")).name[:LONGEST_NAME] or "材料",
        bytes=len(content), uploaded_by_id=actor.person_id, uploaded_at=clock.now(),
    )  # fmt: skip
    db.session.add(evidence)
    db.session.flush()
    return evidence.id


def _extension(content: bytes) -> str:
    """By what it begins with; whatever is neither paper nor video has to be a photo."""
    if content.startswith(b"%PDF-"):
        return PDF
    return VIDEO if content[4:8] == b"ftyp" else PHOTO


def _use(actor: Actor, report_id: int, county_id: int, evidence_id: int) -> None:
    count = select(func.count()).where(EvidenceUse.report_id == report_id)
    others = count.where(EvidenceUse.evidence_id != evidence_id)
    if (db.session.scalar(others) or 0) >= MOST_FILES:
        raise InvalidInput(errors={"file": [f"一项最多附 {MOST_FILES} 份材料，请先取下一份"]})
    db.session.execute(
        insert(EvidenceUse)
        .values(
            county_id=county_id, evidence_id=evidence_id, report_id=report_id,
            used_by_id=actor.person_id, used_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    record("use_evidence", actor.person_id, "evidence", evidence_id)
