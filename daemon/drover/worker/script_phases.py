"""A script from its start to its end, in the order prepare, commit, verify."""

import time

from drover.scripts import registry
from drover.scripts.context import Script, ScriptFailed
from drover.scripts.identity import recognise
from drover.scripts.navigation import Navigator, NotReachedError
from drover.wire.tasks import Effect, Phase, Reason
from drover.wire.worker import Begin, Ended
from drover.worker.attempt import AttemptContext


def script_of(message: Begin) -> Script:
    """The script that the attempt names; raises ScriptFailed where there is none any more."""
    try:
        return registry.make(message.script_name, message.script_config)
    except LookupError:
        why = f"There is no script {message.script_name} any more; add it again or install its package, then retry."
        raise ScriptFailed(Reason.SCRIPT_ERROR, why) from None


def perform(attempt: AttemptContext, script: Script, *, recognises: bool) -> Ended:
    """Run it and say how it ended well. One that names no account and has an effect first finds out as whom it acts,
    unless it is a command, which cannot be held to that (`recognises`).

    Raises what the script raises, and RuntimeError where it ends without proof.
    """
    started = time.monotonic()
    attempt.effect_allowed = bool(script.effect)
    if recognises and script.effect and not attempt.username:
        _recognise(attempt)
    if not script.prepare(attempt):
        if attempt.effect in (Effect.INTENT, Effect.SENT):
            raise RuntimeError("the script ended without proof of what it did; ctx.confirm gives it")
        return attempt.completed()
    attempt.enter(Phase.COMMIT)
    script.commit(attempt)
    attempt.enter(Phase.VERIFY)
    script.verify(attempt)
    if attempt.effect is not Effect.CONFIRMED:
        raise RuntimeError("the script ended without proof")
    attempt.step(f"done in {time.monotonic() - started:.1f} s", 100)
    return attempt.completed()


def _recognise(attempt: AttemptContext) -> None:
    nav = Navigator(attempt)
    try:
        recognise(nav)
    except NotReachedError as lost:
        nav.fail_unreached(lost)
