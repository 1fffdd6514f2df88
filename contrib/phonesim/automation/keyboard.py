"""The two keyboards that type what a broadcast says: uiautomator2's AdbKeyboard and ADBKeyBoard."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from phonesim import touch
from phonesim.device import Device

U2_KEYBOARD: Final = "com.github.uiautomator/.AdbKeyboard"
ADB_KEYBOARD: Final = "com.android.adbkeyboard/.AdbIME"
# Package: the input methods that come with it.
KEYBOARDS: Final[Mapping[str, tuple[str, ...]]] = {
    "com.github.uiautomator": (U2_KEYBOARD,),
    "com.android.adbkeyboard": (ADB_KEYBOARD,),
}
RESULT_OK: Final = -1
BACK: Final = touch.KEY_CODES["BACK"]
ENTER: Final = touch.KEY_CODES["ENTER"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a receiver sets as the result of an ordered broadcast."""

    code: int
    data: str = ""


Receiver = Callable[[Device, Mapping[str, str]], Awaitable[Answer | None]]


async def receive(device: Device, action: str, extras: Mapping[str, str]) -> Answer | None:
    """Deliver a broadcast to the keyboard that is on now; None if it has no receiver for this action."""
    current = device.settings["secure"].get("default_input_method", "")
    receiver = _RECEIVERS.get(current, {}).get(action) if device.input_methods.get(current) else None
    return await receiver(device, extras) if receiver else None


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _done(*, ok: bool = True, data: str = "success") -> Answer:
    return Answer(code=RESULT_OK, data=data) if ok else Answer(code=0, data="no input connection")


async def _u2_text(device: Device, extras: Mapping[str, str]) -> Answer:
    return _done(ok=await touch.type_text(device, _decoded(extras.get("text", ""))))


async def _u2_clear(device: Device, _extras: Mapping[str, str]) -> Answer:
    return _done(ok=await touch.type_text(device, "", replace=True))


async def _u2_hide(device: Device, _extras: Mapping[str, str]) -> Answer:
    if await device.on_display(device.display.keyboard_shown):
        await touch.press(device, BACK)
    return _done()


async def _u2_enter(device: Device, _extras: Mapping[str, str]) -> Answer:
    await touch.press(device, ENTER)
    return _done()


async def _u2_clipboard(device: Device, _extras: Mapping[str, str]) -> Answer:
    return _done(data=base64.b64encode(device.clipboard.encode()).decode())


# ADBKeyBoard's receivers set no result, so `am broadcast` prints result=0 whether they worked or not.
async def _adb_b64(device: Device, extras: Mapping[str, str]) -> None:
    await touch.type_text(device, _decoded(extras.get("msg", "")))


async def _adb_text(device: Device, extras: Mapping[str, str]) -> None:
    await touch.type_text(device, extras.get("msg", ""))


async def _adb_clear(device: Device, _extras: Mapping[str, str]) -> None:
    await touch.type_text(device, "", replace=True)


async def _adb_code(device: Device, extras: Mapping[str, str]) -> None:
    code = extras.get("code", "")
    if code.isdigit():
        await touch.press(device, int(code))


async def _adb_enter(device: Device, _extras: Mapping[str, str]) -> None:
    await touch.press(device, ENTER)


_RECEIVERS: Final[Mapping[str, Mapping[str, Receiver]]] = {
    U2_KEYBOARD: {
        "ADB_KEYBOARD_INPUT_TEXT": _u2_text,
        "ADB_KEYBOARD_CLEAR_TEXT": _u2_clear,
        "ADB_KEYBOARD_HIDE": _u2_hide,
        "ADB_KEYBOARD_SMART_ENTER": _u2_enter,
        "ADB_KEYBOARD_EDITOR_CODE": _u2_enter,
        "ADB_KEYBOARD_GET_CLIPBOARD": _u2_clipboard,
    },
    ADB_KEYBOARD: {
        "ADB_INPUT_B64": _adb_b64,
        "ADB_INPUT_TEXT": _adb_text,
        "ADB_CLEAR_TEXT": _adb_clear,
        "ADB_INPUT_CODE": _adb_code,
        "ADB_EDITOR_CODE": _adb_enter,
    },
}
