"""What lies sealed here."""

from backend.app.core.encryption import SealedColumn

COLUMNS = (SealedColumn("ticket", "id", "contact_sealed", "ticket_contact"),)
