"""Files, written in the background and forgotten after a week."""

from backend.app.exports import operations


def write_export(export_id: int) -> None:
    operations.write_export(export_id)


def delete_old_exports() -> int:
    return operations.delete_old_exports()
