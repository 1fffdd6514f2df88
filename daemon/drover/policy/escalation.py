"""What is tried, in which order, for a phone that adb lists and cannot use, and what a person reads meanwhile."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from drover.policy.transports import Transport
from drover.wire.devices import DeviceState, TransportKind

STEP_EVERY_S: Final = 30.0
ROUND_EVERY_S: Final = 300.0
"""After the last step comes a rest, then the first step again: a phone may be repaired by hand at any time."""

PREPARE_S: Final = 60.0
"""A phone that its worker cannot open within this hangs: adb says it is there, and it answers nothing."""


class Step(StrEnum):
    """One escalation step. None of them touches another phone's connection."""

    RECONNECT = "reconnect"  # this transport alone
    RECONNECT_OFFLINE = "reconnect offline"  # every transport that does not work, and only those
    FORGET = "forget and connect again"  # network phones only: adb drops it and dials again


LADDER: Final[dict[DeviceState, tuple[Step, ...]]] = {
    DeviceState.UNAUTHORIZED: (Step.RECONNECT, Step.RECONNECT_OFFLINE, Step.FORGET),
    DeviceState.OFFLINE: (Step.RECONNECT, Step.RECONNECT_OFFLINE, Step.FORGET),
    DeviceState.PREPARING: (Step.RECONNECT, Step.FORGET),
}
"""States for which there are steps. A hanging phone works for adb, so `reconnect offline` would pass it by."""

PERSON: Final[dict[DeviceState, str]] = {
    DeviceState.UNAUTHORIZED: "unlock the phone and allow USB debugging for this computer",
    DeviceState.OFFLINE: "if that stays, check its cable or Wi-Fi and its power",
    DeviceState.PREPARING: "if that stays, look at the phone and restart it",
    DeviceState.QUARANTINED: "look at the daemon's log for what its worker died of",
    DeviceState.ABSENT: "attach it or check its cable or Wi-Fi",
}
"""What a person can do about a phone in this state; it stands in the device's reason."""


SICK: Final = frozenset({"device", "offline", "unauthorized"})
"""States of a transport, in adb's words, that a reconnection may end. In every other one the phone does something else
on purpose, or is about to come: cutting its connection would break a flash that is under way."""

CUT: Final = frozenset({"offline", "unauthorized"})
"""The sick ones among those that `reconnect offline` cuts. It cuts these, too: connecting, authorizing, detached."""

_SPARED: Final = frozenset({"connecting", "authorizing", "detached"})

_DIALLED: Final = (TransportKind.NETWORK, TransportKind.WIRELESS)


def is_dialled(transport: Transport) -> bool:
    """Whether adb reaches the phone by network and can dial it again."""
    return transport.kind in _DIALLED


def steps(state: DeviceState, transport: Transport | None) -> tuple[Step, ...]:
    """The steps for a phone in this state, by its transport; empty where adb can do nothing, or must not."""
    if transport is None or transport.state not in SICK:
        return ()
    return tuple(step for step in LADDER.get(state, ()) if step is not Step.FORGET or is_dialled(transport))


def next_step(state: DeviceState, transport: Transport, done: int) -> Step | None:
    """The step after `done` of them in this round; None when the round is over."""
    known = steps(state, transport)
    return known[done] if done < len(known) else None


def pause_s(state: DeviceState, transport: Transport, done: int) -> float:
    """Seconds until the next step, when `done` have been taken."""
    return STEP_EVERY_S if done < len(steps(state, transport)) else ROUND_EVERY_S


def sparing(step: Step, listing: Iterable[Transport]) -> Step:
    """The step, or a milder one where it would cut a phone that is about to come or was let go on purpose."""
    harms = step is Step.RECONNECT_OFFLINE and any(one.state in _SPARED for one in listing)
    return Step.RECONNECT if harms else step


def services(step: Step, transport: Transport) -> tuple[str, ...]:
    """What the adb server is asked for."""
    match step:
        case Step.RECONNECT:
            return (f"{transport.host_prefix}:reconnect",)
        case Step.RECONNECT_OFFLINE:
            return ("host:reconnect-offline",)
        case Step.FORGET:
            return (f"host:disconnect:{transport.name}", f"host:connect:{transport.name}")
