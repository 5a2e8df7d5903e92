"""What exists once in the tree: a second one beside it fails here."""

from tests.architecture.test_source import ROOT, tracked


def files_with(text: str) -> list[str]:
    """Files of the product, below backend/, in which the text stands."""
    files = tracked("backend/*.py", "backend/*.sql")
    return [str(p.relative_to(ROOT)) for p in files if text in p.read_text("utf-8")]


def test_advisory_locks_are_taken_by_name_in_one_place() -> None:
    assert files_with("pg_advisory") == ["backend/app/core/db.py"]
