"""msg_sec_check: what WeChat finds in a text; version 1 as it was, version 2 as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_LETTERS = 2500
SCENES = (1, 2, 3, 4)
NOTHING, ADVERTISING, ABUSE = 100, 10001, 20003


@dataclass
class Words:
    """Which words are found, as what, and which people were long away."""

    found: dict[str, tuple[str, int]] = field(
        default_factory=lambda: {"微商代理": ("review", ADVERTISING), "滚你的": ("risky", ABUSE)}
    )
    strangers: set[str] = field(default_factory=set)
    quiet: set[str] = field(default_factory=set)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def check(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one text."""
        words = body.get("content")
        if not isinstance(words, str) or not words:
            return _problem(44004, "empty content")
        suggest, label = next(
            (said for word, said in self.found.items() if word in words), ("pass", NOTHING)
        )
        if body.get("version") != 2:
            risky = _problem(87014, "risky content")
            return risky if suggest == "risky" else {"errcode": 0, "errmsg": "ok", "echo": body}
        fault = self._fault(body, words)
        if fault is not None:
            return fault
        self.asked.append(dict(body))
        trace = f"trace-{len(self.asked)}"
        details = [{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label}]
        return {
            "errcode": 0, "errmsg": "ok", "trace_id": trace, "detail": details,
            "result": {"suggest": suggest, "label": label},
        }  # fmt: skip

    def _fault(self, body: Mapping[str, Any], words: str) -> dict[str, Any] | None:
        openid = body.get("openid")
        if not isinstance(openid, str) or not openid or openid in self.strangers:
            return _problem(40003, "invalid openid")
        if openid in self.quiet:
            return _problem(61010, "code is expired")
        if body.get("scene") not in SCENES or len(words) > MOST_LETTERS:
            return _problem(40097, "invalid args")
        return None


def _problem(code: int, text: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": text}
