"""Whatever happened between an account and a user before, and whatever becomes of a tap: what is called done was, what

is said to be none never is, and no task causes its effect twice.
"""

import os
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, note, seed, settings
from hypothesis import strategies as st

from drover.policy.records import AttemptEnd, Complete, Fail, Requeue
from drover.policy.retry import decide
from drover.wire.tasks import Effect, Reason
from tests.support.post_histories import KilledError
from tests.support.script_phone import DisplayPhone, RecordingContext, perform, simulate_time

EXAMPLES = int(os.environ.get("DROVER_EXAMPLES", "30"))
SEED = int(os.environ.get("DROVER_SEED", "0"))
pytestmark = pytest.mark.timeout(120 + 5 * EXAMPLES)
USERS = ("anna.b", "private_anna", "followsme_anna", "friend_anna", "slow_anna")


@dataclass(frozen=True)
class Tap:
    """What becomes of a task: its script, the fault that is set, after how many touches its worker dies, if it does."""

    script: str
    fault: str = ""
    seconds: int = 0
    dies_at: int = 0
    then_s: int = 0


TAPS = st.builds(
    Tap,
    script=st.sampled_from(["follow", "unfollow"]),
    fault=st.sampled_from(["", "follow_ignored", "follow_late", "follow_limit"]),
    seconds=st.sampled_from([2, 20, 90]),
    dies_at=st.sampled_from([0, 0, 0, 1, 2, 3]),
    then_s=st.sampled_from([0, 5, 200]),
)


@seed(SEED)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=(HealthCheck.too_slow,),
)
@given(app=st.sampled_from(["tiktok", "instagram"]), user=st.sampled_from(USERS), tasks=st.lists(TAPS, max_size=4))
def test_no_history_deceives_a_follow_or_unfollow(app: str, user: str, tasks: list[Tap]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        phone = DisplayPhone("en", platform=app)
        simulate_time(monkeypatch, phone.clock)
        for tap in tasks:
            before = count(phone, tap.script)
            decision, tapped = perform_as_a_task(phone, user, tap)
            done = count(phone, tap.script) - before
            note(f"{tap}: {decision}, done {done}")
            event(f"{app} {tap.script} {tap.fault}: {type(decision).__name__} {getattr(decision, 'effect', '')}")
            assert done <= 1
            if isinstance(decision, Complete):
                assert done or not tapped, "is completed by a tap, and was not done"
            elif decision.effect is Effect.NONE:
                assert not done, "says that nothing was done, and it was"
            phone.clock.pass_s(tap.then_s)


def count(phone: DisplayPhone, kind: str) -> int:
    return sum(number for name, _, number in phone.effects() if name == kind)


def perform_as_a_task(phone: DisplayPhone, user: str, tap: Tap) -> tuple[Complete | Fail, bool]:
    """Its attempts until the task has ended, by the rules of policy/retry.py, and whether any of them tapped."""
    reconciliations, open_effect, tapped = 0, False, False
    for tries in range(1, 9):
        ctx = phone.context(reconcile=open_effect)
        reason, remark = attempt(phone, ctx, user, tap if tries == 1 else Tap(tap.script))
        reconciliations += ctx.reconcile
        effect = Effect.UNKNOWN if ctx.effect is Effect.NONE and open_effect else ctx.effect
        end: dict[str, Any] = {"tries": tries, "max_tries": 3, "reconciliations": reconciliations, "reconciles": True}
        decision = decide(AttemptEnd(effect=effect, reason=reason, remark=remark, **end), Random(tries))
        tapped = tapped or bool(ctx.commits)
        if not isinstance(decision, Requeue):
            return decision, tapped
        open_effect = open_effect or decision.reconcile
        phone.clock.pass_s(decision.delay_s)
    raise AssertionError("the task does not end")


def attempt(phone: DisplayPhone, ctx: RecordingContext, user: str, tap: Tap) -> tuple[Reason | None, str]:
    if tap.fault:
        phone.fault(tap.fault, seconds=tap.seconds)
    plain, touches = phone.touch.tap, [0]

    def dying(x: int, y: int, *, timeout_s: float) -> None:
        plain(x, y, timeout_s=timeout_s)
        touches[0] += 1
        if touches[0] == tap.dies_at:
            raise KilledError

    phone.touch.tap = dying  # type: ignore[method-assign]
    try:
        result = perform(tap.script, ctx, user)
        return result.reason, result.remark
    except KilledError:
        return Reason.INTERRUPTED, ""
    finally:
        phone.touch.tap = plain  # type: ignore[method-assign]
        if tap.fault:
            phone.fault(tap.fault, clear=True)
