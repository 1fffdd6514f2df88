"""As whom, where, for which app and when a request's tasks run."""

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


# --- which app, and when ------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 25, 9, 30, 40, tzinfo=UTC)
ON_TWO_PHONES = [
    Account(username="both", serial="a", platform="tiktok", enabled=True),
    Account(username="both", serial="a", platform="instagram", enabled=True),
    Account(username="tik", serial="a", platform="tiktok", enabled=True),
    Account(username="gram", serial="b", platform="instagram", enabled=True),
]


def plan_post(config: dict[str, Any] | None = None, *, usual: str = "tiktok", **fields: Any) -> list[NewTask]:
    request: dict[str, Any] = {"script_name": "post", "script_config": config or {}, "serials": ["a"], **fields}
    return plan_tasks(
        CreateTasks(**request),
        accounts=Accounts(ON_TWO_PHONES),
        now=NOW,
        zone=ZoneInfo("Europe/Paris"),
        rng=random.Random(0),
        group_id="g",
        max_tries=3,
        default_platform=usual,
    )


@pytest.mark.parametrize(
    ("config", "fields", "platforms"),
    [
        ({}, {}, ["tiktok"]),
        ({}, {"usual": "instagram"}, ["instagram"]),
        ({"placement": "reel"}, {}, ["instagram"]),
        ({"placement": "story"}, {}, ["instagram"]),
        ({"placement": None}, {}, ["tiktok"]),
        ({"add_product_link": "1"}, {"usual": "instagram"}, ["tiktok"]),
        ({"add_product_link": 0}, {"usual": "instagram"}, ["instagram"]),
        ({"placement": "reel"}, {"platform": "instagram"}, ["instagram"]),
        ({"placement": "reel", "add_product_link": 0}, {}, ["instagram"]),
        ({"placement": "reel"}, {"usernames": ["both"]}, ["instagram"]),
        ({}, {"usernames": ["both"]}, ["tiktok"]),
        ({}, {"usernames": ["both"], "usual": "instagram"}, ["instagram"]),
        ({}, {"usernames": ["tik"], "usual": "instagram"}, ["tiktok"]),
        ({"placement": "reel"}, {"enable_multi_account": True}, ["instagram"]),
        ({}, {"enable_multi_account": True}, ["tiktok", "tiktok"]),
    ],
)
def test_case_c11_a_field_that_one_app_has_decides_else_the_configuration(
    config: dict[str, Any], fields: dict[str, Any], platforms: list[str]
) -> None:
    assert [task.platform for task in plan_post(config, **fields)] == platforms


@pytest.mark.parametrize(
    ("config", "fields", "says"),
    [
        ({"placement": "reel"}, {"platform": "tiktok"}, "placement: only Instagram has it, and the task is for TikTok"),
        ({"placement": "story"}, {"usernames": ["tik"]}, "placement: only Instagram has it, and @tik is on TikTok"),
        ({"add_product_link": 1}, {"platform": "instagram"}, "add_product_link: only TikTok has it"),
        ({"add_product_link": True}, {"usernames": ["gram"]}, "add_product_link: only TikTok has it, and @gram is on"),
        ({"placement": "reel", "add_product_link": 1}, {}, "add_product_link: only TikTok has it, and placement is"),
        ({"placement": "reel"}, {"usernames": ["gram", "tik"]}, "placement: only Instagram has it"),
    ],
)
def test_case_c11_a_field_of_another_app_is_refused_by_its_name(
    config: dict[str, Any], fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(RequestError) as refused:
        plan_post(config, **fields)
    assert refused.value.failure.code is Code.INVALID
    assert str(refused.value).startswith(f"script_config.{says}")


def test_case_c11_a_stored_configuration_can_be_given_again() -> None:
    for platform in ("tiktok", "instagram"):
        (task,) = plan_post(platform=platform)
        (again,) = plan_post(task.script_config, platform=platform)
        assert again.script_config == task.script_config
        (unsaid,) = plan_post(task.script_config)
        assert unsaid.platform == platform


def test_case_c11_other_scripts_go_by_the_configuration_too() -> None:
    (task,) = plan_post({"target_user": "ada"}, script_name="follow", usual="instagram")
    assert task.platform == "instagram"


@pytest.mark.parametrize(
    ("start_time", "scheduled_at"),
    [
        (None, None),
        ("", None),
        ("10:30", None),  # the present minute
        ("10:31", datetime(2026, 11, 25, 9, 31, tzinfo=UTC)),
        ("10:29", datetime(2026, 11, 26, 9, 29, tzinfo=UTC)),
    ],
)
def test_case_c12_the_present_minute_means_at_once(start_time: str | None, scheduled_at: datetime | None) -> None:
    assert [task.scheduled_at for task in plan_post(start_time=start_time)] == [scheduled_at]
