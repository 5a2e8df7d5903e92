"""Small files of the kinds that real offices send; what each must give stands in the tests."""

from pathlib import Path

CASES = Path(__file__).parents[2] / "data/imports"


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()
