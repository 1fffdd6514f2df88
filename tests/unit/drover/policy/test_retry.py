"""What follows an attempt, for every effect and reason: the rules of DESIGN.md, "Durability and delivery", 4 and 5."""

import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.policy import remarks
from drover.policy.records import AttemptEnd, Complete, Fail, Requeue
from drover.policy.retry import LOOKED, MAX_RECONCILIATIONS, NOT_BY_LOOKING, SEEN_NOT_DONE, TRANSIENT, backoff, decide
from drover.wire.devices import PhoneCondition
from drover.wire.tasks import Effect, Reason

OPEN = (Effect.INTENT, Effect.SENT, Effect.UNKNOWN)


def end(
    effect: Effect,
    reason: Reason | None,
    *,
    reconciles: bool = True,
    tries: int = 1,
    reconciliations: int = 0,
    condition: PhoneCondition | None = None,
    untapped: bool = False,
    attempt: int = 1,
) -> AttemptEnd:
    return AttemptEnd(
        effect=effect,
        reconciles=reconciles,
        tries=tries,
        max_tries=3,
        reason=reason,
        remark="what happened",
        evidence=("a.png",),
        reconciliations=reconciliations,
        condition=condition,
        untapped=untapped,
        attempt=attempt,
    )


@pytest.mark.parametrize("reconciles", [True, False])
@pytest.mark.parametrize("effect", Effect)
def test_success_completes(effect: Effect, reconciles: bool) -> None:
    decision = decide(end(effect, None, reconciles=reconciles), Random(1))
    assert decision == Complete(remark="what happened", evidence=("a.png",))


@pytest.mark.parametrize(("reason", "reconciles"), list(itertools.product(Reason, [True, False])))
def test_what_is_proven_is_completed_whatever_happened_after(reason: Reason, reconciles: bool) -> None:
    assert isinstance(decide(end(Effect.CONFIRMED, reason, reconciles=reconciles, tries=9), Random(1)), Complete)


@pytest.mark.parametrize("reason", sorted(TRANSIENT))
def test_without_effect_what_passes_is_tried_three_times(reason: Reason) -> None:
    first_s = 3.0 if reason is Reason.INTERRUPTED else 10.0  # our own process ended: no one is to be spared
    for tries, longest in ((1, first_s), (2, 2 * first_s)):
        decision = decide(end(Effect.NONE, reason, reconciles=False, tries=tries), Random(1))
        assert isinstance(decision, Requeue)
        assert (decision.reconcile, decision.reason) == (False, reason)
        assert 0 <= decision.delay_s <= longest
    assert decide(end(Effect.NONE, reason, reconciles=False, tries=3), Random(1)) == Fail(
        reason=reason,
        remark=remarks.complete(reason, "what happened"),
        retry_safe=True,
        effect=Effect.NONE,
        evidence=("a.png",),
    )


@pytest.mark.parametrize("reason", sorted(set(Reason) - TRANSIENT))
def test_without_effect_what_needs_somebody_fails_at_once(reason: Reason) -> None:
    decision = decide(end(Effect.NONE, reason), Random(1))
    assert decision == Fail(
        reason=reason,
        remark=remarks.complete(reason, "what happened"),
        retry_safe=True,
        effect=Effect.NONE,
        evidence=("a.png",),
    )


@pytest.mark.parametrize("effect", OPEN)
@pytest.mark.parametrize("reason", sorted(set(Reason) - SEEN_NOT_DONE))
def test_what_cannot_look_is_never_run_again_by_itself(effect: Effect, reason: Reason) -> None:
    decision = decide(end(effect, reason, reconciles=False), Random(1))
    assert isinstance(decision, Fail)
    assert (decision.reason, decision.retry_safe, decision.effect) == (Reason.OUTCOME_UNKNOWN, False, Effect.UNKNOWN)
    assert reason.value in decision.remark
    assert "what happened" in decision.remark


@pytest.mark.parametrize("effect", OPEN)
@pytest.mark.parametrize("reason", sorted(set(Reason) - NOT_BY_LOOKING - LOOKED))
def test_what_can_look_looks_soon_even_when_tries_are_spent(effect: Effect, reason: Reason) -> None:
    decision = decide(end(effect, reason, tries=7, reconciliations=MAX_RECONCILIATIONS - 1), Random(1))
    assert isinstance(decision, Requeue)
    assert decision.reconcile
    assert decision.delay_s <= 10


@pytest.mark.parametrize("effect", OPEN)
def test_looking_is_bounded(effect: Effect) -> None:
    decision = decide(end(effect, Reason.TIMEOUT, reconciliations=MAX_RECONCILIATIONS), Random(1))
    assert isinstance(decision, Fail)
    assert (decision.reason, decision.retry_safe, decision.effect) == (Reason.OUTCOME_UNKNOWN, True, Effect.UNKNOWN)


@pytest.mark.parametrize("effect", OPEN)
@pytest.mark.parametrize("reason", sorted(NOT_BY_LOOKING | LOOKED))
def test_where_somebody_must_act_first_that_is_said(effect: Effect, reason: Reason) -> None:
    decision = decide(end(effect, reason), Random(1))
    assert isinstance(decision, Fail)
    assert (decision.reason, decision.retry_safe, decision.effect) == (reason, True, Effect.UNKNOWN)


