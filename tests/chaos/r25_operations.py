"""The operations of R25, each on many rows, by the requests with which a user asks for them; what each left is checked.

The rows are those of tests/bench/filling.py: 100 phones, R58M0 to R58M99, that were never attached here.
"""

import http.client
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

from drover.client import ControlClient
from drover.store import restoration
from drover.wire.control import (
    AccountsImported,
    DeviceForgotten,
    ForgetDevice,
    GetTaskStats,
    ImportAccounts,
    ListTasks,
    ReleaseTasks,
    StopTask,
    Task,
    TaskPage,
    TasksReleased,
)
from drover.wire.devices import DeviceState
from drover.wire.pauses import DevicePause, PauseDevice, ResumeDevice
from drover.wire.tasks import Status, TaskStats
from tests.chaos.finding import Finding
from tests.support.adb import AdbServer
from tests.support.adb_listing import AdbListing
from tests.support.daemon import DroverDaemon
from tests.support.gallery import jpeg
from tests.support.phones import PhoneProcess, wait_until

NOTED, ABSENT, RENAMED, STOPPED, RELEASED = "R58M1", "R58M2", "R58M5", "R58M7", "R58M17"
"""Of the 100 phones: whose note is changed meanwhile; which is forgotten; which is another name of `MOVED`;
two of those whose tasks had failed, and wait since retry-all."""

MOVED, GROUPED = "R25MOVED", "R25GROUP"
"""Phones that are attached: one gets another's tasks, one runs the first task of a large request."""

MOST_STOPPED = 1000
PAUSE_MIN = 60
CLIENTS = 8
LONG_S = 3600

