"""follow on the simulated app: every way it can end, and that it never causes more than one effect."""

from collections.abc import Callable

import pytest

from drover.apps import follow_button, load
from drover.scripts import registry
from drover.wire.tasks import Effect, Reason
from tests.support.script_phone import TROUBLES, DisplayPhone, RecordingContext, perform

METHODS = ("direct", "search")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "target", ["anna.b", "followsme_anna", "slow_anna", "late_anna", "suggests_anna", "verified_x"]
)
def test_follows_once(phone: DisplayPhone, target: str, method: str) -> None:
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, target, access_method=method)
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", target, 1)]
    assert phone.taps() == [("follow", target, 1)]
    assert ctx.commits == [f"follow @{target}"]
    assert ctx.proof is not None


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", ["followed_anna", "friend_anna", "requested_anna"])
def test_already_there_is_completed_without_a_tap(phone: DisplayPhone, target: str, method: str) -> None:
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, target, access_method=method)
    assert result.reason is None
    assert not result.tapped
    assert phone.taps() == []
    assert ctx.kept == ["already"]
    assert ("asked" if target == "requested_anna" else "Already") in result.remark


def test_private_account_is_asked_and_the_remark_says_so(phone: DisplayPhone) -> None:
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, "private_anna")
    assert result.reason is None
    assert phone.effects() == [("follow", "private_anna", 1)]
    assert "private and has to accept" in result.remark


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", ["missing_anna", "banned_anna"])
def test_user_not_found(phone: DisplayPhone, target: str, method: str) -> None:
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, target, access_method=method)
    assert result.reason is Reason.USER_NOT_FOUND
    assert f"@{target}" in result.remark
    assert not result.tapped


@pytest.mark.parametrize("fault", ["captcha", "login_wall", "banned"])
@pytest.mark.parametrize("when", ["now", "follow"])
def test_blockers_end_the_task_with_their_reason(phone: DisplayPhone, fault: str, when: str) -> None:
    reasons = {
        "captcha": Reason.NEEDS_HUMAN,
        "login_wall": Reason.NOT_LOGGED_IN,
        "banned": Reason.BLOCKED_BY_APP,
    }
    phone.fault(fault, when=when)
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, "anna.b")
    assert (result.reason, result.trouble) == (reasons[fault], TROUBLES[fault]), result.remark
    assert result.tapped == (when == "follow")
    assert phone.effects() == []
    assert any(name.startswith("blocked_") for name in ctx.kept)


def test_limit_dialog_is_blocked_by_app(phone: DisplayPhone) -> None:
    phone.fault("follow_limit")
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, "anna.b")
    assert (result.reason, result.trouble) == (Reason.BLOCKED_BY_APP, TROUBLES["follow_limit"])
    assert phone.effects() == []
    assert phone.taps() == [("follow", "anna.b", 1)]


@pytest.mark.parametrize("fault", ["follow_ignored", "follow_limit_toast"])
def test_tap_without_change_is_rejected_after_loading_again(phone: DisplayPhone, fault: str) -> None:
    if fault == "follow_ignored":
        phone.fault(fault)
    else:
        phone.fault("follow_limit", **{"as": "toast"})
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is Reason.REJECTED, result.remark
    assert phone.taps() == [("follow", "anna.b", 1)]
    assert any("loading the profile again" in text for text, _ in ctx.steps)


def test_late_label_is_waited_for(phone: DisplayPhone) -> None:
    phone.fault("follow_late", seconds=6)
    result = perform("follow", RecordingContext(phone), "anna.b")
    assert result.reason is None
    assert phone.taps() == [("follow", "anna.b", 1)]


@pytest.mark.parametrize("kind", ["not_now", "notification", "save_login", "update", "phone_number", "rating"])
@pytest.mark.parametrize("method", METHODS)
def test_popups_are_put_away(phone: DisplayPhone, kind: str, method: str) -> None:
    phone.fault("popup", kind=kind)
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, "anna.b", access_method=method)
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", "anna.b", 1)]
    assert any("putting away the popup" in text for text, _ in ctx.steps)


def test_promise_r28_the_profile_tab_is_not_tapped_through_the_comments_over_it(phone: DisplayPhone) -> None:
    phone.fault("comments_open")
    ctx = RecordingContext(phone, username=phone.active)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", "anna.b", 1)]
    assert phone.taps() == [("follow", "anna.b", 1)]


def test_unknown_popup_gets_back_once(phone: DisplayPhone) -> None:
    phone.fault("unknown_popup")
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None, result.remark
    assert sum("BACK once" in text for text, _ in ctx.steps) == 1


def test_unknown_popups_that_keep_coming_are_app_changed(phone: DisplayPhone) -> None:
    phone.fault("unknown_popup", repeat=50)
    phone.display.key = lambda code: None  # type: ignore[method-assign]
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is Reason.APP_CHANGED
    assert "Looked for" in result.remark
    assert not result.tapped
    assert "lost" in ctx.kept


