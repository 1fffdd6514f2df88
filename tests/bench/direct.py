"""Direct control over REST next to the same thing done without Drover, on one simulated phone.

The baselines are what a person would run: the adb program's `exec-out screencap -p`, and uiautomator2's own call.
"""

import http.client
import json
import subprocess
from collections.abc import Callable, Generator
from urllib.parse import urlsplit

import adbutils
import uiautomator2

from tests.bench.measure import Figure, percentile, seconds_of
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneProcess

RUNS = 20


def run(rounds: int) -> Generator[list[Figure]]:
    for _ in range(rounds):
        yield _round()


def _round() -> list[Figure]:
    with AdbServer() as adb, PhoneProcess(adb, 1) as phones, DroverDaemon(adb_port=adb.port, api=True) as daemon:
        serial = phones.phones[0].serial
        daemon.wait_idle(serial)
        client = _Client(daemon.api_url(), serial)
        try:
            return [*_pictures(client, adb, serial), *_trees(client, adb, serial), *_calls(client, adb, serial)]
        finally:
            client.close()


def _pictures(client: "_Client", adb: AdbServer, serial: str) -> list[Figure]:
    command = [adbutils.adb_path(), "-P", str(adb.port), "-s", serial, "exec-out", "screencap", "-p"]

    def bare() -> None:
        if not subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.startswith(b"\x89PNG"):
            raise RuntimeError("screencap gave no picture")

    return [_compared("GET /rpc/screenshot", lambda: client.get("screenshot"), "adb exec-out screencap -p", bare)]


def _trees(client: "_Client", adb: AdbServer, serial: str) -> list[Figure]:
    device = _uiautomator2(adb, serial)
    return [
        _compared(
            "GET /rpc/hierarchy",
            lambda: client.get("hierarchy"),
            "uiautomator2's dump_hierarchy()",
            lambda: device.dump_hierarchy(),
        )
    ]


def _calls(client: "_Client", adb: AdbServer, serial: str) -> list[Figure]:
    device = _uiautomator2(adb, serial)
    return [
        _compared(
            "POST /rpc/jsonrpc deviceInfo",
            lambda: client.rpc("deviceInfo"),
            "uiautomator2's jsonrpc.deviceInfo()",
            lambda: device.jsonrpc.deviceInfo(),
        )
    ]


def _uiautomator2(adb: AdbServer, serial: str) -> uiautomator2.Device:
    device = adbutils.AdbClient(host="127.0.0.1", port=adb.port).device(serial)
    return uiautomator2.Device(device)


def _compared(name: str, ours: Callable[[], object], baseline_name: str, baseline: Callable[[], object]) -> Figure:
    """Medians of both, run in turns, so that a busy machine is as busy for one as for the other."""
    for warm_up in (ours, baseline, ours, baseline):
        warm_up()
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(RUNS):
        for work, times in zip((ours, baseline), spent, strict=True):
            times.append(seconds_of(work) * 1000)
    return Figure(
        name=name,
        value=percentile(spent[0], 50),
        unit="ms",
        baseline=percentile(spent[1], 50),
        baseline_name=baseline_name,
    )


class _Client:
    """A leased phone over one keep-alive connection."""

    def __init__(self, url: str, serial: str) -> None:
        address = urlsplit(url)
        self._path = f"{address.path}rpc/"
        self._serial = serial
        self._http = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        self._headers = {"Content-Type": "application/json"}
        taken = json.loads(self._send("POST", "session", json.dumps({"serial": serial, "ttl_secs": 600})))
        self._headers["x-session-id"] = taken["data"]["session_id"]

    def get(self, what: str) -> bytes:
        return self._send("GET", f"{what}?serial={self._serial}")

    def rpc(self, method: str) -> bytes:
        return self._send("POST", "jsonrpc", json.dumps({"serial": self._serial, "method": method}))

    def _send(self, method: str, path: str, body: str | None = None) -> bytes:
        self._http.request(method, self._path + path, body, self._headers)
        answer = self._http.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise RuntimeError(data.decode(errors="replace"))
        return data

    def close(self) -> None:
        self._http.close()
