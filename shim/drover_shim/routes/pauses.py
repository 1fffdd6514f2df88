"""Pausing and resuming accounts and phones: nothing of a paused one begins, and its tasks say why."""

from typing import Any, Final

from drover.wire.faults import Code
from drover.wire.pauses import AccountPause, DevicePause, PauseAccount, PauseDevice, ResumeAccount, ResumeDevice
from drover_shim.answers import ACCOUNT_PAUSE, DEVICE_PAUSE
from drover_shim.bodies import PauseBody
from drover_shim.fields import Fields
from drover_shim.route import Call, Route
from drover_shim.routes.accounts import PLATFORM_PARAM, platform_of, username_of
from drover_shim.routes.devices import serial_of


def pause_account(call: Call) -> AccountPause:
    """Begin no task of an account until it is resumed, or until `until`.

    What runs goes on. One that is paused already gets the new reason and time.
    """
    fields = Fields(call.read_json())
    request = PauseAccount(
        username=username_of(call),
        platform=platform_of(call),
        reason=fields.text("reason") or "",
        until=fields.text("until") or "",
    )
    return call.ask(request, AccountPause)


def resume_account(call: Call) -> AccountPause:
    """Let tasks of an account begin again, whoever paused it; `changed` is false where it was not paused."""
    return call.ask(ResumeAccount(username=username_of(call), platform=platform_of(call)), AccountPause)


def pause_device(call: Call) -> DevicePause:
    """Begin no task on a phone until it is resumed, or until `until`.

    What runs goes on; leases and reading its accounts stay possible.
    """
    fields = Fields(call.read_json())
    reason, until = fields.text("reason") or "", fields.text("until") or ""
    return call.ask(PauseDevice(serial=serial_of(call), reason=reason, until=until), DevicePause)


def resume_device(call: Call) -> DevicePause:
    """Let tasks begin on a phone again; `changed` is false where it was not paused.

    Also those of apps on it whose account has no name yet.
    """
    return call.ask(ResumeDevice(serial=serial_of(call)), DevicePause)


_OF_ACCOUNT: Final[dict[str, Any]] = {
    "answers": ACCOUNT_PAUSE,
    "query": (PLATFORM_PARAM,),
    "refuses": (Code.CONFLICT,),
}

ROUTES: Final = (
    Route(method="POST", path="/account/<username>/pause", handler=pause_account, body=PauseBody, **_OF_ACCOUNT),
    Route(method="POST", path="/account/<username>/resume", handler=resume_account, **_OF_ACCOUNT),
    Route(method="POST", path="/device/<serial>/pause", handler=pause_device, answers=DEVICE_PAUSE, body=PauseBody),
    Route(method="POST", path="/device/<serial>/resume", handler=resume_device, answers=DEVICE_PAUSE),
)
