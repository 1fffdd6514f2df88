"""What follows the end of an attempt: completed, failed, or once more, so that no task is lost or done twice."""

from dataclasses import replace
from random import Random
from typing import Final

from drover.policy import remarks
from drover.policy.records import AttemptEnd, Complete, Decision, Fail, Requeue
from drover.wire.devices import PhoneCondition
from drover.wire.tasks import Effect, Reason

BACKOFF_FIRST_S: Final = 10.0
BACKOFF_OWN_FIRST_S: Final = 3.0
"""Where a process of ours ended: neither phone nor app is to be spared, and restarts keep their own pauses."""

BACKOFF_TURNED_S: Final = 0.25
"""Where the app was logged in as another account: the right one is known now, and only a person can change it again."""

BACKOFF_MAX_S: Final = 600.0
MAX_RECONCILIATIONS: Final = 3
RECONCILE_DELAY_S: Final = (1.0, 3.0)
"""Soon, so that what may have happened is known early; not at once, so that a phone that just went can come back."""

TRANSIENT: Final = frozenset({Reason.INTERRUPTED, Reason.DEVICE_LOST, Reason.TIMEOUT, Reason.UPLOAD_FAILED})
"""Reasons where a repeat can help and no one has to do anything first."""

SEEN_NOT_DONE: Final = frozenset({Reason.REJECTED, Reason.UPLOAD_FAILED})
"""Reasons by which a script that cannot look again has proven, after the tap, that it did nothing: effect none."""

LOOKED: Final = SEEN_NOT_DONE | {Reason.PRIVATE}
"""Reasons by which one that can look saw what stood there before the tap: no proof, since labels may be late."""

NOT_BY_LOOKING: Final = frozenset(
    {
        Reason.APP_MISSING,
        Reason.NOT_LOGGED_IN,
        Reason.WRONG_ACCOUNT,
        Reason.BLOCKED_BY_APP,
        Reason.NEEDS_HUMAN,
        Reason.STOPPED,
    }
)
"""Reasons that stand in the way of looking until someone has acted, or that say no one wants us to."""


WAIT_FIRST_S, WAIT_PHONE_MAX_S, WAIT_MAX_S = 2.0, 60.0, 600.0
"""How long a task waits after its phone was not ready: the phone holds it back itself but for what only it needs."""

_OF_ONE_TASK: Final = frozenset({PhoneCondition.STORAGE_FULL, PhoneCondition.NO_KEYBOARD})

OWN_WORD: Final = frozenset({Reason.SCRIPT_ERROR, Reason.STOPPED, Reason.TIMEOUT})
"""How a command in another language ends by its own word or by its deadline: nothing is repeated by itself then."""


def decide(end: AttemptEnd, rng: Random) -> Decision:
    """The decision for an attempt that ended; see README.md here for the table."""
    if end.reason is None or end.effect is Effect.CONFIRMED:
        return Complete(remark=end.remark if end.reason is None else "", evidence=end.evidence)
    if end.own_word and end.reason in OWN_WORD:
        none = end.effect is Effect.NONE
        return _failed(end, end.reason) if none else _unknown(end, end.reason, retry_safe=False)
    if end.condition is not None and (waiting := _for_the_phone(end, end.condition, rng)) is not None:
        return waiting
    if end.effect is Effect.NONE:
        return _without_effect(end, end.reason, rng)
    if end.reason in SEEN_NOT_DONE and not end.reconciles and end.effect is not Effect.UNKNOWN:
        return _failed(end, end.reason)  # of this attempt; of an earlier one it says nothing
    return _open_effect(end, end.reason, rng)


