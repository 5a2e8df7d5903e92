"""What lies sealed here, in the database and in files."""

from backend.app.ballots import box_keys
from backend.app.core.encryption import SealedColumn

COLUMNS = (SealedColumn("ballot_signing_key", "kid", "sealed_private", "ballot_key"),)
FILES = {"BALLOT_KEY_DIR": box_keys.seal_anew}
