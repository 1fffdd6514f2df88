"""Which app a request's tasks are for, and when they may begin."""

import random
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drover.policy.intake import Accounts, plan_tasks
from drover.policy.records import NewTask
from drover.wire.control import Account, CreateTasks
from drover.wire.faults import Code, RequestError

NOW = datetime(2026, 11, 25, 9, 30, 40, tzinfo=UTC)
REGISTERED = [
    Account(username="both", serial="a", platform="tiktok", enabled=True),
    Account(username="both", serial="a", platform="instagram", enabled=True),
    Account(username="tik", serial="a", platform="tiktok", enabled=True),
    Account(username="gram", serial="b", platform="instagram", enabled=True),
]


def plan(config: dict[str, Any] | None = None, *, usual: str = "tiktok", **fields: Any) -> list[NewTask]:
    request: dict[str, Any] = {"script_name": "post", "script_config": config or {}, "serials": ["a"], **fields}
    return plan_tasks(
        CreateTasks(**request),
        accounts=Accounts(REGISTERED),
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
    assert [task.platform for task in plan(config, **fields)] == platforms


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
        plan(config, **fields)
    assert refused.value.failure.code is Code.INVALID
    assert str(refused.value).startswith(f"script_config.{says}")


def test_case_c11_a_stored_configuration_can_be_given_again() -> None:
    for platform in ("tiktok", "instagram"):
        (task,) = plan(platform=platform)
        (again,) = plan(task.script_config, platform=platform)
        assert again.script_config == task.script_config
        (unsaid,) = plan(task.script_config)
        assert unsaid.platform == platform


def test_case_c11_other_scripts_go_by_the_configuration_too() -> None:
    (task,) = plan({"target_user": "ada"}, script_name="follow", usual="instagram")
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
    assert [task.scheduled_at for task in plan(start_time=start_time)] == [scheduled_at]
