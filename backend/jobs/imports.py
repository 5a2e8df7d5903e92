"""Files that were handed in: read, taken over, taken back."""

from backend.app.imports import job_operations


def check_import(import_id: int) -> None:
    job_operations.check_import(import_id)


def apply_import(import_id: int) -> None:
    job_operations.apply_import(import_id)


def send_lost_imports() -> int:
    return job_operations.send_lost()


def undo_import(import_id: int) -> None:
    job_operations.undo_import(import_id)
