"""The phone's own commands for apps, links and facts, and how their answers are read. Argument lists only."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from drover.phone.adb import Adb, Output, last_line
from drover.phone.conditions import free_mb
from drover.phone.engine import AppMissingError, PhoneError, PhoneStartingError
from drover.wire.devices import DeviceFacts

_PROPS: Final = (
    "sys.boot_completed",
    "ro.serialno",
    "ro.product.model",
    "ro.build.version.release",
    "ro.build.version.sdk",
    "persist.security.adbinput",  # Xiaomi: "0" while adb may not touch the screen
)
SCHEMES: Final = frozenset({"https", "snssdk1233", "snssdk1180", "instagram"})
"""What may be opened: the web, and the apps' own schemes."""

_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)+")
_VERSION = re.compile(r"versionName=(\S+)")
_SIZE = re.compile(r"(Physical|Override) size: (\d+)x(\d+)")
_LEVEL = re.compile(r"^\s*level: (\d+)", re.M)
_FOCUS = re.compile(r"mCurrentFocus=Window\{\S+(?: u\d+)? ([^/\s}]+)")
_RESUMED = re.compile(r"(?:mResumedActivity|topResumedActivity|ResumedActivity)[:=].*?\{\S+ u\d+ ([^/\s]+)/")
_ERROR = re.compile(r"^(?:Error|Exception|java\.)[\s\S]*", re.M)
_UNRESOLVED = re.compile(r"unable to resolve|does not exist|No activities found")
_ACTIVITY = re.compile(r"\.?[A-Za-z_$][A-Za-z0-9_$]*(?:\.[A-Za-z_$][A-Za-z0-9_$]*)*")
_CONTENT = re.compile(r"content://media/external/(?:video|images)/media/\d+")
_ACTION = re.compile(r"[a-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)+")
_SEND: Final = "android.intent.action.SEND"
_LAUNCHER: Final = ("-a", "android.intent.action.MAIN", "-c", "android.intent.category.LAUNCHER")


def open_link(adb: Adb, url: str, package: str, *, timeout_s: float) -> None:
    """View a link in an app; raises AppMissingError, and PhoneError when the app does not take it."""
    if urlsplit(url).scheme not in SCHEMES or not url.isprintable() or " " in url:
        raise PhoneError(
            f"{adb.serial}: {url!r} is not a link that may be opened; allowed: {', '.join(sorted(SCHEMES))}"
        )
    # The package as last word keeps the link inside this app.
    args = ["am", "start", "-W", "-a", "android.intent.action.VIEW", "-d", url, checked(package)]
    _started(adb, adb.shell(args, timeout_s=timeout_s), package, f"open {url}", timeout_s)


def launch(adb: Adb, package: str, *, timeout_s: float) -> None:
    """Start an app by its launcher intent; raises AppMissingError."""
    args = ["am", "start", "-W", *_LAUNCHER, checked(package)]
    _started(adb, adb.shell(args, timeout_s=timeout_s), package, "start", timeout_s)


def open_activity(adb: Adb, package: str, activity: str, *, timeout_s: float) -> None:
    """Start one activity by its class; raises AppMissingError, and PhoneError when the app has none such."""
    args = ["am", "start", "-W", "-n", _component(package, activity)]
    _started(adb, adb.shell(args, timeout_s=timeout_s), package, f"open {activity}", timeout_s)


def share(adb: Adb, uri: str, media_type: str, package: str, activity: str, *, timeout_s: float) -> None:
    """Send one item of the MediaStore into an app; raises AppMissingError, PhoneError.

    `am` writes a single URI (`--eu`) and lists of numbers and texts, never a list of URIs: several items at once
    (SEND_MULTIPLE) cannot be shared from a shell, on any version of Android.
    """
    if not _CONTENT.fullmatch(uri):
        raise PhoneError(f"{adb.serial}: {uri!r} is no item of the MediaStore")
    what = ["-a", _SEND, "-t", media_type, "--grant-read-uri-permission", "--eu", "android.intent.extra.STREAM", uri]
    output = adb.shell(["am", "start", "-W", *what, "-n", _component(package, activity)], timeout_s=timeout_s)
    error = _ERROR.search(output.both)
    if error and _UNRESOLVED.search(error[0]):
        # Another version, or a clone, calls its activity otherwise: Android finds the one that takes this type.
        output = adb.shell(["am", "start", "-W", *what, "-p", checked(package)], timeout_s=timeout_s)
    _started(adb, output, package, f"take a {media_type}", timeout_s)


