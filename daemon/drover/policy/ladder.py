"""What is tried, in which order, for a phone that adb lists and cannot use, and what a person is told meanwhile."""

from enum import StrEnum
from typing import Final

from drover.wire.devices import DeviceState

STEP_EVERY_S: Final = 30.0
ROUND_EVERY_S: Final = 300.0
"""After the last step the ladder rests, then begins anew: a phone may be mended by hand at any time."""

PREPARE_S: Final = 60.0
"""A phone that its worker cannot open within this hangs: adb says it is there, and it answers nothing."""


class Step(StrEnum):
    """One cure. None of them touches another phone's connection."""

    RECONNECT = "reconnect"  # this transport alone
    RECONNECT_OFFLINE = "reconnect offline"  # every transport that does not work, and only those
    FORGET = "forget and connect again"  # network phones only: adb drops it and dials anew


LADDER: Final[dict[DeviceState, tuple[Step, ...]]] = {
    DeviceState.UNAUTHORIZED: (Step.RECONNECT, Step.RECONNECT_OFFLINE, Step.FORGET),
    DeviceState.OFFLINE: (Step.RECONNECT, Step.RECONNECT_OFFLINE, Step.FORGET),
    DeviceState.PREPARING: (Step.RECONNECT, Step.FORGET),
}
"""States with a cure. A hanging phone works for adb, so `reconnect offline` would pass it by."""

PERSON: Final[dict[DeviceState, str]] = {
    DeviceState.UNAUTHORIZED: "unlock the phone and allow USB debugging for this computer",
    DeviceState.OFFLINE: "if that stays, check its cable or Wi-Fi and its power",
    DeviceState.PREPARING: "if that stays, look at the phone and restart it",
    DeviceState.QUARANTINED: "look at the daemon's log for what its worker died of",
    DeviceState.ABSENT: "attach it or check its cable or Wi-Fi",
}
"""What a person can do about a phone in this state; it stands in the device's reason."""


def is_network(serial: str) -> bool:
    """Whether adb reaches the phone by network and can dial it again. Names of USB transports hold no colon."""
    return ":" in serial


def steps(state: DeviceState, serial: str) -> tuple[Step, ...]:
    """The ladder of a phone in this state; empty where adb can do nothing."""
    return tuple(step for step in LADDER.get(state, ()) if step is not Step.FORGET or is_network(serial))


def next_step(state: DeviceState, serial: str, done: int) -> Step | None:
    """The step after `done` of them in this round; None when the round is over."""
    ladder = steps(state, serial)
    return ladder[done] if done < len(ladder) else None


def pause_s(state: DeviceState, serial: str, done: int) -> float:
    """Seconds until the next step, when `done` have been taken."""
    return STEP_EVERY_S if done < len(steps(state, serial)) else ROUND_EVERY_S


def services(step: Step, serial: str) -> tuple[str, ...]:
    """What the adb server is asked for."""
    match step:
        case Step.RECONNECT:
            return (f"host-serial:{serial}:reconnect",)
        case Step.RECONNECT_OFFLINE:
            return ("host:reconnect-offline",)
        case Step.FORGET:
            return (f"host:disconnect:{serial}", f"host:connect:{serial}")
