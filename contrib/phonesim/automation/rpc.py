"""The methods of uiautomator2's JSON-RPC that its library calls, by name; those about the phone itself are here."""

from typing import Any, Final

from phonesim import touch
from phonesim.automation import input_methods, view_methods
from phonesim.automation.session import Methods, Params, RpcError, Session

ORIENTATIONS: Final = {"natural": 0, "left": 1, "upsidedown": 2, "right": 3}


async def call(session: Session, name: str, params: Params) -> Any:
    """The result of a method; raises RpcError as the server would answer one."""
    method = METHODS.get(name)
    if method is None:
        raise RpcError(f"Method not found: {name}", code=-32601)
    if name in INJECTING and session.device.faults.get("input_forbidden"):
        raise RpcError(touch.FORBIDDEN)
    try:
        return await method(session, params)
    except (IndexError, TypeError, ValueError, KeyError) as error:
        raise RpcError(f"java.lang.IllegalArgumentException: {name}: {error}", code=-32602) from error


async def device_info(session: Session, _params: Params) -> dict[str, Any]:
    device = session.device
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


async def wake_up(session: Session, _params: Params) -> bool:
    session.device.wake(on=True)
    return True


async def go_to_sleep(session: Session, _params: Params) -> bool:
    session.device.wake(on=False)
    return True


async def is_screen_on(session: Session, _params: Params) -> bool:
    return session.device.is_awake()


async def set_orientation(session: Session, params: Params) -> bool:
    """Turn the display, and its apps with it."""
    session.device.settings["system"]["user_rotation"] = str(ORIENTATIONS[params[0]])
    await session.device.on_display(session.device.configure)
    return True


async def set_configurator(session: Session, params: Params) -> dict[str, Any]:
    session.configuration.update(params[0])
    return session.configuration


async def get_configurator(session: Session, _params: Params) -> dict[str, Any]:
    return session.configuration


async def get_clipboard(session: Session, _params: Params) -> str | None:
    return session.device.clipboard or None


async def set_clipboard(session: Session, params: Params) -> None:
    """A label, which is not shown, and the text."""
    session.device.clipboard = str(params[1])


async def make_toast(session: Session, params: Params) -> bool:
    session.toast = str(params[0])
    return True


async def last_toast(session: Session, _params: Params) -> str | None:
    return session.toast


async def clear_toast(session: Session, _params: Params) -> None:
    session.toast = None


async def nothing(_session: Session, _params: Params) -> bool:
    """Methods whose effect no modelled screen shows."""
    return True


METHODS: Final[Methods] = {
    **view_methods.METHODS,
    **input_methods.METHODS,
    "deviceInfo": device_info,
    "wakeUp": wake_up,
    "sleep": go_to_sleep,
    "isScreenOn": is_screen_on,
    "setOrientation": set_orientation,
    "setConfigurator": set_configurator,
    "getConfigurator": get_configurator,
    "getClipboard": get_clipboard,
    "setClipboard": set_clipboard,
    "makeToast": make_toast,
    "getLastToast": last_toast,
    "clearLastToast": clear_toast,
    "getLastTraversedText": last_toast,
    "clearLastTraversedText": clear_toast,
    "openNotification": nothing,
    "openQuickSettings": nothing,
    "waitForWindowUpdate": nothing,
    "waitForIdle": nothing,
    "freezeRotation": nothing,
}

INJECTING: Final = {*input_methods.METHODS, "wakeUp", "sleep"} - {"setText", "clearTextField"}
"""Methods that inject events; those two ask the node itself, through accessibility."""
