"""Pausing and resuming accounts and phones: nothing of a paused one begins, and its tasks say why."""

from typing import Final

from drover.wire.faults import Code
from drover.wire.pauses import AccountPause, DevicePause, PauseAccount, PauseDevice, ResumeAccount, ResumeDevice
from drover_shim import view
from drover_shim.bodies import PauseBody
from drover_shim.fields import Fields, serial
from drover_shim.route import Call, Route
from drover_shim.routes.accounts import PLATFORM_PARAM, platform_of, username_of
from drover_shim.shapes import AccountPauseView, DevicePauseView


def pause_account(call: Call) -> AccountPauseView:
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
    return view.account_pause(call.ask(request, AccountPause), call.zone)


def resume_account(call: Call) -> AccountPauseView:
    """Let tasks of an account begin again, whoever paused it; `changed` is false where it was not paused."""
    request = ResumeAccount(username=username_of(call), platform=platform_of(call))
    return view.account_pause(call.ask(request, AccountPause), call.zone)


def pause_device(call: Call) -> DevicePauseView:
    """Begin no task on a phone until it is resumed, or until `until`.

    What runs goes on; leases and reading its accounts stay possible.
    """
    fields = Fields(call.read_json())
    request = PauseDevice(
        serial=serial("serial", call.args["serial"]),
        reason=fields.text("reason") or "",
        until=fields.text("until") or "",
    )
    return view.device_pause(call.ask(request, DevicePause), call.zone)


def resume_device(call: Call) -> DevicePauseView:
    """Let tasks begin on a phone again; `changed` is false where it was not paused.

    Also those of apps on it whose account has no name yet.
    """
    request = ResumeDevice(serial=serial("serial", call.args["serial"]))
    return view.device_pause(call.ask(request, DevicePause), call.zone)


_ACCOUNT: Final = "/account/<username>"
_DEVICE: Final = "/device/<serial>"
_QUERY: Final = (PLATFORM_PARAM,)

ROUTES: Final = (
    Route(
        method="POST",
        path=f"{_ACCOUNT}/pause",
        handler=pause_account,
        answers=AccountPauseView,
        body=PauseBody,
        query=_QUERY,
        refuses=(Code.CONFLICT,),
    ),
    Route(
        method="POST",
        path=f"{_ACCOUNT}/resume",
        handler=resume_account,
        answers=AccountPauseView,
        query=_QUERY,
        refuses=(Code.CONFLICT,),
    ),
    Route(method="POST", path=f"{_DEVICE}/pause", handler=pause_device, answers=DevicePauseView, body=PauseBody),
    Route(method="POST", path=f"{_DEVICE}/resume", handler=resume_device, answers=DevicePauseView),
)
