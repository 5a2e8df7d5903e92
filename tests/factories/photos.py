"""The worker's turn at photos that were put aside."""

from pathlib import Path

from flask import current_app

from backend.app.core.files import storage
from backend.jobs.photos import open_photo


def open_photos() -> int:
    """Opens everything that lies aside; returns how many."""
    folder: Path = current_app.config["SETTINGS"].storage_dir / storage.UNOPENED
    names = [f"{storage.UNOPENED}/{file.name}" for file in folder.glob("*")]
    return sum(open_photo(storage.key_of_unopened(name)) for name in names)
