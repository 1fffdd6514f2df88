"""Who holds which phone and who waits for one: the rules of leases. No I/O; times are monotonic seconds, passed in.

The first who asked gets the phone; time alone ends what no one extends.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

MAX_WAITING: Final = 100
REMEMBERED: Final = 1000
"""Ended leases whose reason is kept, so that a client that comes too late can learn why."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Somebody wants a phone. `key` stands for the session id; `until` is when waiting ends."""

    key: str
    serial: str
    label: str
    ttl_s: int
    asked_at: float
    until: float


@dataclass(frozen=True, kw_only=True)
class Held:
    """A live lease. One that belongs to a task ends with it (`expires_at` None) and takes no phone from the pool."""

    key: str
    serial: str
    label: str
    ttl_s: int
    taken_at: float
    expires_at: float | None
    task_id: int | None = None


class LeaseBook:
    """The terms of live leases by their keys, and the line of those who wait, in the order in which they asked.

    Which of them has a phone, the phone itself says; `is_free` asks it.
    """

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._line: list[Wish] = []
        self._ended: dict[str, str] = {}

    @property
    def held(self) -> list[Held]:
        return sorted(self._held.values(), key=_serial_of)

    @property
    def line(self) -> list[Wish]:
        return list(self._line)

    def of(self, key: str) -> Held | None:
        """The lease of this key."""
        return self._held.get(key)

    def wanted(self, serial: str) -> bool:
        """Whether a client waits for this phone."""
        return any(wish.serial == serial for wish in self._line)

    def claims(self, is_free: Callable[[str], bool]) -> int:
        """Device slots that belong to those in line: their phones are free and only the plan's limit keeps them."""
        return sum(map(is_free, {wish.serial for wish in self._line}))

    def why_ended(self, key: str) -> str | None:
        """Why the lease of this key is over; None if no one remembers one."""
        return self._ended.get(key)

    # --- taking

    def take(self, wish: Wish, *, is_free: Callable[[str], bool], slots: int) -> Held | None:
        """The lease, if the phone is free and no one who came before needs it or the last device slot; else None."""
        if not is_free(wish.serial) or self.wanted(wish.serial):
            return None
        return self._grant(wish, wish.asked_at) if slots > self.claims(is_free) else None

    def take_for_task(self, key: str, serial: str, label: str, task_id: int, now: float) -> Held:
        """The lease that a running task has on its own phone."""
        held = Held(key=key, serial=serial, label=label, ttl_s=0, taken_at=now, expires_at=None, task_id=task_id)
        self._held[key] = held
        return held

    def wait(self, wish: Wish) -> bool:
        """Stand in line; False if it is full."""
        if len(self._line) >= MAX_WAITING:
            return False
        self._line.append(wish)
        return True

    def leave(self, key: str) -> None:
        """Wait no more."""
        self._line = [wish for wish in self._line if wish.key != key]

    def serve(self, *, is_free: Callable[[str], bool], slots: int, now: float) -> list[Held]:
        """The leases that those in line get now: first come, first served, each phone to one, within the slots."""
        granted: list[Held] = []
        for wish in list(self._line):
            if len(granted) >= slots:
                break
            if is_free(wish.serial) and wish.serial not in {held.serial for held in granted}:
                self._line.remove(wish)
                granted.append(self._grant(wish, now))
        return granted

    def _grant(self, wish: Wish, now: float) -> Held:
        held = Held(
            key=wish.key, serial=wish.serial, label=wish.label, ttl_s=wish.ttl_s,
            taken_at=now, expires_at=now + wish.ttl_s,
        )  # fmt: skip
        self._held[wish.key] = held
        return held

    # --- keeping and ending

    def extend(self, key: str, ttl_s: int | None, now: float) -> Held | None:
        """The lease with its new end; None if it is over."""
        held = self.of(key)
        if held is None or held.expires_at is None:
            return held
        seconds = held.ttl_s if ttl_s is None else ttl_s
        extended = replace(held, ttl_s=seconds, expires_at=now + seconds)
        self._held[key] = extended
        return extended

    def end(self, key: str, why: str) -> Held | None:
        """End this lease; None if it is over already."""
        held = self._held.pop(key, None)
        if held is not None:
            self._ended[held.key] = why
            while len(self._ended) > REMEMBERED:
                del self._ended[next(iter(self._ended))]
        return held

    def expired(self, now: float) -> list[Held]:
        """The leases whose time is over; they are ended by this."""
        over = [held for held in self._held.values() if held.expires_at is not None and held.expires_at <= now]
        for held in over:
            self.end(held.key, f"it was not extended within its {held.ttl_s} s")
        return over

    def given_up(self, now: float) -> list[Wish]:
        """Those who have waited long enough; they have left the line."""
        over = [wish for wish in self._line if wish.until <= now]
        for wish in over:
            self.leave(wish.key)
        return over

    def next_moment(self) -> float | None:
        """When something ends by itself."""
        ends = [held.expires_at for held in self._held.values() if held.expires_at is not None]
        return min((*ends, *(wish.until for wish in self._line)), default=None)


def _serial_of(held: Held) -> str:
    return held.serial
