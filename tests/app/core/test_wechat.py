"""WeChat's server with its moods: each ends in one clear error, without a secret in it."""

import multiprocessing
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from structlog.testing import capture_logs

from backend.app.core.errors import DomainError
from backend.app.core.wechat import (
    ForeignHost,
    LoginCodeInvalid,
    RiskyAccount,
    WeChat,
    WeChatBusy,
    WeChatUnavailable,
)
from tests.wechat.server import APP_ID, APP_SECRET, World, running

CHECK = "/wxa/msg_sec_check"
TOKEN = "/cgi-bin/stable_token"
LOGIN = "/sns/jscode2session"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def base(world: World) -> Iterator[str]:
    with running(world) as address:
        yield address


@pytest.fixture
def wechat(app: object, base: str, redis_url: str) -> WeChat:
    return WeChat(APP_ID, APP_SECRET, redis.Redis.from_url(redis_url), base, read_seconds=0.5)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.app.core.wechat.BUSY_PAUSE", 0)


def test_a_code_becomes_an_openid_and_needs_no_access_token(wechat: WeChat, world: World) -> None:
    assert wechat.openid_for(world.new_code("o-1")) == "o-1"
    assert world.calls[TOKEN] == 0


def test_a_demo_code_is_accepted_once(wechat: WeChat) -> None:
    assert wechat.openid_for("demo:o-2:x") == "o-2"
    with pytest.raises(LoginCodeInvalid):
        wechat.openid_for("demo:o-2:x")


def test_an_unknown_or_used_code_asks_for_another_log_in(wechat: WeChat, world: World) -> None:
    code = world.new_code("o-1")
    wechat.openid_for(code)
    for bad in (code, "nonsense", ""):
        with pytest.raises(LoginCodeInvalid):
            wechat.openid_for(bad)


def test_a_blocked_account_is_told_whom_to_call(wechat: WeChat, world: World) -> None:
    world.risky.add("o-bad")
    with pytest.raises(RiskyAccount, match="12345"):
        wechat.openid_for(world.new_code("o-bad"))


def test_the_minute_quota_means_too_many(wechat: WeChat, world: World) -> None:
    world.logins_left = 0
    with pytest.raises(WeChatBusy) as caught:
        wechat.openid_for(world.new_code("o-1"))
    assert caught.value.retry_after == 60


@pytest.mark.parametrize(("app_id", "secret"), [("wrong", APP_SECRET), (APP_ID, "wrong")])
def test_a_wrong_app_id_or_secret_alarms_the_county_and_hides_the_secret(
    app: object, base: str, redis_url: str, app_id: str, secret: str
) -> None:
    client = WeChat(app_id, secret, redis.Redis.from_url(redis_url), base)
    with capture_logs() as logs, pytest.raises(WeChatUnavailable):
        client.openid_for("x")
    assert logs[0]["event"] == "wechat_refused"
    assert secret not in str(logs)


def test_busy_is_asked_again_and_in_the_end_given_up(wechat: WeChat, world: World) -> None:
    world.faults = ["busy", "busy"]
    assert wechat.openid_for(world.new_code("o-1")) == "o-1"
    world.always = "busy"
    before = world.calls[LOGIN]
    with pytest.raises(WeChatUnavailable):
        wechat.openid_for(world.new_code("o-1"))
    assert world.calls[LOGIN] - before == 3


@pytest.mark.parametrize("fault", ["500", "not_json", "hang"])
def test_a_broken_answer_is_unavailable_and_names_no_secret(
    wechat: WeChat, world: World, fault: str
) -> None:
    world.always = fault
    code = world.new_code("o-secret")
    with capture_logs() as logs, pytest.raises(WeChatUnavailable) as caught:
        wechat.openid_for(code)
    told = "".join(traceback.format_exception(caught.value)) + str(logs)
    for secret in (APP_SECRET, code, "o-secret"):
        assert secret not in told


@pytest.mark.parametrize("fault", ["odd_code", "odd_openid"])
def test_an_odd_answer_to_a_log_in_is_unavailable_too(
    wechat: WeChat, world: World, fault: str
) -> None:
    world.faults = [fault]
    with pytest.raises(WeChatUnavailable):
        wechat.openid_for(world.new_code("o-1"))