@pytest.mark.parametrize("effect", [Effect.INTENT, Effect.SENT])
@pytest.mark.parametrize("reason", sorted(SEEN_NOT_DONE))
def test_a_tap_that_is_proven_not_to_be_followed_has_no_effect(reason: Reason, effect: Effect) -> None:
    decision = decide(end(effect, reason, reconciles=False), Random(1))
    assert isinstance(decision, Fail)
    assert (decision.reason, decision.retry_safe, decision.effect) == (reason, True, Effect.NONE)


@pytest.mark.parametrize("reason", sorted(SEEN_NOT_DONE))
def test_what_this_attempt_did_not_do_tells_nothing_of_an_earlier_one(reason: Reason) -> None:
    decision = decide(end(Effect.UNKNOWN, reason, reconciles=False), Random(1))
    assert isinstance(decision, Fail)
    assert (decision.reason, decision.retry_safe) == (Reason.OUTCOME_UNKNOWN, False)


ENDS = st.builds(
    AttemptEnd,
    effect=st.sampled_from(Effect),
    reconciles=st.booleans(),
    tries=st.integers(1, 10),
    max_tries=st.integers(1, 5),
    reason=st.none() | st.sampled_from(Reason),
    reconciliations=st.integers(0, 5),
)


@given(ENDS, st.randoms(use_true_random=False))
def test_r01_no_decision_lets_an_open_effect_begin_again_without_looking(ended: AttemptEnd, rng: Random) -> None:
    decision = decide(ended, rng)
    if isinstance(decision, Requeue):
        assert ended.reconciles or ended.effect is Effect.NONE
        assert decision.reconcile is (ended.effect is not Effect.NONE)
    if isinstance(decision, Fail) and not decision.retry_safe:
        assert decision.reason is Reason.OUTCOME_UNKNOWN


@given(st.integers(1, 100), st.randoms(use_true_random=False))
def test_backoff_is_full_jitter_from_10_s_doubling_to_10_min(tries: int, rng: Random) -> None:
    assert 0 <= backoff(tries, rng) <= min(600, 10 * 2 ** (tries - 1))


def test_backoff_uses_the_whole_range() -> None:
    rng = Random(7)
    found = [backoff(3, rng) for _ in range(500)]
    assert min(found) < 4
    assert max(found) > 36


# --- the phone as a whole


@pytest.mark.parametrize("condition", PhoneCondition)
@pytest.mark.parametrize(("tries", "reconciles"), [(1, True), (3, True), (9, False)])
def test_case_p7_a_phone_that_is_not_ready_uses_up_no_try(
    condition: PhoneCondition, tries: int, reconciles: bool
) -> None:
    found = end(Effect.NONE, Reason.INTERRUPTED, reconciles=reconciles, tries=tries, condition=condition)
    decision = decide(found, Random(1))
    assert isinstance(decision, Requeue)
    assert (decision.counted, decision.reconcile, decision.reason) == (False, False, Reason.INTERRUPTED)
    assert decision.remark == "what happened"


@pytest.mark.parametrize(("effect", "untapped"), [(Effect.INTENT, False), (Effect.SENT, False), (Effect.SENT, True)])
def test_case_p7_after_the_tap_the_rules_of_delivery_decide_as_ever(effect: Effect, untapped: bool) -> None:
    with_condition = {"condition": PhoneCondition.LOCKED, "untapped": untapped}
    for reconciles in (True, False):
        found = end(effect, Reason.INTERRUPTED, reconciles=reconciles, **with_condition)  # type: ignore[arg-type]
        assert decide(found, Random(1)) == decide(end(effect, Reason.INTERRUPTED, reconciles=reconciles), Random(1))


def test_case_p8_a_refused_commit_tap_begins_again_from_the_start() -> None:
    for reconciles in (True, False):
        found = end(
            Effect.INTENT,
            Reason.INTERRUPTED,
            reconciles=reconciles,
            condition=PhoneCondition.INPUT_FORBIDDEN,
            untapped=True,
        )
        decision = decide(found, Random(1))
        assert isinstance(decision, Requeue)
        assert (decision.reconcile, decision.counted, decision.untapped) == (False, False, True)


def test_an_attempt_that_was_to_look_looks_once_the_phone_is_ready() -> None:
    found = end(
        Effect.UNKNOWN, Reason.INTERRUPTED, reconciliations=MAX_RECONCILIATIONS, condition=PhoneCondition.LOCKED
    )
    decision = decide(found, Random(1))
    assert isinstance(decision, Requeue)
    assert (decision.reconcile, decision.counted) == (True, False)


@pytest.mark.parametrize(
    ("condition", "longest_s"), [(PhoneCondition.LOCKED, 60.0), (PhoneCondition.STORAGE_FULL, 600.0)]
)
def test_what_the_phone_denies_again_and_again_never_turns_hot(condition: PhoneCondition, longest_s: float) -> None:
    delays = [
        decide(end(Effect.NONE, Reason.INTERRUPTED, condition=condition, attempt=attempt), Random(1))
        for attempt in (1, 4, 50)
    ]
    first, fourth, last = (decision.delay_s for decision in delays if isinstance(decision, Requeue))
    assert 1.0 <= first <= 2.0
    assert 8.0 <= fourth <= 16.0
    assert longest_s / 2 <= last <= longest_s
