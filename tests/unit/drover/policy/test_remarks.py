"""Every task that did not simply complete says in one sentence what happened and what to do."""

import re
from datetime import timedelta
from random import Random

import pytest

from drover.policy import remarks
from drover.policy.records import AttemptEnd, Fail
from drover.policy.retry import decide
from drover.wire.tasks import Effect, Reason

ONE_SENTENCE = re.compile(r"[^.]+(?:\.\S[^.]*)*\.")
"""One full stop, at the end; a dot inside a word, such as that of an address, is none."""


@pytest.mark.parametrize("reconciles", [True, False])
@pytest.mark.parametrize("effect", [Effect.NONE, Effect.SENT])
@pytest.mark.parametrize("told", ["", "The phone 127.0.0.1:5555 did not answer", "It took too long; check the phone."])
@pytest.mark.parametrize("reason", Reason)
def test_every_failure_says_what_happened_and_what_to_do(
    reason: Reason, told: str, effect: Effect, reconciles: bool
) -> None:
    end = AttemptEnd(
        effect=effect,
        reconciles=reconciles,
        tries=9,
        max_tries=3,
        reason=reason,
        remark=told,
        evidence=(),
        reconciliations=9,
    )
    decision = decide(end, Random(1))
    assert isinstance(decision, Fail)
    assert ONE_SENTENCE.fullmatch(decision.remark), decision.remark
    assert told.rstrip(".") in decision.remark
    assert "; " in decision.remark
    assert decision.remark == remarks.complete(decision.reason, decision.remark), "it says what to do exactly once"


OWN = {
    "stopped": remarks.STOPPED,
    "stopped before it began": remarks.STOPPED_UNBEGUN,
    "stopped while waiting": remarks.STOPPED_WAITING,
    "shut down": remarks.SHUT_DOWN,
    "daemon died": remarks.DAEMON_DIED,
    "worker gone": remarks.WORKER_GONE,
    "worker ended": remarks.worker_ended("127.0.0.1:5555", -9),
    "refused": remarks.refused("R58M1", "seen already"),
    "missed": remarks.missed(timedelta(minutes=42)),
    "lost": remarks.device_lost("127.0.0.1:5555", 12),
    "outlived": remarks.outlived("R58M1", 600),
}


@pytest.mark.parametrize("name", OWN)
def test_what_drover_itself_says_is_one_sentence_that_goes_on(name: str) -> None:
    said = remarks.complete(Reason.INTERRUPTED, OWN[name])
    assert ONE_SENTENCE.fullmatch(said), said
    assert said.count("; ") == 1


def test_advice_exists_for_every_reason() -> None:
    assert set(remarks.ADVICE) == set(Reason)
