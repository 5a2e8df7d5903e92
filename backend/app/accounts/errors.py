"""Why somebody could not log in, bind or be granted a role."""

from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotLoggedIn


class PersonUnknown(NotFound):
    code = "person_unknown"
    message = "没有找到这个人"


class VillageClosed(Conflict):
    code = "village_closed"
    message = "这个村已撤并，请选现在的村"


class WrongPlace(InvalidInput):
    code = "wrong_place"
    message = "请选一个村；小组要选本村的"


class LoginRefused(NotLoggedIn):
    """The same words whether the name is unknown, the password wrong or the account locked."""

    code = "login_refused"
    message = "用户名或密码不对，或账号已锁定。连错 5 次锁定 15 分钟，急用请找管理员解锁"


class LoginLocked(NotAllowed):
    code = "login_locked"
    message = "输错太多次，账号锁定 15 分钟。急用请找管理员解锁"


class SecondFactorRefused(InvalidInput):
    code = "second_factor_refused"
    message = "动态口令不对，或已经用过。请等下一个"


class PhoneRefused(InvalidInput):
    code = "phone_refused"
    message = "和他手机上的 6 位数字对不上。不是本人的手机，请不要确认"


class PasswordTooWeak(InvalidInput):
    code = "password_too_weak"
    message = "密码不够安全"


class UsernameTaken(Conflict):
    code = "username_taken"
    message = "这个用户名已有人用"


class ChosenRegionClosed(Conflict):
    code = "region_closed"
    message = "这个地方已撤并，请选现在的地方"


class OwnRole(NotAllowed):
    code = "own_role"
    message = "不能改自己的角色，请其他管理员办理"


class OfficesApart(Conflict):
    code = "offices_apart"
    message = "系统管理员、安全管理员、审计员和别的角色，不能是同一个人或同一部手机"


class OwnRequest(NotAllowed):
    code = "own_request"
    message = "自己申请的、自己的事，要由另一位安全管理员确认"


class ActivationRefused(InvalidInput):
    code = "activation_refused"
    message = "激活没有成功"


class RoleDoesNotFit(InvalidInput):
    code = "role_does_not_fit"
    message = "角色和地方对不上：村干部选村，乡镇人员选乡镇，县里人员选县"


class InvitationUnknown(NotFound):
    """The same words for a wrong, used or expired code."""

    code = "invitation_unknown"
    message = "邀请码不对、用过了或过期了，请乡镇重新发一个"


class AccountClosed(Conflict):
    code = "account_closed"
    message = "您的账号已经注销"


class HasRole(Conflict):
    code = "has_role"
    message = "现在还不能注销"


class SmsCodeWrong(InvalidInput):
    code = "sms_code_wrong"
    message = "验证码不对"


class ProofGone(NotLoggedIn):
    code = "login_code_invalid"
    message = "放得太久，登录没有成功，请再登一次"


class LinkRefused(InvalidInput):
    code = "link_refused"
    message = "没有连上"


class WayTaken(Conflict):
    """A way that is somebody's already: never moved, never merged."""

    code = "way_taken"
    message = "这个登录办法已经有自己的账号，或那个账号已经有这一种。两个账号不会合成一个"


class MiniProgramOnly(NotAllowed):
    code = "mini_program_only"
    message = "匿名票只能在微信小程序里领。不用微信，可以到村里填纸质票，或打 12345"
