"""What a task costs (DESIGN.md): commits, reads and round trips, by the daemon's own figures; no one adds one unseen.

Each figure is of several tasks, because a daemon stamps that it is alive now and then: a commit that is no task's.
"""

import json
import sqlite3
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median_low
from typing import Any, Final

import pytest

from drover.client import ControlClient
from drover.wire.control import CreateTasks, TasksCreated
from drover.wire.daemon import Activity
from drover.wire.devices import DeviceState
from drover.wire.events import DeviceChanged, TaskChanged
from drover.wire.tasks import Status
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.media import make_video
from tests.support.phones import PhoneFarm, wait_until

ROUNDS: Final = 3
AT_ONCE: Final = 100
ABSENT: Final = "R58M0ABSENT"
ROUND_TRIPS: Final = 2
"""Of a POST, at most: the plan, and the tasks."""


@dataclass(frozen=True)
class Cost:
    """Of one task: commits, reads outside of them, requests on the control socket."""

    commits: int
    reads: int
    requests: int


class Client:
    """Asks the daemon as a program does, and no more than what is counted."""

    def __init__(self, daemon: DroverDaemon) -> None:
        self.daemon = daemon
        self._url = f"{daemon.api_url()}task"

    def post(self, serial: str, script: str, config: dict[str, Any]) -> int:
        """The id of the task that one POST asks for."""
        body = json.dumps({"serials": [serial], "script_name": script, "script_config": config}).encode()
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            (task_id,) = json.load(answer)["data"]["task_ids"]
        return int(task_id)

    def run(self, serial: str, script: str, config: dict[str, Any]) -> None:
        """From the POST until the task has completed and its phone is idle; asks nothing meanwhile, but is told."""
        with self.daemon.client.subscribe() as events:
            task_id, completed = self.post(serial, script, config), False
            for event in events:
                match event.body:
                    case TaskChanged(task=task) if task.id == task_id and task.status.ended:
                        assert task.status is Status.COMPLETED, task.remark
                        completed = True
                    case DeviceChanged(device=device) if completed and device.serial == serial:
                        assert device.state is DeviceState.IDLE
                        return
                    case _:
                        pass


@pytest.fixture(scope="module")
def client(adb_server: AdbServer, farm: PhoneFarm, media: Path) -> Iterator[Client]:
    """Of a daemon with its gateway, whose first phone has followed: what is learned once is learned."""
    settings = {"DROVER_MEDIA_ROOTS": json.dumps([str(media)])}
    with DroverDaemon(adb_port=adb_server.port, settings=settings, api=True) as daemon:
        daemon.wait_idle(*(phone.serial for phone in farm.phones))
        found = Client(daemon)
        found.run(farm.phones[0].serial, "follow", {"target_user": "budget_first"})
        yield found


def difference(after: Activity, before: Activity) -> Activity:
    names = Activity.__struct_fields__
    return Activity(**{name: getattr(after, name) - getattr(before, name) for name in names})


def spent(daemon: DroverDaemon, work: Callable[[], object]) -> Activity:
    """What the daemon did meanwhile, without what asking for the figures costs."""
    first, before = daemon.status().activity, daemon.status().activity
    work()
    return difference(difference(daemon.status().activity, before), difference(before, first))


def cost(client: Client, work: Callable[[int], object], *, subscribes: bool) -> Cost:
    found = [spent(client.daemon, partial(work, number)) for number in range(ROUNDS)]
    return Cost(
        commits=min(one.commits for one in found),
        reads=median_low(one.reads for one in found),
        requests=min(one.requests for one in found) - int(subscribes),
    )


def test_a_post_costs_one_commit_and_no_read(client: Client) -> None:
    """The task, its event and the audit row; the accounts are known, and no phone of it is idle."""
    found = cost(client, lambda number: client.post(ABSENT, "follow", {"target_user": f"a{number}"}), subscribes=False)
    assert (found.commits, found.reads) == (1, 0)
    assert found.requests <= ROUND_TRIPS


def test_a_follow_costs_five_commits_and_two_reads(client: Client, farm: PhoneFarm) -> None:
    """Accepted; begun, with its phone busy; intent; sent; confirmed and finished, with its phone idle.

    The dispatcher looks before it and after it.
    """
    serial = farm.phones[0].serial
    found = cost(
        client, lambda number: client.run(serial, "follow", {"target_user": f"budget{number}"}), subscribes=True
    )
    assert (found.commits, found.reads) == (5, 2)
    assert found.requests <= ROUND_TRIPS


def test_publishing_costs_five_commits_and_four_reads(client: Client, farm: PhoneFarm, media: Path) -> None:
    """As a follow; what its account published before is read too, and what of it may be removed from the phone."""
    serial, video = farm.phones[0].serial, make_video(media / "budget.mp4", seconds=5)

    def post(number: int) -> None:
        client.run(serial, "post", {"material_list": [str(video)], "captions": f"budget {number}"})

    found = cost(client, post, subscribes=True)
    assert (found.commits, found.reads) == (5, 4)


def test_a_hundred_requests_in_flight_share_their_commits(client: Client) -> None:
    """While the writer waits for the disk, here for another process that holds the database, all of them queue up."""
    daemon = client.daemon

    def ask(number: int) -> list[int]:
        request = CreateTasks(script_name="follow", script_config={"target_user": f"f{number}"}, serials=[ABSENT])
        with ControlClient(daemon.runtime_dir / "control.sock", client_name="tests", timeout_s=30) as connection:
            return connection.ask(request, TasksCreated).task_ids

    def all_at_once() -> None:
        before = daemon.status().activity.requests
        with closing(sqlite3.connect(daemon.data_dir / "drover.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with ThreadPoolExecutor(AT_ONCE) as threads:
                asked = [threads.submit(ask, number) for number in range(AT_ONCE)]
                wait_until(lambda: daemon.status().activity.requests - before > AT_ONCE, what="the requests")
                other.execute("ROLLBACK")
                ids = [task_id for one in asked for task_id in one.result()]
        assert len(set(ids)) == AT_ONCE

    found = spent(daemon, all_at_once)
    assert found.writes >= AT_ONCE
    assert found.commits <= 4, "the first, which waited; the others; and once in a while that the daemon is alive"
