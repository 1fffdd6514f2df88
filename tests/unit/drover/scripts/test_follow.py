"""follow and unfollow on both simulated apps: every way they can end, and that neither causes more than one effect."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from drover.apps import PLATFORMS, follow_button, load
from drover.scripts import registry
from drover.wire.tasks import Effect, Reason
from tests.support.script_phone import TROUBLES, DisplayPhone, RecordingContext, perform

CLONE: Final = "com.instagram.androie"
TARGETS: Final = {"follow": "anna.b", "unfollow": "followed_anna"}
POPUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "tiktok": ("not_now", "notification", "save_login", "update", "phone_number", "rating"),
    "instagram": ("not_now", "notification", "save_login", "rating", "sticker", "camera", "sharing_posts"),
}

methods = pytest.mark.parametrize("method", ["direct", "search"])
scripts = pytest.mark.parametrize("script", TARGETS)
on_tiktok = pytest.mark.parametrize("platform", ["tiktok"])
on_instagram = pytest.mark.parametrize("platform", ["instagram"])


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# --- what is done ---


@methods
@pytest.mark.parametrize(
    "target", ["anna.b", "followsme_anna", "slow_anna", "late_anna", "suggests_anna", "verified_x"]
)
def test_follows_once(phone: DisplayPhone, target: str, method: str) -> None:
    ctx = phone.context()
    result = perform("follow", ctx, target, access_method=method)
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", target, 1)]
    assert phone.taps() == [("follow", target, 1)]
    assert ctx.commits == [f"follow @{target}"]
    assert ctx.proof is not None


@methods
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
    ctx = phone.context()
    result = perform("unfollow", ctx, target, access_method=method)
    assert result.reason is None, result.remark
    assert phone.effects() == [("unfollow", target, 1)]
    assert ctx.commits == [f"unfollow @{target}"]
    if "private" in target:
        assert any("confirming" in text for text, _ in ctx.steps)
    else:
        assert phone.taps() == [("unfollow", target, 1)]


@methods
@pytest.mark.parametrize("target", ["followed_anna", "friend_anna", "requested_anna"])
def test_already_there_is_completed_without_a_tap(phone: DisplayPhone, target: str, method: str) -> None:
    ctx = phone.context()
    result = perform("follow", ctx, target, access_method=method)
    assert (result.reason, result.tapped, phone.taps()) == (None, False, []), result.remark
    assert ctx.kept == ["already"]
    assert ("asked" if target == "requested_anna" else "Already") in result.remark


@pytest.mark.parametrize("target", ["anna.b", "followsme_anna", "private_anna"])
def test_not_followed_is_completed_without_a_tap(phone: DisplayPhone, target: str) -> None:
    result = perform("unfollow", phone.context(), target)
    assert (result.reason, result.tapped, phone.taps()) == (None, False, []), result.remark
    assert "nothing was tapped" in result.remark


def test_private_account_is_asked_and_the_remark_says_so(phone: DisplayPhone) -> None:
    result = perform("follow", phone.context(), "private_anna")
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", "private_anna", 1)]
    assert "private and has to accept" in result.remark


@methods
@pytest.mark.parametrize(
    ("script", "target"), [("follow", "missing_anna"), ("follow", "banned_anna"), ("unfollow", "missing_anna")]
)
def test_user_not_found(phone: DisplayPhone, script: str, target: str, method: str) -> None:
    result = perform(script, phone.context(), target, access_method=method)
    assert (result.reason, result.tapped) == (Reason.USER_NOT_FOUND, False), result.remark
    assert f"@{target}" in result.remark


def test_itself_is_refused(phone: DisplayPhone) -> None:
    result = perform("follow", phone.context(), phone.active)
    assert result.reason is Reason.REJECTED
    assert "itself" in result.remark
    assert "choose another target" in result.remark


# --- what stops it ---


@pytest.mark.parametrize(
    ("platform", "fault", "reason"),
    [
        *((app, "captcha", Reason.NEEDS_HUMAN) for app in PLATFORMS),
        *((app, "login_wall", Reason.NOT_LOGGED_IN) for app in PLATFORMS),
        *((app, "banned", Reason.BLOCKED_BY_APP) for app in PLATFORMS),
        ("instagram", "verification", Reason.NEEDS_HUMAN),
    ],
)
@pytest.mark.parametrize(("script", "when"), [("follow", "now"), ("follow", "follow"), ("unfollow", "now")])
def test_blockers_end_the_task_with_their_reason(
    phone: DisplayPhone, script: str, when: str, fault: str, reason: Reason
) -> None:
    phone.fault(fault, when=when)
    ctx = phone.context()
    result = perform(script, ctx, TARGETS[script])
    assert (result.reason, result.trouble) == (reason, TROUBLES[fault]), result.remark
    assert result.tapped == (when != "now")
    assert phone.effects() == []
    assert any(name.startswith("blocked_") for name in ctx.kept)


def test_limit_dialog_is_blocked_by_app(phone: DisplayPhone) -> None:
    phone.fault("follow_limit")
    result = perform("follow", phone.context(), "anna.b")
    assert (result.reason, result.trouble) == (Reason.BLOCKED_BY_APP, TROUBLES["follow_limit"]), result.remark
    assert phone.effects() == []
    assert phone.taps() == [("follow", "anna.b", 1)]


@on_instagram
def test_a_challenge_that_still_loads_is_a_timeout(phone: DisplayPhone) -> None:
    phone.fault("challenge_loading")
    result = perform("follow", phone.context(), "anna.b")
    assert result.reason is Reason.TIMEOUT, result.remark


@pytest.mark.parametrize(("fault", "params"), [("follow_ignored", {}), ("follow_limit", {"as": "toast"})])
def test_tap_without_change_is_rejected_after_loading_again(
    phone: DisplayPhone, fault: str, params: dict[str, Any]
) -> None:
    phone.fault(fault, **params)
    ctx = phone.context()
    result = perform("follow", ctx, "anna.b")
    assert result.reason is Reason.REJECTED, result.remark
    assert phone.taps() == [("follow", "anna.b", 1)]
    assert any("loading the profile again" in text for text, _ in ctx.steps)


@pytest.mark.parametrize(("platform", "method"), [("tiktok", "direct"), ("tiktok", "search"), ("instagram", "direct")])
def test_an_app_that_never_loads_is_a_timeout_and_not_a_missing_user(phone: DisplayPhone, method: str) -> None:
    phone.fault("slow_screens", seconds=1000)
    result = perform("follow", phone.context(), "anna.b", access_method=method)
    assert result.reason is Reason.TIMEOUT, result.remark
    assert "still loading" in result.remark


# --- what does not ---


def test_late_label_is_waited_for(phone: DisplayPhone) -> None:
    phone.fault("follow_late", seconds=6)
    assert perform("follow", phone.context(), "anna.b").reason is None
    assert phone.taps() == [("follow", "anna.b", 1)]


@pytest.mark.parametrize(("script", "method"), [("follow", "direct"), ("follow", "search"), ("unfollow", "direct")])
@pytest.mark.parametrize(("platform", "kind"), [(app, kind) for app in PLATFORMS for kind in POPUPS[app]])
def test_popups_are_put_away(phone: DisplayPhone, kind: str, script: str, method: str) -> None:
    phone.fault("popup", kind=kind)
    ctx = phone.context()
    result = perform(script, ctx, TARGETS[script], access_method=method)
    assert result.reason is None, result.remark
    assert phone.effects() == [(script, TARGETS[script], 1)]
    assert any("putting away the popup" in text for text, _ in ctx.steps)


@on_tiktok
def test_promise_r28_the_profile_tab_is_not_tapped_through_the_comments_over_it(phone: DisplayPhone) -> None:
    phone.fault("comments_open")
    result = perform("follow", phone.context(username=phone.active), "anna.b")
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", "anna.b", 1)]
    assert phone.taps() == [("follow", "anna.b", 1)]


@methods
def test_unknown_popup_gets_back_once(phone: DisplayPhone, method: str) -> None:
    phone.fault("unknown_popup")
    ctx = phone.context()
    result = perform("follow", ctx, "anna.b", access_method=method)
    assert result.reason is None, result.remark
    assert sum("BACK once" in text for text, _ in ctx.steps) == 1


@methods
def test_unknown_popups_that_keep_coming_are_app_changed(phone: DisplayPhone, method: str) -> None:
    phone.fault("unknown_popup", repeat=99)
    phone.display.key = lambda code: None  # type: ignore[method-assign]
    ctx = phone.context()
    result = perform("follow", ctx, "anna.b", access_method=method)
    assert (result.reason, result.tapped) == (Reason.APP_CHANGED, False)
    assert "Looked for" in result.remark
    assert "lost" in ctx.kept


def test_wrong_profile_is_never_touched_and_search_finds_the_right_one(phone: DisplayPhone) -> None:
    phone.fault("wrong_profile")
    ctx = phone.context()
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None, result.remark
    assert phone.taps() == [("follow", "anna.b", 1)]
    assert "link_went_elsewhere" in ctx.kept


@pytest.mark.parametrize(
    ("fault", "params", "method"),
    [("mixed_language", {}, "search"), ("slow_screens", {"seconds": 4}, "direct"), ("moving", {}, "direct")],
)
def test_how_screens_come_does_not_matter(phone: DisplayPhone, fault: str, params: dict[str, Any], method: str) -> None:
    phone.fault(fault, **params)
    result = perform("follow", phone.context(), "anna.b", access_method=method)
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", "anna.b", 1)]


@on_instagram
def test_a_clone_is_searched_in_and_the_original_left_alone(phone: DisplayPhone) -> None:
    phone.fault("clone", package=CLONE)
    ctx = phone.context(package=CLONE)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None, result.remark
    assert any("searching instead" in text for text, _ in ctx.steps)
    assert phone.taps() == [("follow", "anna.b", 1)]


@on_instagram
def test_older_tab_bar(phone: DisplayPhone) -> None:
    phone.fault("creation_tab")
    result = perform("follow", phone.context(), "anna.b", access_method="search")
    assert result.reason is None, result.remark


# --- after an earlier attempt ---


def test_reconciling_finds_what_an_earlier_attempt_did(phone: DisplayPhone) -> None:
    assert perform("follow", phone.context(), "anna.b").reason is None
    ctx = phone.context(reconcile=True)
    result = perform("follow", ctx, "anna.b")
    assert (result.reason, result.tapped, ctx.effect) == (None, False, Effect.CONFIRMED)
    assert "earlier attempt" in result.remark
    assert phone.effects() == [("follow", "anna.b", 1)]
    assert phone.taps() == [("follow", "anna.b", 1)]


def test_reconciling_waits_for_a_late_label_and_does_not_tap_again(phone: DisplayPhone) -> None:
    phone.fault("follow_late", seconds=3)
    cut = registry.make("follow", {"target_user": "anna.b"})
    first = phone.context()
    assert cut.prepare(first)
    cut.commit(first)  # and here the worker died
    result = perform("follow", phone.context(reconcile=True), "anna.b")
    assert (result.reason, result.tapped) == (None, False)
    assert phone.taps() == [("follow", "anna.b", 1)]


def test_reconciling_follows_when_the_earlier_attempt_did_nothing(phone: DisplayPhone) -> None:
    result = perform("follow", phone.context(reconcile=True), "anna.b")
    assert result.reason is None
    assert phone.effects() == [("follow", "anna.b", 1)]


def test_reconciling_after_a_cut_at_the_sheet(phone: DisplayPhone) -> None:
    cut = registry.make("unfollow", {"target_user": "friend_anna"})
    first = phone.context(refuse=RuntimeError("the supervisor is gone"))
    assert cut.prepare(first)
    with pytest.raises(RuntimeError):
        cut.commit(first)
    assert phone.taps() == []
    assert perform("unfollow", phone.context(reconcile=True), "friend_anna").reason is None
    assert phone.effects() == [("unfollow", "friend_anna", 1)]


def test_steps_only_go_up_in_percent(phone: DisplayPhone) -> None:
    ctx = phone.context()
    perform("follow", ctx, "anna.b")
    shown = [progress for _, progress in ctx.steps if progress]
    assert shown == sorted(shown)
    assert all(text for text, _ in ctx.steps)


# --- while the supervisor records the intent ---


def while_committing(phone: DisplayPhone, meanwhile: Callable[[], None]) -> RecordingContext:
    """An attempt during whose commit something happens on the phone, before the tap."""
    ctx = phone.context()
    record = ctx.commit

    def commit(what: str, tap: Callable[[], None]) -> None:
        meanwhile()
        record(what, tap)

    ctx.commit = commit  # type: ignore[method-assign]
    return ctx


def test_a_popup_that_comes_while_the_intent_is_recorded_does_not_get_the_tap(phone: DisplayPhone) -> None:
    ctx = while_committing(phone, lambda: phone.fault("popup", kind="not_now", when="now"))
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None, result.remark
    assert phone.taps() == [("follow", "anna.b", 1)]
    assert phone.effects() == [("follow", "anna.b", 1)]


@scripts
def test_another_profile_that_comes_while_the_intent_is_recorded_is_not_tapped(
    phone: DisplayPhone, script: str
) -> None:
    link = load(phone.platform).links["profile"].format(user="anna.c")
    ctx = while_committing(phone, lambda: phone.open_link(link, phone.app_package))
    result = perform(script, ctx, TARGETS[script])
    assert result.reason is Reason.APP_CHANGED
    assert phone.taps() == []
    assert phone.effects() == []


def test_another_tap_follows_while_the_intent_is_recorded(phone: DisplayPhone) -> None:
    def follow() -> None:
        button = follow_button(load(phone.platform), phone.screen())
        assert button is not None
        phone.tap(button.target)
        phone.clock.pass_s(2)

    result = perform("follow", while_committing(phone, follow), "anna.b")
    assert result.reason is None, result.remark
    assert phone.taps() == [("follow", "anna.b", 1)]
