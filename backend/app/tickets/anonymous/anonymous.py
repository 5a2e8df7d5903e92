"""Anonymous tickets and their receipts: no log-in, no cookie, no name, no push."""

import hashlib
import secrets
from dataclasses import replace
from typing import Any

import orjson
from flask import Blueprint, jsonify, render_template, request

from backend.app.ballots import anonymous_store, anonymous_tokens
from backend.app.ballots.schemas import Token
from backend.app.core.errors import Conflict, DomainError, InvalidInput, Unavailable
from backend.app.core.files.photos import clean_apart
from backend.app.core.registry import anonymous_engine
from backend.app.core.text_check import clean_words
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form
from backend.app.core.web.guards import open_to_all
from backend.app.core.web.http import status_of
from backend.app.scoring.levels import is_level
from backend.app.tickets.anonymous import letters
from backend.app.tickets.anonymous.receipts import ReceiptUnknown, lookup, lookups

blueprint = Blueprint("tickets_anonymous", __name__, url_prefix="/anon")
# A megabyte in base64, and the token beside it.
MOST_BYTES = 1_420_000
WORD_ID = 16
LONGEST_WORD = 500
PADDED_WORD = 4096
STORY_STEP = 8192
VERDICT_NAMES = {"solved": "解决了", "partly": "解决了一部分", "not": "没解决"}
CODE = Form.of(code=boxes.Digits())
WORD = Form.of(id=boxes.Text(), kind=boxes.Text(), words=boxes.Text(), answer=boxes.Text())


class NotNow(Conflict):
    code = "not_now"
    message = "这件事现在不用您回话，过一晚再来看看"


@blueprint.post("/feedback")
@open_to_all("the token says that somebody may write, and nothing says who")
def put_letter() -> Any:
    """Reads the letter, makes its photos harmless, seals it; the night makes a ticket of it."""
    request.max_content_length = MOST_BYTES
    given = anonymous_tokens.read_request(letters.SIZES)
    door = anonymous_tokens.admit(given, "ticket")
    letter = _harmless(_read(given["body"]))
    return anonymous_tokens.keep(door, given, letters.enclose(lookup(letter.receipt), letter))


def _read(body: bytes) -> letters.Letter:
    try:
        letter = letters.unpack(body)
    except letters.LetterInvalid as fault:
        raise InvalidInput(errors={fault.part: [fault.message]}) from None
    words = clean_words(letter.words, limit=letters.LONGEST)
    if words is None and not letter.photos:
        raise InvalidInput(errors={"words": ["请写几句话，或拍张照片"]})
    return replace(letter, words=words)


def _harmless(letter: letters.Letter) -> letters.Letter:
    """Photos are decoded and written anew before anything is kept: no place, no time, no camera."""
    return replace(letter, photos=tuple(clean_apart(photo) for photo in letter.photos))


def _thread(code: Any) -> tuple[bytes, int, dict[str, Any]]:
    """Raises InvalidInput, TooMany or ReceiptUnknown."""
    if not isinstance(code, str) or not letters.is_receipt(code):
        raise InvalidInput(errors={"code": ["回执码应为 16 位数字"]})
    for key in lookups(code):
        thread = anonymous_store.find_thread(anonymous_engine(), key)
        if thread is not None:
            return key, *thread
    raise ReceiptUnknown


@blueprint.post("/receipt")
@open_to_all("the receipt is the key; who holds it is not asked")
def show_thread() -> Any:
    """The story behind a receipt."""
    _, _, view = _thread(anonymous_tokens.read_fields(("code",))["code"])
    story = jsonify({name: value for name, value in view.items() if name != "version"})
    # Spaces after JSON are nothing: whoever watches the line does not see how much was said.
    story.data += b" " * (-len(story.data) % STORY_STEP)
    return story


