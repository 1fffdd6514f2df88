"""How attempts end: decided inside the store's transaction, by what is recorded and not by hearsay."""

import random
from collections.abc import Callable
from typing import Protocol

from drover.policy import retry
from drover.policy.catalog import GENERIC, Delivery
from drover.policy.records import AttemptFacts, Decision
from drover.supervisor.settings import Settings
from drover.wire.devices import PhoneCondition
from drover.wire.tasks import Reason


class DeliveryRules(Protocol):
    """Knows by which rules an attempt of a script ends."""

    def delivery(self, name: str, /) -> Delivery: ...


class Endings:
    """By the rules of each script's delivery, and the pauses of the configuration in force."""

    def __init__(self, settings: Settings, scripts: DeliveryRules, rng: random.Random) -> None:
        self._settings = settings
        self._scripts = scripts
        self._rng = rng

    def decide(
        self,
        script: str,
        reason: Reason | None,
        remark: str,
        evidence: tuple[str, ...] = (),
        *,
        condition: PhoneCondition | None = None,
        untapped: bool = False,
        other_account: bool = False,
    ) -> Callable[[AttemptFacts], Decision]:
        """What the end of an attempt of this script means, by the facts that the transaction finds."""
        delivery, rng = self._scripts.delivery(script), self._rng

        def decide(facts: AttemptFacts) -> Decision:
            end = facts.ended(
                reconciles=delivery.reconciles,
                own_word=delivery.own_word,
                reason=reason,
                remark=remark,
                evidence=evidence,
                condition=condition,
                untapped=untapped,
                other_account=other_account,
            )
            return retry.decide(end, rng)

        return decide

    def pause_s(self, platform: str = "") -> float:
        """How long the account pauses after an attempt. A generic command acts as no account, so none has to."""
        return 0.0 if platform == GENERIC else self._settings.pace.draw_pause(self._rng)