Operation = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many rows each operation has, in hundreds; `each` also is how many tasks one phone and one request have,
    `batch` how many are deleted at once and, at the other end, how many are old."""

    tasks: int
    batch: int
    posts: int
    each: int
    accounts: int
    files: int


def sizes_of(rounds: int) -> Sizes:
    """Ten thousand tasks a round; a hundred rounds are what the promise speaks of."""
    tasks = 10_000 * rounds
    each = tasks // 100
    return Sizes(tasks=tasks, batch=tasks // 10, posts=16, each=each, accounts=each, files=min(2 * rounds, 200))


class Phones:
    """Two simulated phones under names of our choice, before a real adb server."""

    def __init__(self, adb: AdbServer) -> None:
        self._phones = PhoneProcess(adb, 2)
        self._listing = AdbListing(adb)
        self._rows: list[int] = []

    @property
    def adb_port(self) -> int:
        return self._listing.port

    def __enter__(self) -> Self:
        self._listing.__enter__()
        for number, name in enumerate((MOVED, GROUPED)):
            self._attach(number, name, usb=f"usb:1-{number + 1}", serialno=name)
        return self

    def __exit__(self, *exc: object) -> None:
        self._listing.__exit__(*exc)
        self._phones.stop()

    def show_again(self, name: str) -> None:
        """adb lists the first phone under another name too."""
        self._rows.append(self._listing.show(self._phones.phones[0].serial, name))

    def detach(self) -> None:
        self._listing.hide(*self._rows)

    def _attach(self, number: int, name: str, *, usb: str, serialno: str) -> None:
        target = self._phones.phones[number].serial
        self._phones.request("POST", f"phones/{target}/identity", {"serialno": serialno})
        self._rows.append(self._listing.show(target, name, usb=usb))


def hold_what_waits(daemon: DroverDaemon) -> None:
    """Make the database one that was restored: what `droverd --restore` does to it, without the copying."""
    path = daemon.data_dir / "drover.db"
    restoration.prepare(path, before=path.with_name("no-other.db"), highest_folder=0, now=datetime.now(UTC))


class Operations:
    """What is asked of the daemon, in three phases of it."""

    def __init__(self, daemon: DroverDaemon, finding: Finding, sizes: Sizes, phones: Phones) -> None:
        self._daemon = daemon
        self._finding = finding
        self._sizes = sizes
        self._phones = phones

    def at_first(self) -> dict[str, Operation]:
        return {
            "retry-all": self._retry_all,
            "parallel posts": self._posts,
            "pause and resume of a phone": self._pause,
            "stop of many": self._stop,
            "move of a phone's tasks": self._move,
            "import of accounts": self._accounts,
            "import of files": self._files,
            "pause of a large group": self._group,
            "delete batch": self._delete,
            "forget a phone": self._forget,
        }

    def when_restored(self) -> dict[str, Operation]:
        return {"release of some": self._release_some, "release of all": self._release_all}

    def at_last(self) -> dict[str, Operation]:
        return {"retention": self._retention}

    # --- asking

    def _rest(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None) -> tuple[int, Any]:
        return _ask(self._daemon.api_url(), method, path, body, raw)

    def _check(self, holds: bool, words: str) -> None:
        self._finding.check(holds, words)

    def _stats(self) -> TaskStats:
        return self._daemon.client.ask(GetTaskStats(), TaskStats)

    def _page(self, serial: str, status: Status | None = None, *, page: int = 1) -> TaskPage:
        wanted = ListTasks(serial=serial, status=None if status is None else int(status), page=page, page_size=100)
        return self._daemon.client.ask(wanted, TaskPage)

    def _waiting(self, serial: str, count: int) -> list[int]:
        """The newest so many tasks that wait for this phone."""
        ids: list[int] = []
        while len(ids) < count:
            found = self._page(serial, Status.PENDING, page=len(ids) // 100 + 1).tasks
            ids += [task.id for task in found]
            if len(found) < 100:
                break
        return ids[:count]

    # --- the first phase

    def _retry_all(self) -> None:
        before = self._stats()
        status, answer = self._rest("POST", "task/retry-all")
        after = self._stats()
        self._check(status == 200, f"retry-all answered {status}: {answer['message']}")
        self._check(answer["data"] == {"retried_count": before.failed, "skipped": []}, f"retry-all: {answer['data']}")
        self._check((after.failed, after.pending) == (0, before.pending + before.failed), f"retry-all left {after}")

    def _posts(self) -> None:
        sizes, before, url = self._sizes, self._stats(), self._daemon.api_url()  # its client is for one thread
        serials = [f"R0ABSENT{n}" for n in range(10)]

        def post(number: int) -> tuple[int, Any]:
            targets = [f"r25.{number}.{n}" for n in range(sizes.each // len(serials))]
            return _ask(url, "POST", "task", _tasks(serials, targets))

        with ThreadPoolExecutor(sizes.posts) as pool:
            answers = list(pool.map(post, range(sizes.posts)))
        ids = [one for status, answer in answers if status == 200 for one in answer["data"]["task_ids"]]
        refused = [answer for status, answer in answers if status != 200]
        self._check(all(answer["code"] == 50301 for answer in refused), f"posts: {refused[:2]}")
        self._check(bool(ids), "no post was accepted")
        wanted = sizes.each // len(serials) * len(serials) * (sizes.posts - len(refused))
        self._check(len(ids) == len(set(ids)) == wanted, f"{len(ids)} ids of {wanted}")
        made = self._stats().total - before.total
        self._check(made == len(ids), f"{made} tasks were made, {len(ids)} answered")

    def _pause(self) -> None:
        client = self._daemon.client
        paused = client.ask(PauseDevice(serial=NOTED, reason="R25"), DevicePause)
        self._check(paused.device.pause is not None, "the phone is not paused")
        resumed = client.ask(ResumeDevice(serial=NOTED), DevicePause)
        self._check(resumed.changed, "there was nothing to resume")
        client.ask(PauseDevice(serial=MOVED, reason="R25"), DevicePause)  # it is to get many tasks, and to begin none

    def _stop(self) -> None:
        """One request a task, several at once, as droverctl and scripts do it."""
        before = self._page(STOPPED, Status.PENDING).total
        ids = self._waiting(STOPPED, min(self._sizes.each, MOST_STOPPED))
        self._check(len(ids) > 0, "nothing waits that could be stopped")

        def stop(some: Sequence[int]) -> None:
            with self._connected() as client:
                for task_id in some:
                    client.ask(StopTask(task_id=task_id), Task)

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(stop, [ids[n::CLIENTS] for n in range(CLIENTS)]))
        left = self._page(STOPPED, Status.PENDING).total
        self._check(left == before - len(ids), f"{left} of {before} tasks still wait, {len(ids)} were stopped")

    def _connected(self) -> ControlClient:
        return ControlClient(self._daemon.runtime_dir / "control.sock", client_name="r25", timeout_s=LONG_S)

    def _move(self) -> None:
        """Tasks were made for a name of which it turns out that it is a phone that has another."""
        self._daemon.wait_idle(MOVED, timeout_s=60)
        before, wanted = self._page(MOVED).total, self._page(RENAMED).total
        self._check(wanted == self._sizes.tasks // 100, f"{wanted} tasks for {RENAMED}")
        self._phones.show_again(RENAMED)
        wait_until(lambda: "devices_joined" in self._daemon.log(), timeout_s=LONG_S, what="the move")
        moved = self._page(MOVED).total - before
        self._check(moved == wanted, f"{moved} of {wanted} tasks were moved")

    def _accounts(self) -> None:
        count = self._sizes.accounts
        rows = "".join(f"r25_{n},{NOTED if n % 2 else ABSENT}\n" for n in range(count))
        done = self._daemon.client.ask(ImportAccounts(csv=f"username,serial\n{rows}"), AccountsImported)
        self._check(done.created == count, f"import: {done}")

    def _files(self) -> None:
        for number in range(self._sizes.files):
            name = f"material?name=r25-{number}.jpg&tags=r25"
            status, answer = self._rest("POST", name, raw=jpeg("green", (100 + number, 120)))
            self._check(status == 200, f"file {number}: {status} {answer['message']}")

    def _group(self) -> None:
        """The first task of a large request ends, and all others of it wait for the pause between them."""
        self._daemon.wait_idle(GROUPED, timeout_s=60)
        targets = [f"r25.group.{n}" for n in range(self._sizes.each)]
        status, answer = self._rest("POST", "task", {**_tasks([GROUPED], targets), "min_interval": PAUSE_MIN})
        self._check(status == 200, f"the request answered {status}: {answer['message']}")
        ended = self._daemon.wait_ended(min(answer["data"]["task_ids"]), timeout_s=300)
        self._check(ended.status is Status.COMPLETED, f"its first task: {ended.status.name}, {ended.remark}")
        self._daemon.wait_idle(GROUPED)
        left = self._page(GROUPED, Status.PENDING).total
        self._check(left == len(targets) - 1, f"{left} of {len(targets) - 1} tasks of the request wait")

    def _delete(self) -> None:
        sizes, before, missing = self._sizes, self._stats(), [10**9, 10**9 + 1]
        wanted = [*range(sizes.tasks - sizes.batch + 1, sizes.tasks + 1), *missing]
        status, answer = self._rest("DELETE", "task/batch", {"task_ids": wanted})
        self._check(status == 200, f"delete answered {status}: {answer['message']}")
        true = {"deleted_count": sizes.batch, "not_found": missing}
        self._check(answer["data"] == true, f"delete: {answer['message']}")
        gone = before.total - self._stats().total
        self._check(gone == sizes.batch, f"delete: {gone} tasks are gone")

    def _forget(self) -> None:
        tasks = self._page(ABSENT).total
        client = self._daemon.client
        wait_until(lambda: self._daemon.device(ABSENT).state is DeviceState.ABSENT, what="its absence")
        forgotten = client.ask(ForgetDevice(serial=ABSENT), DeviceForgotten, timeout_s=LONG_S)
        accounts = (self._sizes.accounts + 1) // 2
        self._check((forgotten.tasks, forgotten.accounts) == (tasks, accounts), f"forgotten: {forgotten}")

    # --- after a restore

    def _release_some(self) -> None:
        ids = self._waiting(RELEASED, self._sizes.each)
        released = self._daemon.client.ask(ReleaseTasks(task_ids=ids), TasksReleased, timeout_s=LONG_S)
        self._check(released.released_count == len(ids) > 0, f"released {released.released_count} of {len(ids)}")

    def _release_all(self) -> None:
        held = self._daemon.status().restored
        released = self._daemon.client.ask(ReleaseTasks(all=True), TasksReleased, timeout_s=LONG_S)
        self._check(released.released_count == held > 0, f"released {released.released_count} of {held}")
        self._check(self._daemon.status().restored == 0, "tasks are still held")

    # --- with a shorter history

    def _retention(self) -> None:
        """What ended long ago goes, from the start on: of the oldest `batch` all that was neither retried (one of ten)
        nor deleted with its phone (one of a hundred)."""
        wait_until(lambda: "retention_swept" in self._daemon.log(), timeout_s=LONG_S, what="the sweep")
        lines = [json.loads(line) for line in self._daemon.log().splitlines() if '"retention_swept"' in line]
        wanted = self._sizes.batch // 100 * 89
        self._check([line["tasks"] for line in lines] == [wanted], f"{wanted} old tasks, swept: {lines}")


def _tasks(serials: Sequence[str], targets: Sequence[str]) -> dict[str, Any]:
    return {"serials": serials, "script_name": "follow", "script_config": {"target_users": targets}}


def _ask(url: str, method: str, path: str, body: Any = None, raw: bytes | None = None) -> tuple[int, Any]:
    """Status and envelope; the client is patient, as clients of long work are."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=LONG_S)
    try:
        data = raw if body is None else json.dumps(body).encode()
        media_type = "application/json" if raw is None else "image/jpeg"
        connection.request(method, f"{address.path}{path}", data, {"Content-Type": media_type})
        answer = connection.getresponse()
        return answer.status, json.load(answer)
    finally:
        connection.close()
