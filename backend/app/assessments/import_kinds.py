"""Kinds of files that elements are measured by, and the task table."""

from backend.app.assessments.issues.issue_files import ISSUES
from backend.app.assessments.measures.fact_files import MEASURES, SCORES

IMPORT_KINDS = (MEASURES, SCORES, ISSUES)
