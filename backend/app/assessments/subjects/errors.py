"""What can go wrong with subjects."""

from backend.app.core.errors import NotFound


class SubjectUnknown(NotFound):
    """There is no such subject in the county."""

    message = "没有找到这个主体"
