"""What can go wrong with publishing a year, in the words of everybody."""

from backend.app.core.errors import NotFound


class YearNotPublished(NotFound):
    code = "year_not_published"
    message = "这个考核还没有公示，请核对网址"
