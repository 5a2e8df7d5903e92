"""What three hundred villagers do: fetch ballots by name, answer and write without one.

The worst order for them: they answer one at a time in the order in which they fetched, so that
whatever is kept in the order of arrival gives them away.
"""

import base64
import secrets
from dataclasses import dataclass
from typing import Any

import psycopg
import requests

from backend.app.ballots import blind_signatures
from backend.app.surveys.answers import pad
from backend.app.tickets.anonymous import letters
from backend.app.tickets.kinds import TicketKind
from backend.demo.ballot import blind as hide
from backend.demo.ballot import finalize
from tests.attack.scene import Scene, Villager

AGENT = "Mozilla/5.0 agent-canary-5b1d"
LETTERS_EVERY = 3
# Random part, modulus, context, signature.
Token = tuple[bytes, int, bytes, bytes]


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


@dataclass
class Line:
    """How a phone reaches both applications; it keeps no cookie."""

    scene: Scene
    keys: dict[str, Any]
    named: requests.Session
    nameless: requests.Session

    def signed(self, villager: Villager, unit: int) -> list[Token]:
        """Tokens of the coming month, the survey's first."""
        drafts = []
        for use in ("survey", "ticket", "ticket"):
            n = self.modulus(use, unit)
            ctx = blind_signatures.context(use, self.scene.period, unit)
            random = secrets.token_bytes(blind_signatures.RANDOM_PREFIX)
            drafts.append((random, n, ctx, hide(n, random + ctx)))
        blinded = [text_of(hidden.blinded) for *_, hidden in drafts]
        answer = self.named.post(
            f"{self.scene.web}/api/v1/ballots",
            json={"period": self.scene.period, "survey": blinded[0], "tickets": blinded[1:]},
            headers={"Authorization": f"Bearer {villager.token}", "User-Agent": AGENT},
            timeout=20,
        )
        answer.raise_for_status()
        given = [answer.json()["survey"], *answer.json()["tickets"]]
        return [
            (random, n, ctx, finalize(n, hidden, bytes_of(one)))
            for (random, n, ctx, hidden), one in zip(drafts, given, strict=True)
        ]

    def modulus(self, use: str, unit: int) -> int:
        return next(
            int(key["n"], 16)
            for key in self.keys["keys"]
            if key["use"] == use and key["unit"] == unit
        )

    def unit_of(self, village_id: int) -> int:
        units = self.keys["units"].items()
        return next(int(unit) for unit, one in units if village_id in one["villages"])

    def send(self, path: str, token: Token, body: bytes) -> None:
        random, n, ctx, signature = token
        answer = self.nameless.post(
            f"{self.scene.anonymous}/anon/{path}",
            json={
                "kid": text_of(blind_signatures.key_id(ctx, n)),
                "r": text_of(random),
                "sig": text_of(signature),
                "body": text_of(body),
            },
            headers={"User-Agent": AGENT},
            timeout=20,
        )
        answer.raise_for_status()


def play(scene: Scene) -> dict[str, int]:
    """Everybody fetches ballots in one month and answers in the next. Returns how much was said."""
    file = requests.get(
        f"{scene.web}/keys/{scene.county.id}/{scene.period}.json", timeout=20
    ).json()
    line = Line(scene, file, requests.Session(), requests.Session())
    fetched = [line.signed(one, line.unit_of(one.village_id)) for one in scene.villagers]
    scene.begin_month()
    written = 0
    for number, (villager, (survey, ticket, _)) in enumerate(
        zip(scene.villagers, fetched, strict=True)
    ):
        line.send(
            "response",
            survey,
            pad([number % 5, [number % 3], villager.words], secrets.token_bytes(32)),
        )
        if number % LETTERS_EVERY == 0:
            code = f"{secrets.randbelow(10**16):016d}"
            letter = letters.Letter(
                TicketKind.COMPLAINT, f"信-{villager.words}", code, None, villager.village_id
            )
            line.send("feedback", ticket, letters.pack(letter))
            written += 1
    return {"answers": len(scene.villagers), "letters": written}


def play_naive(scene: Scene) -> None:
    """The same people in the same order before tables as surveys usually have them."""
    unit_of = dict(scene.ask("SELECT village_id, unit_id FROM ballot_unit_village"))
    with psycopg.connect(scene.dsn, autocommit=True) as naive:
        for villager in scene.villagers:
            naive.execute("INSERT INTO naive.issue (person_id) VALUES (%s)", [villager.person_id])
            naive.execute(
                "INSERT INTO naive.answer (unit_id, words) VALUES (%s, %s)",
                [unit_of[villager.village_id], villager.words],
            )
