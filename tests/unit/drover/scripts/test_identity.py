"""Acting as the wanted account: verified on the own profile, switched if it is listed, refused otherwise."""

from drover.wire.tasks import Reason
from tests.support.script_phone import DisplayPhone, RecordingContext, perform


def test_active_account_is_verified(phone: DisplayPhone) -> None:
    ctx = RecordingContext(phone, username=phone.active)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", "anna.b", 1)]


def test_listed_account_is_switched_to(phone: DisplayPhone) -> None:
    other = next(row["username"] for row in phone.state["accounts"] if not row["active"])
    ctx = RecordingContext(phone, username=other)
    result = perform("follow", ctx, "anna.b")
    assert result.reason is None, result.remark
    assert phone.active == other
    assert phone.state["effects"] == [
        {"app": "tiktok", "kind": "follow", "target": "anna.b", "account": other, "count": 1}
    ]


def test_account_of_another_phone_is_wrong_account(phone: DisplayPhone) -> None:
    before = phone.active
    ctx = RecordingContext(phone, username="somebody.else")
    result = perform("follow", ctx, "anna.b")
    assert result.reason is Reason.WRONG_ACCOUNT
    assert "@somebody.else" in result.remark
    assert f"@{before}" in result.remark
    assert phone.taps() == []
    assert phone.active == before


def test_login_wall_is_not_logged_in(phone: DisplayPhone) -> None:
    phone.fault("login_wall")
    result = perform("follow", RecordingContext(phone, username=phone.active), "anna.b")
    assert result.reason is Reason.NOT_LOGGED_IN


def test_a_profile_without_navigation_bar_is_left_first(phone: DisplayPhone) -> None:
    perform("follow", RecordingContext(phone), "anna.b")
    result = perform("unfollow", RecordingContext(phone, username=phone.active), "anna.b")
    assert result.reason is None, result.remark