@pytest.mark.parametrize("fault", ["odd_code", "odd_lifetime"])
def test_an_odd_token_is_not_kept(wechat: WeChat, world: World, fault: str) -> None:
    world.faults = [fault]
    with pytest.raises(WeChatUnavailable):
        wechat.current_token()
    assert wechat.current_token() == world.token


def test_a_slow_answer_is_waited_for(wechat: WeChat, world: World) -> None:
    world.faults = ["slow"]
    assert wechat.openid_for(world.new_code("o-1")) == "o-1"


def test_a_token_rotated_elsewhere_costs_one_retry(wechat: WeChat, world: World) -> None:
    wechat.call(CHECK, {"content": "好"})
    world.rotate()
    assert wechat.call(CHECK, {"content": "好"})["echo"] == {"content": "好"}
    assert world.calls[TOKEN] == 2


@pytest.mark.parametrize("fault", ["bad_token", "expired_token"])
def test_a_token_refused_for_ever_costs_two_calls(wechat: WeChat, world: World, fault: str) -> None:
    wechat.current_token()
    world.always = ""
    world.faults = [fault, "", fault]
    with pytest.raises(WeChatUnavailable):
        wechat.call(CHECK, {"content": "好"})
    assert world.calls[CHECK] == 2


def test_the_daily_quota_of_an_interface_means_too_many(wechat: WeChat, world: World) -> None:
    wechat.current_token()
    world.faults = ["quota"]
    with pytest.raises(WeChatBusy):
        wechat.call(CHECK, {"content": "好"})


def _ask_for_token(base: str, redis_url: str) -> set[str]:
    client = WeChat(APP_ID, APP_SECRET, redis.Redis.from_url(redis_url), base)
    with ThreadPoolExecutor(10) as pool:
        return set(pool.map(lambda _: client.current_token(), range(10)))


def test_forty_workers_in_four_processes_cause_one_token_fetch(
    app: object, base: str, redis_url: str, world: World
) -> None:
    world.faults = ["slow"]
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.starmap(_ask_for_token, [(base, redis_url)] * 4)
    assert set().union(*found) == {world.token}
    assert world.calls[TOKEN] == 1


def test_every_error_speaks_chinese() -> None:
    for kind in (LoginCodeInvalid, RiskyAccount, WeChatBusy, WeChatUnavailable):
        assert issubclass(kind, DomainError)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in kind.message)


def test_wechatpys_own_interfaces_go_to_our_address_with_the_shared_token(
    wechat: WeChat, world: World
) -> None:
    sent = wechat.wxa.check_text_security("一句话")
    assert sent["echo"] == {"content": "一句话"}
    assert world.calls["/wxa/msg_sec_check"] == 1
    assert world.calls[TOKEN] == 1
    assert wechat.access_token == world.token
    assert wechat.fetch_access_token() == {"access_token": world.token}
    assert world.calls[TOKEN] == 1


def test_wechatpys_own_interfaces_retry_a_bad_token_once_and_then_give_up(
    wechat: WeChat, world: World
) -> None:
    wechat.wxa.check_text_security("一")
    world.rotate()
    wechat.wxa.check_text_security("二")
    assert world.calls[TOKEN] == 2
    world.always = "code:40001"
    with pytest.raises(WeChatUnavailable):
        wechat.wxa.check_text_security("三")


@pytest.mark.parametrize("mood", ["hang", "500", "not_json", "code:40125"])
def test_wechatpys_own_interfaces_tell_no_secret_when_they_fail(
    wechat: WeChat, world: World, mood: str
) -> None:
    wechat.wxa.check_text_security("先拿到令牌")
    world.always = mood
    with capture_logs() as logged, pytest.raises(WeChatUnavailable) as failed:
        wechat.wxa.check_text_security("再问一次")
    told = "".join(traceback.format_exception(failed.value)) + repr(logged)
    assert APP_SECRET not in told
    assert world.token not in told


def test_wechatpys_own_interfaces_reach_no_server_but_wechats(wechat: WeChat) -> None:
    for address in ("https://example.com/steal", "http://api.weixin.qq.com/x", "https://a@b/c"):
        with pytest.raises(ForeignHost):
            wechat.post(address, data={})
