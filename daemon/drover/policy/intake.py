"""Turns one request into the tasks that it means, or refuses it by naming the field. Pure: all or nothing."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from drover.policy.accounts import DEFAULT_PLATFORM, PLATFORMS, bare, key_of
from drover.policy.catalog import BUILT_IN_ONLY, Catalog
from drover.policy.records import NewTask
from drover.policy.schedule import clock_time, is_present_minute
from drover.wire import scripts
from drover.wire.control import Account, CreateTasks
from drover.wire.devices import SERIAL
from drover.wire.faults import Code, RequestError
from drover.wire.post import PostConfig, lenient

MAX_TASKS_PER_REQUEST: Final = 10_000
MAX_INTERVAL_MINUTES: Final = 24 * 60


class Accounts:
    """The registered accounts, as looked up for one request."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._accounts = accounts
        self._named: dict[str, list[Account]] = {}
        for account in accounts:
            self._named.setdefault(account.username.lower(), []).append(account)

    def named(self, username: str) -> list[Account]:
        return self._named.get(username.lower(), [])

    def enabled_on(self, *serials: str) -> list[Account]:
        return [account for account in self._accounts if account.serial in serials and account.enabled]


def plan_tasks(
    request: CreateTasks,
    *,
    accounts: Accounts,
    now: datetime,
    zone: ZoneInfo,
    rng: random.Random,
    group_id: str,
    max_tries: int,
    catalog: Catalog = BUILT_IN_ONLY,
    default_platform: str = DEFAULT_PLATFORM,
) -> list[NewTask]:
    """The tasks of one request in the order in which they will run; raises RequestError.

    `default_platform` is the app where neither the request, nor its account, nor a field that only one app has says it.
    """
    if not request.script_name:
        raise RequestError(Code.SCRIPT_MISSING, "script_name: is missing; supported: " + ", ".join(catalog.names))
    configs = catalog.expand(request.script_name, request.script_config)
    request = catalog.placed(request)
    asked = _one_app_fields(request)
    usual = next(iter(asked.values()), default_platform)
    places = _places(request, accounts, usual)
    scheduled_at = _scheduled_at(request, now, zone)
    low, high = _interval(request)
    count = len(configs) * len(places)
    if count > MAX_TASKS_PER_REQUEST:
        raise RequestError(
            Code.INVALID, f"script_config.target_users: {count} tasks at once, expected at most {MAX_TASKS_PER_REQUEST}"
        )
    usual = catalog.default_platform(request.script_name, usual)
    for _, account in places:
        _refuse_foreign(asked, account, account.platform if account else request.platform or usual)
    begun: set[str] = set()
    tasks: list[NewTask] = []
    for config, (serial, account) in product(configs, places):
        platform = account.platform if account else request.platform or usual
        tasks.append(
            NewTask(
                serial=serial,
                username=account.username if account else None,
                platform=platform,
                package=account.package if account else "",
                script_name=request.script_name,
                script_config=_stored(config, platform),
                source=request.source,
                group_id=group_id,
                priority=request.priority,
                scheduled_at=scheduled_at,
                pause_s=rng.uniform(low * 60, high * 60) if serial in begun else 0.0,
                max_retry_count=max_tries,
            )
        )
        begun.add(serial)
    return tasks


_ONE_APP: Final = {"placement": "instagram", "add_product_link": "tiktok"}
"""Parameters of `post` that only one app has."""
_APP_NAMES: Final = {"tiktok": "TikTok", "instagram": "Instagram"}


def _one_app_fields(request: CreateTasks) -> dict[str, str]:
    """The parameters that the request gives and only one app has, each with that app; raises RequestError where they
    are of two apps. A flag that is 0 asks for nothing, and neither does an empty text."""
    if request.script_name not in scripts.PUBLISHES:
        return {}
    given = lenient(request.script_config)
    asked = {name: app for name, app in _ONE_APP.items() if given.get(name)}
    for name, app in asked.items():
        first, first_app = next(iter(asked.items()))
        if app != first_app:
            why = (
                f"only {_APP_NAMES[app]} has it, and {first} is {_APP_NAMES[first_app]}'s alone; leave one of them out"
            )
            raise RequestError(Code.INVALID, f"script_config.{name}: {why}")
    return asked


def _refuse_foreign(asked: Mapping[str, str], account: Account | None, platform: str) -> None:
    """Raise RequestError for a parameter that the task's app does not have."""
    whose = f"@{account.username} is on" if account else "the task is for"
    for name, app in asked.items():
        if app != platform:
            why = f"{whose} {_APP_NAMES.get(platform, platform)}"
            raise RequestError(Code.INVALID, f"script_config.{name}: only {_APP_NAMES[app]} has it, and {why}")


