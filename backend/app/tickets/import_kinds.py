"""Kinds of files that bring tickets."""

from backend.app.tickets.intake.hotline import ORDERS

IMPORT_KINDS = (ORDERS,)
