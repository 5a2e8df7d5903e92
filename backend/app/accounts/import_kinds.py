"""The kind of file that names people."""

from backend.app.accounts.people_import import PEOPLE

IMPORT_KINDS = (PEOPLE,)
