"""Bulletins: asked for by the timetable or by staff, written by a worker, kept and listed."""

import tempfile
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from backend.app.access import Actor, Permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, transaction
from backend.app.core.errors import DomainError, InvalidInput, NotAllowed, NotFound
from backend.app.core.files import storage
from backend.app.core.queue import JobName, enqueue
from backend.app.exports.bulletins.book import write_bulletin_book
from backend.app.exports.bulletins.content import compose
from backend.app.exports.bulletins.paper import draw_bulletin
from backend.app.exports.bulletins.periods import (
    TITLES,
    BulletinKind,
    MonthMissing,
    Span,
    last_over,
    span_of,
    standing_part,
)
from backend.app.exports.models import Bulletin
from backend.app.exports.states import BulletinState
from backend.app.places.queries import get_place
from backend.app.scorecards.locks.operations import lock_of, locked_months

MOST, LONGEST_FAILURE = 60, 200


def request_bulletin(actor: Actor, county_id: int, kind: str, day: date) -> Bulletin:
    """A new edition of the bulletin a day lies in.

    Raises InvalidInput for one not yet begun, and for a quarter or year whose months do not stand.
    """
    if not may(actor, Permission.PUBLISH, get_place(county_id).path):
        raise NotAllowed
    if kind not in set(BulletinKind):
        raise InvalidInput(errors={"kind": ["请选哪一种"]})
    span = span_of(BulletinKind(kind), day)
    if span.start > clock.today():
        raise InvalidInput(errors={"day": ["这一期还没开始"]})
    try:
        _standing_part(county_id, span)
    except MonthMissing as missing:
        raise InvalidInput(errors={"day": [str(missing)]}) from missing
    made = _add(county_id, span, actor.person_id)
    record("request_bulletin", actor.person_id, "bulletin", made.id, kind=kind,
           starts_on=f"{span.start}")  # fmt: skip
    return made


def _standing_part(county_id: int, span: Span) -> tuple[Span, str]:
    return standing_part(span, {lock.month for lock in locked_months(county_id)})


def request_due(county_id: int) -> int:
    """What is over and has no edition yet: weeks at once, the others when their months stand."""
    added = 0
    for kind in BulletinKind:
        span = last_over(kind, clock.today())
        if all(lock_of(county_id, month) for month in span.months) and not _known(county_id, span):
            _add(county_id, span, None)
            added += 1
    return added


def _known(county_id: int, span: Span) -> bool:
    return _editions(county_id, span) > 0


def _editions(county_id: int, span: Span) -> int:
    query = select(func.coalesce(func.max(Bulletin.edition), 0)).where(
        Bulletin.county_id == county_id, Bulletin.kind == span.kind.value,
        Bulletin.starts_on == span.start,
    )  # fmt: skip
    return db.session.scalar(query) or 0


def _add(county_id: int, span: Span, person_id: int | None) -> Bulletin:
    made = Bulletin(
        county_id=county_id, kind=span.kind.value, starts_on=span.start, ends_on=span.end,
        edition=_editions(county_id, span) + 1, state=BulletinState.QUEUED,
        title=f"{get_place(county_id).name}{span.name}{TITLES[span.kind]}",
        asked_by_id=person_id, asked_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    enqueue(JobName.WRITE_BULLETIN, made.id)
    return made


def write_bulletin(bulletin_id: int) -> None:
    """Computes and writes both files, as often as it is asked: a finished one is left alone."""
    with transaction():
        bulletin = db.session.get(Bulletin, bulletin_id)
        if bulletin is None or bulletin.state == BulletinState.DONE:
            return
        span = span_of(BulletinKind(bulletin.kind), bulletin.starts_on)
        county, edition = get_place(bulletin.county_id), bulletin.edition
    try:
        with transaction():
            content = compose(county, span, *_standing_part(county.id, span))
        content["edition"] = edition
        keys = _write(content)
    except (DomainError, MonthMissing) as refused:
        _fail(bulletin_id, str(refused))
        return
    except Exception:
        _fail(bulletin_id, "没做成，请再做一份")
        raise
    with transaction():
        made = db.session.get_one(Bulletin, bulletin_id, with_for_update=True)
        made.failure = None
        made.state, made.content, made.made_at = BulletinState.DONE, content, clock.now()
        made.title = content["title"]
        made.xlsx_key, made.pdf_key = keys


def _fail(bulletin_id: int, words: str) -> None:
    with transaction():
        failed = db.session.get_one(Bulletin, bulletin_id)
        failed.state, failed.failure = BulletinState.FAILED, words[:LONGEST_FAILURE]


def _write(content: dict[str, Any]) -> tuple[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bulletin.xlsx"
        write_bulletin_book(path, content)
        keys = storage.new_key("bulletins", "xlsx"), storage.new_key("bulletins", "pdf")
        storage.put(keys[0], path.read_bytes())
        storage.put(keys[1], draw_bulletin(content))
    return keys


def list_bulletins(county_ids: Collection[int]) -> list[Bulletin]:
    """The newest first."""
    query = select(Bulletin).where(Bulletin.county_id.in_(county_ids))
    return list(db.session.scalars(query.order_by(Bulletin.id.desc()).limit(MOST)))


def get_file(actor: Actor, bulletin_id: int, format_: str) -> tuple[str, str]:
    """Key and name of a file; recorded. Raises NotFound."""
    bulletin = db.session.get(Bulletin, bulletin_id)
    key = {"xlsx": bulletin.xlsx_key, "pdf": bulletin.pdf_key}.get(format_) if bulletin else None
    if bulletin is None or key is None:
        raise NotFound("没有这份简报，或者还没写好")
    if not may(actor, Permission.EXPORT, get_place(bulletin.county_id).path):
        raise NotAllowed
    record("download_bulletin", actor.person_id, "bulletin", bulletin.id, format=format_)
    return key, f"{bulletin.title}第{bulletin.edition}稿.{format_}"
