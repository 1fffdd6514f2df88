"""Follows which devices adb lists, for ever: reconnects when the adb server dies, and starts one if it may.

Speaks `host:track-devices-l` itself: adbutils' tracker blocks a thread and starts servers unasked. Also the
one place of the supervisor that asks adb anything.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Protocol

import structlog

from drover.policy import transports
from drover.policy.transports import Transport

log = structlog.get_logger("drover.adb")

RECONNECT_MIN_S: Final = 0.2
RECONNECT_MAX_S: Final = 1.0
"""Short, because phones are to be back within 5 s of their server; a refused connection costs next to nothing."""

CONNECT_TIMEOUT_S: Final = 5.0
DIAL_TIMEOUT_S: Final = 20.0
"""adb answers `host:connect` only when the phone has greeted it, or not within ten seconds."""
QUIET_S: Final = 5.0
"""After this long without news the server is asked whether it still lives: a stuck one says nothing either."""


MAX_ANSWER_BYTES: Final = 256 * 1024
_STDOUT, _EXIT = 1, 3


class AdbProtocolError(Exception):
    """The adb server answered something unexpected."""


class ServiceRefusedError(AdbProtocolError):
    """The adb server, or the phone, does not offer this service."""


ADB_ERRORS: Final = (OSError, TimeoutError, asyncio.IncompleteReadError, AdbProtocolError)


def error_text(error: BaseException) -> str:
    """The error in words; a time-out has no text."""
    return str(error) or f"no answer within {CONNECT_TIMEOUT_S:.0f} s"


Listed = Callable[[tuple[Transport, ...] | None], None]


class ServerStarter(Protocol):
    """Starts an adb server, if it may."""

    def ensure(self) -> None:
        """Called when nothing answers; blocks for no longer than a process takes to start."""
        ...


class AdbTracker:
    """Asks the server at an address; `starter` starts one where none answers."""

    def __init__(self, host: str, port: int, starter: ServerStarter) -> None:
        self._address = (host, port)
        self._starter = starter
        self.connected = False

    async def run(self, listed: Listed) -> None:
        """Track until cancelled: `listed` hears every listing, and None when the server cannot be reached."""
        pause_s = RECONNECT_MIN_S
        while True:
            try:
                await self._track(listed)
            except ADB_ERRORS as error:
                if self.connected or pause_s == RECONNECT_MIN_S:
                    log.warning(
                        "adb_unreachable", address=f"{self._address[0]}:{self._address[1]}", why=error_text(error)
                    )
                if self.connected:
                    self.connected = False
                    pause_s = RECONNECT_MIN_S
                    listed(None)
                if isinstance(error, ConnectionRefusedError):
                    self._starter.ensure()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RECONNECT_MAX_S)

    async def _track(self, listed: Listed) -> None:
        """By the long listing, or by the short one where the server knows no other."""
        try:
            await self._follow("host:track-devices-l", listed)
        except ServiceRefusedError:
            await self._follow("host:track-devices", listed)

    async def _follow(self, service: str, listed: Listed) -> None:
        async with _Request(self._address, service) as reader:
            log.info("adb_tracked", address=f"{self._address[0]}:{self._address[1]}")
            self.connected = True
            while True:
                head = await self._news(reader)
                listing = transports.read(await _block(reader, head))
                listed(tuple([await self._with_path(one) for one in listing]))

    async def _with_path(self, one: Transport) -> Transport:
        """With the path of its cable, which a short listing does not tell."""
        if one.id is not None:
            return one
        try:
            path = await self.ask(f"{one.host_prefix}:get-devpath")
        except AdbProtocolError:
            return one
        return replace(one, usb=path) if path.startswith("usb:") else one

    async def _news(self, reader: asyncio.StreamReader) -> bytes:
        """The head of the next listing, whenever it comes; raises as soon as the server is seen to be stuck."""
        while True:
            try:
                return await asyncio.wait_for(reader.readexactly(4), QUIET_S)
            except TimeoutError:
                await self.ask("host:version")

    async def ask(self, service: str) -> str:
        """One service of the server that answers with a text, such as `host:connect:ADDRESS`; one of ADB_ERRORS."""
        limit_s = DIAL_TIMEOUT_S if service.startswith("host:connect:") else CONNECT_TIMEOUT_S
        async with asyncio.timeout(limit_s), _Request(self._address, service, limit_s) as reader:
            return await _block(reader, await reader.readexactly(4))

    async def shell(self, transport: Transport, command: str) -> str:
        """Standard output of a command line on the phone behind a transport, without its errors; one of ADB_ERRORS.

        Sets no deadline for the phone's answer: the caller sets it.
        """
        try:
            return await self._shell(transport, f"shell,v2,raw:{command}", framed=True)
        except ServiceRefusedError:  # Android 6 and older
            return await self._shell(transport, f"exec:{command}", framed=False)

    async def _shell(self, transport: Transport, service: str, *, framed: bool) -> str:
        request = _Request(self._address, f"host:{transport.selector}")
        async with request as reader:
            await request.ask(service, None)
            data = await (_stdout(reader) if framed else reader.read())
        return data.decode(errors="replace")

    async def server_version(self) -> str:
        """The server's protocol version, such as `41`; "" if it does not say."""
        try:
            return str(int(await self.ask("host:version"), 16))
        except (*ADB_ERRORS, ValueError):
            return ""


class _Request:
    """One connection to the adb server on which a service is asked for and granted; raises ADB_ERRORS."""

    def __init__(self, address: tuple[str, int], service: str, limit_s: float = CONNECT_TIMEOUT_S) -> None:
        self._limit_s = limit_s
        self._address = address
        self._service = service

    async def __aenter__(self) -> asyncio.StreamReader:
        opening: Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.open_connection(*self._address)
        self._reader, self._writer = await asyncio.wait_for(opening, CONNECT_TIMEOUT_S)
        try:
            await self.ask(self._service, self._limit_s)
        except BaseException:
            self._writer.close()
            raise
        return self._reader

    async def ask(self, service: str, limit_s: float | None) -> None:
        """A service on this connection, such as one of the phone that was chosen before; raises ServiceRefusedError."""
        reader, name = self._reader, service.partition(":")[0] if len(service) > 200 else service
        data = service.encode()
        self._writer.write(b"%04x%b" % (len(data), data))
        status = await asyncio.wait_for(reader.readexactly(4), limit_s)
        if status == b"FAIL":
            head = await asyncio.wait_for(reader.readexactly(4), CONNECT_TIMEOUT_S)
            raise ServiceRefusedError(f"{name}: {await _block(reader, head)}")
        if status != b"OKAY":
            raise AdbProtocolError(f"{name} answered {status!r}; is this an adb server?")

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()


async def _stdout(reader: asyncio.StreamReader) -> bytes:
    """What a command of shell protocol v2 wrote to its standard output; its errors are no part of any answer."""
    output = bytearray()
    while len(output) <= MAX_ANSWER_BYTES:
        kind, size = struct.unpack("<BI", await reader.readexactly(5))
        body = await reader.readexactly(size)
        if kind == _EXIT:
            return bytes(output)
        if kind == _STDOUT:
            output += body
    raise AdbProtocolError(f"an answer is over the cap of {MAX_ANSWER_BYTES} bytes")


async def _block(reader: asyncio.StreamReader, head: bytes) -> str:
    """The text whose length, in four hexadecimal digits, was read before."""
    try:
        length = int(head, 16)
    except ValueError:
        raise AdbProtocolError(f"what answers is no adb server: {head!r}") from None
    return (await asyncio.wait_for(reader.readexactly(length), CONNECT_TIMEOUT_S)).decode(errors="replace")
