"""The measured value that stands, as a part of SQL."""

from backend.app.assessments.measures.sources import MeasureSource

# Of several sources of one period the best, of one source the newest row; one without any figure
# takes back what stood.
_BEST = " ".join(f"WHEN '{source}' THEN {place}" for place, source in enumerate(MeasureSource))
_COLUMNS = "value, yes, whole, error, points, reason, case_words, origin"
HAS_FIGURE = "num_nonnulls(value, whole, points) > 0"
# Of target `t`.
OF_TARGET = "element_id = t.element_id AND unit_id = t.unit_id"


def standing_fact(whose: str, when: str) -> str:
    """The row of the last period by its best source, or none."""
    return f"""
    SELECT * FROM (
        SELECT DISTINCT ON (period, source) id, period, source, {_COLUMNS}
        FROM measure_fact WHERE {whose} AND {when} ORDER BY period, source, id DESC
    ) newest
    WHERE {HAS_FIGURE} ORDER BY period DESC, CASE source {_BEST} END LIMIT 1
    """


# What a fact `f` of element `e` comes to: so many of so many in percent where that is measured.
VALUE_OF_FACT = (
    "COALESCE(f.value, f.yes * CASE WHEN e.measured_in = '%' THEN 100 ELSE 1 END / f.whole)"
)
