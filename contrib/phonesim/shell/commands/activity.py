"""`am` and `monkey`: intents, broadcasts, processes. What a broadcast does is its receiver's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from phonesim.automation.keyboard import receive
from phonesim.contract import ActivityNotFoundError, Intent
from phonesim.media import scan
from phonesim.shell.call import Call, Command

MAIN: Final = "android.intent.action.MAIN"
LAUNCHER: Final = "android.intent.category.LAUNCHER"
# Options with a value that only say how the intent is delivered.
SKIPPED_VALUES: Final = frozenset(
    {"--user", "--display", "--receiver-permission", "--windowingMode", "-f", "--activity-type"}
)
# As in Intent.parseCommandArgs. There is no form for a list of URIs.
EXTRA_PAIRS: Final = frozenset({
    "--es", "-e", "--eu", "--ei", "--el", "--ez", "--ef", "--ecn",
    "--esa", "--esal", "--eia", "--eial", "--ela", "--elal", "--efa", "--efal",
})  # fmt: skip
GRANT_READ: Final = "--grant-read-uri-permission"


@dataclass(kw_only=True)
class Words:
    """The intent that the words of a command describe, and the options that stood alone."""

    intent: Intent
    flags: set[str] = field(default_factory=set[str])


def parse_intent(args: list[str]) -> Words:
    """What the words after `am start` or `am broadcast` describe; unknown options are kept as flags."""
    values: dict[str, str] = {}
    extras: dict[str, str] = {}
    kinds: dict[str, str] = {}
    categories: list[str] = []
    flags: set[str] = set()
    words = iter(args)
    named = {"-a": "action", "-d": "data", "-n": "component", "-t": "mime_type", "-p": "package"}
    for word in words:
        if word in named:
            values[named[word]] = next(words, "")
        elif word == "-c":
            categories.append(next(words, ""))
        elif word in EXTRA_PAIRS:
            name = next(words, "")
            extras[name] = next(words, "")
            kinds[name] = word
        elif word == "--esn":
            name = next(words, "")
            extras[name], kinds[name] = "", word
        elif word in SKIPPED_VALUES:
            next(words, "")
        elif word.startswith("-"):
            flags.add(word)
        else:
            values.setdefault(*_target(word))
    component = values.get("component", "")
    package, _, activity = component.partition("/")
    if activity.startswith("."):
        values["component"] = f"{package}/{package}{activity}"
    intent = Intent(
        **values,
        categories=tuple(categories),
        extras=extras,
        uris={name: extras[name] for name, kind in kinds.items() if kind == "--eu"},
        lists={name: _list(extras[name]) for name, kind in kinds.items() if kind == "--esal"},
        grants_read=GRANT_READ in flags,
    )
    return Words(intent=intent, flags=flags)


def _list(value: str) -> tuple[str, ...]:
    """Cut at commas that no backslash stands before; `am` leaves the backslashes in."""
    return tuple(re.split(r"(?<!\\),", value))


def _target(word: str) -> tuple[str, str]:
    """The last word: a URI, a component or a package."""
    if ":" in word:
        return "data", word
    return ("component", word) if "/" in word else ("package", word)


def shown(intent: Intent) -> str:
    """The intent as `am` prints it."""
    package, _, activity = intent.component.partition("/")
    short = f"{package}/{activity.removeprefix(package)}" if activity else ""
    parts = (
        ("act", intent.action),
        ("cat", f"[{','.join(intent.categories)}]" if intent.categories else ""),
        ("dat", intent.data),
        ("typ", intent.mime_type),
        ("pkg", intent.package),
        ("cmp", short),
    )
    extras = " (has extras)" if intent.extras else ""
    return "Intent { " + " ".join(f"{name}={value}" for name, value in parts if value) + extras + " }"


async def start(call: Call, args: list[str]) -> int:
    words = parse_intent(args)
    intent = words.intent
    device = call.device
    if "-S" in words.flags and (package := intent.package or intent.component.split("/")[0]):
        await _stop(call, package)
    call.print(f"Starting: {shown(intent)}")
    package = intent.package or intent.component.split("/")[0]
    if package and package not in device.packages():
        return _not_started(call, intent)
    if device.faults.get("before_first_unlock"):  # only what is made for it can be started then, and no app here is
        return _not_started(call, intent)
    before = await device.on_display(device.display.focus)
    try:
        focus = await device.on_display(device.display.start_activity, intent)
    except ActivityNotFoundError:
        return _not_started(call, intent)
    device.process(focus.package)
    started = f"START u0 {{{shown(intent)}}} from uid 2000"
    device.log.add("ActivityTaskManager", started, buffer="system", pid=device.processes["system_server"])
    if focus == before and intent.action in ("", MAIN) and not intent.data:
        call.print("Warning: Activity not started, its current task has been brought to the front")
    if "-W" in words.flags:
        component = f"{focus.package}/{focus.activity.removeprefix(focus.package)}"
        call.print(f"Status: ok\nLaunchState: WARM\nActivity: {component}\nTotalTime: 143\nWaitTime: 151\nComplete")
    return 0


def _not_started(call: Call, intent: Intent) -> int:
    if intent.component:
        call.error(f"Error type 3\nError: Activity class {{{intent.component}}} does not exist.")
    else:
        call.error(f"Error: Activity not started, unable to resolve {shown(intent)}")
    return 1


async def _stop(call: Call, package: str) -> None:
    device = call.device
    device.processes.pop(package, None)
    await device.on_display(device.display.force_stop, package)


async def force_stop(call: Call, args: list[str]) -> int:
    for package in [word for word in args if not word.startswith("-") and word not in ("0", "all", "current")]:
        await _stop(call, package)
    return 0


async def broadcast(call: Call, args: list[str]) -> int:
    intent = parse_intent(args).intent
    call.print(f"Broadcasting: {shown(intent)}")
    answer = await receive(call.device, intent.action, intent.extras)
    if intent.action == "android.intent.action.MEDIA_SCANNER_SCAN_FILE":
        scan(call.device, intent.data.removeprefix("file://"))
    if answer is None:
        return call.print("Broadcast completed: result=0")
    data = f', data="{answer.data}"' if answer.data else ""
    return call.print(f"Broadcast completed: result={answer.code}{data}")


async def instrument(call: Call, args: list[str]) -> int:
    component = next((word for word in reversed(args) if "/" in word), "?")
    call.error(f"android.util.AndroidException: INSTRUMENTATION_FAILED: {component}")
    call.print(
        f"INSTRUMENTATION_STATUS: id=ActivityManagerService\nINSTRUMENTATION_STATUS: Error=Unable to find "
        f"instrumentation info for: ComponentInfo{{{component}}}\nINSTRUMENTATION_STATUS_CODE: -1"
    )
    return 1


async def current_user(call: Call, _args: list[str]) -> int:
    return call.print("0")


async def user_state(call: Call, _args: list[str]) -> int:
    return call.print("RUNNING_LOCKED" if call.device.faults.get("before_first_unlock") else "RUNNING_UNLOCKED")


async def nothing(_call: Call, _args: list[str]) -> int:
    return 0


_HANDLERS: Final = {
    "start": start,
    "start-activity": start,
    "startservice": nothing,
    "start-service": nothing,
    "start-foreground-service": nothing,
    "force-stop": force_stop,
    "kill": force_stop,
    "broadcast": broadcast,
    "instrument": instrument,
    "get-current-user": current_user,
    "get-started-user-state": user_state,
    "kill-all": nothing,
    "set-debug-app": nothing,
    "wait-for-broadcast-idle": nothing,
}


async def am(call: Call) -> int:
    return await call.dispatch("Activity manager (activity)", _HANDLERS)


async def monkey(call: Call) -> int:
    if "-p" not in call.args:
        return call.error("** Error: this monkey only starts apps: monkey -p PACKAGE 1")
    package = call.args[call.args.index("-p") + 1]
    call.print(f"  bash arg: -p\n  bash arg: {package}\nargs: [{', '.join(call.args)}]")
    launcher = Intent(action=MAIN, categories=(LAUNCHER,), package=package)
    try:
        if package not in call.device.packages():
            raise ActivityNotFoundError(package)
        await call.device.on_display(call.device.display.start_activity, launcher)
    except ActivityNotFoundError:
        return call.error("** No activities found to run, monkey aborted.", code=252)
    call.device.process(package)
    return call.print(
        "Events injected: 1\n## Network stats: elapsed time=12ms (0ms mobile, 0ms wifi, 12ms not connected)"
    )


COMMANDS: Final[Mapping[str, Command]] = {"am": am, "monkey": monkey}
