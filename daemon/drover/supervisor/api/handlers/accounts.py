"""Requests about the registered accounts, and about those that a phone's apps are logged in with."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from drover.policy import accounts_csv
from drover.policy.accounts import bare, checked, faults, place_faults, refuse, the_one
from drover.policy.pace import account_key
from drover.store import accounts, overview, pauses
from drover.store.errors import ConflictError
from drover.supervisor import clock
from drover.supervisor.api.handlers.table import Table
from drover.supervisor.api.state import DaemonState
from drover.wire import control
from drover.wire.faults import Code, RequestError

AT_ONCE: Final = 500
"""Accounts of an import that are stored in one transaction (5 to 10 ms)."""


class AccountHandlers:
    """What clients ask of accounts."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return {
            control.ListAccounts: self._list,
            control.GetAccount: self._get,
            control.PutAccount: self._put,
            control.ChangeAccount: self._change,
            control.DeleteAccount: self._delete,
            control.ImportAccounts: self._import,
            control.ExportAccounts: self._export,
            control.DiscoverAccounts: self._discover,
        }

    async def _list(self, body: control.ListAccounts) -> control.AccountList:
        found = [
            account
            for account in await self._state.core.store.read(accounts.all)
            if body.platform in (None, account.platform)
            and body.serial in (None, account.serial)
            and body.enabled in (None, account.enabled)
        ]
        return control.AccountList(accounts=await with_use(self._state, found))

    async def _get(self, body: control.GetAccount) -> control.Account:
        return await self._shown(the_one(body.username, body.platform, await self._state.core.store.read(accounts.all)))

    async def _put(self, body: control.PutAccount) -> control.Account:
        fields = msgspec.structs.asdict(body)
        new = fields.pop("new")
        account = checked(control.Account(**fields))
        try:
            await self._state.core.store.write(accounts.put, account, new=new)
        except ConflictError as error:
            key = {"username": account.username, "platform": account.platform}
            raise RequestError(Code.CONFLICT, f"{error}; change it instead", key) from None
        self._state.core.signal.wake()
        return await self._shown(account)

    async def _change(self, body: control.ChangeAccount) -> control.Account:
        account = await self._state.core.store.write(accounts.change, body)
        self._state.core.signal.wake()  # one that is enabled again may have tasks that wait for that
        return await self._shown(account)

    async def _delete(self, body: control.DeleteAccount) -> control.Done:
        await self._state.core.store.write(accounts.remove, body.username, body.platform)
        return control.Done()

    async def _import(self, body: control.ImportAccounts) -> control.AccountsImported:
        """All or none; a large one is checked as a whole first and then goes in steps."""
        store, changes = self._state.core.store, await asyncio.to_thread(accounts_csv.read, body.csv)
        if len(changes) <= AT_ONCE:
            return await store.write(accounts.merge, changes, dry_run=body.dry_run)
        planned = await store.read(accounts.merge, changes, dry_run=True)
        if body.dry_run:
            return planned
        done = [some async for some in store.steps(accounts.merge_some, 0, changes=changes)]
        return control.AccountsImported(
            created=sum(some.created for some in done),
            changed=sum(some.changed for some in done),
            unchanged=sum(some.unchanged for some in done),
            dry_run=False,
        )

    async def _export(self, _body: control.ExportAccounts) -> control.AccountsCsv:
        return control.AccountsCsv(csv=accounts_csv.write(await self._state.core.store.read(accounts.all)))

    async def _shown(self, account: control.Account) -> control.Account:
        return (await with_use(self._state, [account]))[0]

    # --- discovery

    async def _discover(self, body: control.DiscoverAccounts) -> control.AccountsDiscovered:
        refuse(place_faults(body.serial, body.platform, body.package))
        answer = await self._state.leases.account_reader.read(body.serial, body.platform, body.package)
        known = {
            account.username.lower(): account.serial
            for account in await self._state.core.store.read(accounts.all)
            if account.platform == body.platform
        }
        await self._seen_logged_in(answer.usernames, body)
        new = _unknown(answer.usernames, known, body) if body.register else []
        await self._state.core.store.write(accounts.put_all, new)
        known |= {account.username.lower(): account.serial for account in new}
        return control.AccountsDiscovered(
            serial=body.serial,
            platform=body.platform,
            package=body.package,
            registered=[account.username for account in new],
            accounts=[
                control.FoundAccount(
                    username=username,
                    active=username == answer.active,
                    registered_on=known.get(bare(username).lower()),
                )
                for username in answer.usernames
            ],
        )

    async def _seen_logged_in(self, usernames: Sequence[str], body: control.DiscoverAccounts) -> None:
        """Pauses of these for being logged out have ended."""
        names = [*map(bare, usernames), None]
        keys = [account_key(body.platform, name, body.serial) for name in names]
        if await self._state.core.store.write(pauses.logged_in, keys, now=clock.now()):
            self._state.core.signal.wake()


async def with_use(state: DaemonState, found: Sequence[control.Account]) -> list[control.Account]:
    """The accounts with what they used today and may use, and with what pauses them."""
    now, pace = clock.now(), state.core.settings.pace
    limits = {script: limit for script, limit in pace.limits.items() if limit}
    shown = await state.core.store.read(overview.accounts, found, day=pace.day(now), now=now)
    return [msgspec.structs.replace(account, limits=limits) for account in shown]


def _unknown(usernames: Sequence[str], known: dict[str, str], body: control.DiscoverAccounts) -> list[control.Account]:
    """The accounts to register: those that the app lists, that no one registered, and whose names can be ones."""
    listed = [
        control.Account(
            username=bare(username), serial=body.serial, platform=body.platform, enabled=True, package=body.package
        )
        for username in dict.fromkeys(usernames)
    ]
    return [account for account in listed if account.username.lower() not in known and not faults(account)]
