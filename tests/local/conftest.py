"""A short folder of its own for each embedded server."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that is gone afterwards; short, since socket paths are limited."""
    made = Path(tempfile.mkdtemp(prefix="vv-"))
    yield made
    shutil.rmtree(made)
