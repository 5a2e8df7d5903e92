"""Kinds of files of assessments: measured values, the task table, subjects and their trades."""

from backend.app.assessments.issues.issue_files import ISSUES
from backend.app.assessments.measures.fact_files import MEASURES, SCORES
from backend.app.assessments.measures.feed_files import FEEDS
from backend.app.assessments.subjects.subject_files import SUBJECTS
from backend.app.assessments.subjects.trade_files import TRADES

IMPORT_KINDS = (MEASURES, SCORES, FEEDS, ISSUES, SUBJECTS, TRADES)
