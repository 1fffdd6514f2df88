"""A listing of phones as a test wants it, in its own thread, in front of a real adb server."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import Self, TypeVar

from phonesim.adb_proxy import AdbProxy
from tests.support.adb import AdbServer

T = TypeVar("T")


class AdbListing:
    """`with AdbListing(adb) as listing:`; its phones are those that `show` names, and no others."""

    def __init__(self, adb: AdbServer) -> None:
        self._proxy = AdbProxy("127.0.0.1", adb.port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="adb-listing", daemon=True)

    @property
    def port(self) -> int:
        return self._proxy.port

    @property
    def asked(self) -> list[str]:
        """What was asked for that changes connections."""
        return self._proxy.asked

    def show(self, target: str, name: str, *, usb: str = "", state: str = "") -> int:
        return self._do(lambda: self._proxy.show(target, name, usb=usb, state=state))

    def hide(self, *rows: int) -> None:
        for row in rows:
            self._do(partial(self._proxy.hide, row))

    def set_state(self, row: int, state: str) -> None:
        self._do(lambda: self._proxy.set_state(row, state))

    def swap(self, one: str, other: str, *, same_ids: bool) -> None:
        """Two names exchange their phones."""
        self._do(lambda: self._proxy.swap(self._proxy.id_of(one), self._proxy.id_of(other), same_ids=same_ids))

    def _do(self, act: Callable[[], T]) -> T:
        async def acted() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(acted(), self._loop).result(15)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._proxy.start(), self._loop).result(15)
        return self

    def __exit__(self, *_exc: object) -> None:
        asyncio.run_coroutine_threadsafe(self._proxy.stop(), self._loop).result(15)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
