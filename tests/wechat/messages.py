"""Subscription messages as WeChat takes them: rules of each field, and one message per accept."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TICKET_MOVED = "tmpl-ticket-moved"
RULES = {
    "thing": re.compile(r"[^\x00-\x1f\x7f]{1,20}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    "number": re.compile(r"-?[0-9]+(\.[0-9]+)?"),
    "date": re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])"),
    "time": re.compile(
        r"([0-9]{4}-(0[1-9]|1[0-2])-([0-2][0-9]|3[01]) )?([01][0-9]|2[0-3]):[0-5][0-9]"
    ),
}
LONGEST_NUMBER = 32


@dataclass
class Messages:
    """The templates the county has, what its people allowed, and what reached them."""

    templates: dict[str, set[str]] = field(
        default_factory=lambda: {
            TICKET_MOVED: {"character_string1", "phrase2", "time3", "thing4"},
        }
    )
    accepts: Counter[tuple[str, str]] = field(default_factory=Counter)
    strangers: set[str] = field(default_factory=set)
    sent: list[dict[str, Any]] = field(default_factory=list)

    def accept(self, openid: str, template_id: str = TICKET_MOVED) -> None:
        """The tap in WeChat's own dialog: one more message may come."""
        self.accepts[openid, template_id] += 1

    def refusal(self, body: Mapping[str, Any]) -> tuple[int, str] | None:
        """Why this message is not delivered, or None; takes one accept when it is."""
        openid, template_id = body.get("touser"), body.get("template_id")
        if not isinstance(openid, str) or not openid or openid in self.strangers:
            return 40003, "invalid openid"
        if not isinstance(template_id, str) or template_id not in self.templates:
            return 40037, "invalid template_id"
        wrong = faulty_field(self.templates[template_id], body.get("data"))
        if wrong:
            return 47003, f"argument invalid! data.{wrong}.value invalid"
        if str(body.get("page", "pages/")).startswith("/"):
            return 41030, "invalid page"
        if not self.accepts[openid, template_id]:
            return 43101, "user refuse to accept the msg"
        self.accepts[openid, template_id] -= 1
        self.sent.append(dict(body))
        return None


def faulty_field(wanted: set[str], data: object) -> str | None:
    """The first field that is missing, unknown or breaks the rule of its type."""
    if not isinstance(data, dict):
        return "data"
    for key in sorted(wanted | set(data)):
        value = data.get(key, {}).get("value")
        if key not in wanted or not isinstance(value, str) or not keeps_rule(key, value):
            return key
    return None


def keeps_rule(key: str, value: str) -> bool:
    kind = key.rstrip("0123456789")
    short = kind != "number" or len(value) <= LONGEST_NUMBER
    return short and value == value.strip() and RULES[kind].fullmatch(value) is not None
