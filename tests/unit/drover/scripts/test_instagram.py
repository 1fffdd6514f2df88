"""follow, unfollow and accounts on the simulated Instagram: the outcomes, reasons and remarks that TikTok's have."""

import pytest

from drover.scripts.identity import logged_in
from drover.scripts.navigation import Navigator
from drover.wire.tasks import Effect, Reason
from tests.support.script_phone import TROUBLES, DisplayPhone, RecordingContext, perform

IG = "com.instagram.android"
CLONE = "com.instagram.androie"
METHODS = ("direct", "search")


def ctx_of(phone: DisplayPhone, **fields: object) -> RecordingContext:
    return RecordingContext(phone, **{"package": IG, "platform": "instagram", **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "target", ["anna.b", "followsme_anna", "slow_anna", "late_anna", "suggests_anna", "verified_x"]
)
def test_follows_once(phone: DisplayPhone, target: str, method: str) -> None:
    ctx = ctx_of(phone)
    result = perform("follow", ctx, target, access_method=method)
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", target, 1)]
    assert phone.taps() == [("follow", target, 1)]
    assert ctx.commits == [f"follow @{target}"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", ["followed_anna", "friend_anna", "requested_anna"])
def test_already_there_is_completed_without_a_tap(phone: DisplayPhone, target: str, method: str) -> None:
    result = perform("follow", ctx_of(phone), target, access_method=method)
    assert (result.reason, result.tapped) == (None, False), result.remark
    assert phone.taps() == []
    assert ("asked" if target == "requested_anna" else "Already") in result.remark


def test_private_account_is_asked_and_the_remark_says_so(phone: DisplayPhone) -> None:
    result = perform("follow", ctx_of(phone), "private_anna")
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", "private_anna", 1)]
    assert "private and has to accept" in result.remark


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("script", ["follow", "unfollow"])
def test_user_not_found(phone: DisplayPhone, script: str, method: str) -> None:
    result = perform(script, ctx_of(phone), "missing_anna", access_method=method)
    assert result.reason is Reason.USER_NOT_FOUND, result.remark
    assert "@missing_anna" in result.remark
    assert not result.tapped


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "target",
    [
        "followed_anna",
        "friend_anna",
        "requested_anna",
        "followed_slow_anna",
        "followed_private_anna",
        "friend_private_anna",
    ],
)
def test_unfollows_once(phone: DisplayPhone, target: str, method: str) -> None:
    ctx = ctx_of(phone)
    result = perform("unfollow", ctx, target, access_method=method)
    assert result.reason is None, result.remark
    assert phone.effects() == [("unfollow", target, 1)]
    assert ctx.commits == [f"unfollow @{target}"]


@pytest.mark.parametrize("target", ["anna.b", "followsme_anna", "private_anna"])
def test_not_followed_is_completed_without_a_tap(phone: DisplayPhone, target: str) -> None:
    result = perform("unfollow", ctx_of(phone), target)
    assert (result.reason, result.tapped) == (None, False), result.remark
    assert phone.taps() == []


@pytest.mark.parametrize("script", ["follow", "unfollow"])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("captcha", Reason.NEEDS_HUMAN),
        ("verification", Reason.NEEDS_HUMAN),
        ("login_wall", Reason.NOT_LOGGED_IN),
        ("banned", Reason.BLOCKED_BY_APP),
    ],
)
def test_blockers_end_the_task_with_their_reason(phone: DisplayPhone, script: str, fault: str, reason: Reason) -> None:
    phone.fault(fault)
    ctx = ctx_of(phone)
    result = perform(script, ctx, "followed_anna" if script == "unfollow" else "anna.b")
    assert (result.reason, result.trouble) == (reason, TROUBLES[fault]), result.remark
    assert phone.effects() == []
    assert any(name.startswith("blocked_") for name in ctx.kept)


@pytest.mark.parametrize(("fault", "reason"), [("captcha", Reason.NEEDS_HUMAN), ("banned", Reason.BLOCKED_BY_APP)])
def test_blockers_after_the_tap(phone: DisplayPhone, fault: str, reason: Reason) -> None:
    phone.fault(fault, when="follow")
    result = perform("follow", ctx_of(phone), "anna.b")
    assert (result.reason, result.tapped, result.trouble) == (reason, True, TROUBLES[fault]), result.remark


def test_try_again_later_is_blocked_by_app(phone: DisplayPhone) -> None:
    phone.fault("follow_limit")
    result = perform("follow", ctx_of(phone), "anna.b")
    assert (result.reason, result.trouble) == (Reason.BLOCKED_BY_APP, TROUBLES["follow_limit"]), result.remark
    assert phone.effects() == []
    assert phone.taps() == [("follow", "anna.b", 1)]