@blueprint.post("/receipt/word")
@open_to_all("the receipt is the key; who holds it is not asked")
def put_word() -> Any:
    """A message, the last word, or a reopening; sealed now and carried out by night."""
    given = anonymous_tokens.read_fields(("code", "id", "word"))
    kept = _keep_word(given["code"], given["id"], _open_word(given["word"]))
    status = "ok" if kept.new else "already"
    return jsonify(status=status, durable=kept.durable, **kept.mark.as_json())


def _open_word(sealed: Any) -> Any:
    raw = Token.decode(sealed, letters.WORD)
    try:
        return letters.unpack_word(raw or b"")
    except letters.LetterInvalid as fault:
        raise InvalidInput(errors={fault.part: [fault.message]}) from None


def _keep_word(code: Any, word_id: Any, given: Any) -> anonymous_store.StoreAnswer:
    raw_id = Token.decode(word_id, WORD_ID)
    if raw_id is None or len(raw_id) != WORD_ID:
        raise InvalidInput(errors={"id": ["长度不对"]})
    word = _word(given)
    key, county_id, view = _thread(code)
    desk_id = anonymous_store.newest_desk(anonymous_engine(), county_id)
    if desk_id is None:
        raise Unavailable
    content = orjson.dumps({"lookup": key.hex(), "word": word}).ljust(PADDED_WORD, b"\0")
    nullifier = hashlib.sha256(raw_id).digest()
    parcel = anonymous_store.Parcel(nullifier, desk_id, county_id, anonymous_store.WORD + content)
    known = anonymous_store.find_kept(anonymous_engine(), parcel)
    if known is not None:
        # Sent again after the night that carried it out: its time has passed, and it has arrived.
        return known
    if word["kind"] not in view["may"]:
        raise NotNow
    return anonymous_store.keep(anonymous_engine(), parcel)


def _word(given: Any) -> dict[str, Any]:
    """{kind, words, answer, level} with nothing else in it; raises InvalidInput naming the part."""
    if not isinstance(given, dict) or given.get("kind") not in ("message", "verdict", "reopen"):
        raise InvalidInput(errors={"word": ["请选要做什么"]})
    words = given.get("words")
    if words is not None and not isinstance(words, str):
        raise InvalidInput(errors={"words": ["应为文字"]})
    text = clean_words(words, limit=LONGEST_WORD)
    if given["kind"] != "verdict":
        if text is None:
            raise InvalidInput(errors={"words": ["请写几句话"]})
        return {"kind": given["kind"], "words": text, "answer": None, "level": None}
    answer, level = given.get("answer"), given.get("level")
    if answer not in VERDICT_NAMES:
        raise InvalidInput(errors={"answer": ["请选「解决了」「解决了一部分」或「没解决」"]})
    if level is not None and (type(level) is not int or not is_level(level)):
        raise InvalidInput(errors={"level": ["请从五个表情里选一个"]})
    return {"kind": "verdict", "words": text, "answer": answer, "level": level}


@blueprint.get("/")
@open_to_all("for whoever has a receipt and no mini-program at hand")
def show_page() -> str:
    """One field for sixteen digits; works without scripts."""
    return _page()


@blueprint.post("/")
@open_to_all("the receipt is the key; who holds it is not asked")
def answer_page() -> tuple[str, int]:
    """The story behind the code, and below it what its holder may say now."""
    code, form = CODE.read()["code"], WORD.read()
    try:
        said = _said_on_page(code, form) if form["kind"] else None
        _, _, view = _thread(code)
    except DomainError as error:
        first = next(iter(error.errors.values()), [error.message])[0]
        return _page(code=code, error=first), status_of(error)
    return _page(code=code, view=view, said=said), 200


def _said_on_page(code: str, form: dict[str, Any]) -> str:
    _keep_word(code, form.pop("id"), form)
    return "收到了，今晚送到办事的人手里。明天再来看，要是没见着，再写一遍。"


def _page(**shown: Any) -> str:
    fresh = Token.encode(secrets.token_bytes(WORD_ID))
    shown = {"code": "", "view": None, "said": None, "error": None, **shown}
    return render_template("tickets/receipt.html", id=fresh, answers=VERDICT_NAMES, **shown)
