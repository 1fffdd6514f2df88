"""Turns one request into the tasks that it means, or refuses it by naming the field. Pure: all or nothing."""

import random
from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from drover.policy.accounts import DEFAULT_PLATFORM, PLATFORMS, bare, key_of
from drover.policy.records import NewTask
from drover.policy.schedule import clock_time
from drover.wire import scripts
from drover.wire.control import Account, CreateTasks
from drover.wire.devices import SERIAL
from drover.wire.faults import Code, RequestError
from drover.wire.post import PostConfig

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
) -> list[NewTask]:
    """The tasks of one request in the order in which they will run; raises RequestError."""
    if not request.script_name:
        raise RequestError(Code.SCRIPT_MISSING, "script_name: is missing; supported: " + ", ".join(scripts.SUPPORTED))
    configs = scripts.expand(request.script_name, request.script_config)
    places = _places(request, accounts)
    scheduled_at = _scheduled_at(request, now, zone)
    low, high = _interval(request)
    count = len(configs) * len(places)
    if count > MAX_TASKS_PER_REQUEST:
        raise RequestError(
            Code.INVALID, f"script_config.target_users: {count} tasks at once, expected at most {MAX_TASKS_PER_REQUEST}"
        )
    for config, (_, account) in product(configs, places):
        _refuse_foreign(config, account.platform if account else request.platform or DEFAULT_PLATFORM)
    begun: set[str] = set()
    tasks: list[NewTask] = []
    for config, (serial, account) in product(configs, places):
        tasks.append(
            NewTask(
                serial=serial,
                username=account.username if account else None,
                platform=account.platform if account else request.platform or DEFAULT_PLATFORM,
                package=account.package if account else "",
                script_name=request.script_name,
                script_config=msgspec.to_builtins(config),
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


def _refuse_foreign(config: scripts.ScriptConfig, platform: str) -> None:
    """What an app does not have is refused where it was asked for; defaults that clients send along are not."""
    if isinstance(config, PostConfig) and config.add_product_link and platform != "tiktok":
        raise RequestError(
            Code.INVALID, f"script_config.add_product_link: only TikTok has it, and the task is for {platform}"
        )


_Place = tuple[str, Account | None]


def _places(request: CreateTasks, accounts: Accounts) -> list[_Place]:
    """Where the tasks run: device and account. `usernames` decide where both are given."""
    if request.platform not in (None, *PLATFORMS):
        raise RequestError(Code.INVALID, f"platform: expected one of {', '.join(PLATFORMS)}, got {request.platform!r}")
    if request.usernames:
        found = [_place_of(name, i, request.platform, accounts) for i, name in enumerate(request.usernames)]
        return list({key_of(account): (serial, account) for serial, account in found}.values())
    if not request.serials:
        raise RequestError(Code.INVALID, "serials: expected at least one serial (or usernames)")
    serials = list(dict.fromkeys(_serial(text, i) for i, text in enumerate(request.serials)))
    if not request.enable_multi_account:
        return [(serial, None) for serial in serials]
    platform = request.platform or _usual(accounts.enabled_on(*serials))
    return [place for serial in serials for place in _accounts_on(serial, platform, accounts)]


def _usual(found: Sequence[Account]) -> str | None:
    """The platform of accounts where the request names none: TikTok's where there are several, because clients that
    know no other name none. None where there is no choice to make."""
    platforms = {account.platform for account in found}
    return DEFAULT_PLATFORM if len(platforms) > 1 else None


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


def _place_of(name: str, index: int, wanted: str | None, accounts: Accounts) -> tuple[str, Account]:
    """The one registration that a name means; an account that is disabled is never replaced by its namesake."""
    username = bare(name)
    if not scripts.USERNAME.fullmatch(username):
        raise RequestError(
            Code.INVALID,
            f"usernames[{index}]: expected a user name of 1-30 letters, digits, dots or underscores, got {name!r}",
        )
    named = accounts.named(username)
    platform = wanted or _usual(named)
    found = [account for account in named if platform in (None, account.platform)]
    if not found:
        where = f" on {platform}" if platform else ""
        raise RequestError(
            Code.NOT_FOUND,
            f"usernames[{index}]: nobody registered the account @{username}{where}; register it with: "
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
        return clock_time(request.start_time, now, zone)
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
