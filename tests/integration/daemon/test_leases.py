"""Leases with the real daemon, real adb and simulated phones, over HTTP as a client of the compatible API uses it."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from drover.wire.control import AuditPage, GetDevice, ListAudit
from drover.wire.devices import Device, DeviceState
from drover.wire.leases import EvictLease, LeaseList, ListLeases
from drover.wire.tasks import Status
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneFarm, wait_until

EXAMPLE = Path(__file__).parents[3] / "contrib" / "examples" / "lease_client.py"
TIMELY_S = 1.0
"""R11: what a lease may outlive its time by."""


class Client:
    """One keep-alive connection, as requests.Session keeps one."""

    def __init__(self, base: str) -> None:
        address = urlsplit(base)
        self._path = address.path
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        self.session = ""

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, str, bytes]:
        headers = {"x-session-id": self.session} if self.session else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self._connection.request(method, f"{self._path}{path}", None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any, str]:
        """Status, data and message."""
        status, kind, raw = self.send(method, path, body)
        assert kind.startswith("application/json"), raw
        envelope = json.loads(raw)
        assert (envelope["code"] // 100 or 200) == status
        return status, envelope["data"], envelope["message"]

    def take(self, serial: str, **more: Any) -> str:
        status, data, message = self.ask("POST", "rpc/session", {"serial": serial, **more})
        assert status == 200, message
        self.session = data["session_id"]
        return self.session

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="module")
def daemon(adb_server: AdbServer, farm: PhoneFarm) -> Iterator[DroverDaemon]:
    """A daemon with the gateway, on which adb is allowed."""
    with DroverDaemon(adb_port=adb_server.port, api=True, settings={"DROVER_RPC_ADB": "true"}) as running:
        running.wait_idle(*(phone.serial for phone in farm.phones))
        yield running


@pytest.fixture
def serials(daemon: DroverDaemon, farm: PhoneFarm) -> Iterator[tuple[str, str]]:
    """Two idle phones; no lease outlives a test."""
    first, second = (phone.serial for phone in farm.phones)
    daemon.wait_idle(first, second)
    yield first, second
    farm.clear_faults(first)
    for lease in daemon.client.ask(ListLeases(), LeaseList).leases:
        daemon.client.call(EvictLease(serial=lease.serial))
    daemon.wait_idle(first, second)


@pytest.fixture
def client(daemon: DroverDaemon) -> Iterator[Client]:
    connected = Client(daemon.api_url())
    yield connected
    connected.close()


@pytest.fixture
def other(daemon: DroverDaemon) -> Iterator[Client]:
    connected = Client(daemon.api_url())
    yield connected
    connected.close()


def state(daemon: DroverDaemon, serial: str) -> DeviceState:
    return daemon.states()[serial]


def test_a_phone_is_driven_under_a_lease(daemon: DroverDaemon, serials: tuple[str, str], client: Client) -> None:
    serial, _ = serials
    _, listed, _ = client.ask("GET", "rpc/devices")
    mine = next(device for device in listed if device["serial"] == serial)
    assert (mine["busy"], bool(mine["model"]), bool(mine["platform_version"])) == (False, True, True)
    assert len(client.take(serial, label="shop bot")) * 4 >= 128  # hexadecimal digits
    assert state(daemon, serial) is DeviceState.LEASED
    _, leases, _ = client.ask("GET", "rpc/session")
    assert [(lease["serial"], lease["label"], lease["ttl_secs"]) for lease in leases] == [(serial, "shop bot", 120)]
    assert client.session not in json.dumps(leases)

    def rpc(method: str, *params: Any) -> tuple[int, Any, str]:
        return client.ask("POST", "rpc/jsonrpc", {"serial": serial, "method": method, "params": list(params)})

    status, info, _ = rpc("deviceInfo")
    assert (status, info["displayWidth"] > 0) == (200, True)
    assert rpc("pressKey", "home")[:2] == (200, True)
    assert rpc("click", 5, 5)[0] == 200
    status, _, message = rpc("noSuchMethod")
    assert (status, "noSuchMethod" in message) == (409, True)
    status, kind, xml = client.send("GET", f"rpc/hierarchy?serial={serial}")
    assert (status, kind.startswith("application/xml"), b"<hierarchy" in xml) == (200, True, True)
    status, kind, png = client.send("GET", f"rpc/screenshot?serial={serial}")
    assert (status, kind, png[:4]) == (200, "image/png", b"\x89PNG")
    assert list((daemon.runtime_dir / "direct").iterdir()) == []
    assert client.ask("DELETE", f"rpc/session/{client.session}")[0] == 200
    daemon.wait_idle(serial)
    status, _, message = rpc("deviceInfo")
    assert (status, "was released" in message) == (403, True)
    assert client.ask("DELETE", f"rpc/session/{client.session}")[0] == 404


def test_a_client_written_for_the_compatible_api(
    daemon: DroverDaemon, serials: tuple[str, str], tmp_path: Path
) -> None:
    serial, _ = serials
    run = subprocess.run(
        [sys.executable, str(EXAMPLE), serial],
        env={**os.environ, "TIKMATRIX_API_BASE": daemon.api_url()},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert "nodes on the screen" in run.stdout
    assert (tmp_path / "screen.png").read_bytes().startswith(b"\x89PNG")
    daemon.wait_idle(serial)


def test_a_call_needs_the_session_that_holds_its_phone(serials: tuple[str, str], client: Client, other: Client) -> None:
    serial, second = serials
    hierarchy = f"rpc/hierarchy?serial={serial}"
    assert client.ask("GET", hierarchy)[0] == 403  # no session, no one holds it
    client.take(serial)
    assert other.ask("GET", hierarchy)[0] == 403  # no session at all
    assert other.ask("POST", "rpc/session", {"serial": serial})[0] == 409
    other.take(second)
    assert other.ask("GET", hierarchy)[0] == 409  # a session, and another holds the phone
    assert client.send("GET", hierarchy)[0] == 200
    other.session = "0" * 48
    status, _, message = other.ask("GET", f"rpc/screenshot?serial={second}")
    assert status == 409
    assert other.ask("POST", "rpc/session", {"serial": "never.seen"})[0] == 404
    assert other.ask("POST", f"rpc/session/{other.session}/heartbeat", {})[0] == 404
    for wrong in ({"serial": second, "ttl_secs": 601}, {"serial": second, "ttl_secs": 0}, {"serial": ""}, {}):
        status, _, message = other.ask("POST", "rpc/session", wrong)
        assert (status, message.split(":")[0] in ("ttl_secs", "serial")) == (400, True)


def test_tasks_wait_for_the_lease_and_go_on(daemon: DroverDaemon, serials: tuple[str, str], client: Client) -> None:
    serial, _ = serials
    session = client.take(serial, label="by hand")
    (task_id,) = daemon.follow(serial, target="ada_lease")
    task = daemon.task(task_id)
    assert (task.status, "by hand" in task.remark) == (Status.PENDING, True), task.remark
    client.ask("DELETE", f"rpc/session/{session}")
    assert daemon.wait_ended(task_id).status is Status.COMPLETED


def test_a_phone_with_a_running_task_cannot_be_leased(
    daemon: DroverDaemon, farm: PhoneFarm, serials: tuple[str, str], client: Client
) -> None:
    serial, _ = serials
    farm.fault(serial, "latency", ms=100)
    (task_id,) = daemon.follow(serial, target="ada_busy")
    daemon.wait_task(task_id, lambda task: task.progress > 0, what="a first step")
    status, data, message = client.ask("POST", "rpc/session", {"serial": serial})
    assert (status, data["task_id"], str(task_id) in message) == (409, task_id, True)
    # In line, the lease comes before the task behind it.
    (behind,) = daemon.follow(serial, target="ada_behind")
    farm.clear_faults(serial)
    client.take(serial, wait_secs=30, ttl_secs=60)
    assert daemon.task(task_id).status is Status.COMPLETED
    assert daemon.task(behind).status is Status.PENDING
    client.ask("DELETE", f"rpc/session/{client.session}")
    assert daemon.wait_ended(behind).status is Status.COMPLETED


def test_the_line_is_first_come_first_served(daemon: DroverDaemon, serials: tuple[str, str], client: Client) -> None:
    serial, _ = serials
    client.take(serial)
    order: list[int] = []
    clients = [Client(daemon.api_url()) for _ in range(3)]

    def stand(number: int) -> None:
        waiter = clients[number]
        waiter.take(serial, wait_secs=30)
        order.append(number)
        waiter.ask("DELETE", f"rpc/session/{waiter.session}")

    threads = [threading.Thread(target=stand, args=(number,)) for number in range(3)]
    for number, thread in enumerate(threads):
        thread.start()
        wait_until(partial(is_in_line, daemon, number + 1), what=f"{number + 1} in line")
    impatient = Client(daemon.api_url())
    asked = time.monotonic()
    assert impatient.ask("POST", "rpc/session", {"serial": serial, "wait_secs": 1})[0] == 409
    assert 1.0 <= time.monotonic() - asked < 3.0
    client.ask("DELETE", f"rpc/session/{client.session}")
    for thread in threads:
        thread.join(20)
    assert order == [0, 1, 2]
    for one in (*clients, impatient):
        one.close()


def is_in_line(daemon: DroverDaemon, count: int) -> bool:
    return len(daemon.client.ask(ListLeases(), LeaseList).waiting) == count


def test_r11_owner_killed_while_a_call_hangs(
    daemon: DroverDaemon, farm: PhoneFarm, serials: tuple[str, str], client: Client
) -> None:
    serial, _ = serials
    taken = time.monotonic()
    client.take(serial, ttl_secs=3)
    farm.fault(serial, "latency", ms=20_000)
    status, _, message = client.ask(
        "POST", "rpc/jsonrpc", {"serial": serial, "method": "click", "params": [5, 5], "timeout": 60}
    )
    assert (status, time.monotonic() - taken <= 3.0 + TIMELY_S) == (500, True), message
    farm.clear_faults(serial)
    status, _, message = client.ask("GET", f"rpc/hierarchy?serial={serial}")
    assert (status, "not extended" in message) == (403, True)
    daemon.wait_idle(serial)


def test_a_restart_ends_live_leases_and_says_so(adb_server: AdbServer, serials: tuple[str, str]) -> None:
    serial, _ = serials
    with DroverDaemon(adb_port=adb_server.port, api=True) as own:
        own.wait_idle(serial)
        holder = Client(own.api_url())
        session = holder.take(serial)
        holder.close()
        own.kill()
        own.start()
        own.wait_idle(serial)
        holder = Client(own.api_url())
        holder.session = session
        status, _, message = holder.ask("GET", f"rpc/hierarchy?serial={serial}")
        assert (status, "restarted" in message) == (403, True)
        holder.close()


def test_heartbeats_keep_a_lease(daemon: DroverDaemon, serials: tuple[str, str], client: Client) -> None:
    serial, _ = serials
    client.take(serial, ttl_secs=1)
    until = time.monotonic() + 2.5
    while time.monotonic() < until:
        status, data, _ = client.ask("POST", f"rpc/session/{client.session}/heartbeat", {"ttl_secs": 1})
        assert (status, data["serial"]) == (200, serial)
        threading.Event().wait(0.3)
    # A call may last no longer than its lease: for the proof that it stands it gets the time of a busy machine.
    client.ask("POST", f"rpc/session/{client.session}/heartbeat", {"ttl_secs": 60})
    assert client.send("GET", f"rpc/hierarchy?serial={serial}")[0] == 200


def test_a_lease_survives_the_gateway(daemon: DroverDaemon, serials: tuple[str, str], client: Client) -> None:
    serial, _ = serials
    session = client.take(serial)
    url = daemon.api_url()
    for child in psutil.Process(daemon.process.pid).children():
        if "drover_shim.main" in " ".join(child.cmdline()):
            child.kill()
    wait_until(lambda: daemon.status().api_url not in ("", url), timeout_s=30, what="another gateway")
    again = Client(daemon.api_url())
    again.session = session
    assert again.send("GET", f"rpc/hierarchy?serial={serial}")[0] == 200
    again.close()


def test_a_lease_ends_with_the_phones_worker(daemon: DroverDaemon, serials: tuple[str, str], client: Client) -> None:
    _, serial = serials
    client.take(serial)
    pid = daemon.client.ask(GetDevice(serial=serial), Device).worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: daemon.client.ask(ListLeases(), LeaseList).leases == [], what="the end of the lease")
    status, _, message = client.ask("GET", f"rpc/hierarchy?serial={serial}")
    assert (status, "worker ended" in message) == (403, True)
    daemon.wait_idle(serial)


def test_a_slow_phone_delays_no_other(
    daemon: DroverDaemon, farm: PhoneFarm, serials: tuple[str, str], client: Client, other: Client
) -> None:
    slow, quick = serials
    client.take(slow)
    other.take(quick)
    farm.fault(slow, "latency", ms=3000)
    crowd = [Client(daemon.api_url()) for _ in range(8)]

    def look(one: Client) -> None:
        one.session = client.session
        one.send("GET", f"rpc/screenshot?serial={slow}&timeout=6")

    threads = [threading.Thread(target=look, args=(one,)) for one in crowd]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    for _ in range(5):
        assert other.send("GET", f"rpc/screenshot?serial={quick}")[0] == 200
    spent = time.monotonic() - begun
    assert any(thread.is_alive() for thread in threads)
    assert spent < 2.5
    farm.clear_faults(slow)
    for thread in threads:
        thread.join(30)
    for one in crowd:
        one.close()


def test_adb_commands(daemon: DroverDaemon, serials: tuple[str, str], client: Client) -> None:
    serial, _ = serials
    assert client.ask("POST", "rpc/adb", {"serial": serial, "args": ["shell", "id"]})[0] == 403
    client.take(serial)

    def adb(*args: str) -> tuple[int, Any, str]:
        return client.ask("POST", "rpc/adb", {"serial": serial, "args": list(args), "timeout_ms": 10_000})

    assert adb("shell", "echo", "a; b", "$HOME")[:2] == (200, "a; b $HOME\n")
    assert adb("shell", "echo one | cat")[:2] == (200, "one\n")
    assert adb("get-state")[:2] == (200, "device\n")
    for refused in (["kill-server"], ["-s", "x", "shell"], ["connect", "10.0.0.1"], ["push", "/etc/passwd", "/sdcard"]):
        status, _, message = adb(*refused)
        assert (status, message.startswith("args[0]:"), "refused" in message) == (400, True, True)


def test_adb_commands_that_print_without_end_are_bounded_by_their_time(
    daemon: DroverDaemon, serials: tuple[str, str], client: Client
) -> None:
    serial, _ = serials
    client.take(serial)

    def adb(*args: str, timeout_ms: int = 20_000) -> tuple[int, Any, str]:
        return client.ask("POST", "rpc/adb", {"serial": serial, "args": list(args), "timeout_ms": timeout_ms})

    adb("shell", "log", "-p", "w", "-t", "lease", "a needle")
    status, text, _ = adb("logcat", "-d", "-v", "brief", "-s", "lease")
    assert (status, text.splitlines()[0]) == (200, "--------- beginning of main")
    assert text.endswith("): a needle\n")
    status, _, message = adb("logcat", timeout_ms=1000)
    assert (status, "no answer from adb within" in message) == (500, True), message
    # The phone's own time ends a recording, and its file can be looked at.
    assert adb("shell", "screenrecord", "--time-limit", "1", "/sdcard/lease.mp4")[:2] == (200, "")
    size = adb("shell", "stat", "-c", "%s", "/sdcard/lease.mp4")[1]
    assert int(size) > 0
    assert adb("shell", "rm", "/sdcard/lease.mp4")[0] == 200
    status, _, message = adb("shell", "screenrecord", "/sdcard/lease.mp4", timeout_ms=1000)
    assert (status, "no answer from adb within" in message) == (500, True), message
    # The stream was closed at the deadline, so that nothing of it goes on.
    wait_until(lambda: adb("shell", "pidof screenrecord; pidof logcat")[1] == "", what="the programs' ends")
    assert adb("get-state")[:2] == (200, "device\n")


def test_the_operator_ends_a_lease(daemon: DroverDaemon, serials: tuple[str, str], client: Client) -> None:
    serial, _ = serials
    client.take(serial, label="forgotten")
    daemon.client.call(EvictLease(serial=serial))
    daemon.wait_idle(serial)
    status, _, message = client.ask("GET", f"rpc/hierarchy?serial={serial}")
    assert (status, "operator" in message) == (403, True)
    entries = daemon.client.ask(ListAudit(limit=100), AuditPage).entries
    assert next(entry.ids for entry in entries if entry.action == "evict_lease") == {"serial": serial}
    assert "take_lease" in {entry.action for entry in entries}
    assert client.session not in str(entries)
    assert client.session not in daemon.log()


def test_a_click_without_an_answer_is_sent_once_and_reported_as_uncertain(
    daemon: DroverDaemon, farm: PhoneFarm, serials: tuple[str, str], client: Client
) -> None:
    serial, _ = serials
    client.take(serial)
    farm.fault(serial, "server_crash", after="click", answer=502)
    click = {"serial": serial, "method": "click", "params": [5, 5]}
    status, data, message = client.ask("POST", "rpc/jsonrpc", click)
    assert (status, data["end"], "may or may not" in message) == (500, "uncertain", True), message
    # The phone is opened again and the lease goes on.
    assert client.ask("POST", "rpc/jsonrpc", click)[:2] == (200, True)


def test_tasks_and_leases_share_the_device_limit(adb_server: AdbServer, serials: tuple[str, str]) -> None:
    first, second = serials
    limit = {"DROVER_LICENSE_DEVICE_LIMIT": "1"}
    with DroverDaemon(adb_port=adb_server.port, api=True, settings=limit) as own:
        own.wait_idle(first, second)
        holder = Client(own.api_url())
        holder.take(first)
        (task_id,) = own.follow(second, target="ada_pool")
        assert "device limit of 1" in own.task(task_id).remark
        waiting = Client(own.api_url())
        status, data, _ = waiting.ask("POST", "rpc/session", {"serial": second})
        assert (status, data["device_limit"]) == (409, 1)
        holder.ask("DELETE", f"rpc/session/{holder.session}")
        assert own.wait_ended(task_id).status is Status.COMPLETED
        for one in (holder, waiting):
            one.close()


def test_what_a_lease_configured_is_reset_when_it_ends(serials: tuple[str, str], client: Client) -> None:
    serial, _ = serials

    def configurator(method: str, *params: Any) -> Any:
        return client.ask("POST", "rpc/jsonrpc", {"serial": serial, "method": method, "params": list(params)})[1]

    client.take(serial)
    assert configurator("getConfigurator")["waitForIdleTimeout"] == 0
    configurator("setConfigurator", {"waitForIdleTimeout": 5000})
    client.ask("DELETE", f"rpc/session/{client.session}")
    client.take(serial, wait_secs=20)
    assert configurator("getConfigurator")["waitForIdleTimeout"] == 0
