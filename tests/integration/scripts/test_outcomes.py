"""follow, unfollow and accounts over real adb: the outcomes that the unit tests prove on the double, proven again."""

from collections.abc import Callable
from typing import Any

import pytest

from drover.apps import PLATFORMS
from drover.phone.engine import AppMissingError
from drover.scripts.identity import logged_in
from drover.scripts.navigation import Navigator
from drover.wire.tasks import Effect, Reason
from tests.integration.scripts.conftest import Driven
from tests.support.script_phone import perform

Someone = Callable[[str], str]

both_apps = pytest.mark.parametrize("platform", PLATFORMS)


@both_apps
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


@pytest.mark.parametrize(
    ("platform", "traits"),
    [
        ("tiktok", "friend_"),
        ("tiktok", "requested_"),
        ("instagram", "followed_private_"),
        ("instagram", "requested_"),
        ("instagram", "friend_"),
    ],
)
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


TAPPED = [("follow", 1)]
AFTER = {"when": "follow"}


@pytest.mark.parametrize(
    ("platform", "fault", "params", "reason", "taps"),
    [
        ("tiktok", "captcha", {}, Reason.NEEDS_HUMAN, []),
        ("tiktok", "captcha", AFTER, Reason.NEEDS_HUMAN, TAPPED),
        ("tiktok", "login_wall", {}, Reason.NOT_LOGGED_IN, []),
        ("tiktok", "banned", {}, Reason.BLOCKED_BY_APP, []),
        ("tiktok", "follow_limit", {}, Reason.BLOCKED_BY_APP, TAPPED),
        ("tiktok", "follow_ignored", {}, Reason.REJECTED, TAPPED),
        ("instagram", "captcha", {}, Reason.NEEDS_HUMAN, []),
        ("instagram", "verification", {}, Reason.NEEDS_HUMAN, []),
        ("instagram", "login_wall", {}, Reason.NOT_LOGGED_IN, []),
        ("instagram", "banned", AFTER, Reason.BLOCKED_BY_APP, TAPPED),
        ("instagram", "follow_limit", {}, Reason.BLOCKED_BY_APP, TAPPED),
        ("instagram", "follow_ignored", {}, Reason.REJECTED, TAPPED),
    ],
)
def test_ends_with_a_reason(
    driven: Driven, someone: Someone, fault: str, params: dict[str, Any], reason: Reason, taps: list[tuple[str, int]]
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


def test_missing_app(driven: Driven, someone: Someone) -> None:
    with pytest.raises(AppMissingError):
        perform("follow", driven.context(package="com.ss.android.ugc.trill"), someone(""))


@pytest.mark.parametrize("platform", ["instagram"])
def test_a_clone_is_searched_in(driven: Driven, someone: Someone) -> None:
    target = someone("")
    driven.fault("clone", package="com.instagram.androie")
    result = perform("follow", driven.context(package="com.instagram.androie"), target)
    assert result.reason is None, result.remark
    assert driven.counted("taps", target) == [("follow", 1)]


# --- accounts ---


@both_apps
@pytest.mark.parametrize("kind", ["", "save_login", "unknown"])
def test_accounts_are_switched_whatever_comes_in_between(driven: Driven, someone: Someone, kind: str) -> None:
    other, target = driven.other, someone("")
    if kind == "unknown":
        driven.fault("unknown_popup", after=1)
    elif kind:
        driven.fault("popup", kind=kind, after=1)
    result = perform("follow", driven.context(username=other), target)
    assert result.reason is None, result.remark
    assert driven.active == other
    assert [row["account"] for row in driven.state["effects"] if row["target"] == target] == [other]


@both_apps
def test_an_account_that_is_not_listed_changes_nothing(driven: Driven, someone: Someone) -> None:
    before, target = driven.active, someone("")
    result = perform("follow", driven.context(username="somebody.else"), target)
    assert result.reason is Reason.WRONG_ACCOUNT, result.remark
    assert all(f"@{row['username']}" in result.remark for row in driven.accounts)
    assert (driven.active, driven.counted("taps", target)) == (before, [])


@both_apps
def test_accounts_are_read(driven: Driven) -> None:
    found = logged_in(Navigator(driven.context()))
    assert list(found.usernames) == [row["username"] for row in driven.accounts]
    assert found.active == driven.active
