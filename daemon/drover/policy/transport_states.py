"""What each state of a transport, in adb's words, means for its device, and the one step that helps a person. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from drover.policy.escalation import PERSON
from drover.wire.devices import DeviceState

_NO_PERMISSIONS: Final = "no permissions"


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """How the device is shown, what happened to it, in words, and what to do.

    `by_intent`: a person did that, or it passes by itself.
    """

    state: DeviceState
    what: str
    step: str
    by_intent: bool = False

    @property
    def reason(self) -> str:
        """Both in one sentence."""
        return f"{self.what}; {self.step}"


def _mode(what: str, step: str) -> Meaning:
    return Meaning(state=DeviceState.OFFLINE, what=what, step=step, by_intent=True)


_LEAVE: Final = "Drover leaves it alone until Android runs again"

_MEANINGS: Final[Mapping[str, Meaning]] = {
    "unauthorized": Meaning(
        state=DeviceState.UNAUTHORIZED,
        what="the phone has not allowed this computer",
        step=PERSON[DeviceState.UNAUTHORIZED],
    ),
    "offline": Meaning(
        state=DeviceState.OFFLINE,
        what="adb sees the phone and gets no answer; Drover reconnects it",
        step=PERSON[DeviceState.OFFLINE],
    ),
    "authorizing": Meaning(
        state=DeviceState.UNAUTHORIZED,
        what="adb is authorizing: the phone looks at this computer's key",
        step="wait, and unlock the phone if it asks",
        by_intent=True,
    ),
    "connecting": _mode("adb is connecting to the phone", "wait; if that stays, check its cable or Wi-Fi"),
    "detached": _mode("adb is detached from the phone, as somebody asked it to be", "`adb attach` takes it back"),
    "sideload": _mode("the phone is in sideload mode, where it takes an update", _LEAVE),
    "recovery": _mode("the phone is in recovery mode", _LEAVE),
    "rescue": _mode("the phone is in rescue mode", _LEAVE),
    "bootloader": _mode("the phone is in its bootloader", _LEAVE),
    "host": _mode("what is attached is in host mode and no phone", "detach it, or name it under [devices] ignore"),
}

_PERMISSIONS: Final = (
    (
        "not in the plugdev group",
        "add the user of the adb server to the group plugdev, then start it again",
    ),
    ("missing udev rules", "install the udev rules for phones (contrib/udev), then plug the phone in again"),
    (
        "in plugdev group",
        "plug the phone in again; if that stays, its maker is missing in the udev rules (contrib/udev)",
    ),
)


def meaning(state: str) -> Meaning:
    """What a state other than `device` means."""
    if state.startswith(_NO_PERMISSIONS):
        step = next((step for words, step in _PERMISSIONS if words in state), _PERMISSIONS[1][1])
        return Meaning(state=DeviceState.UNAUTHORIZED, what=f"adb may not open the USB device: {state}", step=step)
    unknown = _mode(f"adb calls its state {state!r}, which Drover does not know", "look at the phone")
    return _MEANINGS.get(state, unknown)
