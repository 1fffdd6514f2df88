"""Acting as the wanted account: verified on the own profile, switched if it is listed, refused otherwise."""

import pytest

from drover.apps import PLATFORMS
from drover.scripts.identity import logged_in
from drover.scripts.navigation import Navigator
from drover.wire.tasks import Reason
from tests.support.script_phone import DisplayPhone, perform


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_active_account_is_verified(phone: DisplayPhone) -> None:
    result = perform("follow", phone.context(username=phone.active), "anna.b")
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", "anna.b", 1)]


def test_listed_account_is_switched_to(phone: DisplayPhone) -> None:
    other = phone.other
    result = perform("follow", phone.context(username=other), "anna.b")
    assert result.reason is None, result.remark
    assert phone.active == other
    assert phone.state["effects"] == [
        {"app": phone.platform, "kind": "follow", "target": "anna.b", "account": other, "count": 1}
    ]


def test_account_of_another_phone_is_wrong_account(phone: DisplayPhone) -> None:
    before = phone.active
    result = perform("follow", phone.context(username="somebody.else"), "anna.b")
    assert result.reason is Reason.WRONG_ACCOUNT
    assert "@somebody.else" in result.remark
    assert f"@{before}" in result.remark
    assert phone.taps() == []
    assert phone.active == before


def test_login_wall_is_not_logged_in(phone: DisplayPhone) -> None:
    phone.fault("login_wall")
    result = perform("follow", phone.context(username=phone.active), "anna.b")
    assert result.reason is Reason.NOT_LOGGED_IN


def test_a_profile_without_navigation_bar_is_left_first(phone: DisplayPhone) -> None:
    perform("follow", phone.context(), "anna.b")
    result = perform("unfollow", phone.context(username=phone.active), "anna.b")
    assert result.reason is None, result.remark


def test_accounts_are_read(phone: DisplayPhone) -> None:
    found = logged_in(Navigator(phone.context()))
    assert list(found.usernames) == [row["username"] for row in phone.accounts]
    assert found.active == phone.active
