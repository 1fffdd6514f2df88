"""A proxy that knows each call of a phone by its name and place, and holds one of them: the request, or the answer.

A held call goes no further. `drop` hangs up on both sides: a request that was held back never reaches the phone, an
answer that was held back is lost.
"""

import asyncio
import json
import re
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from tests.chaos.proxy import AdbProxy, Ends

SCREEN: Final = "dumpWindowHierarchy"
_LENGTH: Final = re.compile(rb"content-length: (\d+)", re.I)
_WITH_A_WORD: Final = ("am", "content", "input", "pm")
_ACTION: Final = re.compile(r"android\.intent\.action\.([A-Z_]+)")


class Moment(StrEnum):
    """Which half of a call is held."""

    BEFORE = "before"  # the phone has not heard of it
    AFTER = "after"  # the phone has done it and its answer is on the way


@dataclass(frozen=True, kw_only=True)
class Place:
    """Which call of an attempt: the `number`-th of this name, or the `look`-th reading of the screen after that.

    Readings are counted apart, because there are more of them where a screen is slow.
    """

    call: str
    number: int
    look: int = 0

    def __str__(self) -> str:
        where = f"{self.call or 'the beginning'}" + (f" #{self.number}" if self.number else "")
        return f"look {self.look} after {where}" if self.look else where


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call as it went by: its place, and when, in aware UTC."""

    place: Place
    at: datetime


@dataclass(kw_only=True)
class Hold:
    """A call to be held, and what became of it. Its `place` is the wanted one."""

    place: Place
    moment: Moment
    reached: datetime | None = None
    """Since when it is held."""
    left: datetime | None = None
    """When the client hung up while it was held."""
    dropped: asyncio.Event = field(default_factory=asyncio.Event)


class Walk:
    """Gives each call of one attempt its place."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._last = ""
        self._looks = 0

    def place(self, name: str) -> Place:
        """The place of the next call, which has this name."""
        if name == SCREEN:
            self._looks += 1
        else:
            self._counts[name] += 1
            self._last, self._looks = name, 0
        return Place(call=self._last, number=self._counts[self._last], look=self._looks)


class HoldingProxy(AdbProxy):
    """Stands before an adb server as AdbProxy does."""

    def __init__(self, server_port: int) -> None:
        super().__init__(server_port)
        self.trace: dict[str, list[Call]] = defaultdict(list)
        self._walks: dict[str, Walk] = defaultdict(Walk)
        self._holds: dict[str, Hold] = {}

    def watch(self, serial: str) -> None:
        """Count this phone's calls again from now on."""
        self._walks[serial] = Walk()
        self.trace[serial] = []

    def hold(self, serial: str, place: Place, moment: Moment) -> Hold:
        """Hold this call of the phone, counted from now on."""
        self.watch(serial)
        made = self._holds[serial] = Hold(place=place, moment=moment)
        return made

    def drop(self, serial: str) -> None:
        """Hang up on the held call, and hold no other of this phone."""
        held = self._holds.pop(serial, None)
        if held is not None:
            self._loop.call_soon_threadsafe(held.dropped.set)

    # --- one call

    async def _carry(self, serial: str, service: bytes, ends: Ends) -> None:
        request, name = service, _named(service[4:].decode(errors="replace"))
        if not name:
            if not await self._opened(service, ends):
                return
            request = await _http_request(ends.reader)
            name = _method(request)
        held = self._met(serial, name)
        if held is not None and held.moment is Moment.BEFORE:
            await _stand(held, ends.reader)
        await self._pass(ends.upstream, request)
        if held is not None:
            await self._until_answered(ends, opens=request is service)
            await _stand(held, ends.reader)
        await self._join(ends)

    def _met(self, serial: str, name: str) -> Hold | None:
        place = self._walks[serial].place(name)
        self.trace[serial].append(Call(place=place, at=datetime.now(UTC)))
        held = self._holds.get(serial)
        return held if held is not None and held.reached is None and held.place == place else None

    async def _opened(self, service: bytes, ends: Ends) -> bool:
        """Open a stream; False if the phone refused it, as the client was answered."""
        await self._pass(ends.upstream, service)
        status = await ends.server.readexactly(4)
        await self._pass(ends.writer, status)
        if status != b"OKAY":
            await self._join(ends)
        return status == b"OKAY"

    async def _until_answered(self, ends: Ends, *, opens: bool) -> None:
        """Pass on what the client says until the phone begins to answer, which is what it does when it is done."""
        asking = asyncio.create_task(self._pump(ends.reader, ends.upstream))
        try:
            if opens:
                await self._pass(ends.writer, await ends.server.readexactly(4))
            await ends.server.read(1)
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)


async def _stand(held: Hold, client: asyncio.StreamReader) -> None:
    """Until it is dropped or the client hangs up; raises ConnectionAbortedError, which ends both sides."""
    held.reached = datetime.now(UTC)
    waits = (asyncio.create_task(held.dropped.wait()), asyncio.create_task(_gone(client)))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    held.left = None if held.dropped.is_set() else datetime.now(UTC)
    raise ConnectionAbortedError


async def _gone(client: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await client.read(65536):
            pass


async def _http_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


def _method(request: bytes) -> str:
    """What is asked of the automation server."""
    head, _, body = request.partition(b"\r\n\r\n")
    return str(json.loads(body)["method"]) if body else head.split(b" ")[1].decode().strip("/")


def _named(service: str) -> str:
    """A name for what the phone does by this service; nothing for a call of its automation server, which says it."""
    kind, _, words = service.partition(":")
    if kind == "tcp":
        return ""
    if kind != "shell,v2,raw":
        return kind if kind == "sync" else service
    command, *rest = words.split()
    intent = _ACTION.search(words) if command == "am" else None
    return " ".join([command, *(rest[:1] if command in _WITH_A_WORD else []), *([intent[1]] if intent else [])])
