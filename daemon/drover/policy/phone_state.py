"""One phone: what is known of it, its one occupant, and how it is shown. phone.py says what happens to it.

How it is shown follows from the rest and is never set by itself, so that the two cannot differ.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from drover.policy.flapping import Flapping
from drover.policy.phone_events import TransportUnusable, TransportUsable
from drover.wire.devices import DeviceState, PhoneCondition

# --- occupants: who has the phone, by the number or key under which they keep what else they know ------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    """A task is about to begin: its attempt is on its way into the store."""

    task_id: int
    account: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """An attempt runs, and acts as `account`. `lease` is the key of a command's own lease, "" for every other task."""

    task_id: int
    fence: int
    account: str = ""
    lease: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leased:
    """Somebody drives it directly."""

    key: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Returning:
    """Its lease is over, and its last calls have not ended yet."""

    key: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountScan:
    """Its accounts are read."""

    request_id: int


Occupant = Beginning | Running | Leased | Returning | AccountScan


# --- the rest of it -----------------------------------------------------------------------------------------------


class WorkerState(StrEnum):
    """What the phone's worker does."""

    NONE = "none"  # there is none, and none is awaited
    OPENING = "opening"  # its process exists and has not opened the phone yet
    OPEN = "open"  # it has, and takes what comes
    ENDED = "ended"  # its process ended; another follows
    QUARANTINED = "quarantined"  # its processes ended too often; until one has opened the phone


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """What is wrong with the phone by its worker's last word, "" if nothing. `hangs`: it gives its worker no answer."""

    why: str = ""
    condition: PhoneCondition | None = None
    hangs: bool = False


FINE: Final = Word()
STEADY: Final = Flapping()
LONG_AGO: Final = float("-inf")
"""A moment before all others: of files that an earlier boot may have left, of a line of the log never written."""
NOT_SEEN: Final = TransportUnusable(state=DeviceState.ABSENT, reason="not seen since the daemon started")


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """`admitted`: a proven transport works and the phone is used by it. `held`: why one that works is not yet.

    `looked`: its worker has spoken since the phone was admitted. `away_since`, `clean_at` (when files of ours may have
    been left in its gallery) and `flapping_noted_at` are monotonic seconds; the stamps are aware UTC.
    """

    serial: str
    state: DeviceState = DeviceState.ABSENT
    reason: str = ""
    condition: PhoneCondition | None = None
    state_since: datetime | None = None
    deadline: datetime | None = None
    last_seen: datetime | None = None
    occupant: Occupant | None = None
    listed: TransportUsable | TransportUnusable = NOT_SEEN
    admitted: bool = False
    held: str = ""
    away_since: float | None = None
    flapping: Flapping = STEADY
    flapping_noted_at: float = LONG_AGO
    worker: WorkerState = WorkerState.NONE
    worker_pid: int | None = None
    worker_starts: int = 0
    word: Word = FINE
    looked: bool = False
    clean_at: float = LONG_AGO

    @property
    def free(self) -> bool:
        """Whether it may be given to a task, lease or scan now."""
        return self.occupant is None and self.state is DeviceState.IDLE

    @property
    def task_id(self) -> int | None:
        """The task whose attempt runs."""
        return self.occupant.task_id if isinstance(self.occupant, Running) else None

    @property
    def restless(self) -> bool:
        """Whether it comes and goes, so that its changes would drown the log."""
        return self.flapping.absences > 1

    @property
    def waits_for_time(self) -> bool:
        """Whether something happens to it by time alone."""
        return bool(self.held) or self.away_since is not None


changed = msgspec.structs.replace
"""The phone with other fields: in C, since it happens with each event."""


def shown(phone: Phone) -> tuple[DeviceState, str, PhoneCondition | None]:
    """How the phone is shown: state, reason, and what keeps one that answers from getting tasks.

    While adb does not have it, adb's reason tells a person what to do; a worker that cannot reach it knows only that.
    """
    word, occupant = phone.word, phone.occupant
    if phone.held:
        return DeviceState.OFFLINE, phone.held, None
    if isinstance(phone.listed, TransportUnusable):
        return phone.listed.state, phone.listed.reason, None
    if phone.worker is WorkerState.QUARANTINED:
        return DeviceState.QUARANTINED, word.why, word.condition
    if phone.worker in (WorkerState.OPENING, WorkerState.ENDED):
        return DeviceState.PREPARING, word.why, word.condition
    if isinstance(occupant, Running):
        return DeviceState.BUSY, f"task {occupant.task_id}", None
    if not phone.looked:
        return DeviceState.PREPARING, word.why or "adb lists it", word.condition
    if isinstance(occupant, Leased | Returning):
        return DeviceState.LEASED, word.why or occupant.words, word.condition
    if isinstance(occupant, AccountScan):
        return DeviceState.LEASED, word.why or "its accounts are read", word.condition
    if word.why:
        return DeviceState.PREPARING, word.why, word.condition
    return DeviceState.IDLE, "", None
