"""unfollow on the simulated app: through the sheet, through the second question, and every other end."""

import pytest

from drover.scripts import registry
from drover.wire.tasks import Reason
from tests.support.script_phone import TROUBLES, DisplayPhone, RecordingContext, perform


@pytest.mark.parametrize("method", ["direct", "search"])
@pytest.mark.parametrize("target", ["followed_anna", "friend_anna", "requested_anna", "followed_slow_anna"])
def test_unfollows_once(phone: DisplayPhone, target: str, method: str) -> None:
    ctx = RecordingContext(phone)
    result = perform("unfollow", ctx, target, access_method=method)
    assert result.reason is None, result.remark
    assert phone.effects() == [("unfollow", target, 1)]
    assert phone.taps() == [("unfollow", target, 1)]
    assert ctx.commits == [f"unfollow @{target}"]


def test_a_private_friend_is_asked_about_twice(phone: DisplayPhone) -> None:
    ctx = RecordingContext(phone)
    result = perform("unfollow", ctx, "followed_private_anna")
    assert result.reason is None, result.remark
    assert phone.effects() == [("unfollow", "followed_private_anna", 1)]
    assert any("confirming" in text for text, _ in ctx.steps)


@pytest.mark.parametrize("target", ["anna.b", "followsme_anna", "private_anna"])
def test_not_followed_is_completed_without_a_tap(phone: DisplayPhone, target: str) -> None:
    ctx = RecordingContext(phone)
    result = perform("unfollow", ctx, target)
    assert result.reason is None
    assert not result.tapped
    assert phone.taps() == []
    assert "nothing was tapped" in result.remark


def test_user_not_found(phone: DisplayPhone) -> None:
    result = perform("unfollow", RecordingContext(phone), "missing_anna")
    assert result.reason is Reason.USER_NOT_FOUND


@pytest.mark.parametrize("kind", ["not_now", "notification", "save_login", "update", "phone_number", "rating"])
def test_popups_are_put_away(phone: DisplayPhone, kind: str) -> None:
    phone.fault("popup", kind=kind)
    result = perform("unfollow", RecordingContext(phone), "followed_anna")
    assert result.reason is None, result.remark
    assert phone.effects() == [("unfollow", "followed_anna", 1)]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("captcha", Reason.NEEDS_HUMAN),
        ("login_wall", Reason.NOT_LOGGED_IN),
        ("banned", Reason.BLOCKED_BY_APP),
    ],
)
def test_blockers_end_the_task_with_their_reason(phone: DisplayPhone, fault: str, reason: Reason) -> None:
    phone.fault(fault)
    result = perform("unfollow", RecordingContext(phone), "followed_anna")
    assert (result.reason, result.tapped, result.trouble) == (reason, False, TROUBLES[fault])


def test_reconciling_after_a_cut_at_the_sheet(phone: DisplayPhone) -> None:
    cut = registry.make("unfollow", {"target_user": "friend_anna"})
    first = RecordingContext(phone, refuse=RuntimeError("the supervisor is gone"))
    assert cut.prepare(first)
    with pytest.raises(RuntimeError):
        cut.commit(first)
    assert phone.taps() == []
    ctx = RecordingContext(phone, reconcile=True)
    assert perform("unfollow", ctx, "friend_anna").reason is None
    assert phone.effects() == [("unfollow", "friend_anna", 1)]
