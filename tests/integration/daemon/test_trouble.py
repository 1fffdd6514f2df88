"""R24 with the real daemon, phones and apps: nothing of an account in trouble begins, others on the phone go on.

One phone drives TikTok and the other Instagram, at the same time, so that the waiting is shared.
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest

from drover.client import ControlClient, EventStream
from drover.wire.control import (
    Account,
    AccountList,
    ChangeAccount,
    CreateTasks,
    Diagnose,
    Diagnosis,
    DiscoverAccounts,
    GetAccount,
    GetTask,
    ListAccounts,
    PutAccount,
    TasksCreated,
)
from drover.wire.devices import Device
from drover.wire.events import TaskChanged
from drover.wire.leases import LeaseTaken, ReleaseLease, TakeLease
from drover.wire.pauses import (
    AccountPause,
    DevicePause,
    PauseAccount,
    Paused,
    PauseDevice,
    ResumeAccount,
    Resumed,
    ResumeDevice,
)
from drover.wire.tasks import Reason, Status, Task
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.media import make_video
from tests.support.phones import PhoneFarm, wait_until

SETTINGS = {
    **{f"DROVER_TROUBLE_{name}": "released" for name in ("CAPTCHA", "VERIFICATION", "SUSPENDED", "LOGGED_OUT")},
    "DROVER_TROUBLE_TOO_FAST": "0.0006",  # 2.2 s
    "DROVER_TROUBLE_FAILURES_IN_A_ROW": "5",
}


# One for all tests: whom an earlier one followed is followed already, and would need no tap here.
TARGETS = itertools.count(1)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one folder in which files may lie."""
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def daemon(adb_server: AdbServer, farm: PhoneFarm, media: Path) -> Iterator[DroverDaemon]:
    """A daemon that pauses what is in trouble."""
    settings = {**SETTINGS, "DROVER_MEDIA_ROOTS": json.dumps([str(media)])}
    with DroverDaemon(adb_port=adb_server.port, settings=settings) as running:
        running.wait_idle(*(phone.serial for phone in farm.phones))
        yield running


@dataclass
class Shop:
    """One app on one phone with two of its accounts, each registered: `mine` meets trouble, `other` does not."""

    daemon: DroverDaemon
    farm: PhoneFarm
    serial: str
    platform: str
    mine: str = ""
    other: str = ""
    client: ControlClient = field(init=False)

    def __post_init__(self) -> None:
        # Its own client: both apps are driven at the same time.
        self.client = ControlClient(self.daemon.runtime_dir / "control.sock", client_name="tests", timeout_s=20)
        rows = [row for row in self.farm.state(self.serial)["accounts"] if row["app"] == self.platform]
        self.mine = next(str(row["username"]) for row in rows if row["active"])
        self.other = next(str(row["username"]) for row in rows if not row["active"])
        for name in (self.mine, self.other):
            self.client.call(PutAccount(username=name, serial=self.serial, platform=self.platform))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.client.close()

    def create(self, username: str | None, script: str = "follow", **more: Any) -> int:
        config = {"target_user": f"ada_{self.platform[:2]}_{next(TARGETS)}"}
        whom: dict[str, Any] = {"usernames": [username]} if username else {"serials": [self.serial]}
        request = CreateTasks(script_name=script, script_config=config, platform=self.platform, **whom, **more)
        return self.client.ask(request, TasksCreated).task_ids[0]

    def task(self, task_id: int) -> Task:
        return self.client.ask(GetTask(task_id=task_id), Task)

    def ended(self, task_id: int) -> Task:
        return wait_until(
            lambda: found if (found := self.task(task_id)).status.ended else None, timeout_s=40, what=f"task {task_id}"
        )

    def account(self) -> Account:
        return self.client.ask(GetAccount(username=self.mine, platform=self.platform), Account)


@pytest.fixture
def shop(daemon: DroverDaemon, farm: PhoneFarm) -> Iterator[Shop]:
    """TikTok on the first phone."""
    with Shop(daemon, farm, farm.phones[0].serial, "tiktok") as opened:
        yield opened


@pytest.fixture(autouse=True)
def faultless(farm: PhoneFarm) -> Iterator[None]:
    yield
    for phone in farm.phones:
        farm.clear_faults(phone.serial)


CASES: dict[str, list[tuple[str, dict[str, str], str]]] = {
    "tiktok": [
        ("captcha", {}, "captcha"),
        ("captcha", {"when": "follow"}, "captcha"),
        ("login_wall", {}, "logged_out"),
        ("banned", {}, "suspended"),
    ],
    "instagram": [
        ("captcha", {}, "captcha"),
        ("verification", {}, "verification"),
        ("login_wall", {}, "logged_out"),
        ("banned", {"when": "follow"}, "suspended"),
    ],
}
REASONS = {
    "captcha": Reason.NEEDS_HUMAN,
    "verification": Reason.NEEDS_HUMAN,
    "logged_out": Reason.NOT_LOGGED_IN,
    "suspended": Reason.BLOCKED_BY_APP,
}


