"""Kinds of files that elements are measured by."""

from backend.app.assessments.measures.fact_files import MEASURES, SCORES

IMPORT_KINDS = (MEASURES, SCORES)
