"""What lies sealed here, in the database and in files."""

from backend.app.core.encryption import SealedColumn

COLUMNS = (
    SealedColumn("paper_batch", "id", "first_entry", "paper_batch"),
    SealedColumn("paper_batch", "id", "second_entry", "paper_batch"),
)
