"""Fingers and keys on a phone: a sleeping screen takes no touch, a power key is the phone's own."""

import asyncio
from collections.abc import Mapping
from typing import Final

from phonesim.device import Device

# Android's names without KEYCODE_.
KEY_CODES: Final[Mapping[str, int]] = {
    "HOME": 3, "BACK": 4, "CALL": 5, "ENDCALL": 6, "DPAD_UP": 19, "DPAD_DOWN": 20, "DPAD_LEFT": 21,
    "DPAD_RIGHT": 22, "DPAD_CENTER": 23, "VOLUME_UP": 24, "VOLUME_DOWN": 25, "POWER": 26, "CAMERA": 27,
    "CLEAR": 28, "TAB": 61, "SPACE": 62, "ENTER": 66, "DEL": 67, "MENU": 82, "NOTIFICATION": 83, "SEARCH": 84,
    "MEDIA_PLAY_PAUSE": 85, "PAGE_UP": 92, "PAGE_DOWN": 93, "ESCAPE": 111, "FORWARD_DEL": 112, "MOVE_HOME": 122,
    "MOVE_END": 123, "VOLUME_MUTE": 164, "APP_SWITCH": 187, "SLEEP": 223, "WAKEUP": 224, "CUT": 277, "COPY": 278,
    "PASTE": 279,
    **{str(digit): 7 + digit for digit in range(10)},
    **{chr(65 + letter): 29 + letter for letter in range(26)},
}  # fmt: skip

LONG_PRESS_S: Final = 0.5
FORBIDDEN: Final = "java.lang.SecurityException: Injecting to another application requires INJECT_EVENTS permission"


async def tap(device: Device, x: int, y: int, *, seconds: float = 0) -> None:
    """A tap, or a long one."""
    if seconds:
        await asyncio.sleep(seconds)
    if device.touchable:
        await device.on_display(device.display.long_tap if seconds >= LONG_PRESS_S else device.display.tap, x, y)


async def gesture(device: Device, x1: int, y1: int, x2: int, y2: int, *, seconds: float) -> None:
    """A swipe; one that stays where it began is a tap."""
    if (x1, y1) == (x2, y2):
        await tap(device, x1, y1, seconds=seconds)
        return
    await asyncio.sleep(seconds)
    if device.keyguard and y2 < y1:
        device.dismiss_keyguard()
    elif device.touchable:
        await device.on_display(device.display.swipe, x1, y1, x2, y2)


async def type_text(device: Device, text: str, *, replace: bool = False) -> bool:
    """Text into the focused field; False if there is none."""
    return device.touchable and await device.on_display(device.display.type_text, text, replace=replace)


async def press(device: Device, code: int) -> None:
    """A key by its Android code."""
    if code == KEY_CODES["POWER"]:
        device.wake(on=not device.is_awake())
    elif code in (KEY_CODES["WAKEUP"], KEY_CODES["SLEEP"]):
        device.wake(on=code == KEY_CODES["WAKEUP"])
    elif code == KEY_CODES["PASTE"]:
        await type_text(device, device.clipboard)
    elif device.touchable:
        await device.on_display(device.display.key, code)
