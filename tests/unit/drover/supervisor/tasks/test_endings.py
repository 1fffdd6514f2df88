"""How an attempt ends follows from what the transaction finds, the script's rules, and the configuration in force."""

import random
from typing import Any

import pytest

from drover.config import Config, PaceSection
from drover.policy.catalog import GENERIC, Delivery
from drover.policy.records import AttemptFacts, Complete, Decision, Fail, Requeue
from drover.supervisor.settings import Settings
from drover.supervisor.tasks.endings import Endings
from drover.wire.devices import PhoneCondition
from drover.wire.tasks import Effect, Reason

RULES = {
    "follow": Delivery(reconciles=True),
    "post": Delivery(reconciles=False),
    "my.py": Delivery(reconciles=False, own_word=True),
}


class Rules:
    """The rules of these scripts."""

    def delivery(self, name: str, /) -> Delivery:
        return RULES[name]


def facts(effect: Effect, **more: Any) -> AttemptFacts:
    values: dict[str, Any] = {"tries": 1, "max_tries": 3, "reconciliations": 0, **more}
    return AttemptFacts(task_id=1, script_name="", effect=effect, **values)


def ended(script: str, reason: Reason | None, effect: Effect = Effect.NONE, **more: Any) -> Decision:
    return Endings(Settings(Config()), Rules(), random.Random(1)).decide(script, reason, "why", **more)(facts(effect))


def test_what_a_script_says_counts_for_less_than_what_is_recorded() -> None:
    assert isinstance(ended("follow", Reason.TIMEOUT, Effect.NONE), Requeue)
    looks = ended("follow", Reason.TIMEOUT, Effect.INTENT)
    assert isinstance(looks, Requeue)
    assert looks.reconcile
    blind = ended("post", Reason.TIMEOUT, Effect.INTENT)
    assert isinstance(blind, Fail)
    assert (blind.reason, blind.retry_safe) == (Reason.OUTCOME_UNKNOWN, False)
    assert isinstance(ended("post", Reason.TIMEOUT, Effect.CONFIRMED), Complete)


def test_a_command_is_believed_what_it_says_of_itself() -> None:
    failed = ended("my.py", Reason.SCRIPT_ERROR, Effect.INTENT)
    assert isinstance(failed, Fail)
    assert failed.reason is Reason.SCRIPT_ERROR


@pytest.mark.parametrize(
    ("reason", "more"),
    [
        (Reason.INTERRUPTED, {"condition": PhoneCondition.LOCKED}),
        (Reason.WRONG_ACCOUNT, {"other_account": True}),
    ],
)
def test_what_is_no_fault_of_the_task_costs_it_no_try(reason: Reason, more: dict[str, Any]) -> None:
    decision = ended("follow", reason, **more)
    assert isinstance(decision, Requeue)
    assert not decision.counted


def test_a_tap_that_the_phone_refused_was_none_and_evidence_is_kept() -> None:
    said: dict[str, Any] = {"condition": PhoneCondition.LOCKED, "untapped": True, "evidence": ("a.png",)}
    decision = ended("post", Reason.INTERRUPTED, Effect.INTENT, **said)
    assert isinstance(decision, Requeue)
    assert (decision.untapped, decision.evidence) == (True, ("a.png",))


def test_an_account_pauses_by_the_configuration_in_force_and_no_account_not_at_all() -> None:
    settings = Settings(Config(pace=PaceSection(pause_min_s=5.0, pause_max_s=5.0)))
    endings = Endings(settings, Rules(), random.Random(1))
    assert (endings.pause_s("tiktok"), endings.pause_s(GENERIC)) == (5.0, 0.0)
    settings.replace(Config(pace=PaceSection(pause_min_s=7.0, pause_max_s=9.0)))
    assert all(7.0 <= endings.pause_s("tiktok") <= 9.0 for _ in range(20))
