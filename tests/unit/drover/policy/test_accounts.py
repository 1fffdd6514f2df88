"""What a registered account must look like, and which registration a name means."""

from typing import Any

import pytest

from drover.policy.accounts import changed, checked, merged, the_one
from drover.wire.control import Account, ChangeAccount
from drover.wire.faults import Code, RequestError


def account(username: str = "ada", platform: str = "tiktok", **more: Any) -> Account:
    fields: dict[str, Any] = {"serial": "R58M1", "enabled": True, **more}
    return Account(username=username, platform=platform, **fields)


def test_an_account_is_stored_tidy() -> None:
    written = account(" @Ada.1 ", serial=" R58M1 ", package=" com.example.app ", note=" of the shop ")
    assert checked(written) == account("Ada.1", package="com.example.app", note="of the shop")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "a b"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "x" * 31}, "username"),
        ({"platform": "myspace"}, "platform"),
        ({"serial": ""}, "serial"),
        ({"serial": "x" * 129}, "serial"),
        ({"package": "app"}, "package"),
        ({"package": "com.example.app; reboot"}, "package"),
        ({"note": "x" * 501}, "note"),
        ({"note": "two\nlines"}, "note"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(RequestError, match=rf"^{field}: ") as refused:
        checked(account(**wrong))
    assert refused.value.failure.code is Code.INVALID


def test_a_change_leaves_the_rest_and_makes_a_new_one_with_defaults() -> None:
    known = account(note="n", package="com.example.app")
    off = ChangeAccount(username="ada", platform="tiktok", enabled=False)
    assert changed(known, off) == account(note="n", package="com.example.app", enabled=False)
    assert changed(None, ChangeAccount(username="ada", platform=None, serial="R58M1")) == account()


def test_an_import_counts_what_is_new_and_what_changes_nothing() -> None:
    known = [account("ada"), account("bea")]
    lines = [
        ChangeAccount(username="ADA", platform="tiktok", note="new"),
        ChangeAccount(username="bea", platform=None),
        ChangeAccount(username="cid", platform="instagram", serial="R58M2"),
    ]
    stored, new, same = merged(known, lines)
    assert (stored, new, same) == (
        [account("ada", note="new"), account("cid", "instagram", serial="R58M2")],
        1,
        1,
    )


def test_a_name_means_one_registration_or_is_refused() -> None:
    both = [account("Ada"), account("ada", "instagram"), account("bea", "instagram")]
    assert the_one("@ADA", "tiktok", both) is both[0]
    assert the_one("bea", None, both) is both[2]
    with pytest.raises(RequestError, match=r"registered on tiktok and instagram; say which") as several:
        the_one("ada", None, both)
    with pytest.raises(RequestError, match=r"@bea: no one registered it on tiktok") as none:
        the_one("bea", "tiktok", both)
    assert (several.value.failure.code, none.value.failure.code) == (Code.CONFLICT, Code.NOT_FOUND)
