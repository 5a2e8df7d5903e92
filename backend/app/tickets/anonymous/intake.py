"""Night work on anonymous tickets: letters become tickets, words with a receipt become moves."""

from uuid import UUID

import orjson
from sqlalchemy import select

from backend.app.ballots import ballot_box
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.errors import DomainError
from backend.app.places.errors import RegionUnknown
from backend.app.places.queries import get_place
from backend.app.places.succession import village_now
from backend.app.tickets import author, files
from backend.app.tickets.anonymous import letters
from backend.app.tickets.errors import CategoryUnknown, TicketUnknown
from backend.app.tickets.intake import operations as intake
from backend.app.tickets.kinds import Channel
from backend.app.tickets.models import Ticket
from backend.app.tickets.rules.categories import find_category


def open_letter(box_id: UUID) -> bool:
    """Takes one letter or word out of the box and makes its ticket, or carries it out.

    False where nothing came of it. Raises CryptoError, KeyLost or LetterInvalid, and takes nothing
    then.
    """
    found = ballot_box.take(box_id)
    if found is None:
        return False
    if isinstance(found, bytes):
        return try_word(found)
    _make_ticket(found)
    return True


def _make_ticket(opened: ballot_box.Opened) -> Ticket:
    """For the county's desk to read first."""
    lookup, letter = letters.disclose(opened.body)
    said = intake.TicketRequest(
        kind=letter.kind,
        words=letter.words,
        village_id=_place(letter.village_id, opened.county_id),
        category=_category(opened.county_id, letter.category),
        about_cadres=letter.about_cadres,
    )
    photos = [files.store_anonymous_photo(photo) for photo in letter.photos]
    return intake.open_ticket(
        said, Channel.ANONYMOUS, clock.now(), attached=photos,
        receipt=lookup, ballot_unit_id=opened.unit_id,
    )  # fmt: skip


def _category(county_id: int, code: str | None) -> str | None:
    """The category chosen on the phone; one that was retired meanwhile is suggested anew."""
    try:
        return code if find_category(county_id, code) else None
    except CategoryUnknown:
        return None


def _place(village_id: int | None, county_id: int) -> int:
    """The village named, or what it went into; the county where none of its own was."""
    if village_id is None:
        return county_id
    try:
        place = get_place(village_now(village_id))
    except RegionUnknown:
        return county_id
    fits = place.county_id == county_id and place.level == "village" and place.is_open
    return place.id if fits else county_id


def try_word(content: bytes) -> bool:
    """Carries a word out; False where the ticket has moved on since it was written."""
    try:
        with db.session.begin_nested():
            apply_word(content)
    except DomainError:
        return False
    return True


def apply_word(content: bytes) -> Ticket:
    """What a holder of a receipt wrote; raises TicketUnknown or what the move raises."""
    said = orjson.loads(content.rstrip(b"\0"))
    ticket = db.session.scalar(
        select(Ticket).where(Ticket.receipt == bytes.fromhex(said["lookup"]))
    )
    if ticket is None:
        raise TicketUnknown
    word = said["word"]
    if word["kind"] == "message":
        return author.supplement(None, ticket.id, None, word["words"])
    if word["kind"] == "reopen":
        return author.reopen(None, ticket.id, None, word["words"])
    return author.give_verdict(None, ticket.id, None, word["answer"], word["level"], word["words"])
