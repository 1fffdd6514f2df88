"""What a registered account must look like, and which registration a name means. Pure; refusals name the field."""

from collections.abc import Mapping, Sequence
from typing import Final, get_args

import msgspec

from drover.wire.accounts import LINE, MAX_NOTE, MAX_PACKAGE, PACKAGE
from drover.wire.control import Account, ChangeAccount
from drover.wire.devices import SERIAL
from drover.wire.faults import Code, RequestError
from drover.wire.scripts import USERNAME, AppName

DEFAULT_PLATFORM: Final = "tiktok"
PLATFORMS: Final[tuple[str, ...]] = get_args(AppName)


def bare(username: str) -> str:
    """The name without spaces around it and without a leading @."""
    return username.strip().removeprefix("@")


def refuse(found: Mapping[str, str]) -> None:
    """Raise RequestError INVALID for the first thing that is wrong, if any is."""
    for name, why in found.items():
        raise RequestError(Code.INVALID, f"{name}: {why}")


def checked(account: Account) -> Account:
    """The account as it is stored; raises RequestError INVALID naming the field."""
    made = Account(
        username=bare(account.username),
        serial=account.serial.strip(),
        platform=account.platform,
        enabled=account.enabled,
        package=account.package.strip(),
        note=account.note.strip(),
    )
    refuse(faults(made))
    return made


def changed(account: Account | None, change: ChangeAccount) -> Account:
    """The account with what a change says; None is one that is new, of which the rest has its default. Unchecked."""
    known = account or Account(
        username=change.username, serial="", platform=change.platform or DEFAULT_PLATFORM, enabled=True
    )
    fields = {name: getattr(change, name) for name in ("serial", "enabled", "package", "note")}
    return msgspec.structs.replace(known, **{name: value for name, value in fields.items() if value is not None})


def merged(registered: Sequence[Account], changes: Sequence[ChangeAccount]) -> tuple[list[Account], int, int]:
    """The accounts that importing these changes would store, how many of them are new, and how many change nothing."""
    known = {key_of(account): account for account in registered}
    found: dict[tuple[str, str], Account] = {}
    for change in changes:
        account = checked(changed(known.get((change.username.lower(), change.platform or DEFAULT_PLATFORM)), change))
        found[key_of(account)] = account
    new = sum(key not in known for key in found)
    stored = [account for key, account in found.items() if known.get(key) != account]
    return stored, new, len(found) - len(stored)


def key_of(account: Account) -> tuple[str, str]:
    """What no two registered accounts share."""
    return account.username.lower(), account.platform


def faults(account: Account) -> dict[str, str]:
    """What is wrong with it, by field; empty where nothing is."""
    found = place_faults(account.serial, account.platform, account.package)
    if not USERNAME.fullmatch(account.username):
        found["username"] = (
            f"expected a user name of 1-30 letters, digits, dots or underscores, got {account.username!r}"
        )
    if why := note_fault(account.note):
        found["note"] = why
    return found


def place_faults(serial: str, platform: str, package: str) -> dict[str, str]:
    """What is wrong with where an account is: phone, app, and which of its copies."""
    found: dict[str, str] = {}
    if platform not in PLATFORMS:
        found["platform"] = f"expected one of {', '.join(PLATFORMS)}, got {platform!r}"
    if not SERIAL.fullmatch(serial):
        found["serial"] = f"expected a serial as adb lists it, 1-128 characters, got {serial!r}"
    if package and (len(package) > MAX_PACKAGE or not PACKAGE.fullmatch(package)):
        found["package"] = f"expected a package name such as com.example.app, or nothing, got {package!r}"
    return found


def note_fault(note: str) -> str:
    """What is wrong with a note of an account or a phone; "" where nothing is."""
    if len(note) > MAX_NOTE or not LINE.fullmatch(note):
        return f"expected at most {MAX_NOTE} characters on one line, without control characters"
    return ""


def the_one(username: str, platform: str | None, registered: Sequence[Account]) -> Account:
    """The account of this name; raises RequestError where there is none, or several and no platform is given."""
    name = bare(username)
    named = [account for account in registered if account.username.lower() == name.lower()]
    found = [account for account in named if platform in (None, account.platform)]
    if not found:
        where = f" on {platform}" if platform else ""
        raise RequestError(Code.NOT_FOUND, f"account @{name}: no one registered it{where}")
    if len(found) > 1:
        words = " and ".join(account.platform for account in found)
        platforms = {"username": name, "platforms": [account.platform for account in found]}
        raise RequestError(Code.CONFLICT, f"platform: @{name} is registered on {words}; say which is meant", platforms)
    return found[0]
