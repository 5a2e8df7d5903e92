"""Domain errors: a stable code and a Chinese sentence; they know no HTTP."""

from collections.abc import Mapping, Sequence

FieldErrors = Mapping[str, Sequence[str]]


class DomainError(Exception):
    """What went wrong and what to do, in the words of the person who reads it."""

    code = "error"
    message = "没有办成，请稍后再试或打 12345"

    def __init__(self, message: str | None = None, errors: FieldErrors | None = None) -> None:
        self.message = message or self.message
        self.errors: dict[str, list[str]] = {k: list(v) for k, v in (errors or {}).items()}
        super().__init__(self.message)


class InvalidInput(DomainError):
    code = "invalid_input"
    message = "填写的内容有问题，请看标红的地方"


class NotLoggedIn(DomainError):
    code = "not_logged_in"
    message = "登录已过期，请重新登录"


class NotAllowed(DomainError):
    code = "not_allowed"
    message = "您没有办理这件事的权限"


class NotFound(DomainError):
    code = "not_found"
    message = "没有找到，可能已被删除或地址有误"


class Conflict(DomainError):
    code = "conflict"
    message = "刚才已有人改动，请刷新后再试"


class Gone(DomainError):
    code = "gone"
    message = "已经失效"


class TooMany(DomainError):
    code = "too_many"
    message = "操作太快了，请歇一会儿再试"

    def __init__(
        self,
        message: str | None = None,
        errors: FieldErrors | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message, errors)
        self.retry_after = retry_after


class Unavailable(DomainError):
    code = "unavailable"
    message = "服务暂时忙不过来，请过一会儿再试"
