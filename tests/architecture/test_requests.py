"""How requests reach a view: routes are decorators."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "backend/app"


def modules_with(text: str) -> set[str]:
    """The files of the application in which this stands."""
    return {
        str(path.relative_to(APP)) for path in APP.rglob("*.py") if text in path.read_text("utf-8")
    }


def test_every_route_is_added_by_a_decorator() -> None:
    assert modules_with("add_url_rule") == set()
