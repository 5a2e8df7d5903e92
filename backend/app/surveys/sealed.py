"""What lies sealed here, in the database and in files."""

from backend.app.core.sealing import SealedColumn

COLUMNS = (
    SealedColumn("ballot_signing_key", "kid", "sealed_private", "ballot_key"),
    SealedColumn("paper_batch", "id", "first_entry", "paper_batch"),
    SealedColumn("paper_batch", "id", "second_entry", "paper_batch"),
)
FOLDERS = {"ballotbox": "ballot_box"}
