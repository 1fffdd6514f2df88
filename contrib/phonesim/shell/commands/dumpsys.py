"""`dumpsys`: the services whose text tools read, in the words they look for."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from phonesim.contract import Focus
from phonesim.device import Device
from phonesim.keyguard import PIN
from phonesim.shell.call import Call, Command
from phonesim.shell.commands.packages import package_dump


def _component(focus: Focus) -> str:
    return f"{focus.package}/{focus.activity}"


def _short(focus: Focus) -> str:
    return f"{focus.package}/{focus.activity.removeprefix(focus.package)}"


async def _battery(call: Call, _args: list[str]) -> str:
    level, charging = call.device.battery()
    return (
        "Current Battery Service state:\n  AC powered: false\n"
        f"  USB powered: {str(charging).lower()}\n  Wireless powered: false\n  Dock powered: false\n"
        "  Max charging current: 500000\n  Max charging voltage: 5000000\n"
        f"  Charge counter: {level * 45000}\n  status: {2 if charging else 3}\n  health: 2\n  present: true\n"
        f"  level: {level}\n  scale: 100\n  voltage: 4160\n  temperature: 281\n  technology: Li-ion"
    )


async def _window(call: Call, args: list[str]) -> str:
    device = call.device
    focus = await device.on_display(device.display.focus)
    locked = str(not device.touchable).lower()
    if args[:1] == ["policy"]:
        return _policy(device)
    window = _component(focus) if device.touchable else "NotificationShade"
    return (
        "WINDOW MANAGER WINDOWS (dumpsys window windows)\n"
        f"  Window #1 Window{{3c1f0a9 u0 {_component(focus)}}}:\n    mDisplayId=0 rootTaskId=1\n"
        f"  mCurrentFocus=Window{{3c1f0a9 u0 {window}}}\n"
        f"  mFocusedApp=ActivityRecord{{b2a4d1e u0 {_short(focus)} t12}}\n"
        f"  mDreamingLockscreen={locked} isStatusBarKeyguard={locked} mShowingLockscreen={locked}\n"
        f"  mRotation={device.rotation} mAwake={str(device.is_awake()).lower()}"
    )


def _policy(device: Device) -> str:
    showing, secure = str(not device.touchable).lower(), str(device.keyguard == PIN).lower()
    return (
        "WINDOW MANAGER POLICY STATE (dumpsys window policy)\n"
        f"    KeyguardServiceDelegate\n      showing={showing}\n      inputRestricted={showing}\n      occluded=false\n"
        f"      secure={secure}\n      deviceHasKeyguard=true\n      enabled=true\n      currentUser=0\n"
        f"      KeyguardStateMonitor\n        mIsShowing={showing}\n        mSimSecure=false\n        mCurrentUserId=0"
    )


async def _trust(call: Call, _args: list[str]) -> str:
    locked = int(call.device.keyguard == PIN)
    return (
        "Trust manager state:\n"
        f' User "Owner" (id=0, flags=0x4c13) (current): trustState=UNTRUSTED, trustManaged=0, deviceLocked={locked}, '
        "isActiveUnlockRunning=0, strongAuthRequired=0x0\n   Enabled agents:\n   Events:"
    )


async def _activity(call: Call, args: list[str]) -> str:
    device = call.device
    focus = await device.on_display(device.display.focus)
    record = f"ActivityRecord{{b2a4d1e u0 {_short(focus)} t12}}"
    if args[:1] == ["top"]:
        pid = device.process(focus.package)
        return f"TASK {focus.package} id=12 userId=0\n  ACTIVITY {_short(focus)} b2a4d1e pid={pid}"
    return (
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)\nDisplay #0 (activities from top to bottom):\n"
        f"  * Task{{77c1f #12 type=standard A=10217:{focus.package} U=0}}\n"
        f"    topResumedActivity={record}\n  mResumedActivity: {record}\n  ResumedActivity: {record}\n"
        f"  mFocusedApp={record}"
    )


async def _package(call: Call, args: list[str]) -> str:
    return package_dump(call.device, args[-1]) if args else "Packages:"


async def _input_method(call: Call, _args: list[str]) -> str:
    device = call.device
    shown = await device.on_display(device.display.keyboard_shown)
    current = device.settings["secure"].get("default_input_method", "")
    text = str(shown).lower()
    return (
        "Current Input Method Manager state:\n"
        f"  mCurMethodId={current}\n  mShowRequested={text} mShowExplicitlyRequested=false mInputShown={text}\n"
        f"  mIsInputViewShown={text}"
    )


async def _power(call: Call, _args: list[str]) -> str:
    awake = call.device.is_awake()
    return (
        "POWER MANAGER (dumpsys power)\n"
        f"  mWakefulness={'Awake' if awake else 'Asleep'}\n  mIsPowered=true\n"
        f"  mBatteryLevel={call.device.battery()[0]}\n"
        f"  mHoldingDisplaySuspendBlocker={str(awake).lower()}\n  Display Power: state={'ON' if awake else 'OFF'}"
    )


async def _display(call: Call, _args: list[str]) -> str:
    device = call.device
    width, height = device.display.width, device.display.height
    return (
        "DISPLAY MANAGER (dumpsys display)\n"
        f"  mViewports=[DisplayViewport{{type=INTERNAL, valid=true, isActive=true, displayId=0, "
        f"uniqueId='local:4619827259835644672', orientation={device.rotation}, "
        f"logicalFrame=Rect(0, 0 - {width}, {height}), physicalFrame=Rect(0, 0 - {width}, {height}), "
        f"deviceWidth={width}, deviceHeight={height}}}]\n"
        f"  mScreenState={'ON' if device.is_awake() else 'OFF'}"
    )


async def _surface(_call: Call, _args: list[str]) -> str:
    return 'Display 4619827259835644672 (HWC display 0): port=0 pnpId=SIM displayName="SIM"'


async def _notification(_call: Call, _args: list[str]) -> str:
    return "Current Notification Manager state:\n  Notification List:"


async def _wifi(call: Call, _args: list[str]) -> str:
    enabled = call.device.settings["global"]["wifi_on"] == "1"
    return f"Wi-Fi is {'enabled' if enabled else 'disabled'}"


async def _meminfo(call: Call, args: list[str]) -> str:
    package = args[-1] if args else ""
    if package and package not in call.device.processes:
        return f"No process found for: {package}"
    return "Total RAM: 7,654,321K (status normal)\n Free RAM: 3,456,789K"


SERVICES: Final[Mapping[str, Callable[[Call, list[str]], Awaitable[str]]]] = {
    "battery": _battery,
    "window": _window,
    "activity": _activity,
    "package": _package,
    "input_method": _input_method,
    "power": _power,
    "trust": _trust,
    "display": _display,
    "SurfaceFlinger": _surface,
    "notification": _notification,
    "wifi": _wifi,
    "meminfo": _meminfo,
}


async def dumpsys(call: Call) -> int:
    if call.args == ["-l"]:
        return call.print("Currently running services:\n  " + "\n  ".join(sorted(SERVICES)))
    if not call.args or call.args[0] not in SERVICES:
        name = call.args[0] if call.args else ""
        return call.error(f"Can't find service: {name}")
    return call.print(await SERVICES[call.args[0]](call, call.args[1:]))


COMMANDS: Final[Mapping[str, Command]] = {"dumpsys": dumpsys}
