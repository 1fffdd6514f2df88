"""`pm` (and `cmd package`) and `ime`: what is installed, and which keyboards there are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from phonesim.apk import InvalidApkError, read_manifest
from phonesim.automation.keyboard import KEYBOARDS
from phonesim.device import LATIN_IME, Device, InstalledApk
from phonesim.shell.call import Call, Command


def apk_path(device: Device, package: str) -> str:
    if device.is_system(package):
        return f"/system/app/{package.rsplit('.', 1)[-1]}/{package.rsplit('.', 1)[-1]}.apk"
    return f"/data/app/~~{device.serialno}==/{package}-1/base.apk"


async def _list(call: Call, args: list[str]) -> int:
    if args[:1] == ["users"]:
        return call.print("Users:\n\tUserInfo{0:Owner:c13} running")
    if args[:1] == ["features"]:
        return call.print("feature:android.hardware.touchscreen\nfeature:android.hardware.wifi")
    if args[:1] != ["packages"]:
        return call.error("Error: unknown list type", code=255)
    words = args[1:]
    flags = {word for word in words if word.startswith("-")}
    wanted = next((word for word in words if not word.startswith("-") and word != "0"), "")
    for package in call.device.packages():
        system = call.device.is_system(package)
        if wanted not in package or ("-3" in flags and system) or ("-s" in flags and not system) or "-d" in flags:
            continue
        source = f"{apk_path(call.device, package)}=" if "-f" in flags else ""
        installer = "  installer=null" if "-i" in flags else ""
        call.print(f"package:{source}{package}{installer}")
    return 0


async def _path(call: Call, args: list[str]) -> int:
    if not args or args[-1] not in call.device.packages():
        return 1
    return call.print(f"package:{apk_path(call.device, args[-1])}")


async def _install(call: Call, args: list[str]) -> int:
    words = list(args)
    size = int(words[words.index("-S") + 1]) if "-S" in words else None
    try:
        data = await _streamed(call, size) if size is not None else call.device.files.read(call.path(words[-1]))
        manifest = read_manifest(data)
    except OSError:
        return call.error(f"Error: failed to open file: {words[-1]}\nError: Unable to open file: {words[-1]}")
    except InvalidApkError as error:
        return call.print(f"Failure [{error}: Failed to parse {'base.apk' if size is not None else words[-1]}]") or 1
    device = call.device
    # `cmd package install` over adb always replaces; the old `pm install` needs -r for that.
    if manifest.package in device.installed and "-r" not in words and size is None:
        text = f"Attempt to re-install {manifest.package} without first uninstalling."
        return call.print(f"Failure [INSTALL_FAILED_ALREADY_EXISTS: {text}]") or 1
    device.installed[manifest.package] = InstalledApk(version=manifest.version, installed_at=datetime.now(UTC))
    device.removed.discard(manifest.package)
    for keyboard in KEYBOARDS.get(manifest.package, ()):
        device.input_methods.setdefault(keyboard, False)
    return call.print("Success")


async def _streamed(call: Call, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (chunk := await call.stdin.read()):
        data += chunk
    return bytes(data)


async def _uninstall(call: Call, args: list[str]) -> int:
    package, device = args[-1] if args else "", call.device
    if package not in device.packages():
        return call.print("Failure [DELETE_FAILED_INTERNAL_ERROR]") or 1
    device.installed.pop(package, None)
    if package in device.display.packages():
        device.removed.add(package)
    for keyboard in KEYBOARDS.get(package, ()):
        device.input_methods.pop(keyboard, None)
        if device.settings["secure"].get("default_input_method") == keyboard:
            device.settings["secure"]["default_input_method"] = LATIN_IME
    device.processes.pop(package, None)
    await device.on_display(device.display.force_stop, package)
    return call.print("Success")


async def _clear(call: Call, args: list[str]) -> int:
    if not args or args[-1] not in call.device.packages():
        return call.print("Failed") or 1
    call.device.processes.pop(args[-1], None)
    await call.device.on_display(call.device.display.force_stop, args[-1])
    return call.print("Success")


async def _dump(call: Call, args: list[str]) -> int:
    return call.print(package_dump(call.device, args[-1] if args else ""))


async def _nothing(_call: Call, _args: list[str]) -> int:
    return 0


async def _resolve(call: Call, args: list[str]) -> int:
    package = args[-1] if args else ""
    if package not in call.device.packages():
        return call.print("No activity found")
    return call.print(f"priority=0 preferredOrder=0 match=0x108000\n{package}/.MainActivity")


def package_dump(device: Device, package: str) -> str:
    """What `dumpsys package NAME` prints."""
    if package not in device.packages():
        return f"Unable to find package: {package}"
    apk = device.installed.get(package)
    when = (apk.installed_at if apk else datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)).strftime("%Y-%m-%d %H:%M:%S")
    version = device.version(package)
    code = int("".join(f"{int(part):02d}" for part in version.split(".")[:3] if part.isdigit()) or "1")
    flags = "SYSTEM HAS_CODE ALLOW_BACKUP" if device.is_system(package) else "HAS_CODE ALLOW_CLEAR_USER_DATA"
    return (
        f"Packages:\n  Package [{package}] (5a1f09c):\n    userId=10217\n    pkg=Package{{9d3ab65 {package}}}\n"
        f"    codePath={apk_path(device, package).rsplit('/', 1)[0]}\n"
        f"    versionCode={code} minSdk=23 targetSdk=33\n    versionName={version}\n"
        f"    signatures=PackageSignatures{{4f6e1c5 version:2, signatures:[6b1f0e2a], past signatures:[]}}\n"
        f"    pkgFlags=[ {flags} ]\n    firstInstallTime={when}\n    lastUpdateTime={when}\n"
        f"    runtime permissions:\n      android.permission.CAMERA: granted=true"
    )


_HANDLERS: Final = {
    "list": _list,
    "path": _path,
    "install": _install,
    "uninstall": _uninstall,
    "clear": _clear,
    "dump": _dump,
    "grant": _nothing,
    "revoke": _nothing,
    "enable": _nothing,
    "disable-user": _nothing,
    "resolve-activity": _resolve,
    "trim-caches": _nothing,
}


async def pm(call: Call) -> int:
    return await call.dispatch("Package manager (package)", _HANDLERS)


async def ime(call: Call) -> int:
    methods, secure = call.device.input_methods, call.device.settings["secure"]
    if call.args[:1] in (["enable"], ["set"]) and call.device.faults.get("no_keyboard"):
        return call.error(f"Unknown input method {call.args[-1]} cannot be {call.args[0]}d for user #0", code=255)
    match call.args:
        case ["list", *flags]:
            shown = [name for name, enabled in methods.items() if enabled or "-a" in flags]
            for name in shown:
                call.print(name if "-s" in flags else f"{name}:\n  mId={name} mSettingsActivityName=null")
            return 0
        case [("enable" | "disable" | "set") as verb, name]:
            if name not in methods:
                return call.error(f"Unknown input method {name} cannot be {verb}d for user #0")
            if verb == "set" and not methods[name]:
                return call.error(f"Error: Unknown id: {name} (not enabled)")
            return _change_ime(call, verb, name)
        case ["reset"]:
            secure["default_input_method"] = LATIN_IME
            return call.print("Reset current and enabled IMEs for user #0")
        case _:
            return call.error("Unknown command\nime <command>: list, enable, disable, set, reset", code=255)


def _change_ime(call: Call, verb: str, name: str) -> int:
    methods, secure = call.device.input_methods, call.device.settings["secure"]
    if verb == "set":
        secure["default_input_method"] = name
        return call.print(f"Input method {name} selected for user #0")
    methods[name] = verb == "enable"
    secure["enabled_input_methods"] = ":".join(method for method, enabled in methods.items() if enabled)
    if verb == "disable" and secure["default_input_method"] == name:
        secure["default_input_method"] = LATIN_IME
    return call.print(f"Input method {name}: now {verb}d for user #0")


COMMANDS: Final[Mapping[str, Command]] = {"pm": pm, "ime": ime}
