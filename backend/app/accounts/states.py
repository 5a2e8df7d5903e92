"""What becomes of a role that somebody asked for, and the ways by which somebody logs in."""

from enum import StrEnum


class GrantOutcome(StrEnum):
    """The role begins, or nothing changes."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Way(StrEnum):
    """How somebody proves who they are without the mini-program."""

    SMS = "sms"
    WECHAT_WEB = "wechat_web"
    OIDC = "oidc"


WAY_NAMES = {
    Way.SMS: "手机号",
    Way.WECHAT_WEB: "微信公众号",
    Way.OIDC: "统一身份认证",
}
