"""What lies sealed here."""

from backend.app.core.encryption import SealedColumn

COLUMNS = (SealedColumn("data_request", "id", "phone_sealed", "data_request"),)
