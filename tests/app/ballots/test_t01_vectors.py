"""T1: the four vectors of RFC 9474, and what a signer must refuse."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.app.ballots import blind_signatures
from backend.demo import ballot as phone

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "rfc9474.json").read_text(encoding="utf-8")
)["vectors"]
KEY = blind_signatures.generate()


def number(vector: dict[str, Any], name: str) -> int:
    return int(vector[name], 16)


def signing_key(vector: dict[str, Any]) -> blind_signatures.BlindSigningKey:
    return blind_signatures.BlindSigningKey(
        *(number(vector, name) for name in ("n", "p", "q", "d"))
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_t1_every_published_number_is_reproduced(vector: dict[str, Any]) -> None:
    key = signing_key(vector)
    message, salt = bytes.fromhex(vector["input_msg"]), bytes.fromhex(vector["salt"])
    assert phone.encode(message, salt, key.n.bit_length()).hex() == vector["encoded_msg"]
    factor = pow(number(vector, "inv"), -1, key.n)
    hidden = phone.blind(key.n, message, salt, factor)
    assert hidden.blinded.hex() == vector["blinded_msg"]
    signed = blind_signatures.sign(key, hidden.blinded)
    assert signed.hex() == vector["blind_sig"]
    finished = phone.finalize(key.n, hidden, signed, vector["salt_len"])
    assert finished.hex() == vector["sig"]
    assert blind_signatures.verify(key.n, message, finished, vector["salt_len"])


@settings(max_examples=25)
@given(st.binary(max_size=200))
def test_whatever_is_signed_blindly_checks_openly(message: bytes) -> None:
    hidden = phone.blind(KEY.n, message)
    finished = phone.finalize(KEY.n, hidden, blind_signatures.sign(KEY, hidden.blinded))
    assert blind_signatures.verify(KEY.n, message, finished)
    assert not blind_signatures.verify(KEY.n, message + b"x", finished)


@pytest.mark.parametrize(
    "blinded",
    [b"", b"\x01", bytes(256), KEY.n.to_bytes(256), (KEY.n + 1).to_bytes(256), b"\x01" * 257],
)
def test_what_is_no_number_below_the_modulus_is_not_signed(blinded: bytes) -> None:
    with pytest.raises(blind_signatures.BlindedInvalid):
        blind_signatures.sign(KEY, blinded)


def test_a_faulty_signature_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of them would be enough to compute the primes."""
    monkeypatch.setattr(blind_signatures, "_power", lambda key, m: 4711)
    with pytest.raises(blind_signatures.SigningFailed):
        blind_signatures.sign(KEY, phone.blind(KEY.n, b"x").blinded)


def test_a_key_of_another_unit_period_or_use_has_another_name() -> None:
    names = {
        blind_signatures.key_id(blind_signatures.context(use, period, unit), KEY.n)
        for use in ("survey", "ticket")
        for period in ("2026-11", "2026-12")
        for unit in (1, 2)
    }
    assert len(names) == 8
    assert (
        blind_signatures.nullifier(b"r" * 32, blind_signatures.context("survey", "2026-11", 1))
        not in names
    )


def test_the_key_does_not_print_its_secrets() -> None:
    assert str(KEY.p) not in repr(KEY)
