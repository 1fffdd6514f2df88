"""What a phone without UIAutomator2's server can do of its JSON-RPC: the common methods, by its own commands."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from drover.phone import shell
from drover.phone.adb import Adb
from drover.phone.engine import (
    CallRefusedError,
    CallUncertainError,
    Engine,
    InputForbiddenError,
    PhoneError,
    TapUncertainError,
)
from drover.phone.methods import READS

_STEP_S: Final = 0.005
KEYS: Final[Mapping[str, int]] = {
    "home": 3, "back": 4, "up": 19, "down": 20, "left": 21, "right": 22, "center": 23, "volume_up": 24,
    "volume_down": 25, "power": 26, "camera": 27, "enter": 66, "delete": 67, "del": 67, "menu": 82, "search": 84,
    "volume_mute": 164, "recent": 187,
}  # fmt: skip
_WAKEUP, _SLEEP = 224, 223


def plain_call(engine: Engine, adb: Adb, method: str, params: Sequence[Any], *, timeout_s: float) -> Any:
    """The method's result as UIAutomator2 gives it; raises CallRefusedError for what plain adb cannot do, and
    CallUncertainError where an effect broke off: how far a command came cannot be known."""
    do = _METHODS.get(method)
    if do is None:
        raise CallRefusedError(
            f"{adb.serial}: {method} needs the engine uiautomator2, and this phone is driven by plain adb, which can "
            f"do: {', '.join(sorted(_METHODS))}"
        )
    try:
        return do(_Plain(engine, adb, timeout_s), *params)
    except (TypeError, ValueError, KeyError) as error:
        why = f"{adb.serial}: {method}: these parameters cannot be used by plain adb: {error}"
        raise CallRefusedError(why) from None
    except (InputForbiddenError, TapUncertainError):
        raise
    except PhoneError as error:
        if method in READS:
            raise
        raise CallUncertainError(f"{error}; {method} may or may not have been done") from error


class _Plain:
    """One call's means."""

    def __init__(self, engine: Engine, adb: Adb, timeout_s: float) -> None:
        self.engine = engine
        self.adb = adb
        self.timeout_s = timeout_s


def _device_info(plain: _Plain) -> dict[str, Any]:
    facts = shell.facts(plain.adb, [], engine="adb", timeout_s=plain.timeout_s)
    return {
        "currentPackageName": shell.current_package(plain.adb, timeout_s=plain.timeout_s),
        "displayWidth": facts.width,
        "displayHeight": facts.height,
        "productName": facts.model,
        "sdkInt": facts.sdk,
        "screenOn": _is_screen_on(plain),
    }


def _is_screen_on(plain: _Plain) -> bool:
    return "mWakefulness=Awake" in plain.adb.shell(["dumpsys", "power"], timeout_s=plain.timeout_s).text


def _click(plain: _Plain, x: float, y: float) -> bool:
    plain.engine.tap(int(x), int(y), timeout_s=plain.timeout_s)
    return True


def _swipe(plain: _Plain, x1: float, y1: float, x2: float, y2: float, steps: float = 55) -> bool:
    ends = (int(x1), int(y1), int(x2), int(y2))
    plain.engine.swipe(*ends, duration_s=int(steps) * _STEP_S, timeout_s=plain.timeout_s)
    return True


def _press_key(plain: _Plain, name: str) -> bool:
    return _press_key_code(plain, KEYS[name.lower()])


def _press_key_code(plain: _Plain, code: float, _meta: Any = None) -> bool:
    plain.engine.key(int(code), timeout_s=plain.timeout_s)
    return True


def _wake_up(plain: _Plain) -> bool:
    return _press_key_code(plain, _WAKEUP)


def _sleep(plain: _Plain) -> bool:
    return _press_key_code(plain, _SLEEP)


def _dump(plain: _Plain, _compressed: bool = False, _depth: int = 0) -> str:
    return plain.engine.hierarchy(timeout_s=plain.timeout_s).decode(errors="replace")


def _set_text(plain: _Plain, selector: Mapping[str, Any], text: str) -> bool:
    named = {key for key, value in selector.items() if value and key != "mask"}
    if named - {"focused"}:
        raise ValueError("only the focused field can be typed into, so the selector may only say focused")
    plain.engine.type_text(str(text), timeout_s=plain.timeout_s)
    return True


def _screenshot(plain: _Plain, scale: float = 1.0, quality: int = 80) -> str:
    from PIL import Image  # only here: it would cost every worker several MB

    with Image.open(io.BytesIO(plain.engine.screenshot(timeout_s=plain.timeout_s))) as image:
        picture = image.convert("RGB")
    if scale != 1:
        picture = picture.resize((max(1, int(picture.width * scale)), max(1, int(picture.height * scale))))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=int(quality))
    return base64.b64encode(out.getvalue()).decode()


_METHODS: Final[dict[str, Callable[..., Any]]] = {
    "deviceInfo": _device_info,
    "isScreenOn": _is_screen_on,
    "wakeUp": _wake_up,
    "sleep": _sleep,
    "click": _click,
    "swipe": _swipe,
    "drag": _swipe,
    "pressKey": _press_key,
    "pressKeyCode": _press_key_code,
    "dumpWindowHierarchy": _dump,
    "setText": _set_text,
    "takeScreenshot": _screenshot,
}
