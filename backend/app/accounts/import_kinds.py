"""The kind of file that names people."""

from backend.app.accounts.people.importing import PEOPLE

IMPORT_KINDS = (PEOPLE,)
