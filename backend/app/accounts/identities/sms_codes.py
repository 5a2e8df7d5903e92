"""A code by SMS: sent within limits, right once, forgotten after five minutes."""

from backend.app.accounts.errors import SmsCodeWrong
from backend.app.accounts.identities import login_codes
from backend.app.accounts.identities.ways import Proven
from backend.app.accounts.states import Way
from backend.app.core import registry, sms
from backend.app.core.web import limits

DIGITS = 6
# A whole village may come from one address; a county's purse is limited as a whole.
OF_NUMBER = (
    limits.RateLimit("sms_minute", 1, 60),
    limits.RateLimit("sms_hour", 5, 3600),
    limits.RateLimit("sms_day", 10, 86400),
)
OF_CALLER = limits.RateLimit("sms_caller", 40, 3600)
OF_COUNTY = limits.RateLimit("sms_county", 2000, 3600)
WRONG_OF_NUMBER = limits.RateLimit("sms_wrong", 15, 3600)
WRONG_OF_CALLER = limits.RateLimit("sms_wrong_caller", 60, 600)


def send(number: str, caller: str) -> None:
    """Sends a new code; every earlier one of this number is worth nothing."""
    name = Proven(Way.SMS, number).digest().hex()
    limits.count(OF_CALLER, caller)
    for limit in OF_NUMBER:
        limits.count(limit, name)
    limits.count(OF_COUNTY, "all")
    code = login_codes.new_digits(DIGITS)
    login_codes.keep_sms_code(number, code)
    try:
        sms.send_code(registry.settings(), number, code)
    except Exception:
        login_codes.drop_sms_code(number)
        raise


def prove(number: str, code: str, caller: str) -> Proven:
    """Raises SmsCodeWrong, or TooMany where somebody guesses."""
    proven = Proven(Way.SMS, number, f"尾号 {number[-4:]}")
    name = proven.digest().hex()
    limits.check(WRONG_OF_NUMBER, name)
    limits.check(WRONG_OF_CALLER, caller)
    if not login_codes.is_sms_code(number, code):
        limits.count(WRONG_OF_NUMBER, name)
        limits.count(WRONG_OF_CALLER, caller)
        raise SmsCodeWrong(errors={"code": ["验证码不对，或已过五分钟。看看短信，或再要一个"]})
    return proven
