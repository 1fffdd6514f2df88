"""What policy.phone asks for: the other half of the contract inside the supervisor. supervisor.app carries it out."""

from dataclasses import dataclass

from drover.wire.devices import Identity
from drover.wire.tasks import Reason
from drover.wire.worker import ToWorker


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepWorker:
    """Have a worker for this phone, by this address; one that uses another is replaced."""

    address: str
    identity: Identity
    same_boot: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class EndWorker:
    """Have no worker for this phone any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordWorker:
    """Remember the process, so that the next boot can end it."""

    pid: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Send:
    """Tell its worker; one that cannot take it has ended, and that is another event."""

    message: ToWorker


@dataclass(frozen=True, kw_only=True, slots=True)
class Publish:
    """What is shown of the phone has changed: write it down and tell subscribers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ForgetLogins:
    """Its apps have changed: one that was removed or installed again may be logged in as somebody else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteFlapping:
    """Say in the log that it comes and goes."""

    absences: int
    hold_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class WakeDispatcher:
    """A task may be able to begin."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseAttempt:
    """Its worker can say no more of it: close it by what is recorded."""

    fence: int
    reason: Reason
    remark: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EndLease:
    """Its phone was lost: the lease is over."""

    key: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EndCalls:
    """No direct call on the phone will be answered any more."""

    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FailScan:
    """The phone's accounts cannot be read any more."""

    request_id: int
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LookForLeftovers:
    """Ask the store which files of ours may be taken out of the gallery; answered by LeftoversRead."""

    due_at: float


Command = (
    KeepWorker
    | EndWorker
    | RecordWorker
    | Send
    | Publish
    | ForgetLogins
    | NoteFlapping
    | WakeDispatcher
    | CloseAttempt
    | EndLease
    | EndCalls
    | FailScan
    | LookForLeftovers
)
