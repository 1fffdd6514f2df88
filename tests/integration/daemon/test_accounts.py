"""R23 with the real daemon, workers and phones: whatever names an account, it is one account."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from drover.wire.accounts import LoginSource
from drover.wire.control import AccountsDiscovered, DiscoverAccounts, GetDevice, PutAccount
from drover.wire.devices import Device
from drover.wire.tasks import Reason, Status
from phonesim.apps.display import PhoneDisplay
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.effects import effects
from tests.support.phones import PhoneFarm

SETTINGS = {"DROVER_PACE_FOLLOW_PER_DAY": "2", "DROVER_DAEMON_TIMEZONE": "UTC"}


@pytest.fixture
def paced(adb_server: AdbServer, farm: PhoneFarm) -> Iterator[DroverDaemon]:
    """Its own daemon with two follows a day, and phones without faults."""
    for phone in farm.phones:
        farm.clear_faults(phone.serial)
    with DroverDaemon(adb_port=adb_server.port, settings=SETTINGS) as daemon:
        daemon.wait_idle(*(phone.serial for phone in farm.phones))
        yield daemon


def world(farm: PhoneFarm, serial: str) -> Any:
    """What the TikTok of a phone knows, to change by hand what a person would change."""
    phone = next(phone for phone in farm.farm.phones if phone.serial == serial)
    return cast(PhoneDisplay, phone.device.display).worlds["tiktok"]


def follow(daemon: DroverDaemon, target: str, **where: Any) -> int:
    return daemon.follow(*where.pop("serials", ()), target=target, **where)[0]


def followed(farm: PhoneFarm, serial: str, prefix: str) -> int:
    return sum(effects(farm, serial, "follow", f"{prefix}{n}") for n in range(9))


def logins(daemon: DroverDaemon, serial: str) -> dict[str, tuple[str, LoginSource]]:
    found = daemon.client.ask(GetDevice(serial=serial), Device).logins
    return {login.platform: (login.username, login.source) for login in found}


def test_r23_a_limit_holds_by_serial_by_name_and_on_two_phones(paced: DroverDaemon, farm: PhoneFarm) -> None:
    first, second = (phone.serial for phone in farm.phones[:2])
    me = world(farm, first).active
    world(farm, second).accounts, world(farm, second).active = (me, "somebody.else"), me
    paced.client.call(PutAccount(username=me.upper(), serial=first))
    ids = [
        follow(paced, "ada_one0", serials=[first]),
        follow(paced, "ada_one1", usernames=[f"@{me}"]),
        follow(paced, "ada_one2", serials=[second]),
        follow(paced, "ada_one3", serials=[first], enable_multi_account=True),
        follow(paced, "ada_one4", serials=[first]),
    ]
    paced.wait_task(ids[2], lambda task: task.attempt > 0 or task.status.ended, what="the second phone's look")
    words = f"@{me} reached its limit of 2 follows a day"
    for task_id in ids:
        paced.wait_task(
            task_id, lambda task: task.status is Status.COMPLETED or words in task.remark, what="its end or its limit"
        )
    assert followed(farm, first, "ada_one") + followed(farm, second, "ada_one") == 2
    shown = [paced.task(task_id) for task_id in ids]
    assert sum(task.status is Status.COMPLETED for task in shown) == 2
    assert {task.account.lower() for task in shown} == {me}
    assert logins(paced, first)["tiktok"] == (me, LoginSource.SCRIPT)


def test_r23_after_a_person_switched_accounts_tasks_act_as_the_account_shown(
    paced: DroverDaemon, farm: PhoneFarm
) -> None:
    serial = farm.phones[0].serial
    app = world(farm, serial)
    app.active = before = app.accounts[0]
    found = paced.client.ask(DiscoverAccounts(serial=serial), AccountsDiscovered, timeout_s=110)
    assert [one.username for one in found.accounts if one.active] == [before]
    assert logins(paced, serial)["tiktok"] == (before, LoginSource.ACCOUNT_READER)
    later = follow(paced, "ada_switch1", serials=[serial], start_time="00:00")  # tomorrow
    assert paced.task(later).account == before
    app.switch(app.accounts[1])
    ended = paced.wait_ended(follow(paced, "ada_switch0", serials=[serial]))
    assert (ended.status, ended.account, ended.attempt) == (Status.COMPLETED, app.accounts[1], 1)
    assert logins(paced, serial)["tiktok"] == (app.accounts[1], LoginSource.SCRIPT)
    assert paced.task(later).account == app.accounts[1]


def test_r23_an_app_that_is_not_logged_in_fails_the_task_and_forgets_the_account(
    paced: DroverDaemon, farm: PhoneFarm
) -> None:
    serial = farm.phones[0].serial
    assert paced.wait_ended(follow(paced, "ada_out0", serials=[serial])).status is Status.COMPLETED
    assert "tiktok" in logins(paced, serial)
    farm.fault(serial, "login_wall")
    ended = paced.wait_ended(follow(paced, "ada_out1", serials=[serial]))
    assert ended.reason is Reason.NOT_LOGGED_IN
    assert ended.evidence
    assert "tiktok" not in logins(paced, serial)
    farm.clear_faults(serial)
    assert effects(farm, serial, "follow", "ada_out1") == 0
