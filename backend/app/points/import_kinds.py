"""Kinds of files that bring activities."""

from backend.app.points.activities.deed_files import DEEDS

IMPORT_KINDS = (DEEDS,)
