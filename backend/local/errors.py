"""The one kind of failure that set-up and start report to the person at the keyboard."""


class LocalError(Exception):
    """What happened and what to do, in Chinese and in English; shown without a stack trace."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")
