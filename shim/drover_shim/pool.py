"""One control connection for each thread, and the plan, which all threads share for up to a second."""

import threading
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from drover.client import ControlClient, EventStream
from drover.wire.control import CheckLicense, License

PLAN_CACHE_S = 1.0


class ClientPool:
    """Clients of one daemon by thread."""

    def __init__(self, path: Path, *, timeout_s: float = 15.0) -> None:
        self.path = path
        self._timeout_s = timeout_s
        self._local = threading.local()
        self._clients: list[ControlClient] = []
        self._plan: tuple[float, License] | None = None

    def client(self) -> ControlClient:
        """This thread's client; it connects by itself."""
        client: ControlClient | None = getattr(self._local, "client", None)
        if client is None:
            client = ControlClient(self.path, client_name="drover-shim", timeout_s=self._timeout_s)
            self._local.client = client
            self._clients.append(client)
        return client

    def subscribe(self, after: int | None) -> EventStream:
        """Events on their own connection, which the caller closes."""
        client = ControlClient(self.path, client_name="drover-shim events", timeout_s=self._timeout_s)
        return client.subscribe(after)

    def close(self) -> None:
        """Close every thread's connection; call it when no request runs any more."""
        for client in self._clients:
            client.close()

    def zone(self) -> ZoneInfo:
        """The zone in which local times are shown."""
        return ZoneInfo(self.client().welcome.zone)

    def plan(self) -> License:
        """The plan, at most a second old."""
        now = time.monotonic()
        cached = self._plan
        if cached is not None and now - cached[0] < PLAN_CACHE_S:
            return cached[1]
        plan = self.client().ask(CheckLicense(), License)
        self._plan = (now, plan)
        return plan
