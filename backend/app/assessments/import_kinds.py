"""Kinds of files of assessments: measured values, the task table, and the list of subjects."""

from backend.app.assessments.issues.issue_files import ISSUES
from backend.app.assessments.measures.fact_files import MEASURES, SCORES
from backend.app.assessments.measures.feed_files import FEEDS
from backend.app.assessments.subjects.subject_files import SUBJECTS

IMPORT_KINDS = (MEASURES, SCORES, FEEDS, ISSUES, SUBJECTS)
