"""The methods of uiautomator2's JSON-RPC that its library calls, by name. Transport is the server's."""

import asyncio
import base64
import io
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from PIL import Image

from phonesim import touch
from phonesim.automation import nodes
from phonesim.device import Device

STEP_S: Final = 0.005
POLL_S: Final = 0.05
NOT_FOUND: Final = "androidx.test.uiautomator.UiObjectNotFoundException"
KEY_NAMES: Final[Mapping[str, int]] = {
    "home": 3, "back": 4, "left": 21, "right": 22, "up": 19, "down": 20, "center": 23, "menu": 82, "search": 84,
    "enter": 66, "delete": 67, "del": 67, "recent": 187, "volume_up": 24, "volume_down": 25, "volume_mute": 164,
    "camera": 27, "power": 26,
}  # fmt: skip
ORIENTATIONS: Final = {"natural": 0, "left": 1, "upsidedown": 2, "right": 3}


class RpcError(Exception):
    """A Java exception, as the server reports one: code and message."""

    def __init__(self, message: str, *, code: int = -32001) -> None:
        super().__init__(message)
        self.code = code


Params = list[Any]


class Methods:
    """One server's methods and the little it remembers between calls."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._down: tuple[int, int, float] | None = None
        self._toast: str | None = None
        self._configuration: dict[str, Any] = {
            "actionAcknowledgmentTimeout": 500,
            "keyInjectionDelay": 0,
            "scrollAcknowledgmentTimeout": 200,
            "waitForIdleTimeout": 0,
            "waitForSelectorTimeout": 0,
        }
        self._methods: dict[str, Callable[[Params], Awaitable[Any]]] = {
            "deviceInfo": self._device_info,
            "dumpWindowHierarchy": self._dump,
            "click": self._click,
            "longClick": self._long_click,
            "swipe": self._swipe,
            "drag": self._swipe,
            "swipePoints": self._swipe_points,
            "dragTo": self._drag_to,
            "injectInputEvent": self._inject,
            "pressKey": self._press_key,
            "pressKeyCode": self._press_key_code,
            "takeScreenshot": self._screenshot,
            "wakeUp": self._wake_up,
            "sleep": self._sleep,
            "isScreenOn": self._is_screen_on,
            "setConfigurator": self._set_configurator,
            "getConfigurator": self._get_configurator,
            "openNotification": self._nothing,
            "openQuickSettings": self._nothing,
            "waitForWindowUpdate": self._nothing,
            "waitForIdle": self._nothing,
            "setOrientation": self._set_orientation,
            "freezeRotation": self._nothing,
            "getClipboard": self._get_clipboard,
            "setClipboard": self._set_clipboard,
            "pasteClipboard": self._paste,
            "clearInputText": self._clear_input,
            "makeToast": self._make_toast,
            "getLastToast": self._last_toast,
            "clearLastToast": self._clear_toast,
            "getLastTraversedText": self._last_toast,
            "clearLastTraversedText": self._clear_toast,
            "waitForExists": self._wait_for_exists,
            "waitUntilGone": self._wait_until_gone,
            "exist": self._exist,
            "count": self._count,
            "objInfo": self._object_info,
            "objInfoOfAllInstances": self._all_info,
            "setText": self._set_text,
            "clearTextField": self._set_text,
            "getText": self._get_text,
            "scrollForward": self._scroll_forward,
            "scrollBackward": self._scroll_backward,
            "scrollTo": self._scroll_to,
            "flingForward": self._scroll_forward,
            "flingBackward": self._scroll_backward,
        }

    async def call(self, name: str, params: Params) -> Any:
        """The result of a method; raises RpcError as the server would answer one."""
        method = self._methods.get(name)
        if method is None:
            raise RpcError(f"Method not found: {name}", code=-32601)
        try:
            return await method(params)
        except (IndexError, TypeError, ValueError, KeyError) as error:
            raise RpcError(f"java.lang.IllegalArgumentException: {name}: {error}", code=-32602) from error

    # -- looking

    async def _device_info(self, _params: Params) -> dict[str, Any]:
        device = self._device
        focus = await device.on_display(device.display.focus)
        density = device.density or int(device.props["ro.sf.lcd_density"])
        return {
            "currentPackageName": focus.package,
            "displayWidth": device.display.width,
            "displayHeight": device.display.height,
            "displayRotation": device.rotation,
            "displaySizeDpX": device.display.width * 160 // density,
            "displaySizeDpY": device.display.height * 160 // density,
            "productName": device.props["ro.product.name"],
            "sdkInt": int(device.props["ro.build.version.sdk"]),
            "screenOn": device.is_awake(),
            "naturalOrientation": device.rotation % 2 == 0,
        }

    async def _hierarchy(self) -> str:
        return await self._device.on_display(self._device.display.hierarchy_xml)

    async def _dump(self, params: Params) -> str:
        compressed, max_depth = bool(params[0]) if params else False, int(params[1]) if len(params) > 1 else 50
        return nodes.pruned(await self._hierarchy(), compressed=compressed, max_depth=max_depth)

    async def _screenshot(self, params: Params) -> str:
        scale, quality = (float(params[0]) if params else 1.0), (int(params[1]) if len(params) > 1 else 80)
        png = await self._device.on_display(self._device.display.screenshot_png)
        return await self._device.on_display(_jpeg, png, scale, quality)

    async def _all(self, selector: Any) -> list[nodes.Element]:
        if not isinstance(selector, dict):
            raise ValueError(f"not a selector: {selector!r}")
        return nodes.find_all(nodes.parse(await self._hierarchy()), selector)

    async def _one(self, selector: Any) -> nodes.Element:
        found = await self._all(selector)
        if not found:
            raise RpcError(f"{NOT_FOUND}: {selector}", code=-32002)
        return found[0]

    async def _exist(self, params: Params) -> bool:
        return bool(await self._all(params[0]))

    async def _count(self, params: Params) -> int:
        return len(await self._all(params[0]))

    async def _object_info(self, params: Params) -> dict[str, Any]:
        return nodes.info(await self._one(params[0]))

    async def _all_info(self, params: Params) -> list[dict[str, Any]]:
        return [nodes.info(node) for node in await self._all(params[0])]

    async def _get_text(self, params: Params) -> str:
        return (await self._one(params[0])).get("text", "")

    async def _wait_for_exists(self, params: Params) -> bool:
        return await self._wait(params, present=True)

    async def _wait_until_gone(self, params: Params) -> bool:
        return await self._wait(params, present=False)

    async def _wait(self, params: Params, *, present: bool) -> bool:
        deadline = time.monotonic() + float(params[1]) / 1000
        while bool(await self._all(params[0])) != present:
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(POLL_S)
        return True

    # -- touching

    async def _click(self, params: Params) -> bool:
        if isinstance(params[0], dict):
            x, y = nodes.center(await self._one(params[0]))
            await touch.tap(self._device, x, y)
        else:
            seconds = float(params[2]) / 1000 if len(params) > 2 else 0
            await touch.tap(self._device, int(params[0]), int(params[1]), seconds=seconds)
        return True

    async def _long_click(self, params: Params) -> bool:
        x, y = nodes.center(await self._one(params[0]))
        await touch.tap(self._device, x, y, seconds=touch.LONG_PRESS_S)
        return True

    async def _swipe(self, params: Params) -> bool:
        if isinstance(params[0], dict):
            return await self._swipe_object(params)
        x1, y1, x2, y2 = (int(value) for value in params[:4])
        await touch.gesture(self._device, x1, y1, x2, y2, seconds=STEP_S * int(params[4]))
        return True

    async def _swipe_object(self, params: Params) -> bool:
        left, top, right, bottom = nodes.bounds(await self._one(params[0]))
        x, y = (left + right) // 2, (top + bottom) // 2
        ends = {"up": (x, top), "down": (x, bottom - 1), "left": (left, y), "right": (right - 1, y)}
        await touch.gesture(self._device, x, y, *ends[params[1]], seconds=STEP_S * int(params[-1]))
        return True

    async def _swipe_points(self, params: Params) -> bool:
        points = [int(value) for value in params[0]]
        await touch.gesture(self._device, *points[:2], *points[-2:], seconds=STEP_S * int(params[1]))
        return True

    async def _drag_to(self, params: Params) -> bool:
        x, y = nodes.center(await self._one(params[0]))
        to = (
            nodes.center(await self._one(params[1]))
            if isinstance(params[1], dict)
            else (int(params[1]), int(params[2]))
        )
        await touch.gesture(self._device, x, y, *to, seconds=STEP_S * int(params[-1]))
        return True

    async def _inject(self, params: Params) -> bool:
        action, x, y = int(params[0]), int(params[1]), int(params[2])
        if action == 0:
            self._down = x, y, time.monotonic()
        elif action == 1 and self._down is not None:
            (x1, y1, since), self._down = self._down, None
            held = time.monotonic() - since >= touch.LONG_PRESS_S and (x1, y1) == (x, y)
            device = self._device
            if held and device.is_awake():
                await device.on_display(device.display.long_tap, x, y)
            else:
                await touch.gesture(device, x1, y1, x, y, seconds=0)
        return True

    async def _scroll_forward(self, params: Params) -> bool:
        return await self._scroll(params, forward=True)

    async def _scroll_backward(self, params: Params) -> bool:
        return await self._scroll(params, forward=False)

    async def _scroll(self, params: Params, *, forward: bool) -> bool:
        """One swipe over the object; whether the screen is another one afterwards."""
        left, top, right, bottom = nodes.bounds(await self._one(params[0]))
        vertical = bool(params[1]) if len(params) > 1 else True
        x, y = (left + right) // 2, (top + bottom) // 2
        near = (x, bottom - (bottom - top) // 10) if vertical else (right - (right - left) // 10, y)
        far = (x, top + (bottom - top) // 10) if vertical else (left + (right - left) // 10, y)
        before = await self._hierarchy()
        start, end = (near, far) if forward else (far, near)
        await touch.gesture(self._device, *start, *end, seconds=STEP_S * 10)
        return await self._hierarchy() != before

    async def _scroll_to(self, params: Params) -> bool:
        for _ in range(int(params[3]) if len(params) > 3 else 30):
            if await self._all(params[1]):
                return True
            if not await self._scroll_forward([params[0], params[2] if len(params) > 2 else True]):
                return False
        return bool(await self._all(params[1]))

    # -- keys and text

    async def _press_key(self, params: Params) -> bool:
        await touch.press(self._device, KEY_NAMES[str(params[0]).lower()])
        return True

    async def _press_key_code(self, params: Params) -> bool:
        await touch.press(self._device, int(params[0]))
        return True

    async def _set_text(self, params: Params) -> bool:
        x, y = nodes.center(await self._one(params[0]))
        text = str(params[1]) if len(params) > 1 and params[1] is not None else ""
        return await self._device.on_display(self._device.display.set_text_at, x, y, text)

    async def _clear_input(self, _params: Params) -> bool:
        return await touch.type_text(self._device, "", replace=True)

    async def _paste(self, _params: Params) -> bool:
        return await touch.type_text(self._device, self._device.clipboard)

    async def _get_clipboard(self, _params: Params) -> str | None:
        return self._device.clipboard or None

    async def _set_clipboard(self, params: Params) -> None:
        self._device.clipboard = str(params[1])

    # -- the phone itself

    async def _wake_up(self, _params: Params) -> bool:
        self._device.wake(on=True)
        return True

    async def _sleep(self, _params: Params) -> bool:
        self._device.wake(on=False)
        return True

    async def _is_screen_on(self, _params: Params) -> bool:
        return self._device.is_awake()

    async def _set_orientation(self, params: Params) -> bool:
        # Kept and reported; the modelled apps are drawn upright all the same.
        self._device.rotation = ORIENTATIONS[params[0]]
        return True

    async def _set_configurator(self, params: Params) -> dict[str, Any]:
        self._configuration.update(params[0])
        return self._configuration

    async def _get_configurator(self, _params: Params) -> dict[str, Any]:
        return self._configuration

    async def _make_toast(self, params: Params) -> bool:
        self._toast = str(params[0])
        return True

    async def _last_toast(self, _params: Params) -> str | None:
        return self._toast

    async def _clear_toast(self, _params: Params) -> None:
        self._toast = None

    async def _nothing(self, _params: Params) -> bool:
        return True


def _jpeg(png: bytes, scale: float, quality: int) -> str:
    """The picture as the server sends it: JPEG, in base64."""
    with Image.open(io.BytesIO(png)) as image:
        picture = image.convert("RGB")
        if scale != 1:
            picture = picture.resize((max(1, int(image.width * scale)), max(1, int(image.height * scale))))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return base64.b64encode(out.getvalue()).decode()
