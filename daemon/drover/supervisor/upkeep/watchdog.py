"""Tells systemd that the daemon lives, and only if it does: the loop turned, the store wrote, the socket answered.

That the gateway answers is not a condition, since ending the daemon repairs no gateway: gateway_process.py restarts it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog

from drover.framing import pack, read_frame
from drover.store.errors import StoreUnavailableError
from drover.wire.codec import MAX_FRAME_BYTES, PROTOCOL_VERSION, MalformedMessageError
from drover.wire.control import REQUESTS, RESPONSES, GetStatus, Hello, Request, RequestBody

log = structlog.get_logger("drover.watchdog")

PINGS_A_PERIOD: Final = 3


class SelfProbeError(Exception):
    """The daemon's own control socket did not answer as it should."""


class Watchdog:
    """Pings `notify` three times a period of `period_s` (WatchdogSec), each time after `write` and a self-probe."""

    def __init__(
        self, period_s: float, *, socket: Path, write: Callable[[], Awaitable[None]], notify: Callable[[str], None]
    ) -> None:
        self._every_s = period_s / PINGS_A_PERIOD
        self._socket = socket
        self._write = write
        self._notify = notify

    async def run(self) -> None:
        """Ping until cancelled. A failure withholds the ping and is logged; what comes of it is systemd's."""
        while True:
            if why := await self._fault():
                log.error("watchdog_withheld", why=why)
            else:
                self._notify("WATCHDOG=1")
            await asyncio.sleep(self._every_s)

    async def _fault(self) -> str:
        """What is wrong, in words; "" if nothing is."""
        try:
            async with asyncio.timeout(self._every_s):
                await self._write()
        except (StoreUnavailableError, TimeoutError) as error:
            return f"the store does not write: {error or 'no answer'}"
        try:
            async with asyncio.timeout(self._every_s):
                await probe(self._socket)
        except (OSError, TimeoutError, MalformedMessageError, SelfProbeError) as error:
            return f"the control socket does not answer: {error or 'no answer'}"
        return ""


async def probe(socket: Path) -> None:
    """Ask the control socket as any client would; raises SelfProbeError, OSError, MalformedMessageError."""
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        await _ask(reader, writer, 1, Hello(version=PROTOCOL_VERSION, client="watchdog"))
        await _ask(reader, writer, 2, GetStatus())
    finally:
        writer.close()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int, body: RequestBody) -> None:
    writer.write(pack(REQUESTS.encode(Request(id=number, body=body))))
    data = await read_frame(reader, max_bytes=MAX_FRAME_BYTES)
    if data is None or RESPONSES.decode(data).id != number:
        raise SelfProbeError(f"it answered nothing to {type(body).__name__}")
