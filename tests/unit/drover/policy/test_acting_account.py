"""r23: may an attempt go on as the account that its app shows?"""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from drover.policy.acting_account import Seen, why_not
from drover.policy.pace import Hold
from drover.policy.records import AttemptEnd, Fail, Requeue
from drover.policy.retry import BACKOFF_MAX_S, decide
from drover.wire.tasks import Effect, Reason

A, B, NAMELESS = "tiktok:ada", "tiktok:bea", "tiktok#R58M1"
AT = datetime(2026, 12, 1, tzinfo=UTC)
LIMIT = Hold(until=AT, script_name="follow", account=A, limit=2)
PAUSE = Hold(until=AT, script_name="follow", account=A)


def seen(**more: Any) -> Seen:
    fields: dict[str, Any] = {
        "account": A,
        "acts_as": A,
        "named": False,
        "reconcile": False,
        "publishes": False,
        "own_folder": False,
        "has_its_files": True,
        "busy": False,
        "hold": None,
    }
    return Seen(**{**fields, **more})


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ({}, ""),
        ({"acts_as": NAMELESS}, ""),
        ({"acts_as": B}, ""),
        ({"acts_as": B, "hold": LIMIT}, "logged in as @ada, which reached its limit of 2 follows a day"),
        ({"acts_as": NAMELESS, "hold": PAUSE}, "logged in as @ada, which pauses"),
        ({"acts_as": NAMELESS, "busy": True}, "acts on another phone now"),
        ({"acts_as": B, "publishes": True}, "the files were chosen for @bea; they are chosen again"),
        ({"acts_as": NAMELESS, "publishes": True}, ""),
        ({"acts_as": NAMELESS, "publishes": True, "own_folder": True}, "its files were chosen before that was known"),
        ({"publishes": True, "own_folder": True}, ""),
        ({"has_its_files": False, "named": True}, "which has used the chosen file"),
        ({"acts_as": B, "reconcile": True}, "an earlier attempt acted as @bea; log in as @bea"),
        ({"acts_as": NAMELESS, "reconcile": True}, ""),
        ({"acts_as": NAMELESS, "reconcile": True, "hold": PAUSE}, "logged in as @ada, which pauses"),
        ({"acts_as": NAMELESS, "reconcile": True, "busy": True}, "acts on another phone now"),
        # One that names its account is on its way to it; what the look brought to light counts all the same.
        ({"acts_as": B, "named": True, "busy": True}, ""),
        ({"acts_as": B, "named": True, "hold": LIMIT}, "@bea reached its limit"),
        ({"acts_as": B, "named": True, "reconcile": True}, ""),
    ],
)
def test_r23_who_may_go_on(case: dict[str, Any], words: str) -> None:
    told = why_not(seen(**case), serial="R58M1")
    assert words in told
    assert bool(told) == bool(words)


def ended(effect: Effect, *, attempt: int) -> AttemptEnd:
    return AttemptEnd(
        effect=effect,
        reconciles=True,
        tries=1,
        max_tries=3,
        reason=Reason.WRONG_ACCOUNT,
        remark="it is somebody else",
        attempt=attempt,
        other_account=True,
    )


def test_r23_an_attempt_under_another_account_waits_its_turn_without_a_hot_loop() -> None:
    made = [decide(ended(Effect.NONE, attempt=n), Random(1)) for n in range(1, 40)]
    waits = [decision.delay_s for decision in made if isinstance(decision, Requeue) and not decision.counted]
    assert waits == sorted(waits)
    assert (len(waits), waits[0], waits[-1]) == (39, 0.25, BACKOFF_MAX_S)
    looks = decide(ended(Effect.UNKNOWN, attempt=1), Random(1))
    assert isinstance(looks, Requeue)
    assert (looks.reconcile, looks.counted, looks.releases) == (True, False, False)


def test_r23_a_look_that_is_bound_to_another_account_than_is_logged_in_fails_and_says_so() -> None:
    unknown = decide(replace(ended(Effect.UNKNOWN, attempt=1), other_account=False), Random(1))
    assert isinstance(unknown, Fail)
    assert (unknown.effect, unknown.reason, unknown.retry_safe) == (Effect.UNKNOWN, Reason.WRONG_ACCOUNT, True)
