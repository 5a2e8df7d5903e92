"""Kinds of files that scores are made from."""

from backend.app.scorecards.imports.facts import FACTS
from backend.app.scorecards.imports.village_traits import VILLAGE_TRAITS

IMPORT_KINDS = (FACTS, VILLAGE_TRAITS)
