"""Which scripts there are, what each may be told, and by which rules of delivery it runs."""

import dataclasses
from random import Random
from typing import Any

import pytest

from drover.policy.catalog import MAX_CONFIG_BYTES, Catalog, Command
from drover.policy.records import AttemptEnd, Fail, Requeue
from drover.policy.retry import decide
from drover.wire.control import CreateTasks
from drover.wire.custom import CommandSpec, PluginSheet
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Effect, Reason

PARAMETERS: dict[str, Any] = {
    "$ref": "#/$defs/Config",
    "$defs": {
        "Config": {
            "type": "object",
            "properties": {"user": {"type": "string", "pattern": "^[a-z]+$"}},
            "required": ["user"],
            "additionalProperties": False,
        }
    },
}
CATALOG = Catalog(
    commands={
        "warm": Command(spec=CommandSpec(command=["/bin/true"]), origin="configuration"),
        "front": Command(spec=CommandSpec(command=["/bin/true"], platform="instagram"), origin="configuration"),
    },
    plugins={
        "report": PluginSheet(name="report", origin="report 1", retry_safe=True, parameters=PARAMETERS),
        "broken": PluginSheet(name="broken", origin="broken 1", fault="cannot be imported: ImportError"),
    },
)


def refusal(name: str, config: dict[str, Any]) -> RequestError:
    with pytest.raises(RequestError) as refused:
        CATALOG.expand(name, config)
    return refused.value


def test_names_are_those_that_can_run() -> None:
    assert CATALOG.names[-3:] == ("front", "report", "warm")
    assert "follow" in CATALOG.names
    assert [info.name for info in CATALOG.listed()][-4:] == ["broken", "front", "report", "warm"]


def test_a_command_takes_any_object_that_fits_its_environment() -> None:
    assert CATALOG.expand("warm", {"any": [1, None]}) == [{"any": [1, None]}]
    assert refusal("warm", {"x": "y" * MAX_CONFIG_BYTES}).failure.code is Code.INVALID


def test_a_plugins_parameters_are_its_own_types() -> None:
    assert CATALOG.expand("report", {"user": "ada"}) == [{"user": "ada"}]
    for config, field in (
        ({"user": "A B"}, "script_config.user"),
        ({}, "script_config"),
        ({"usr": 1}, "script_config"),
    ):
        refused = refusal("report", config)
        assert refused.failure.code is Code.INVALID
        assert refused.failure.message.startswith(f"{field}:")


def test_other_names_are_not_supported_and_a_broken_plugin_says_where_to_look() -> None:
    for name in ("dance", "broken", "like"):
        assert refusal(name, {}).failure.code is Code.SCRIPT_UNSUPPORTED
    assert "warm" in refusal("dance", {}).failure.message
    assert "doctor" in refusal("broken", {}).failure.message


def test_a_script_for_one_app_places_its_tasks_there() -> None:
    request = CreateTasks(script_name="front", script_config={}, serials=["R58M1"])
    assert CATALOG.placed(request).platform == "instagram"
    assert CATALOG.default_platform("warm") == "generic"
    assert CATALOG.default_platform("follow") == CATALOG.default_platform("report") == "tiktok"
    with pytest.raises(RequestError):
        CATALOG.placed(CreateTasks(script_name="front", script_config={}, serials=["R58M1"], platform="tiktok"))


def test_rules_of_delivery() -> None:
    assert CATALOG.delivery("follow").reconciles
    assert not CATALOG.delivery("warm").reconciles
    assert CATALOG.delivery("warm").own_word
    assert CATALOG.delivery("report").reconciles
    assert not CATALOG.delivery("gone").reconciles
    assert CATALOG.delivery("gone", remembered={"gone": True}).reconciles


def end(**changes: Any) -> AttemptEnd:
    base = AttemptEnd(
        effect=Effect.SENT,
        reconciles=False,
        tries=1,
        max_tries=3,
        reason=Reason.SCRIPT_ERROR,
        remark="3",
        own_word=True,
    )
    return dataclasses.replace(base, **changes)


@pytest.mark.parametrize("reason", [Reason.SCRIPT_ERROR, Reason.STOPPED, Reason.TIMEOUT])
def test_what_a_command_says_of_its_end_stands_and_is_never_repeated_by_itself(reason: Reason) -> None:
    made = decide(end(reason=reason), Random(1))
    assert isinstance(made, Fail)
    assert (made.reason, made.effect, made.retry_safe) == (reason, Effect.UNKNOWN, False)
    assert made.remark.startswith("3; ")
    harmless = decide(end(reason=reason, effect=Effect.NONE), Random(1))
    assert isinstance(harmless, Fail)
    assert (harmless.reason, harmless.effect, harmless.retry_safe) == (reason, Effect.NONE, True)


@pytest.mark.parametrize("reason", [Reason.INTERRUPTED, Reason.DEVICE_LOST])
def test_a_command_that_was_cut_off_is_unknown_unless_it_may_run_twice(reason: Reason) -> None:
    made = decide(end(reason=reason), Random(1))
    assert isinstance(made, Fail)
    assert (made.reason, made.retry_safe) == (Reason.OUTCOME_UNKNOWN, False)
    assert isinstance(decide(end(reason=reason, effect=Effect.NONE), Random(1)), Requeue)
