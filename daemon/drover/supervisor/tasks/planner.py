"""What a request for tasks means now: which tasks, on which phones, as which accounts. Stores nothing."""

import asyncio
import random
from collections.abc import Iterable, Sized
from typing import Final

import msgspec

from drover.policy.intake import Accounts, plan_tasks
from drover.policy.records import NewTask
from drover.store import accounts
from drover.store.store import Store
from drover.supervisor import clock
from drover.supervisor.devices.transports import Transports
from drover.supervisor.settings import Settings
from drover.supervisor.tasks.intake import SMALL
from drover.supervisor.tasks.scripts import Scripts
from drover.wire.control import Account, CreateTasks

_NONE: Final = Accounts([])
"""For a request that names none, and none of whose devices' accounts are asked for."""


class TaskPlanner:
    """Plans by the configuration in force, the registered accounts and the scripts that there are."""

    def __init__(self, settings: Settings, store: Store, transports: Transports, scripts: Scripts) -> None:
        self._settings = settings
        self._store = store
        self._transports = transports
        self._scripts = scripts
        self._planning = asyncio.Lock()
        self._rng = random.Random()  # noqa: S311 - spreads begins, no secret

    async def plan(self, request: CreateTasks) -> list[NewTask]:
        """The tasks. What means many of them is planned in a thread: the loop has attempts to answer."""
        device_of = self._transports.device_of
        asked = msgspec.structs.replace(request, serials=_once(map(device_of, request.serials)))
        known = await self._known() if request.usernames or request.enable_multi_account else _NONE
        if _breadth(asked) <= SMALL:
            return self._planned(asked, known)
        async with self._planning:
            return await asyncio.to_thread(self._planned, asked, known)

    async def _known(self) -> Accounts:
        """The registered accounts, each on the device that its serial leads to now."""
        device_of = self._transports.device_of
        registered = await self._store.recall(accounts.all, ("accounts",))
        return Accounts([_at(account, device_of(account.serial)) for account in registered])

    def _planned(self, request: CreateTasks, known: Accounts) -> list[NewTask]:
        config = self._settings.config
        return plan_tasks(
            request,
            accounts=known,
            now=clock.now(),
            zone=config.zone,
            rng=self._rng,
            group_id=f"{self._rng.getrandbits(128):032x}",
            max_tries=config.tasks.max_tries,
            catalog=self._scripts.catalog,
            default_platform=config.tasks.default_platform,
        )


def _at(account: Account, device: str) -> Account:
    return account if account.serial == device else msgspec.structs.replace(account, serial=device)


def _breadth(request: CreateTasks) -> int:
    """About how many tasks a request means, by the lists that it holds."""
    values: Iterable[object] = request.script_config.values()
    longest = max(
        (len(value) for value in values if isinstance(value, Sized) and not isinstance(value, str)), default=1
    )
    return max(len(request.serials), len(request.usernames), 1) * max(longest, 1)


def _once(serials: Iterable[str]) -> list[str]:
    """Each once: two names of one phone do not make two tasks."""
    return list(dict.fromkeys(serials))
