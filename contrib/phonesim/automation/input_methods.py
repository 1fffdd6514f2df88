"""Methods of the automation server that act on the screen: taps, gestures, scrolling, keys, text."""

import time
from collections.abc import Mapping
from typing import Final

from phonesim import touch
from phonesim.automation import nodes
from phonesim.automation.session import Methods, Params, Session

STEP_S: Final = 0.005
DOWN, UP = 0, 1
KEY_NAMES: Final[Mapping[str, int]] = {
    "home": 3, "back": 4, "left": 21, "right": 22, "up": 19, "down": 20, "center": 23, "menu": 82, "search": 84,
    "enter": 66, "delete": 67, "del": 67, "recent": 187, "volume_up": 24, "volume_down": 25, "volume_mute": 164,
    "camera": 27, "power": 26,
}  # fmt: skip


async def click(session: Session, params: Params) -> bool:
    """A selector, or a point and how long in milliseconds."""
    if isinstance(params[0], dict):
        await touch.tap(session.device, *nodes.center(await session.find(params[0])))
    else:
        seconds = float(params[2]) / 1000 if len(params) > 2 else 0
        await touch.tap(session.device, int(params[0]), int(params[1]), seconds=seconds)
    return True


async def long_click(session: Session, params: Params) -> bool:
    await touch.tap(session.device, *nodes.center(await session.find(params[0])), seconds=touch.LONG_PRESS_S)
    return True


async def swipe(session: Session, params: Params) -> bool:
    """Four numbers and the steps, or a selector, a direction and the steps."""
    seconds = STEP_S * int(params[-1])
    if isinstance(params[0], dict):
        left, top, right, bottom = nodes.bounds(await session.find(params[0]))
        x, y = (left + right) // 2, (top + bottom) // 2
        ends = {"up": (x, top), "down": (x, bottom - 1), "left": (left, y), "right": (right - 1, y)}
        await touch.gesture(session.device, x, y, *ends[params[1]], seconds=seconds)
    else:
        x1, y1, x2, y2 = (int(value) for value in params[:4])
        await touch.gesture(session.device, x1, y1, x2, y2, seconds=seconds)
    return True


async def swipe_points(session: Session, params: Params) -> bool:
    """Only the first and the last point count: the modelled screens know no bends."""
    x1, y1, *_, x2, y2 = (int(value) for value in params[0])
    await touch.gesture(session.device, x1, y1, x2, y2, seconds=STEP_S * int(params[1]))
    return True


async def drag_to(session: Session, params: Params) -> bool:
    start = nodes.center(await session.find(params[0]))
    if isinstance(params[1], dict):
        end = nodes.center(await session.find(params[1]))
    else:
        end = int(params[1]), int(params[2])
    await touch.gesture(session.device, *start, *end, seconds=STEP_S * int(params[-1]))
    return True


async def inject(session: Session, params: Params) -> bool:
    """A finger's single events: down, (move,) up."""
    action, x, y = int(params[0]), int(params[1]), int(params[2])
    device = session.device
    if action == DOWN:
        session.down = x, y, time.monotonic()
    elif action == UP and session.down is not None:
        (x1, y1, since), session.down = session.down, None
        if (x1, y1) == (x, y) and time.monotonic() - since >= touch.LONG_PRESS_S and device.touchable:
            await device.on_display(device.display.long_tap, x, y)
        else:
            await touch.gesture(device, x1, y1, x, y, seconds=0)
    return True


async def scroll_forward(session: Session, params: Params) -> bool:
    return await _scroll(session, params, forward=True)


async def scroll_backward(session: Session, params: Params) -> bool:
    return await _scroll(session, params, forward=False)


async def _scroll(session: Session, params: Params, *, forward: bool) -> bool:
    """One swipe over the object; whether the screen is another one afterwards."""
    left, top, right, bottom = nodes.bounds(await session.find(params[0]))
    vertical = bool(params[1]) if len(params) > 1 else True
    x, y = (left + right) // 2, (top + bottom) // 2
    near = (x, bottom - (bottom - top) // 10) if vertical else (right - (right - left) // 10, y)
    far = (x, top + (bottom - top) // 10) if vertical else (left + (right - left) // 10, y)
    before = await session.hierarchy()
    start, end = (near, far) if forward else (far, near)
    await touch.gesture(session.device, *start, *end, seconds=STEP_S * 10)
    return await session.hierarchy() != before


async def scroll_to(session: Session, params: Params) -> bool:
    """Scroll the first object until the second is there, or nothing moves any more."""
    vertical = params[2] if len(params) > 2 else True
    for _ in range(int(params[3]) if len(params) > 3 else 30):
        if await session.find_all(params[1]):
            return True
        if not await scroll_forward(session, [params[0], vertical]):
            return False
    return bool(await session.find_all(params[1]))


async def press_key(session: Session, params: Params) -> bool:
    await touch.press(session.device, KEY_NAMES[str(params[0]).lower()])
    return True


async def press_key_code(session: Session, params: Params) -> bool:
    await touch.press(session.device, int(params[0]))
    return True


async def set_text(session: Session, params: Params) -> bool:
    x, y = nodes.center(await session.find(params[0]))
    text = str(params[1]) if len(params) > 1 and params[1] is not None else ""
    return await session.device.on_display(session.device.display.set_text_at, x, y, text)


async def clear_input(session: Session, _params: Params) -> bool:
    return await touch.type_text(session.device, "", replace=True)


async def paste(session: Session, _params: Params) -> bool:
    return await touch.type_text(session.device, session.device.clipboard)


METHODS: Final[Methods] = {
    "click": click,
    "longClick": long_click,
    "swipe": swipe,
    "drag": swipe,
    "swipePoints": swipe_points,
    "dragTo": drag_to,
    "injectInputEvent": inject,
    "scrollForward": scroll_forward,
    "scrollBackward": scroll_backward,
    "scrollTo": scroll_to,
    "flingForward": scroll_forward,
    "flingBackward": scroll_backward,
    "pressKey": press_key,
    "pressKeyCode": press_key_code,
    "setText": set_text,
    "clearTextField": set_text,
    "clearInputText": clear_input,
    "pasteClipboard": paste,
}
