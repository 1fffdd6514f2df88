"""`input`: taps, swipes, text and keys, as words of a command."""

from collections.abc import Mapping
from typing import Final

from phonesim import touch
from phonesim.shell.call import Call, Command

SOURCES: Final = frozenset(
    ("touchscreen", "keyboard", "mouse", "touchpad", "dpad", "stylus", "trackball", "gamepad", "joystick")
)
USAGE_TEXT: Final = "Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]"


async def input_(call: Call) -> int:
    words = list(call.args)
    if words and words[0] in SOURCES:
        words.pop(0)
    if len(words) > 1 and words[0] == "-d":
        del words[:2]
    if not words:
        return call.error(USAGE_TEXT, code=255)
    name, *args = words
    handler = _HANDLERS.get(name)
    if handler is None:
        return call.error(f"Error: Unknown command: {name}\n{USAGE_TEXT}", code=255)
    if call.device.faults.get("input_forbidden"):
        return call.error(f"{touch.FORBIDDEN}\n\tat android.os.Parcel.createException(Parcel.java:2357)", code=255)
    try:
        await handler(call, args)
    except (ValueError, IndexError):
        return call.error(f"Error: Invalid arguments for command: {name}\n{USAGE_TEXT}", code=255)
    return 0


async def _tap(call: Call, args: list[str]) -> None:
    x, y = (int(float(word)) for word in args[:2])
    await touch.tap(call.device, x, y)


async def _swipe(call: Call, args: list[str]) -> None:
    x1, y1, x2, y2 = (int(float(word)) for word in args[:4])
    duration_ms = int(args[4]) if len(args) > 4 else 300
    await touch.gesture(call.device, x1, y1, x2, y2, seconds=duration_ms / 1000)


async def _text(call: Call, args: list[str]) -> None:
    text = args[0].replace("%s", " ")
    if not text.isascii():
        # The real one dies of a null pointer here, because its key map has no such character.
        raise ValueError("not ASCII")
    await touch.type_text(call.device, text)


async def _keys(call: Call, args: list[str]) -> None:
    names = [word for word in args if not word.startswith("--")]
    codes = [
        int(word) if word.isdigit() else touch.KEY_CODES.get(word.upper().removeprefix("KEYCODE_"), 0) for word in names
    ]
    if not codes or 0 in codes:
        raise ValueError("no such key")
    for code in codes:
        await touch.press(call.device, code)


async def _roll(_call: Call, _args: list[str]) -> None:
    return


_HANDLERS: Final = {
    "tap": _tap,
    "swipe": _swipe,
    "draganddrop": _swipe,
    "text": _text,
    "keyevent": _keys,
    "press": _roll,
    "roll": _roll,
}

COMMANDS: Final[Mapping[str, Command]] = {"input": input_}
