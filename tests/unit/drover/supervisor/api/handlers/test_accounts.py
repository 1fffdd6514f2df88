"""The registered accounts: filters, conflicts, imports of any size, and what a reading registers."""

import asyncio

import pytest
from msgspec.structs import replace

from drover.policy.pace import account_key
from drover.store import pauses
from drover.supervisor import clock
from drover.supervisor.api.handlers import accounts as handlers
from drover.wire.control import (
    Account,
    AccountList,
    AccountsCsv,
    AccountsDiscovered,
    AccountsImported,
    ChangeAccount,
    DeleteAccount,
    DiscoverAccounts,
    Done,
    ExportAccounts,
    GetAccount,
    ImportAccounts,
    ListAccounts,
    PutAccount,
)
from drover.wire.faults import Code
from drover.wire.holds import PauseSubject
from drover.wire.worker import AccountsRead, ReadAccounts
from tests.support.supervised import PHONE, Rig, Supervised


async def names(daemon: Supervised, **filters: object) -> list[str]:
    body = replace(ListAccounts(), **filters)
    return [account.username for account in (await daemon.ask(body, AccountList)).accounts]


def test_accounts_are_listed_by_all_filters_together(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        await daemon.ask(PutAccount(username="anna", serial=PHONE), Account)
        await daemon.ask(PutAccount(username="bea", serial="R58M2", platform="instagram"), Account)
        await daemon.ask(PutAccount(username="cleo", serial="R58M2", enabled=False), Account)
        assert await names(daemon) == ["anna", "bea", "cleo"]
        assert await names(daemon, serial="R58M2") == ["bea", "cleo"]
        assert await names(daemon, serial="R58M2", enabled=False) == ["cleo"]
        assert await names(daemon, platform="instagram", serial=PHONE) == []

    rig.play(scene)


def test_a_new_account_is_checked_shown_with_its_limits_and_no_conflict(rig: Rig) -> None:
    rig.set(pace=replace(rig.config.pace, follow_per_day=7))

    async def scene(daemon: Supervised) -> None:
        made = await daemon.ask(PutAccount(username="@anna", serial=PHONE, new=True), Account)
        assert (made.username, made.limits) == ("anna", {"follow": 7})
        again = await daemon.refused(PutAccount(username="Anna", serial=PHONE, new=True))
        assert (again.code, again.data) == (Code.CONFLICT, {"username": "Anna", "platform": "tiktok"})
        assert "change it instead" in again.message
        assert (await daemon.refused(PutAccount(username="no good", serial=PHONE))).code is Code.INVALID
        assert (await daemon.ask(PutAccount(username="anna", serial="R58M2"), Account)).serial == "R58M2"

    rig.play(scene)


def test_changes_wake_the_dispatcher_and_what_is_unknown_is_not_found(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        await daemon.ask(PutAccount(username="anna", serial=PHONE, enabled=False), Account)
        await daemon.state.core.signal.wait(0)
        waiting = asyncio.create_task(daemon.state.core.signal.wait(60))
        changed = await daemon.ask(ChangeAccount(username="anna", enabled=True), Account)
        await waiting  # a task may wait for just that
        assert changed.enabled
        await daemon.ask(DeleteAccount(username="anna"), Done)
        for body in (GetAccount(username="anna"), ChangeAccount(username="anna"), DeleteAccount(username="anna")):
            assert (await daemon.refused(body)).code is Code.NOT_FOUND

    rig.play(scene)


@pytest.mark.parametrize("at_once", [500, 3])
def test_an_import_of_any_size_is_all_or_none(rig: Rig, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(handlers, "AT_ONCE", at_once)
    rows = "".join(f"user{number},{PHONE},tiktok\n" for number in range(6))
    csv = f"username,serial,platform\n{rows}"

    async def scene(daemon: Supervised) -> None:
        await daemon.ask(PutAccount(username="user0", serial=PHONE), Account)
        await daemon.ask(PutAccount(username="user1", serial="R58M9"), Account)
        expected = AccountsImported(created=4, changed=1, unchanged=1, dry_run=True)
        assert await daemon.ask(ImportAccounts(csv=csv, dry_run=True), AccountsImported) == expected
        assert len(await names(daemon)) == 2
        bad = await daemon.refused(ImportAccounts(csv=f"{csv}no good,{PHONE},tiktok\n"))
        assert (bad.code, len(await names(daemon))) == (Code.INVALID, 2)
        done = await daemon.ask(ImportAccounts(csv=csv), AccountsImported)
        assert done == replace(expected, dry_run=False)
        exported = (await daemon.ask(ExportAccounts(), AccountsCsv)).csv
        assert await daemon.ask(ImportAccounts(csv=exported), AccountsImported) == AccountsImported(
            created=0, changed=0, unchanged=6
        )

    rig.play(scene)


def test_a_reading_registers_what_nobody_has_and_ends_pauses_of_who_is_logged_in(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        await daemon.ask(PutAccount(username="Anna", serial="R58M2"), Account)
        body = DiscoverAccounts(serial=PHONE, register=True)
        asked = asyncio.create_task(daemon.ask(body, AccountsDiscovered))
        message = await daemon.told(ReadAccounts)
        found = ["anna", "bea", "no good"]
        read = AccountsRead(request_id=message.request_id, usernames=found, active="bea", package="com.app")
        daemon.reports.on_message(PHONE, read)
        answer = await asked
        assert answer.registered == ["bea"]
        assert [(one.username, one.active, one.registered_on) for one in answer.accounts] == [
            ("anna", False, "R58M2"), ("bea", True, PHONE), ("no good", False, None),
        ]  # fmt: skip
        assert await names(daemon) == ["Anna", "bea"]
        assert (await daemon.refused(DiscoverAccounts(serial=PHONE, platform="fax"))).code is Code.INVALID

    rig.play(scene)


def test_a_persons_pause_outlives_a_reading(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        key = account_key("tiktok", "bea", PHONE)
        await daemon.store.write(
            pauses.pause, PauseSubject.ACCOUNT, key, words="on leave", until=None, now=clock.now()
        )  # fmt: skip
        asked = asyncio.create_task(daemon.ask(DiscoverAccounts(serial=PHONE), AccountsDiscovered))
        message = await daemon.told(ReadAccounts)
        daemon.reports.on_message(PHONE, AccountsRead(request_id=message.request_id, usernames=["bea"], active="bea"))
        assert (await asked).registered == []
        assert [pause.words for _, pause in await daemon.store.read(pauses.active, now=clock.now())] == ["on leave"]

    rig.play(scene)
