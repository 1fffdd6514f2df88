"""As whom and where a request's tasks run: names, platforms, clones, one task for each account."""

import random
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drover.policy.intake import Accounts, plan_tasks
from drover.policy.records import NewTask
from drover.wire.control import Account, CreateTasks
from drover.wire.faults import Code, RequestError


def account(username: str, serial: str = "a", platform: str = "tiktok", **more: Any) -> Account:
    fields: dict[str, Any] = {"enabled": True, **more}
    return Account(username=username, serial=serial, platform=platform, **fields)


REGISTERED = [
    account("shop", "a", package="com.app.clone"),
    account("shop", "b", "instagram"),
    account("Only.Gram", "b", "instagram"),
    account("off", "a", enabled=False),
    account("off", "c", "instagram"),
    account("second", "a"),
]


def plan(**fields: Any) -> list[NewTask]:
    request: dict[str, Any] = {"script_name": "follow", "script_config": {"target_users": ["ada"]}, **fields}
    return plan_tasks(
        CreateTasks(**request),
        accounts=Accounts(REGISTERED),
        now=datetime(2026, 11, 25, tzinfo=UTC),
        zone=ZoneInfo("UTC"),
        rng=random.Random(0),
        group_id="g",
        max_tries=3,
    )


def whom(**fields: Any) -> list[tuple[str, str | None, str, str]]:
    return [(task.serial, task.username, task.platform, task.package) for task in plan(**fields)]


def refusal(**fields: Any) -> tuple[Code, str]:
    with pytest.raises(RequestError) as refused:
        plan(**fields)
    return refused.value.failure.code, str(refused.value)


def test_a_name_means_its_only_registration() -> None:
    assert whom(usernames=["@only.gram"]) == [("b", "Only.Gram", "instagram", "")]
    assert whom(usernames=["Second"]) == [("a", "second", "tiktok", "")]


def test_a_name_on_several_platforms_is_tiktoks_unless_said() -> None:
    assert whom(usernames=["shop"]) == [("a", "shop", "tiktok", "com.app.clone")]
    assert whom(usernames=["SHOP"], platform="instagram") == [("b", "shop", "instagram", "")]


def test_a_name_twice_is_one_account() -> None:
    assert len(whom(usernames=["shop", "@Shop"])) == 1


def test_a_disabled_account_is_refused_and_never_replaced_by_its_namesake() -> None:
    code, message = refusal(usernames=["off"])
    assert (code, "usernames[0]" in message, "off (tiktok) is disabled" in message) == (Code.CONFLICT, True, True)
    assert whom(usernames=["off"], platform="instagram") == [("c", "off", "instagram", "")]


def test_a_name_that_nobody_registered_is_refused_by_name_and_platform() -> None:
    code, message = refusal(usernames=["shop", "second"], platform="instagram")
    assert (code, message.partition(":")[0]) == (Code.NOT_FOUND, "usernames[1]")
    assert "@second on instagram" in message
    assert "--platform instagram" in message


def test_an_unknown_platform_is_refused() -> None:
    for fields in ({"usernames": ["shop"]}, {"serials": ["a"]}):
        assert refusal(platform="ticktock", **fields)[1].startswith("platform:")


def test_without_an_account_the_request_names_the_app() -> None:
    assert whom(serials=["a"]) == [("a", None, "tiktok", "")]
    assert whom(serials=["a"], platform="instagram") == [("a", None, "instagram", "")]


def test_one_task_for_each_enabled_account_and_target() -> None:
    made = plan(serials=["a"], enable_multi_account=True, script_config={"target_users": ["ada", "bob"]})
    found = [(task.username, task.script_config["target_user"]) for task in made]
    assert found == [("shop", "ada"), ("second", "ada"), ("shop", "bob"), ("second", "bob")]
    assert {task.package for task in made if task.username == "shop"} == {"com.app.clone"}


def test_several_platforms_on_the_phones_mean_tiktok_unless_said() -> None:
    assert whom(serials=["b"], enable_multi_account=True) == [
        ("b", "shop", "instagram", ""),
        ("b", "Only.Gram", "instagram", ""),
    ]
    code, message = refusal(serials=["a", "b"], enable_multi_account=True)
    assert code is Code.NOT_FOUND
    assert "no enabled tiktok account is registered on device b" in message
    assert len(whom(serials=["b"], enable_multi_account=True, platform="instagram")) == 2
