"""follow and unfollow over real adb: the outcomes that tests/unit/drover/scripts proves on the double, proven again."""

from collections.abc import Callable

import pytest

from drover.phone.engine import AppMissingError
from drover.wire.tasks import Effect, Reason
from tests.integration.scripts.conftest import Driven
from tests.support.script_phone import perform

Someone = Callable[[str], str]


@pytest.mark.parametrize("method", ["direct", "search"])
def test_follow_then_unfollow(driven: Driven, someone: Someone, method: str) -> None:
    target = someone("")
    result = perform("follow", driven.context(), target, access_method=method)
    assert result.reason is None, result.remark
    again = perform("follow", driven.context(), target, access_method=method)
    assert (again.reason, again.tapped) == (None, False)
    result = perform("unfollow", driven.context(), target, access_method=method)
    assert result.reason is None, result.remark
    assert driven.counted("effects", target) == [("follow", 1), ("unfollow", 1)]
    assert driven.counted("taps", target) == driven.counted("effects", target)


@pytest.mark.parametrize("traits", ["private_", "slow_", "late_", "suggests_"])
def test_follow_of_special_users(driven: Driven, someone: Someone, traits: str) -> None:
    ctx, target = driven.context(), someone(traits)
    result = perform("follow", ctx, target)
    assert result.reason is None, result.remark
    assert driven.counted("taps", target) == [("follow", 1)]
    assert ctx.effect is Effect.CONFIRMED


@pytest.mark.parametrize("traits", ["friend_", "requested_"])
def test_unfollow_with_and_without_a_second_question(driven: Driven, someone: Someone, traits: str) -> None:
    target = someone(traits)
    result = perform("unfollow", driven.context(), target)
    assert result.reason is None, result.remark
    assert driven.counted("effects", target) == [("unfollow", 1)]


@pytest.mark.parametrize("kind", ["notification", "update", "phone_number"])
def test_popups(driven: Driven, someone: Someone, kind: str) -> None:
    target = someone("")
    driven.fault("popup", kind=kind)
    result = perform("follow", driven.context(), target)
    assert result.reason is None, result.remark
    assert driven.counted("effects", target) == [("follow", 1)]


def test_promise_r28_comments_over_the_navigation_bar_are_closed_and_not_tapped(
    driven: Driven, someone: Someone
) -> None:
    target = someone("")
    driven.fault("comments_open")
    result = perform("follow", driven.context(username=driven.active), target)
    assert result.reason is None, result.remark
    assert driven.counted("effects", target) == [("follow", 1)]
    assert not [row for row in driven.state["taps"] if row["kind"] in ("comment", "mention")]


def test_unknown_popup(driven: Driven, someone: Someone) -> None:
    driven.fault("unknown_popup")
    result = perform("follow", driven.context(), someone(""))
    assert result.reason is None, result.remark


@pytest.mark.parametrize(
    ("fault", "params", "reason", "taps"),
    [
        ("captcha", {}, Reason.NEEDS_HUMAN, []),
        ("captcha", {"when": "follow"}, Reason.NEEDS_HUMAN, [("follow", 1)]),
        ("login_wall", {}, Reason.NOT_LOGGED_IN, []),
        ("banned", {}, Reason.BLOCKED_BY_APP, []),
        ("follow_limit", {}, Reason.BLOCKED_BY_APP, [("follow", 1)]),
        ("follow_ignored", {}, Reason.REJECTED, [("follow", 1)]),
    ],
)
def test_ends_with_a_reason(
    driven: Driven, someone: Someone, fault: str, params: dict[str, str], reason: Reason, taps: list[tuple[str, int]]
) -> None:
    target = someone("")
    driven.fault(fault, **params)
    result = perform("follow", driven.context(), target)
    assert result.reason is reason, result.remark
    assert driven.counted("effects", target) == []
    assert driven.counted("taps", target) == taps


def test_user_not_found(driven: Driven, someone: Someone) -> None:
    assert perform("follow", driven.context(), someone("missing_")).reason is Reason.USER_NOT_FOUND


def test_wrong_profile_falls_back_to_search(driven: Driven, someone: Someone) -> None:
    target = someone("")
    driven.fault("wrong_profile")
    result = perform("follow", driven.context(), target)
    assert result.reason is None, result.remark
    assert driven.counted("taps", target) == [("follow", 1)]


def test_another_account_is_switched_to(driven: Driven, someone: Someone) -> None:
    target = someone("")
    other = next(row["username"] for row in driven.state["accounts"] if not row["active"])
    result = perform("follow", driven.context(username=other), target)
    assert result.reason is None, result.remark
    assert driven.active == other
    assert [row["account"] for row in driven.state["effects"] if row["target"] == target] == [other]


def test_wrong_account(driven: Driven, someone: Someone) -> None:
    target = someone("")
    result = perform("follow", driven.context(username="somebody.else"), target)
    assert result.reason is Reason.WRONG_ACCOUNT, result.remark
    assert driven.counted("taps", target) == []


def test_missing_app(driven: Driven, someone: Someone) -> None:
    with pytest.raises(AppMissingError):
        perform("follow", driven.context(package="com.ss.android.ugc.trill"), someone(""))
