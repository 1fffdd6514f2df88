"""The small values that decisions take and give; shared by policy, store and supervisor. Stamps are aware UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from drover.wire.devices import PhoneCondition
from drover.wire.tasks import Effect, Reason


@dataclass(frozen=True, kw_only=True)
class NewTask:
    """A task about to be stored. `not_before` is the earliest start, `pause_s` the pause after its group's last one."""

    serial: str
    username: str | None = None
    platform: str = "tiktok"
    package: str = ""
    script_name: str
    script_config: dict[str, Any]
    source: str = "api"
    group_id: str = ""
    priority: int = 0
    scheduled_at: datetime | None = None
    pause_s: float = 0.0
    max_retry_count: int = 3


@dataclass(frozen=True, kw_only=True)
class Head:
    """The first eligible task of an account queue of a device's queue.

    `account` is the key of policy.pace that it acts as, "" for one that looks what an unknown account did.
    """

    task_id: int
    serial: str
    priority: int
    script_name: str = ""
    account: str = ""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """An attempt that has begun. `fence` is unique for ever; `reconcile`: an earlier one may have had its effect.

    `account` is the key of policy.pace that it counts under; `logged_in_as` is the handle that its app was last seen
    with, "" where that is not known.
    """

    fence: int
    task_id: int
    attempt: int
    serial: str
    boot_id: str
    effect: Effect
    reconcile: bool
    platform: str = "tiktok"
    package: str = ""
    account: str = ""
    logged_in_as: str = ""


@dataclass(frozen=True, kw_only=True)
class AttemptEnd:
    """What is known when an attempt ends. `effect` is the furthest that was recorded durably.

    `tries` counts automatic tries of this round (a manual retry begins a new round), `reconciles` whether the script
    can find out by looking; `reason` is None only for success. `reconciliations` counts those of them that began by
    looking.
    `own_word`: what the script reports about its end stands, because no one else can know its effect. `condition`: the
    phone as a whole stood in the way. `untapped`: the phone refused the commit tap, so nothing was done under the
    intent. `attempt` is the attempt's number. `other_account`: before it did anything, it found the app logged in as an
    account that may not act now.
    """

    effect: Effect
    reconciles: bool
    tries: int
    max_tries: int
    reason: Reason | None
    remark: str = ""
    evidence: tuple[str, ...] = ()
    reconciliations: int = 0
    own_word: bool = False
    condition: PhoneCondition | None = None
    untapped: bool = False
    attempt: int = 1
    other_account: bool = False


@dataclass(frozen=True, kw_only=True)
class AttemptFacts:
    """What the store knows of an attempt that is about to end. `effect` is UNKNOWN at least where an earlier attempt
    left it open."""

    task_id: int
    script_name: str
    effect: Effect
    tries: int
    max_tries: int
    reconciliations: int
    attempt: int = 1

    def ended(
        self,
        *,
        reconciles: bool,
        reason: Reason | None,
        remark: str = "",
        evidence: tuple[str, ...] = (),
        own_word: bool = False,
        condition: PhoneCondition | None = None,
        untapped: bool = False,
        other_account: bool = False,
    ) -> AttemptEnd:
        """These facts with what is known of the end itself."""
        return AttemptEnd(
            effect=self.effect,
            reconciles=reconciles,
            tries=self.tries,
            max_tries=self.max_tries,
            reason=reason,
            remark=remark,
            evidence=evidence,
            reconciliations=self.reconciliations,
            own_word=own_word,
            condition=condition,
            untapped=untapped,
            attempt=self.attempt,
            other_account=other_account,
        )


@dataclass(frozen=True, kw_only=True)
class Complete:
    """The task is completed."""

    remark: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fail:
    """The task has failed; `retry_safe` is False where a repeat could double the effect."""

    reason: Reason
    remark: str
    retry_safe: bool
    effect: Effect
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Requeue:
    """The task goes back to pending for `delay_s` seconds; `reconcile` makes the next attempt look first.

    `counted` False: the attempt used up no try. `releases`: it gives its files back. `untapped`: what is recorded of it
    is an intent that the phone itself refused to carry out.
    """

    delay_s: float
    reconcile: bool
    remark: str
    evidence: tuple[str, ...] = field(default=())
    reason: Reason | None = None
    counted: bool = True
    releases: bool = False
    untapped: bool = False


Decision = Complete | Fail | Requeue
