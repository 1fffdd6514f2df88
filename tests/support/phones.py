"""Simulated phones for tests: in this process (a thread with its own loop) or as the `phonesim` command."""

import asyncio
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from phonesim.apps import make_display
from phonesim.farm import Farm, FarmOptions, MakeDisplay
from tests.support.adb import AdbServer

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class SimulatedPhone:
    """One phone: its name in adb, its own serial number, its language."""

    serial: str
    serialno: str
    language: str


def wait_until(
    holds: Callable[[], T | None], *, timeout_s: float = 10.0, what: str = "the condition", every_s: float = 0.02
) -> T:
    """Poll until the function returns something true; that value. Fails by name after the deadline."""
    deadline = time.monotonic() + timeout_s
    while True:
        if value := holds():
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not hold within {timeout_s} s")
        time.sleep(every_s)


class StateClient:
    """phonesim's own state over its HTTP; `serial` is either name of a phone."""

    url: str

    def state(self, serial: str) -> dict[str, Any]:
        """Accounts, effects, screen, faults, `calls` (adb round trips by kind)."""
        return self.request("GET", f"phones/{serial}")

    def fault(self, serial: str, name: str, **params: Any) -> dict[str, Any]:
        """Set a fault by name; raises ValueError with the server's words if it refuses."""
        return self.request("POST", f"phones/{serial}/faults", {"name": name, **params})

    def clear_fault(self, serial: str, name: str) -> dict[str, Any]:
        return self.fault(serial, name, clear=True)

    def clear_faults(self, serial: str) -> dict[str, Any]:
        return self.request("DELETE", f"phones/{serial}/faults")

    def reset(self, serial: str) -> dict[str, Any]:
        """A new phone in its place: no faults, no files, effects as at first. adb loses it for a moment."""
        return self.request("POST", f"phones/{serial}/reset")

    def picture(self, serial: str) -> bytes:
        """The screen as PNG, without adb."""
        return self._raw("GET", f"phones/{serial}/screen.png")

    def hierarchy(self, serial: str) -> str:
        return self._raw("GET", f"phones/{serial}/hierarchy.xml").decode()

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Any request of phonesim's HTTP; raises ValueError with its words for an answer above 399."""
        answer: dict[str, Any] = json.loads(self._raw(method, path, body))
        return answer

    def _raw(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(error.read().decode()) from None


class PhoneFarm(StateClient):
    """n phones attached to an adb server, in this process."""

    def __init__(
        self,
        adb: AdbServer | None,
        count: int = 1,
        *,
        languages: Sequence[str] = ("en",),
        latency_ms: float = 0,
        make_display: MakeDisplay = make_display,
    ) -> None:
        address = ("127.0.0.1", adb.port) if adb else None
        options = FarmOptions(count=count, adb=address, languages=languages, latency_ms=latency_ms)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="phonesim", daemon=True)
        self.farm = Farm(options, make_display=make_display)
        self.phones: list[SimulatedPhone] = []

    def start(self) -> None:
        """Returns when adb has all phones."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.farm.start(), self._loop).result(30)
        self.url = self.farm.state.url
        self.phones = [
            SimulatedPhone(serial=phone.serial, serialno=phone.device.serialno, language=phone.device.language)
            for phone in self.farm.phones
        ]

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.farm.stop(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


class PhoneProcess(StateClient):
    """The `phonesim` command as its own process."""

    def __init__(self, adb: AdbServer, count: int = 1, *args: str) -> None:
        words = [sys.executable, "-m", "phonesim", "--count", str(count), "--adb", f"127.0.0.1:{adb.port}", *args]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.phones: list[SimulatedPhone] = []
        try:
            self._read_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read_until_ready(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            match line.split():
                case ["phone", serial, serialno, language]:
                    self.phones.append(SimulatedPhone(serial=serial, serialno=serialno, language=language))
                case ["PHONES", url]:
                    self.url = url
                case ["READY"]:
                    return
                case _:
                    raise RuntimeError(f"phonesim printed {line!r}")
        raise RuntimeError(f"phonesim ended with {self._process.wait()} before it was ready")

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self._process.terminate()
        code = self._process.wait(15)
        if self._process.stdout is not None:
            self._process.stdout.close()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()
