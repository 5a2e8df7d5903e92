"""What lies sealed here, in the database and in files."""

from backend.app.core.encryption import SealedColumn
from backend.app.surveys import box_keys

COLUMNS = (
    SealedColumn("ballot_signing_key", "kid", "sealed_private", "ballot_key"),
    SealedColumn("paper_batch", "id", "first_entry", "paper_batch"),
    SealedColumn("paper_batch", "id", "second_entry", "paper_batch"),
)
FILES = {"BALLOT_KEY_DIR": box_keys.seal_anew}
