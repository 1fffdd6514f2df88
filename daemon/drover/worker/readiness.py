"""What a worker remembers of a phone that is not ready: what for, and when to look at it again."""

from typing import Final

from drover.phone.engine import PhoneNotReadyError
from drover.wire.devices import PhoneCondition
from drover.wire.tasks import Effect, Reason
from drover.wire.worker import Begin, Ended, Outcome, PhoneTrouble

IDLE_PROBE_S: Final = 60.0
FIRST_S, MOST_S, GROWTH = 1.0, 8.0, 1.5
"""How often a phone is looked at that waits for a person: often at first, because somebody may stand before it."""

PERHAPS_THE_PHONE: Final = frozenset({Reason.APP_CHANGED, Reason.TIMEOUT, Reason.INTERRUPTED, Reason.SCRIPT_ERROR})
"""Ends of which a lock screen or a full storage may be the cause. What an app itself says has another."""


class Readiness:
    """Of one phone. `look_again_s` is how long to wait before the next look while nothing else happens."""

    def __init__(self) -> None:
        self.condition: PhoneCondition | None = None
        self.look_again_s = IDLE_PROBE_S

    @property
    def doubts_input(self) -> bool:
        """Whether its touches were refused, so that only another touch can tell that they are not any more."""
        return self.condition is PhoneCondition.INPUT_FORBIDDEN

    def missed(self, error: PhoneNotReadyError) -> PhoneTrouble:
        """It waits for a person: no cure, only another look, soon and then less often. What to say of it."""
        known = self.look_again_s <= MOST_S
        self.look_again_s = min(self.look_again_s * GROWTH, MOST_S) if known else FIRST_S
        self.condition = error.condition
        return PhoneTrouble(why=error.words, condition=error.condition)

    def reached(self) -> None:
        """It is ready."""
        self.condition, self.look_again_s = None, IDLE_PROBE_S


def unbegun(message: Begin, error: PhoneNotReadyError) -> Ended:
    """The end of an attempt that came while its phone was not ready: nothing of it was done."""
    return Ended(
        fence=message.fence,
        outcome=Outcome.FAILED,
        effect=Effect.NONE,
        reason=Reason.INTERRUPTED,
        remark=str(error),
        condition=error.condition,
    )
