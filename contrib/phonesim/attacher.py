"""Keeps the device list of an adb server true: attaches phones, detaches those that are gone, finds a server again."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from phonesim.adb_server import AdbServer, AdbServerError
from phonesim.phone import Phone, Presence

log = logging.getLogger(__name__)

ATTACH_AT_ONCE = 16
RETRY_S = 0.5
# How long adb may take to see by itself that a phone is back.
GRACE_S = 0.3
# What adb's list should say of a phone, and what it says for a moment before that.
EXPECTED = {Presence.PRESENT: "device", Presence.UNAUTHORIZED: "unauthorized"}
TRANSITIONAL = ("connecting", "authorizing")


class Attacher:
    """Corrects one adb server for as long as `run` runs; `wake` it when a phone has changed."""

    def __init__(self, adb: AdbServer, phones: Sequence[Phone]) -> None:
        self._adb = adb
        self._phones = phones
        self._known: dict[str, str] = {}
        self._served: set[str] = set()
        self._changed = asyncio.Event()
        self._slots = asyncio.Semaphore(ATTACH_AT_ONCE)

    def wake(self) -> None:
        self._changed.set()

    async def run(self) -> None:
        """Follow adb's list and correct it, for ever."""
        corrections: dict[str, asyncio.Task[None]] = {}
        tracker = asyncio.create_task(self._track())
        try:
            while True:
                for left in sorted(set(self._served) - {phone.serial for phone in self._phones}):
                    self._served.discard(left)  # a phone that was here has another address now
                    corrections[left] = asyncio.create_task(self._forget(left))
                for phone in self._phones:
                    self._served.add(phone.serial)
                    running = corrections.get(phone.serial)
                    if (running is None or running.done()) and (action := self._correction(phone)):
                        corrections[phone.serial] = asyncio.create_task(self._correct(phone, action))
                await self._next_change()
        finally:
            for task in (tracker, *corrections.values()):
                task.cancel()

    async def settled(self) -> None:
        """Until adb's list says of every phone what is true."""
        while any(self._known.get(phone.serial) != EXPECTED.get(phone.presence) for phone in self._phones):
            await self._next_change()

    async def detach(self) -> None:
        """Take all phones off adb's list."""
        await asyncio.gather(*[self._forget(phone.serial) for phone in self._phones])

    async def _track(self) -> None:
        warned = False
        while True:
            try:
                async for known in self._adb.track():
                    warned, self._known = False, known
                    self._changed.set()
            except AdbServerError as error:
                if not warned:
                    log.warning("%s; the phones are attached when there is one", error)
                warned = True
            self._known = {}
            self._changed.set()
            await asyncio.sleep(RETRY_S)

    async def _next_change(self) -> None:
        """Wait until adb's list or a phone has changed, at most a moment: `host:connect` may fail without a change."""
        try:
            await asyncio.wait_for(self._changed.wait(), RETRY_S)
        except TimeoutError:
            return
        self._changed.clear()

    def _correction(self, phone: Phone) -> str:
        """What adb must do about this phone, if anything."""
        state = self._known.get(phone.serial)
        if phone.presence == Presence.GONE:
            return "disconnect" if state else ""
        if state is None:
            return "connect"
        wanted = EXPECTED.get(phone.presence)
        return "reconnect" if wanted and state != wanted and state not in TRANSITIONAL else ""

    async def _correct(self, phone: Phone, action: str) -> None:
        try:
            async with self._slots:
                if action == "reconnect":
                    await asyncio.sleep(GRACE_S)
                    if self._correction(phone) != "reconnect":
                        return
                if action in ("disconnect", "reconnect"):
                    await self._adb.disconnect(phone.serial)
                if action in ("connect", "reconnect"):
                    log.debug("%s: %s", phone.serial, await self._adb.connect(phone.serial))
        except AdbServerError as error:
            log.debug("%s: %s", phone.serial, error)

    async def _forget(self, serial: str) -> None:
        with contextlib.suppress(AdbServerError):
            await self._adb.disconnect(serial)
