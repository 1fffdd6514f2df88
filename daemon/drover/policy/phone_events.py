"""What can happen to a phone: half of the contract inside the supervisor; the other half is phone_commands.py.

Here and not in supervisor/, because policy.phone takes them and policy imports nothing above it.
"""

from dataclasses import dataclass
from typing import Final

from drover.wire.devices import DeviceState, Identity, PhoneCondition

NOBODY: Final = Identity()

# --- adb's listing ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class TransportUsable:
    """A transport that was proven to lead to this phone works. `jitter` spreads the time that a restless phone waits.

    `address` is what its worker asks adb for, "" where that is its serial. `same_boot`: another phone answers alike,
    so that the worker may accept this very start only.
    """

    address: str = ""
    identity: Identity = NOBODY
    same_boot: bool = False
    jitter: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class TransportUnusable:
    """adb cannot use the phone now, or it is not proven which phone answers; `state` is how it is shown.

    `its_own`: the phone went, and not adb's server or the proof.
    """

    state: DeviceState
    reason: str
    its_own: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticked:
    """Time passed. A phone that stays away for `grace_s` seconds is lost."""

    grace_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryPlanned:
    """Something is tried about the phone in `in_s` seconds."""

    in_s: float


# --- its worker ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerStarted:
    """A process exists, the `starts`-th one; it opens the phone."""

    pid: int
    starts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerEnded:
    """The process ended with this exit status (or minus a signal); None for `retry_in_s` where no other is wanted."""

    status: int
    quarantined: bool = False
    retry_in_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneAnswered:
    """The worker talked to the phone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneTroubled:
    """The worker cannot use the phone. With a `condition` it answers, and waits for a person."""

    why: str
    condition: PhoneCondition | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneBlamed:
    """An attempt ended because of its phone; the worker opens it again and says when it answers."""

    fence: int
    why: str
    condition: PhoneCondition | None = None


# --- tasks --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskChosen:
    """A task is about to begin here. `account` is the key of the account that acts, "" where it is not known yet."""

    task_id: int
    account: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BeginAbandoned:
    """The task does not begin."""

    task_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptBegun:
    """The store has the attempt as begun."""

    task_id: int
    fence: int
    account: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountRecognised:
    """The attempt acts as this account from here on."""

    fence: int
    account: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptClosed:
    """The store has the attempt's end."""

    fence: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FilesBrought:
    """An attempt brings files that may stay behind in the phone's gallery."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftoversRead:
    """The answer to LookForLeftovers(due_at): files of these tasks stay; None where nothing was ever published."""

    due_at: float
    keep: tuple[int, ...] | None


# --- leases and account scans -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaseGranted:
    """Somebody gets the phone; `words` say who."""

    key: str
    words: str = "leased"


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskLeased:
    """The running attempt is a command, and gets a lease on its own phone."""

    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaseOver:
    """It was given back, ran out or was ended by an operator."""

    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CallsEnded:
    """Nothing that the lease asked for happens on the phone any more."""

    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanBegun:
    """Its accounts are read."""

    request_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanEnded:
    """They are read, or cannot be; `killed` says why the worker was ended over it."""

    request_id: int
    killed: str = ""


Event = (
    TransportUsable
    | TransportUnusable
    | Ticked
    | RecoveryPlanned
    | WorkerStarted
    | WorkerEnded
    | PhoneAnswered
    | PhoneTroubled
    | PhoneBlamed
    | TaskChosen
    | BeginAbandoned
    | AttemptBegun
    | AccountRecognised
    | AttemptClosed
    | FilesBrought
    | LeftoversRead
    | LeaseGranted
    | TaskLeased
    | LeaseOver
    | CallsEnded
    | ScanBegun
    | ScanEnded
)