def _stored(config: scripts.ScriptConfig | dict[str, Any], platform: str) -> dict[str, Any]:
    """The configuration as the task keeps it: without a default of another app's parameter, so that the same
    configuration can be given again."""
    values: dict[str, Any] = msgspec.to_builtins(config)
    if isinstance(config, PostConfig) and platform != _ONE_APP["placement"]:
        del values["placement"]
    return values


_Place = tuple[str, Account | None]


def _places(request: CreateTasks, accounts: Accounts, usual: str) -> list[_Place]:
    """Where the tasks run: device and account. `usernames` decide where both are given."""
    if request.platform not in (None, *PLATFORMS):
        raise RequestError(Code.INVALID, f"platform: expected one of {', '.join(PLATFORMS)}, got {request.platform!r}")
    if request.usernames:
        found = [_place_of(name, i, request.platform, accounts, usual) for i, name in enumerate(request.usernames)]
        return list({key_of(account): (serial, account) for serial, account in found}.values())
    if not request.serials:
        raise RequestError(Code.INVALID, "serials: expected at least one serial (or usernames)")
    serials = list(dict.fromkeys(_serial(text, i) for i, text in enumerate(request.serials)))
    if not request.enable_multi_account:
        return [(serial, None) for serial in serials]
    platform = request.platform or _usual(accounts.enabled_on(*serials), usual)
    return [place for serial in serials for place in _accounts_on(serial, platform, accounts)]


def _usual(found: Sequence[Account], usual: str) -> str | None:
    """The platform of accounts where the request names none: the usual one where there are several, None where there
    is no choice to make."""
    platforms = {account.platform for account in found}
    return usual if usual in platforms and len(platforms) > 1 else None


def _serial(text: str, index: int) -> str:
    serial = text.strip()
    if not SERIAL.fullmatch(serial):
        raise RequestError(
            Code.INVALID, f"serials[{index}]: expected a serial as adb lists it, 1-128 characters, got {text!r}"
        )
    return serial


def _accounts_on(serial: str, platform: str | None, accounts: Accounts) -> list[_Place]:
    found = [account for account in accounts.enabled_on(serial) if platform in (None, account.platform)]
    if not found:
        what = f"{platform} account" if platform else "account"
        raise RequestError(
            Code.NOT_FOUND,
            f"enable_multi_account: no enabled {what} is registered on device {serial}; "
            f"register one with: droverctl account add NAME --serial {serial}",
        )
    return [(serial, account) for account in found]


def _place_of(name: str, index: int, wanted: str | None, accounts: Accounts, usual: str) -> tuple[str, Account]:
    """The one registration that a name means; an account that is disabled is never replaced by its namesake."""
    username = bare(name)
    if not scripts.USERNAME.fullmatch(username):
        raise RequestError(
            Code.INVALID,
            f"usernames[{index}]: expected a user name of 1-30 letters, digits, dots or underscores, got {name!r}",
        )
    named = accounts.named(username)
    platform = wanted or _usual(named, usual)
    found = [account for account in named if platform in (None, account.platform)]
    if not found:
        where = f" on {platform}" if platform else ""
        raise RequestError(
            Code.NOT_FOUND,
            f"usernames[{index}]: no one registered the account @{username}{where}; register it with: "
            f"droverctl account add {username} --serial SERIAL{f' --platform {platform}' if platform else ''}",
        )
    account = found[0]
    if not account.enabled:
        raise RequestError(
            Code.CONFLICT,
            f"usernames[{index}]: the account @{username} ({account.platform}) is disabled; enable it with: "
            f"droverctl account enable {username} --platform {account.platform}",
            {"username": account.username, "platform": account.platform},
        )
    return account.serial, account


def _scheduled_at(request: CreateTasks, now: datetime, zone: ZoneInfo) -> datetime | None:
    if not request.start_time:
        return None
    try:
        at = clock_time(request.start_time, now, zone)
        return None if is_present_minute(request.start_time, now, zone) else at
    except ValueError as error:
        raise RequestError(Code.INVALID, f"start_time: {error}") from None


def _interval(request: CreateTasks) -> tuple[int, int]:
    """The range of the pause between this request's tasks on one device, in minutes."""
    for field in ("min_interval", "max_interval"):
        value = getattr(request, field)
        if not 0 <= value <= MAX_INTERVAL_MINUTES:
            raise RequestError(Code.INVALID, f"{field}: expected minutes from 0 to {MAX_INTERVAL_MINUTES}, got {value}")
    low, high = request.min_interval, request.max_interval or request.min_interval
    if low > high:
        raise RequestError(Code.INVALID, f"max_interval: expected at least min_interval ({low}), got {high}")
    return low, high