def test_a_challenge_that_still_loads_is_a_timeout(phone: DisplayPhone) -> None:
    phone.fault("challenge_loading")
    result = perform("follow", ctx_of(phone), "anna.b")
    assert result.reason is Reason.TIMEOUT, result.remark


def test_tap_without_change_is_rejected_after_loading_again(phone: DisplayPhone) -> None:
    phone.fault("follow_ignored")
    result = perform("follow", ctx_of(phone), "anna.b")
    assert result.reason is Reason.REJECTED, result.remark
    assert phone.taps() == [("follow", "anna.b", 1)]


@pytest.mark.parametrize(
    "kind", ["not_now", "notification", "save_login", "rating", "sticker", "camera", "sharing_posts"]
)
@pytest.mark.parametrize("method", METHODS)
def test_popups_are_put_away(phone: DisplayPhone, kind: str, method: str) -> None:
    phone.fault("popup", kind=kind)
    ctx = ctx_of(phone)
    result = perform("follow", ctx, "anna.b", access_method=method)
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", "anna.b", 1)]


@pytest.mark.parametrize("method", METHODS)
def test_unknown_popup_gets_back_once(phone: DisplayPhone, method: str) -> None:
    phone.fault("unknown_popup")
    result = perform("follow", ctx_of(phone), "anna.b", access_method=method)
    assert result.reason is None, result.remark


def test_an_unknown_popup_that_stays_is_app_changed(phone: DisplayPhone) -> None:
    phone.fault("unknown_popup", repeat=99)
    ctx = ctx_of(phone)
    result = perform("follow", ctx, "anna.b", access_method="search")
    if result.reason is not None:
        assert result.reason is Reason.APP_CHANGED
        assert "Looked for" in result.remark
        assert "lost" in ctx.kept


def test_own_account_is_refused(phone: DisplayPhone) -> None:
    result = perform("follow", ctx_of(phone), phone.active_in("instagram"))
    assert result.reason is Reason.REJECTED
    assert "itself" in result.remark


def test_wrong_profile_falls_back_to_search(phone: DisplayPhone) -> None:
    phone.fault("wrong_profile")
    result = perform("follow", ctx_of(phone), "anna.b")
    assert result.reason is None, result.remark
    assert phone.taps() == [("follow", "anna.b", 1)]


def test_a_clone_is_searched_in_and_the_original_left_alone(phone: DisplayPhone) -> None:
    phone.fault("clone", package=CLONE)
    ctx = ctx_of(phone, package=CLONE)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None, result.remark
    assert any("searching instead" in text for text, _ in ctx.steps)
    assert phone.taps() == [("follow", "anna.b", 1)]


def test_older_tab_bar(phone: DisplayPhone) -> None:
    phone.fault("creation_tab")
    result = perform("follow", ctx_of(phone), "anna.b", access_method="search")
    assert result.reason is None, result.remark


def test_reconciling_after_a_tap_that_went_through(phone: DisplayPhone) -> None:
    assert perform("follow", ctx_of(phone), "anna.b").reason is None
    ctx = ctx_of(phone, reconcile=True)
    result = perform("follow", ctx, "anna.b")
    assert (result.reason, ctx.effect) == (None, Effect.CONFIRMED)
    assert phone.taps() == [("follow", "anna.b", 1)]


def test_accounts_are_switched_and_verified(phone: DisplayPhone) -> None:
    other = next(row["username"] for row in phone.accounts_of("instagram") if not row["active"])
    result = perform("follow", ctx_of(phone, username=other), "anna.b")
    assert result.reason is None, result.remark
    assert phone.active_in("instagram") == other
    assert [row["account"] for row in phone.state["effects"]] == [other]


def test_an_account_that_is_not_listed_is_wrong_account(phone: DisplayPhone) -> None:
    before = phone.active_in("instagram")
    result = perform("follow", ctx_of(phone, username="somebody.else"), "anna.b")
    assert result.reason is Reason.WRONG_ACCOUNT, result.remark
    assert f"@{before}" in result.remark
    assert phone.taps() == []


@pytest.mark.parametrize("app", ["instagram", "tiktok"])
def test_accounts_are_read(phone: DisplayPhone, app: str) -> None:
    ctx = ctx_of(phone) if app == "instagram" else RecordingContext(phone)
    found = logged_in(Navigator(ctx))
    assert list(found.usernames) == [row["username"] for row in phone.accounts_of(app)]
    assert found.active == phone.active_in(app)
