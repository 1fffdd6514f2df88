"""The transports that adb lists now, and whose each of them is: proven by what the phone behind it answered.

Learned again in each boot and after each interruption: an address may belong to another phone by now. Knows names
only; presence.py and the worker_pool act on them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from drover.policy import transports
from drover.policy.transports import USABLE, Transport
from drover.supervisor import clock
from drover.wire.devices import Connection, Identity

IDENTIFYING = "identifying"
"""The state of a device, in place of adb's word, whose transport works and is not proven to be its own yet."""


@dataclass(eq=False)
class Link:
    """One transport from its appearance until adb drops or changes it. `device` is "" until it is proven.

    `trouble` says in words why it is not; `hangs`, whether the phone gives no answer. `since` and
    `asked_at` are monotonic.
    """

    transport: Transport
    device: str = ""
    identity: Identity = field(default_factory=Identity)
    proof: str = ""
    trouble: str = ""
    hangs: bool = False
    asked_at: float = float("-inf")
    since: float = field(default_factory=clock.monotonic_s)


class KnownDevices(Protocol):
    """Knows which names are devices' own."""

    def is_device(self, serial: str) -> bool: ...


class Transports:
    """The links by their keys, and who owns which name."""

    def __init__(self, known: KnownDevices) -> None:
        self._known = known
        self._links: dict[str, Link] = {}
        self._labels: dict[str, str] = {}
        self._proven: dict[str, list[Link]] = {}
        self._owner: dict[str, str] = {}
        self._current: dict[str, str] = {}

    # --- what adb lists

    def update(self, listing: Iterable[Transport]) -> list[Link]:
        """Take a listing; the links that must be identified: new ones, and those that work again."""
        before, self._links = self._links, {}
        for transport in listing:
            old = before.get(transport.key)
            same = old is not None and old.transport == transport
            self._links[transport.key] = old if same and old is not None else Link(transport=transport)
        names = Counter(link.transport.name for link in self._links.values())
        self._labels = {key: _label(link.transport, names) for key, link in self._links.items()}
        self._group()
        usable = [link for link in self._links.values() if link.transport.state == USABLE]
        return [link for link in usable if before.get(link.transport.key) is not link]

    def is_listed(self, link: Link) -> bool:
        """Whether adb lists this transport still, without an interruption."""
        return self._links.get(link.transport.key) is link

    def listing(self) -> list[Transport]:
        return [link.transport for link in self._links.values()]

    def renew(self, link: Link) -> list[Link]:
        """Take back what was proven of a link; the one in its place, which must be identified again."""
        if not self.is_listed(link):
            return []
        renewed = self._links[link.transport.key] = Link(transport=link.transport)
        self._group()
        return [renewed]

    # --- what is proven

    def prove(self, link: Link, device: str, why: str) -> None:
        """The phone behind this link is that device."""
        link.device, link.proof, link.trouble, link.hangs = device, why, "", False
        self._owner[self.label(link)] = self._owner[link.transport.name] = device
        self._group()

    def rename(self, device: str, other: str) -> None:
        """What was `other`'s is `device`'s: they turned out to be one phone."""
        for name, owner in self._owner.items():
            if owner == other:
                self._owner[name] = device
        for link in self._links.values():
            if link.device == other:
                link.device = device
        self._current.pop(other, None)
        self._group()

    def _group(self) -> None:
        self._proven = {}
        for link in self._links.values():
            if link.device:
                self._proven.setdefault(link.device, []).append(link)

    def forget(self, device: str) -> None:
        """The device is remembered no more."""
        self._owner = {name: owner for name, owner in self._owner.items() if owner != device}
        self._current.pop(device, None)

    def proven(self) -> list[Link]:
        """The links whose phone is known, in adb's order."""
        return [link for links in self._proven.values() for link in links]

    def in_use(self, device: str) -> Link | None:
        """The proven link by which a device is driven; chooses it where the one before is gone."""
        mine = self._proven.get(device, [])
        chosen = transports.driver([link.transport for link in mine], self._current.get(device))
        if chosen is None:
            return None
        self._current[device] = chosen.key
        return self._links[chosen.key]

    def address(self, link: Link) -> str:
        """What a worker asks adb for: the name, or the cable's path where the name would not be enough."""
        clear = self.label(link) == link.transport.name
        return link.transport.name if clear or not link.transport.usb else link.transport.usb

    def device_of(self, name: str) -> str:
        """The device that is called so, or else is reached so; the name itself if there is none."""
        if self._known.is_device(name):
            return name
        for link in self.proven():
            if link.transport.name == name:
                return link.device
        return self._owner.get(name, name)

    # --- what is shown

    def found(self) -> dict[str, tuple[str, str]]:
        """The state of each listed device by its best transport: adb's word or IDENTIFYING, and why."""
        found: dict[str, tuple[str, str]] = {}
        for link in self._links.values():
            state = (link.transport.state, link.trouble)
            if link.transport.state == USABLE and not link.device:
                state = (IDENTIFYING, link.trouble)
            name = self._shown_as(link)
            if state == (IDENTIFYING, "") and not self._known.is_device(name):
                continue  # it will have answered in a moment, and its name is not known before
            if name not in found or _rank(state[0]) < _rank(found[name][0]):
                found[name] = state
        return found

    def sick(self, device: str) -> Transport | None:
        """The transport that keeps a device from being used: one that does not work, where there is one."""
        mine = [link.transport for link in self._links.values() if self._shown_as(link) == device]
        return next((one for one in mine if one.state != USABLE), mine[0] if mine else None)

    def hangs(self, device: str) -> bool:
        """Whether the phone does not even say who it is."""
        return any(link.hangs and self._shown_as(link) == device for link in self._links.values())

    def connections(self) -> dict[str, list[Connection]]:
        """The listed transports of each device for people, the one in use first."""
        found: dict[str, list[Connection]] = {}
        for link in self._links.values():
            current = bool(link.device) and self.in_use(link.device) is link
            shown = found.setdefault(self._shown_as(link), [])
            shown.insert(0 if current else len(shown), _connection(link, in_use=current))
        return found

    def _shown_as(self, link: Link) -> str:
        """The device that a transport is shown under; until it is proven, the one that had its name last."""
        return link.device or self._owner.get(self.label(link)) or self.label(link)

    def label(self, link: Link) -> str:
        """The name of a transport whose phone is not known: adb's, where it has one that is clear."""
        return self._labels.get(link.transport.key, link.transport.name)


def _label(transport: Transport, names: Mapping[str, int]) -> str:
    if transport.named and names[transport.name] <= 1:
        return transport.name
    return transport.usb or f"{transport.name}-{transport.id}"


def _connection(link: Link, *, in_use: bool) -> Connection:
    one = link.transport
    return Connection(
        name=one.name, kind=one.kind, state=one.state, usb=one.usb, in_use=in_use, proof=link.proof or link.trouble
    )


def _rank(state: str) -> int:
    return {USABLE: 0, IDENTIFYING: 1}.get(state, 2)
