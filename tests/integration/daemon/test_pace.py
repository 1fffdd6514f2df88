"""Accounts and their pace with the real daemon and phones: limits, pauses, restarts, one task for each account."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from drover.wire.control import (
    Account,
    ChangeAccount,
    DiscoverAccounts,
    GetAccount,
    GetDevice,
    PutAccount,
    SetDevice,
)
from drover.wire.devices import Device
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Effect, Reason, Status
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.effects import effects
from tests.support.phones import PhoneFarm, wait_until

ONE_A_DAY = {"DROVER_PACE_FOLLOW_PER_DAY": "1"}
LONG_PAUSE = {"DROVER_PACE_PAUSE_MIN_S": "3000", "DROVER_PACE_PAUSE_MAX_S": "3600"}
SHORT_PAUSE = {"DROVER_PACE_PAUSE_MIN_S": "1.0", "DROVER_PACE_PAUSE_MAX_S": "1.5"}


@pytest.fixture
def phone(farm: PhoneFarm) -> Iterator[str]:
    """The first phone, without faults before and after."""
    first = farm.phones[0].serial
    farm.clear_faults(first)
    yield first
    farm.clear_faults(first)


def active_account(farm: PhoneFarm, serial: str) -> str:
    return str(next(row["username"] for row in farm.state(serial)["accounts"] if row["active"]))


def follow_as(daemon: DroverDaemon, username: str, *targets: str) -> list[int]:
    return daemon.create("follow", {"target_users": list(targets)}, usernames=[username])


def test_a_reached_limit_holds_back_that_account_until_midnight_and_no_other(
    adb_server: AdbServer, farm: PhoneFarm, phone: str
) -> None:
    with DroverDaemon(adb_port=adb_server.port, settings={**ONE_A_DAY, "DROVER_DAEMON_TIMEZONE": "UTC"}) as daemon:
        daemon.wait_idle(phone)
        me = active_account(farm, phone)
        daemon.client.call(PutAccount(username=me, serial=phone))
        day = datetime.now(UTC).date()
        first, second = follow_as(daemon, me, "ada_limit1", "ada_limit2")
        assert daemon.wait_ended(first).status is Status.COMPLETED
        # Behind the one that is held back: a task of the same app that needs no effect of it.
        (other,) = daemon.follow(phone, target="ada_limit3", script="unfollow")
        assert daemon.wait_ended(other).status is Status.COMPLETED
        held = daemon.task(second)
        if datetime.now(UTC).date() == day:
            assert held.status is Status.PENDING
            until = f"{day + timedelta(days=1)} 00:00"
            assert held.remark == f"waits until {until}: @{me} reached its limit of 1 follows a day"
            assert daemon.client.ask(GetAccount(username=me), Account).used_today == {"follow": 1}
            daemon.kill()
            daemon.start()
            daemon.wait_idle(phone)
            assert "reached its limit" in daemon.task(second).remark
        assert effects(farm, phone, "follow", "ada_limit2") == 0


def test_a_follow_that_was_done_before_does_not_count_for_the_limit(
    adb_server: AdbServer, farm: PhoneFarm, phone: str
) -> None:
    with DroverDaemon(adb_port=adb_server.port, settings=ONE_A_DAY) as daemon:
        daemon.wait_idle(phone)
        me = active_account(farm, phone)
        daemon.client.call(PutAccount(username=me, serial=phone))
        ids = follow_as(daemon, me, "followed_cost1", "followed_cost2", "ada_cost")
        ended = [daemon.wait_ended(task_id) for task_id in ids]
        assert [task.status for task in ended] == [Status.COMPLETED] * 3
        assert [task.effect for task in ended] == [Effect.NONE, Effect.NONE, Effect.CONFIRMED]
        assert daemon.client.ask(GetAccount(username=me), Account).used_today == {"follow": 1}


def test_a_pause_is_drawn_once_and_survives_a_restart(adb_server: AdbServer, farm: PhoneFarm, phone: str) -> None:
    with DroverDaemon(adb_port=adb_server.port, settings=LONG_PAUSE) as daemon:
        daemon.wait_idle(phone)
        first, second = daemon.follow(phone, target="ada_pace1") + daemon.follow(phone, target="ada_pace2")
        assert daemon.wait_ended(first).status is Status.COMPLETED
        remark = daemon.task(second).remark
        assert re.fullmatch(rf"pauses until [-0-9 :]+ between tasks of @{active_account(farm, phone)}", remark)
        assert daemon.task(second).remark == remark
        (instagram,) = daemon.follow(phone, target="x", script="unfollow", platform="instagram")
        daemon.wait_ended(instagram)  # another account of the same phone goes on
        daemon.kill()
        daemon.start()
        daemon.wait_idle(phone)
        assert daemon.task(second).remark == remark
        assert daemon.task(second).attempt == 0


def test_the_next_task_begins_when_the_pause_is_over(adb_server: AdbServer, farm: PhoneFarm, phone: str) -> None:
    with DroverDaemon(adb_port=adb_server.port, settings=SHORT_PAUSE) as daemon:
        daemon.wait_idle(phone)
        ids = [*daemon.follow(phone, target="ada_over1"), *daemon.follow(phone, target="ada_over2")]
        ended = [daemon.wait_ended(task_id, timeout_s=30) for task_id in ids]
        assert [task.status for task in ended] == [Status.COMPLETED] * 2
        first_end, second_start = ended[0].end_time, ended[1].start_time
        assert first_end is not None
        assert second_start is not None
        assert (second_start - first_end).total_seconds() >= 1.0


def test_one_task_for_each_account_of_the_phone(daemon: DroverDaemon, farm: PhoneFarm, serial: str) -> None:
    me = active_account(farm, serial)
    daemon.client.call(PutAccount(username=me, serial=serial))
    daemon.client.call(PutAccount(username="nobody.here", serial=serial, package="com.app.clone"))
    daemon.client.call(PutAccount(username="off.duty", serial=serial, enabled=False))
    ids = daemon.follow(serial, target="ada_multi", enable_multi_account=True)
    by_name = {task.username: task for task in map(daemon.wait_ended, ids)}
    assert set(by_name) == {me, "nobody.here"}
    assert by_name[me].status is Status.COMPLETED, by_name[me].remark
    # Its clone is not installed: nothing was done as anybody else.
    assert by_name["nobody.here"].reason is Reason.APP_MISSING
    assert effects(farm, serial, "follow", "ada_multi") == 1
    daemon.client.call(ChangeAccount(username=me, enabled=False))
    with pytest.raises(RequestError) as refused:
        follow_as(daemon, me, "ada_off")
    assert refused.value.failure.code is Code.CONFLICT
    # Else what the next test of this daemon asks of the phone, without naming an account, waits for it.
    daemon.client.call(ChangeAccount(username=me, enabled=True))


def test_note_and_tags_outlive_the_daemon(adb_server: AdbServer, farm: PhoneFarm, phone: str) -> None:
    with DroverDaemon(adb_port=adb_server.port) as daemon:
        daemon.wait_idle(phone)
        changed = daemon.client.ask(SetDevice(serial=phone, note="cracked", tags=["shelf 1"]), Device)
        assert (changed.note, changed.tags) == ("cracked", ["shelf 1"])
        daemon.kill()
        daemon.start()
        wait_until(lambda: phone in daemon.states(), what="the phone")
        found = daemon.client.ask(GetDevice(serial=phone), Device)
        assert (found.note, found.tags) == ("cracked", ["shelf 1"])


def test_a_phone_that_runs_a_task_is_not_read(daemon: DroverDaemon, farm: PhoneFarm, serial: str) -> None:
    farm.fault(serial, "slow_screens", seconds=2)
    (task_id,) = daemon.follow(serial, target="ada_busy")
    daemon.wait_task(task_id, lambda task: task.status is Status.RUNNING, what="the start")
    with pytest.raises(RequestError, match="a task runs on it") as refused:
        daemon.client.call(DiscoverAccounts(serial=serial))
    failure = refused.value.failure
    assert failure.code is Code.CONFLICT
    assert failure.data == {"serial": serial, "state": "busy", "task_id": task_id}
    farm.clear_faults(serial)
    assert daemon.wait_ended(task_id).status is Status.COMPLETED