def _for_the_phone(end: AttemptEnd, condition: PhoneCondition, rng: Random) -> Requeue | None:
    """The phone as a whole stood in the way before anything was done: neither the task nor the account is to blame.

    The phone gets no task until it is ready; the pause only keeps what the phone denies from turning in circles. None
    where this attempt was allowed its tap: then the rules of delivery decide as ever.
    """
    refused = end.untapped and end.effect is Effect.INTENT
    if end.effect is not Effect.NONE and not refused and not (end.effect is Effect.UNKNOWN and end.reconciles):
        return None
    most_s = WAIT_MAX_S if condition in _OF_ONE_TASK else WAIT_PHONE_MAX_S
    longest_s = min(most_s, WAIT_FIRST_S * 2.0 ** min(max(end.attempt, 1) - 1, 16))
    return Requeue(
        delay_s=rng.uniform(longest_s / 2, longest_s),
        reconcile=end.effect is Effect.UNKNOWN,
        remark=end.remark,
        reason=Reason.INTERRUPTED,
        evidence=end.evidence,
        counted=False,
        untapped=refused,
    )


def _without_effect(end: AttemptEnd, reason: Reason, rng: Random) -> Decision:
    if end.other_account:
        return _turned_away(end, reason)
    if reason not in TRANSIENT or end.tries >= end.max_tries:
        return _failed(end, reason)
    first_s = BACKOFF_OWN_FIRST_S if reason is Reason.INTERRUPTED else BACKOFF_FIRST_S
    delay_s = backoff(end.tries, rng, first_s)
    return Requeue(delay_s=delay_s, reconcile=False, remark=end.remark, reason=reason, evidence=end.evidence)


def _turned_away(end: AttemptEnd, reason: Reason) -> Requeue:
    """Nothing was done and nothing failed: the task waits its turn under the account that the app shows.

    Each such attempt waits twice as long as the one before, so that no phone is kept busy by it.
    """
    delay_s = min(BACKOFF_MAX_S, BACKOFF_TURNED_S * 2.0 ** min(end.attempt - end.tries, 16))
    return Requeue(
        delay_s=delay_s,
        reconcile=False,
        counted=False,
        releases=True,
        remark=end.remark,
        reason=reason,
        evidence=end.evidence,
    )


def _open_effect(end: AttemptEnd, reason: Reason, rng: Random) -> Decision:
    """The tap was allowed and nothing proves it: only a script that can look may go on."""
    if not end.reconciles:
        return _unknown(end, Reason.OUTCOME_UNKNOWN, retry_safe=False)
    if end.other_account:
        return replace(_turned_away(end, reason), reconcile=True, releases=False)  # it looks again, and keeps its files
    if reason in NOT_BY_LOOKING or reason in LOOKED:
        return _unknown(end, reason, retry_safe=True)
    if end.reconciliations >= MAX_RECONCILIATIONS:
        return _unknown(end, Reason.OUTCOME_UNKNOWN, retry_safe=True)
    return Requeue(
        delay_s=rng.uniform(*RECONCILE_DELAY_S), reconcile=True, remark=end.remark, reason=reason, evidence=end.evidence
    )


def backoff(tries: int, rng: Random, first_s: float = BACKOFF_FIRST_S) -> float:
    """Seconds of full jitter after so many tries: up to `first_s` after the first, doubling to 10 min."""
    return rng.uniform(0.0, min(BACKOFF_MAX_S, first_s * 2.0 ** (max(tries, 1) - 1)))


def _failed(end: AttemptEnd, reason: Reason) -> Fail:
    remark = remarks.complete(reason, end.remark)
    return Fail(reason=reason, remark=remark, retry_safe=True, effect=Effect.NONE, evidence=end.evidence)


def _unknown(end: AttemptEnd, reason: Reason, *, retry_safe: bool) -> Fail:
    detail = f" ({end.reason}: {end.remark.rstrip('.')})" if end.remark else f" ({end.reason})"
    remark = (
        remarks.complete(reason, end.remark)
        if reason is not Reason.OUTCOME_UNKNOWN
        else (
            f"It may have been done and nothing proves it{detail}; look at the phone before retrying."
            if not retry_safe
            else f"It may have been done and nothing proves it{detail}; retry the task, which looks first."
        )
    )
    return Fail(reason=reason, remark=remark, retry_safe=retry_safe, effect=Effect.UNKNOWN, evidence=end.evidence)
