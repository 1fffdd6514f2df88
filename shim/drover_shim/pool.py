"""The daemon's clients: one for all handlers on the server's loop, one a thread; and the plan, at most a second old."""

import threading
import time
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from drover.client import ControlClient, EventStream
from drover.wire.control import Caller, CheckLicense, License, RequestBody
from drover_shim.on_loop import LoopClient, on_loop

B = TypeVar("B")

PLAN_CACHE_S = 1.0


class ClientPool:
    """Clients of one daemon. `on_loop` belongs to the loop of the one server that serves with this pool."""

    def __init__(self, path: Path, *, timeout_s: float = 15.0) -> None:
        self.path = path
        self._timeout_s = timeout_s
        self.on_loop = LoopClient(path, timeout_s=timeout_s)
        self._local = threading.local()
        self._clients: list[ControlClient] = []
        self._plan: tuple[float, License] | None = None

    def ask(
        self, body: RequestBody, expected: type[B], *, timeout_s: float | None = None, caller: Caller | None = None
    ) -> B:
        """The daemon's answer, as ControlClient.ask; on the loop others run meanwhile, a thread waits."""
        return self._client().ask(body, expected, timeout_s=timeout_s, caller=caller)

    def _client(self) -> LoopClient | ControlClient:
        """The loop's client, or this thread's."""
        return self.on_loop if on_loop() else self._threads_own()

    def _threads_own(self) -> ControlClient:
        """This thread's client; it connects by itself."""
        client: ControlClient | None = getattr(self._local, "client", None)
        if client is None:
            client = ControlClient(self.path, client_name="drover-shim", timeout_s=self._timeout_s)
            self._local.client = client
            self._clients.append(client)
        return client

    def subscribe(self, after: int | None) -> EventStream:
        """Events on their own connection, which the caller closes."""
        if on_loop():
            raise RuntimeError("a stream of events blocks: its route is served by a thread")
        client = ControlClient(self.path, client_name="drover-shim events", timeout_s=self._timeout_s)
        return client.subscribe(after)

    def close(self) -> None:
        """Close every thread's connection; call it when no request runs any more."""
        for client in self._clients:
            client.close()

    def zone(self) -> ZoneInfo:
        """The zone in which local times are shown."""
        return ZoneInfo(self._client().welcome.zone)

    def plan(self) -> License:
        """The plan, at most a second old."""
        now = time.monotonic()
        cached = self._plan
        if cached is not None and now - cached[0] < PLAN_CACHE_S:
            return cached[1]
        plan = self.ask(CheckLicense(), License)
        self._plan = (now, plan)
        return plan
