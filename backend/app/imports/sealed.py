"""What lies sealed here."""

from backend.app.core.encryption import SealedColumn

PURPOSE = "data_import"
COLUMNS = (
    SealedColumn("data_import", "id", "file_sealed", PURPOSE),
    SealedColumn("data_import", "id", "choices_sealed", PURPOSE),
    SealedColumn("data_import", "id", "questions_sealed", PURPOSE),
    SealedColumn("data_import_row", "id", "cells_sealed", PURPOSE),
)
