"""Turns one request into the tasks that it means, or refuses it by naming the field. Pure: all or nothing."""

import random
import re
from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Final, get_args
from zoneinfo import ZoneInfo

import msgspec

from drover.policy.records import NewTask
from drover.policy.schedule import clock_time
from drover.wire import scripts
from drover.wire.control import Account, CreateTasks
from drover.wire.faults import Code, RequestError

MAX_TASKS_PER_REQUEST: Final = 10_000
MAX_INTERVAL_MINUTES: Final = 24 * 60
PLATFORMS: Final[tuple[str, ...]] = get_args(scripts.AppName)

_SERIAL = re.compile(r"[A-Za-z0-9_.:\[\]@%+/=~#()\- ]{1,128}")


class Accounts:
    """The registered accounts, as looked up for one request."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._accounts = accounts

    def named(self, username: str) -> list[Account]:
        return [account for account in self._accounts if account.username.lower() == username.lower()]

    def enabled_on(self, serial: str) -> list[Account]:
        return [account for account in self._accounts if account.serial == serial and account.enabled]


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
    if request.platform not in PLATFORMS:
        raise RequestError(Code.INVALID, f"platform: expected {' or '.join(PLATFORMS)}, got {request.platform[:60]!r}")
    places = _places(request, accounts)
    scheduled_at = _scheduled_at(request, now, zone)
    low, high = _interval(request)
    count = len(configs) * len(places)
    if count > MAX_TASKS_PER_REQUEST:
        raise RequestError(
            Code.INVALID, f"script_config.target_users: {count} tasks at once, expected at most {MAX_TASKS_PER_REQUEST}"
        )
    begun: set[str] = set()
    tasks: list[NewTask] = []
    for config, (serial, account) in product(configs, places):
        tasks.append(
            NewTask(
                serial=serial,
                username=account.username if account else None,
                platform=account.platform if account else request.platform,
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


_Place = tuple[str, Account | None]


def _places(request: CreateTasks, accounts: Accounts) -> list[_Place]:
    """Where the tasks run: device and account. `usernames` decide where both are given."""
    if request.usernames:
        return list(dict.fromkeys(_place_of(name, i, accounts) for i, name in enumerate(request.usernames)))
    if not request.serials:
        raise RequestError(Code.INVALID, "serials: expected at least one serial (or usernames)")
    serials = list(dict.fromkeys(_serial(text, i) for i, text in enumerate(request.serials)))
    if not request.enable_multi_account:
        return [(serial, None) for serial in serials]
    return [place for serial in serials for place in _accounts_on(serial, accounts)]


def _serial(text: str, index: int) -> str:
    serial = text.strip()
    if not _SERIAL.fullmatch(serial) or serial.startswith("-"):
        raise RequestError(
            Code.INVALID, f"serials[{index}]: expected a serial as adb lists it, 1-128 characters, got {text!r}"
        )
    return serial


def _accounts_on(serial: str, accounts: Accounts) -> list[_Place]:
    found = accounts.enabled_on(serial)
    if not found:
        raise RequestError(
            Code.NOT_FOUND,
            f"enable_multi_account: no enabled account is registered on device {serial}; "
            f"register one with: droverctl account add NAME --serial {serial}",
        )
    return [(serial, account) for account in found]


def _place_of(name: str, index: int, accounts: Accounts) -> _Place:
    username = name.strip().removeprefix("@")
    if not scripts.USERNAME.fullmatch(username):
        raise RequestError(
            Code.INVALID,
            f"usernames[{index}]: expected a user name of 1-30 letters, digits, dots or underscores, got {name!r}",
        )
    found = accounts.named(username)
    if not found:
        raise RequestError(
            Code.NOT_FOUND,
            f"usernames[{index}]: nobody registered the account @{username}; "
            f"register it with: droverctl account add {username} --serial SERIAL",
        )
    enabled = [account for account in found if account.enabled]
    if not enabled:
        raise RequestError(
            Code.CONFLICT, f"usernames[{index}]: the account @{username} is disabled", {"username": username}
        )
    return enabled[0].serial, enabled[0]


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
