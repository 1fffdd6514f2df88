"""Announces to the daemon where the API answers, and announces it again whenever the daemon was restarted."""

import threading
from pathlib import Path

import structlog

from drover.client import ControlClient, ControlError
from drover.wire.control import AnnounceApi
from drover.wire.faults import RequestError

RETRY_S = 0.5

log = structlog.get_logger("drover.shim")


class Announcer(threading.Thread):
    """Holds one connection on which URL and socket were announced; the daemon forgets them when it ends."""

    def __init__(self, path: Path, addresses: AnnounceApi) -> None:
        super().__init__(name="announce", daemon=True)
        self._path = path
        self.addresses = addresses
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._hold()
            except (ControlError, RequestError) as error:
                log.debug("announce_failed", why=str(error))
            self._stopping.wait(RETRY_S)

    def stop(self) -> None:
        self._stopping.set()

    def _hold(self) -> None:
        with ControlClient(self._path, client_name="drover-shim announce") as client:
            client.call(self.addresses)
            log.info("api_announced", url=self.addresses.url, socket=self.addresses.socket)
            client.wait_until_lost(self._stopping.is_set)
