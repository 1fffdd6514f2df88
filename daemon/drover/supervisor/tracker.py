"""Follows which devices adb lists, for ever: reconnects when the adb server dies, and starts one if it may.

Speaks `host:track-devices` itself: adbutils' tracker blocks a thread and starts servers of its own accord.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

log = structlog.get_logger("drover.adb")

RECONNECT_MIN_S: Final = 0.2
RECONNECT_MAX_S: Final = 5.0
CONNECT_TIMEOUT_S: Final = 5.0


class AdbProtocolError(Exception):
    """The adb server answered something unexpected."""


class AdbTracker:
    """Calls `changed` with every listed serial and its adb state, or None when the server cannot be reached."""

    def __init__(
        self, host: str, port: int, changed: Callable[[Mapping[str, str] | None], None], ensure: Callable[[], None]
    ) -> None:
        self._address = (host, port)
        self._changed = changed
        self._ensure_server = ensure
        self.connected = False

    async def run(self) -> None:
        """Track until cancelled."""
        pause_s = RECONNECT_MIN_S
        while True:
            try:
                await self._track()
            except (OSError, TimeoutError, asyncio.IncompleteReadError, AdbProtocolError) as error:
                if self.connected or pause_s == RECONNECT_MIN_S:
                    log.warning("adb_unreachable", address=f"{self._address[0]}:{self._address[1]}", why=str(error))
                if self.connected:
                    self.connected = False
                    pause_s = RECONNECT_MIN_S
                    self._changed(None)
                if isinstance(error, ConnectionRefusedError):
                    self._ensure_server()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RECONNECT_MAX_S)

    async def _track(self) -> None:
        async with _request(self._address, "host:track-devices") as reader:
            log.info("adb_tracked", address=f"{self._address[0]}:{self._address[1]}")
            self.connected = True
            while True:
                length = int(await reader.readexactly(4), 16)
                listing = (await reader.readexactly(length)).decode(errors="replace")
                self._changed(_parse(listing))

    async def connect(self, device: str) -> str:
        """Ask the server to connect a phone by network; returns what the server says."""
        async with _request(self._address, f"host:connect:{device}") as reader:
            length = int(await asyncio.wait_for(reader.readexactly(4), CONNECT_TIMEOUT_S), 16)
            return (await reader.readexactly(length)).decode(errors="replace")

    async def server_version(self) -> str:
        """The server's protocol version, such as `41`; "" if it does not say."""
        try:
            async with _request(self._address, "host:version") as reader:
                length = int(await asyncio.wait_for(reader.readexactly(4), CONNECT_TIMEOUT_S), 16)
                return str(int((await asyncio.wait_for(reader.readexactly(length), CONNECT_TIMEOUT_S)), 16))
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, AdbProtocolError):
            return ""


class _request:
    """One connection to the adb server on which a service was asked for and granted."""

    def __init__(self, address: tuple[str, int], service: str) -> None:
        self._address = address
        self._service = service.encode()

    async def __aenter__(self) -> asyncio.StreamReader:
        opening: Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.open_connection(*self._address)
        reader, self._writer = await asyncio.wait_for(opening, CONNECT_TIMEOUT_S)
        try:
            self._writer.write(b"%04x%b" % (len(self._service), self._service))
            status = await asyncio.wait_for(reader.readexactly(4), CONNECT_TIMEOUT_S)
            if status != b"OKAY":
                raise AdbProtocolError(f"{self._service.decode()} answered {status!r}")
        except BaseException:
            self._writer.close()
            raise
        return reader

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()


def _parse(listing: str) -> dict[str, str]:
    rows = (line.partition("\t") for line in listing.splitlines())
    return {serial: state for serial, tab, state in rows if tab}