def test_wrong_profile_is_never_touched_and_search_finds_the_right_one(phone: DisplayPhone) -> None:
    phone.fault("wrong_profile")
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None, result.remark
    assert phone.taps() == [("follow", "anna.b", 1)]
    assert "link_went_elsewhere" in ctx.kept


def test_mixed_languages_do_not_matter(phone: DisplayPhone) -> None:
    phone.fault("mixed_language")
    assert perform("follow", RecordingContext(phone), "anna.b", access_method="search").reason is None
    assert phone.effects() == [("follow", "anna.b", 1)]


def test_slow_screens_are_waited_for(phone: DisplayPhone) -> None:
    phone.fault("slow_screens", seconds=4)
    assert perform("follow", RecordingContext(phone), "anna.b").reason is None


@pytest.mark.parametrize("method", METHODS)
def test_an_app_that_never_loads_is_a_timeout_and_not_a_missing_user(phone: DisplayPhone, method: str) -> None:
    phone.fault("slow_screens", seconds=1000)
    result = perform("follow", RecordingContext(phone), "anna.b", access_method=method)
    assert result.reason is Reason.TIMEOUT, result.remark
    assert "still loading" in result.remark


def test_a_moving_screen_does_not_matter(phone: DisplayPhone) -> None:
    phone.fault("moving")
    assert perform("follow", RecordingContext(phone), "anna.b").reason is None


def test_itself_is_refused(phone: DisplayPhone) -> None:
    result = perform("follow", RecordingContext(phone), phone.active)
    assert result.reason is Reason.REJECTED
    assert "choose another target" in result.remark


def test_reconciling_finds_what_an_earlier_attempt_did(phone: DisplayPhone) -> None:
    perform("follow", RecordingContext(phone), "anna.b")
    ctx = RecordingContext(phone, reconcile=True)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None
    assert not result.tapped
    assert ctx.effect is Effect.CONFIRMED
    assert "earlier attempt" in result.remark
    assert phone.effects() == [("follow", "anna.b", 1)]


def test_reconciling_waits_for_a_late_label_and_does_not_tap_again(phone: DisplayPhone) -> None:
    phone.fault("follow_late", seconds=3)
    cut = registry.make("follow", {"target_user": "anna.b"})
    first = RecordingContext(phone)
    assert cut.prepare(first)
    cut.commit(first)  # and here the worker died
    ctx = RecordingContext(phone, reconcile=True)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None
    assert not result.tapped
    assert phone.taps() == [("follow", "anna.b", 1)]


def test_reconciling_follows_when_the_earlier_attempt_did_nothing(phone: DisplayPhone) -> None:
    ctx = RecordingContext(phone, reconcile=True)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None
    assert phone.effects() == [("follow", "anna.b", 1)]


def test_steps_only_go_up_in_percent(phone: DisplayPhone) -> None:
    ctx = RecordingContext(phone)
    perform("follow", ctx, "anna.b")
    shown = [progress for _, progress in ctx.steps if progress]
    assert shown == sorted(shown)
    assert all(text for text, _ in ctx.steps)


class MovingContext(RecordingContext):
    """Something happens on the phone while the supervisor records the intent."""

    def commit(self, what: str, tap: Callable[[], None]) -> None:
        self.meanwhile()
        super().commit(what, tap)

    def meanwhile(self) -> None:
        raise NotImplementedError


def test_a_popup_that_comes_while_the_intent_is_recorded_does_not_get_the_tap(phone: DisplayPhone) -> None:
    class Popping(MovingContext):
        def meanwhile(self) -> None:
            phone.fault("popup", kind="not_now", when="now")

    ctx = Popping(phone)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None, result.remark
    assert phone.taps() == [("follow", "anna.b", 1)]
    assert phone.effects() == [("follow", "anna.b", 1)]


@pytest.mark.parametrize("script", ["follow", "unfollow"])
def test_another_profile_that_comes_while_the_intent_is_recorded_is_not_tapped(
    phone: DisplayPhone, script: str
) -> None:
    class Leaving(MovingContext):
        def meanwhile(self) -> None:
            phone.open_link("https://www.tiktok.com/@anna.c", self.package)

    ctx = Leaving(phone)
    result = perform(script, ctx, "anna.b" if script == "follow" else "followed_anna")
    assert result.reason is Reason.APP_CHANGED
    assert phone.taps() == []
    assert phone.effects() == []


def test_somebody_follows_while_the_intent_is_recorded(phone: DisplayPhone) -> None:
    class Following(MovingContext):
        def meanwhile(self) -> None:
            button = follow_button(load("tiktok"), phone.screen())
            assert button is not None
            phone.tap(button.target)
            phone.clock.pass_s(2)

    ctx = Following(phone)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None, result.remark
    assert phone.taps() == [("follow", "anna.b", 1)]