def share_as(adb: Adb, uri: str, media_type: str, package: str, action: str, *, timeout_s: float) -> None:
    """Hand one item of the MediaStore to an app under its own action; raises AppMissingError, PhoneError."""
    if not _CONTENT.fullmatch(uri):
        raise PhoneError(f"{adb.serial}: {uri!r} is no item of the MediaStore")
    if not _ACTION.fullmatch(action):
        raise PhoneError(f"{action!r} is not the name of an action")
    what = ["-a", action, "-d", uri, "-t", media_type, "--grant-read-uri-permission", "-p", checked(package)]
    output = adb.shell(["am", "start", "-W", *what], timeout_s=timeout_s)
    _started(adb, output, package, f"take a {media_type} for {action.rpartition('.')[2]}", timeout_s)


def force_stop(adb: Adb, package: str, *, timeout_s: float) -> None:
    """End an app."""
    output = adb.shell(["am", "force-stop", checked(package)], timeout_s=timeout_s)
    if output.exit_code:
        raise PhoneError(f"{adb.serial}: could not stop {package}: {output.brief}")


def current_package(adb: Adb, *, timeout_s: float) -> str:
    """The package with the focus, empty if there is none."""
    window, activity = adb.shell_all(
        [["dumpsys", "window", "displays"], ["dumpsys", "activity", "activities"]], timeout_s=timeout_s
    )
    found = _FOCUS.search(window) or _RESUMED.search(activity)
    return found[1] if found else ""


def app_version(adb: Adb, package: str, *, timeout_s: float) -> str:
    """The version name; raises AppMissingError."""
    found = _VERSION.search(adb.shell(["dumpsys", "package", checked(package)], timeout_s=timeout_s).text)
    if not found:
        raise AppMissingError(f"{adb.serial}: {package} is not installed; install it or correct the package name")
    return found[1]


def facts(adb: Adb, packages: Sequence[str], *, engine: str, timeout_s: float) -> DeviceFacts:
    """What is known of the phone, in one round trip; apps that are not installed are left out."""
    commands = [["getprop", prop] for prop in _PROPS] + [["wm", "size"], ["dumpsys", "battery"]]
    commands += [["df", "-k", "/sdcard"], ["settings", "get", "system", "font_scale"]]
    commands += [["dumpsys", "package", checked(package)] for package in packages]
    answers = adb.shell_all(commands, timeout_s=timeout_s)
    # Values of one line: without shell_v2 a linker's warnings stand before them.
    booted, serial, model, release, sdk, touches = map(last_line, answers[: len(_PROPS)])
    size, battery, storage, font, *dumps = answers[len(_PROPS) :]
    if booted != "1":
        raise PhoneStartingError(adb.serial)
    width, height = _size(size)
    level = _LEVEL.search(battery)
    versions = {package: _VERSION.search(dump) for package, dump in zip(packages, dumps, strict=True)}
    return DeviceFacts(
        hardware_serial=serial,
        model=model,
        platform_version=release,
        sdk=int(sdk) if sdk.isdigit() else 0,
        width=width,
        height=height,
        battery=int(level[1]) if level else None,
        engine=engine,
        apps={package: found[1] for package, found in versions.items() if found},
        storage_free_mb=free_mb(storage),
        font_scale=_scale(font),
        touches_allowed=touches != "0",
    )


def checked(package: str) -> str:
    """The package name if it is one; raises PhoneError."""
    if not _PACKAGE.fullmatch(package):
        raise PhoneError(f"{package!r} is not a package name")
    return package


def _component(package: str, activity: str) -> str:
    if not _ACTIVITY.fullmatch(activity):
        raise PhoneError(f"{activity!r} is not the name of an activity")
    return f"{checked(package)}/{activity}"


def _started(adb: Adb, output: Output, package: str, what: str, timeout_s: float) -> None:
    # Only whole lines: the intent that `am` prints first holds words of ours.
    error = _ERROR.search(output.both)
    if error is None and output.exit_code == 0:
        return
    if error and _UNRESOLVED.search(error[0]):
        app_version(adb, package, timeout_s=timeout_s)
        raise PhoneError(f"{adb.serial}: {package} is installed and does not {what}: {error[0][:200]}")
    raise PhoneError(f"{adb.serial}: {package} could not {what}: {(error[0] if error else output.brief)[:200]}")


def _scale(output: str) -> float:
    """The font scale; phones on which no one ever changed it say `null`."""
    value = last_line(output)
    return float(value) if re.fullmatch(r"\d+(\.\d+)?", value) else 1.0


def _size(output: str) -> tuple[int, int]:
    sizes = {kind: (int(width), int(height)) for kind, width, height in _SIZE.findall(output)}
    return sizes.get("Override") or sizes.get("Physical") or (0, 0)
