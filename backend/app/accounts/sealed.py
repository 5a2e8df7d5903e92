"""What lies sealed here."""

from backend.app.core.encryption import SealedColumn

COLUMNS = (
    SealedColumn("console_login", "person_id", "totp_sealed", "totp"),
    SealedColumn("person_identity", "id", "subject_sealed", "identity"),
)
