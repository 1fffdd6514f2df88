"""What a plugin must declare, how its run becomes a Script, and that a rehearsal is as strict as a worker."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from drover.phone.hierarchy import parse
from drover.phone.phone import Phone
from drover.scripts import registry
from drover.scripts.context import Context
from drover.scripts.plugin import PluginError, describe
from drover.scripts.rehearsal import Rehearsal
from drover.wire.tasks import Effect
from drover.wire.worker import Begin, FromWorker, IntentRecorded, IntentRequested
from drover.worker.attempt import AttemptContext

PROOF = parse('<hierarchy><node text="Done" bounds="[0,0][10,10]"/></hierarchy>')


class Poke:
    """Poke someone.

    The rest is for developers.
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        times: int = 1

    effect = "poke"
    reconciles = False
    retry_safe = True

    def __init__(self, config: Config) -> None:
        self.config = config

    def run(self, ctx: Context) -> None:
        ctx.remark = f"{self.config.times}"


class Loose(msgspec.Struct):
    times: int = 1


class Odd(msgspec.Struct, forbid_unknown_fields=True):
    thing: Path = Path()


def test_it_says_what_it_is() -> None:
    said = describe(Poke)
    assert (said.summary, said.effect, said.reconciles, said.retry_safe) == ("Poke someone.", "poke", False, True)
    assert said.parameters["$defs"]["Config"]["additionalProperties"] is False


def test_run_is_all_of_it() -> None:
    script = describe(Poke).factory({"times": 3})
    ctx = Rehearsal(None, effect="poke")
    assert script.prepare(ctx) is False
    assert (ctx.remark, script.effect, script.reconciles) == ("3", "poke", False)
    for phase in (script.commit, script.verify):
        with pytest.raises(RuntimeError):
            phase(ctx)
    with pytest.raises(msgspec.ValidationError):
        describe(Poke).factory({"tmies": 3})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Config": Loose}, "forbid_unknown_fields"),
        ({"Config": dict}, "msgspec.Struct"),
        ({"Config": Odd}, "JSON"),
        ({"effect": None}, "effect"),
        ({"effect": "Poke!"}, "effect"),
        ({"reconciles": 1}, "reconciles"),
        ({"retry_safe": None}, "retry_safe"),
        ({"run": None}, "run"),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(PluginError, match=words):
        describe(type("Other", (Poke,), changes))


def test_only_a_class_is_a_script() -> None:
    with pytest.raises(PluginError, match="not a class"):
        describe(lambda: None)


def test_a_plugin_never_takes_a_built_in_scripts_place() -> None:
    registry.register("follow", describe(Poke).factory)
    registry.register("poke", describe(Poke).factory)
    try:
        assert type(registry.make("follow", {"target_user": "ada"})).__name__ == "Follow"
        assert registry.make("poke", {}).effect == "poke"
    finally:
        registry.forget("follow")
        registry.forget("poke")
    with pytest.raises(LookupError):
        registry.make("poke", {})


# --- the rehearsal, held to the real thing


class BlindPhone:
    acts = 0

    def screen(self, *, timeout_s: float = 1.0) -> Any:
        return PROOF

    def screenshot(self, *, timeout_s: float) -> bytes:
        return b"png"


Made = Callable[[bool], Any]


def _worker(tmp_path: Path) -> Made:
    def make(effect: bool) -> AttemptContext:
        made: list[AttemptContext] = []

        def send(message: FromWorker) -> None:
            if isinstance(message, IntentRequested):
                made[0].answer(IntentRecorded(fence=7))

        begin = Begin(
            fence=7, task_id=1, attempt=1, script_name="poke", script_config={}, username=None, platform="tiktok",
            package="com.app", folder=str(tmp_path / "task"), deadline_s=60.0,
        )  # fmt: skip
        made.append(AttemptContext(cast(Phone, BlindPhone()), begin, send))
        made[0].effect_allowed = effect
        return made[0]

    return make


@pytest.fixture(params=["worker", "rehearsal"])
def context(request: pytest.FixtureRequest, tmp_path: Path) -> Made:
    if request.param == "worker":
        return _worker(tmp_path)
    return lambda effect: Rehearsal(BlindPhone(), effect="poke" if effect else "")


def test_one_commit_taps_once_and_needs_proof(context: Made) -> None:
    ctx = context(True)
    taps: list[int] = []
    ctx.step("poking", 10)
    ctx.commit("poke", lambda: taps.append(1))
    assert (taps, ctx.effect) == ([1], Effect.SENT)
    with pytest.raises(RuntimeError, match="once"):
        ctx.commit("poke", lambda: taps.append(2))
    ctx.keep("half")
    ctx.confirm(PROOF)
    assert (taps, ctx.effect) == ([1], Effect.CONFIRMED)


def test_without_an_effect_nothing_is_committed(context: Made) -> None:
    ctx = context(False)
    taps: list[int] = []
    with pytest.raises(RuntimeError, match="no effect"):
        ctx.commit("poke", lambda: taps.append(1))
    assert (taps, ctx.effect) == ([], Effect.NONE)


def test_a_tap_that_fails_leaves_the_intent(context: Made) -> None:
    ctx = context(True)
    with pytest.raises(ZeroDivisionError):
        ctx.commit("poke", lambda: 1 // 0)
    assert ctx.effect is Effect.INTENT
