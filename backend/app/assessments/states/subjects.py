"""What kinds of subjects a county assesses beside its units."""

from backend.app.core.states import NamedState


class SubjectKind(NamedState):
    """What a subject is; it decides which of its transactions count."""

    SHOP = "shop", "农资店"
    FARM = "farm", "农业主体"
    SCHOOL = "school", "学校"
    PERSON = "person", "个人"
    OTHER = "other", "其他主体"
