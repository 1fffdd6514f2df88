"""A script from its start to its end: the order of its phases, and no end without proof."""

from pathlib import Path

import pytest

from drover.phone.hierarchy import parse
from drover.scripts.context import Context, ScriptFailed
from drover.wire.tasks import Effect, Phase, Reason
from drover.wire.worker import (
    AccountSeen,
    EffectConfirmed,
    IntentRequested,
    Outcome,
    Progressed,
    TapSent,
)
from drover.worker.script_phases import perform, script_of
from tests.support.worker_bench import INSTAGRAM, AnsweredAttempt, begin

PROOF = parse('<hierarchy><node bounds="[0,0][10,10]"/></hierarchy>')


class Poke:
    """Implements Script: taps, and proves it, as far as it is wanted."""

    reconciles = False
    effect = "poke"
    wanted = True
    proves = True

    def __init__(self) -> None:
        self.done: list[str] = []

    def prepare(self, ctx: Context) -> bool:
        self.done.append("prepare")
        return self.wanted

    def commit(self, ctx: Context) -> None:
        ctx.commit("poke", lambda: self.done.append("tap"))

    def verify(self, ctx: Context) -> None:
        self.done.append("verify")
        if self.proves:
            ctx.confirm(PROOF)


def attempt(folder: Path, username: str | None = "anna.b") -> AnsweredAttempt:
    return AnsweredAttempt(begin(folder, username=username, package=INSTAGRAM))


@pytest.fixture
def scene(tmp_path: Path) -> AnsweredAttempt:
    return attempt(tmp_path)


def test_prepare_intent_tap_proof(scene: AnsweredAttempt) -> None:
    script = Poke()
    ended = perform(scene.context, script, recognises=True)
    assert script.done == ["prepare", "tap", "verify"]
    assert scene.told() == [IntentRequested, TapSent, EffectConfirmed]
    assert (ended.outcome, ended.effect) == (Outcome.COMPLETED, Effect.CONFIRMED)
    phases = [message.phase for message in scene.said if isinstance(message, Progressed)]
    assert phases[-1] is Phase.VERIFY


def test_what_stands_already_is_completed_without_a_tap(scene: AnsweredAttempt) -> None:
    script = Poke()
    script.wanted = False
    ended = perform(scene.context, script, recognises=True)
    assert (script.done, scene.told()) == (["prepare"], [])
    assert (ended.outcome, ended.effect) == (Outcome.COMPLETED, Effect.NONE)


def test_there_is_no_good_end_without_proof(scene: AnsweredAttempt) -> None:
    script = Poke()
    script.proves = False
    with pytest.raises(RuntimeError, match="ended without proof"):
        perform(scene.context, script, recognises=True)
    assert scene.context.effect is Effect.SENT


def test_nor_for_one_that_commits_as_it_prepares(scene: AnsweredAttempt, monkeypatch: pytest.MonkeyPatch) -> None:
    def all_at_once(script: Poke, ctx: Context) -> bool:
        script.commit(ctx)
        return False

    monkeypatch.setattr(Poke, "prepare", all_at_once)
    with pytest.raises(RuntimeError, match=r"ctx\.confirm gives it"):
        perform(scene.context, Poke(), recognises=True)


def test_a_script_that_says_it_has_no_effect_has_none(scene: AnsweredAttempt) -> None:
    script = Poke()
    script.effect = ""
    with pytest.raises(RuntimeError, match="commits nothing"):
        perform(scene.context, script, recognises=True)
    assert "tap" not in script.done


@pytest.mark.parametrize(
    ("username", "effect", "recognises", "asks"),
    [
        (None, "poke", True, True),
        ("anna.b", "poke", True, False),
        (None, "", True, False),
        (None, "poke", False, False),
    ],
)
def test_who_is_acted_as_is_found_out_only_where_nobody_is_named_and_it_matters(
    username: str | None, effect: str, recognises: bool, asks: bool, tmp_path: Path
) -> None:
    scene, script = attempt(tmp_path, username), Poke()
    script.effect, script.wanted = effect, False
    perform(scene.context, script, recognises=recognises)
    assert scene.told() == [AccountSeen] * asks
    assert (scene.context.phone.current_package() == "in front") is asks


def test_a_script_that_is_no_more_cannot_be_run(tmp_path: Path) -> None:
    with pytest.raises(ScriptFailed, match="no script gone any more") as failed:
        script_of(begin(tmp_path, script_name="gone"))
    assert failed.value.reason is Reason.SCRIPT_ERROR
    assert script_of(begin(tmp_path)).effect