def in_turn(shop: Shop) -> list[int]:
    """Each trouble of the app, met and resumed; the tasks that were held meanwhile."""
    held: list[int] = []
    for fault, params, trouble in CASES[shop.platform]:
        shop.farm.fault(shop.serial, fault, app=shop.platform, **params)
        met, waits = shop.create(shop.mine, priority=5), shop.create(shop.mine, "unfollow")
        found = shop.ended(met)
        assert found.reason is REASONS[trouble], (fault, found.remark)
        pause = shop.account().pause
        assert pause is not None
        assert (pause.reason, pause.until, pause.task_id, pause.serial) == (trouble, None, met, shop.serial)
        shop.farm.clear_faults(shop.serial)
        # A whole task of another account runs on the same phone, and ends, before this one is looked at.
        other = shop.ended(shop.create(shop.other))
        assert other.status is Status.COMPLETED, other.remark
        task = shop.task(waits)
        assert (task.status, task.attempt, task.hold) == (Status.PENDING, 0, "trouble")
        assert task.remark.startswith(f"held: @{shop.mine.lower()} on {shop.platform} ")
        assert task.remark.endswith(f"then: droverctl account resume {shop.mine.lower()}")
        done = shop.client.ask(ResumeAccount(username=shop.mine), AccountPause)
        assert (done.changed, done.account.pause) == (True, None)
        after = shop.ended(waits)
        assert after.status is Status.COMPLETED, after.remark
        held.append(waits)
    return held


def events_of(stream: EventStream, tasks: Sequence[int]) -> Iterator[str]:
    """Events of pauses and of these tasks, in its order, until nothing more comes."""
    while (event := stream.next_event(timeout_s=0.5)) is not None:
        match event.body:
            case Paused(pause=pause) | Resumed(pause=pause):
                yield f"{pause.platform} {type(event.body).__name__}"
            case TaskChanged(task=task) if task.id in tasks:
                yield f"task {task.id} {task.status.name}"
            case _:
                continue


def test_r24_each_trouble_of_both_apps_pauses_its_account_until_it_is_resumed(
    daemon: DroverDaemon, farm: PhoneFarm
) -> None:
    with ExitStack() as opened, ThreadPoolExecutor(2) as pool:
        stream = opened.enter_context(closing(daemon.client.subscribe()))
        shops = [
            opened.enter_context(Shop(daemon, farm, phone.serial, platform))
            for phone, platform in zip(farm.phones, CASES, strict=True)
        ]
        held = {
            task_id: shop.platform for shop, ids in zip(shops, pool.map(in_turn, shops), strict=True) for task_id in ids
        }
        seen = list(events_of(stream, list(held)))
    assert len(held) == 8
    for platform in CASES:
        assert [line.split()[1] for line in seen if line.startswith(platform)] == ["Paused", "Resumed"] * 4
    for task_id, platform in held.items():
        before = seen[: seen.index(f"task {task_id} RUNNING")]
        assert [line for line in before if line.startswith(platform)][-1] == f"{platform} Resumed"


def test_r24_too_fast_ends_by_its_time_and_outlives_a_restart(
    daemon: DroverDaemon, farm: PhoneFarm, shop: Shop
) -> None:
    phone = farm.phones[0].serial
    farm.fault(phone, "follow_limit", app="tiktok")
    met, waits = shop.create(shop.mine, priority=5), shop.create(shop.mine)
    found = shop.ended(met)
    assert found.reason is Reason.BLOCKED_BY_APP, found.remark
    pause = shop.account().pause
    assert pause is not None
    assert pause.until is not None
    assert (pause.reason, pause.times) == ("too_fast", 1)
    farm.clear_faults(phone)
    daemon.kill()
    daemon.start()
    daemon.wait_idle(phone)
    task = daemon.wait_ended(waits)
    assert task.status is Status.COMPLETED, task.remark
    assert task.start_time is not None
    assert task.start_time >= pause.until
    assert shop.account().pause is None


