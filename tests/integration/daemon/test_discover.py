"""Discovering accounts with the real daemon, worker and phone."""

from drover.wire.control import (
    AccountList,
    AccountsDiscovered,
    DiscoverAccounts,
    GetTask,
    ListAccounts,
)
from drover.wire.tasks import Status, Task
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneFarm

TIMEOUT_S = 110.0


def discover(daemon: DroverDaemon, serial: str, **more: object) -> AccountsDiscovered:
    asked = DiscoverAccounts(serial=serial, **more)  # type: ignore[arg-type]
    return daemon.client.ask(asked, AccountsDiscovered, timeout_s=TIMEOUT_S)


def on_phone(farm: PhoneFarm, serial: str, app: str) -> list[tuple[str, bool]]:
    rows = farm.state(serial)["accounts"]
    return [(row["username"], row["active"]) for row in rows if row["app"] == app]


def test_the_accounts_of_a_phone_are_found_and_registered(daemon: DroverDaemon, farm: PhoneFarm, serial: str) -> None:
    there = on_phone(farm, serial, "tiktok")
    found = discover(daemon, serial)
    assert [(one.username, one.active, one.registered_on) for one in found.accounts] == [(*one, None) for one in there]
    names = [username for username, _active in there]
    assert discover(daemon, serial, register=True).registered == names
    again = discover(daemon, serial, register=True)
    assert (again.registered, {one.registered_on for one in again.accounts}) == ([], {serial})
    registered = daemon.client.ask(ListAccounts(serial=serial, platform="tiktok"), AccountList).accounts
    assert sorted(one.username for one in registered) == sorted(names)
    instagram = discover(daemon, serial, platform="instagram")
    assert [(one.username, one.active) for one in instagram.accounts] == on_phone(farm, serial, "instagram")


def test_after_a_discovery_the_phone_runs_tasks(daemon: DroverDaemon, serial: str) -> None:
    discover(daemon, serial)
    (task_id,) = daemon.follow(serial, target="ada_discovered")
    assert daemon.wait_ended(task_id).status is Status.COMPLETED
    assert daemon.client.ask(GetTask(task_id=task_id), Task).attempt == 1