def test_r24_five_failures_in_a_row_pause_the_phone_and_a_person_can_lease_it(
    daemon: DroverDaemon, farm: PhoneFarm, shop: Shop
) -> None:
    phone, other = farm.phones[0].serial, farm.phones[1].serial
    for number in range(5):  # none of them is installed: app_missing, whatever the account
        clone = PutAccount(username=f"clone{number}", serial=phone, package="com.ss.android.ugc.trill")
        daemon.client.call(clone)
    failed = [shop.create(f"clone{number}", priority=5) for number in range(5)]
    waits = shop.create(shop.mine)
    assert {daemon.wait_ended(task_id).reason for task_id in failed} == {Reason.APP_MISSING}
    pause = daemon.device(phone).pause
    assert pause is not None
    assert pause.words == "5 tasks in a row failed there with app_missing, whatever their account"
    task = daemon.task(waits)
    assert (task.attempt, task.hold) == (0, "device_paused")
    assert task.remark.endswith(f"then: droverctl device resume {phone}")
    (elsewhere,) = daemon.follow(other, target="ada_elsewhere", platform="tiktok")
    assert daemon.wait_ended(elsewhere).status is Status.COMPLETED
    lease = daemon.client.ask(TakeLease(serial=phone, label="by hand", ttl_s=60, wait_s=0), LeaseTaken)
    daemon.client.call(ReleaseLease(session=lease.session))
    status = daemon.status()
    assert ([pause.serial for pause in status.pauses], status.held) == ([phone], 1)
    (finding,) = [one for one in daemon.client.ask(Diagnose(), Diagnosis).findings if one.check == "device"]
    assert finding.fix.endswith(f"droverctl device resume {phone}")
    assert daemon.task(waits).attempt == 0
    assert daemon.client.ask(ResumeDevice(serial=phone), DevicePause).changed
    assert daemon.wait_ended(waits).status is Status.COMPLETED
    assert not daemon.client.ask(ResumeDevice(serial=phone), DevicePause).changed


def test_r24_a_person_pauses_and_disables_and_waiting_tasks_say_why(
    daemon: DroverDaemon, farm: PhoneFarm, shop: Shop
) -> None:
    phone = farm.phones[0].serial
    # Paused before it was created, so that it cannot have begun.
    done = daemon.client.ask(PauseAccount(username=shop.mine, platform="tiktok", reason="new number"), AccountPause)
    assert done.account.state == "paused"
    waits = shop.create(shop.mine)
    (nameless,) = daemon.follow(phone, target="ada_nameless", platform="instagram")
    assert daemon.wait_ended(nameless).status is Status.COMPLETED
    assert daemon.task(waits).hold == "paused"
    assert "is paused (new number); to go on: droverctl account resume" in daemon.task(waits).remark
    daemon.client.call(ChangeAccount(username=shop.mine, platform="tiktok", enabled=False))
    daemon.client.call(ResumeAccount(username=shop.mine, platform="tiktok"))
    task = daemon.task(waits)
    assert (task.attempt, task.hold) == (0, "disabled")
    assert "is disabled; enable it" in task.remark
    daemon.client.call(ChangeAccount(username=shop.mine, platform="tiktok", enabled=True))
    assert daemon.wait_ended(waits).status is Status.COMPLETED
    paused = daemon.client.ask(PauseDevice(serial=phone, reason="shelf is rebuilt"), DevicePause)
    assert isinstance(paused.device, Device)
    held = shop.create(shop.mine)
    assert daemon.task(held).hold == "device_paused"
    daemon.client.call(ResumeDevice(serial=phone))
    assert daemon.wait_ended(held).status is Status.COMPLETED


def test_r24_an_app_that_is_logged_out_holds_tasks_without_a_name_until_it_is_seen_logged_in(
    daemon: DroverDaemon, farm: PhoneFarm
) -> None:
    phone = farm.phones[0].serial
    farm.fault(phone, "login_wall", app="tiktok")
    (met,) = daemon.follow(phone, target="ada_out1")
    assert daemon.wait_ended(met).reason is Reason.NOT_LOGGED_IN
    (waits,) = daemon.follow(phone, target="ada_out2")
    task = daemon.task(waits)
    assert (task.hold, task.attempt) == ("trouble", 0)
    assert task.remark.endswith(f"log in on phone {phone}, then: droverctl device resume {phone}")
    farm.clear_faults(phone)
    daemon.client.call(DiscoverAccounts(serial=phone))
    assert daemon.wait_ended(waits).status is Status.COMPLETED
    assert daemon.status().pauses == []
    assert all(one.pause is None for one in daemon.client.ask(ListAccounts(), AccountList).accounts)


def test_r24_a_captcha_after_the_tap_of_a_post_pauses_its_account_although_the_outcome_is_unknown(
    daemon: DroverDaemon, farm: PhoneFarm, media: Path, shop: Shop
) -> None:
    farm.fault(shop.serial, "captcha", app="tiktok", when="post")
    video = make_video(media / "a.mp4", seconds=5)
    (met,) = daemon.create("post", {"material_list": [str(video)]}, usernames=[shop.mine])
    assert daemon.wait_ended(met).reason is Reason.OUTCOME_UNKNOWN
    waits = shop.create(shop.mine)
    farm.clear_faults(shop.serial)
    other = shop.ended(shop.create(shop.other))
    assert other.status is Status.COMPLETED, other.remark
    task = daemon.task(waits)
    assert (task.attempt, task.hold) == (0, "trouble")
    assert "met a captcha" in task.remark
    daemon.client.call(ResumeAccount(username=shop.mine, platform="tiktok"))
    assert daemon.wait_ended(waits).status is Status.COMPLETED
