"""The adb server's own protocol, as far as attaching phones needs it. Never starts a server."""

import asyncio
from collections.abc import AsyncIterator


class AdbServerError(ConnectionError):
    """The adb server is not there, or refused; the message says where it was looked for."""


class AdbServer:
    """An adb server by its address."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port

    async def connect(self, serial: str) -> str:
        """`adb connect`; the server's answer in words."""
        return await self._ask(f"host:connect:{serial}")

    async def disconnect(self, serial: str) -> str:
        return await self._ask(f"host:disconnect:{serial}")

    async def track(self) -> AsyncIterator[dict[str, str]]:
        """Serial and state of every device, at once and after each change; ends when the server goes away."""
        reader, writer = await self._open("host:track-devices")
        try:
            while True:
                listing = (await read_block(reader)).splitlines()
                yield dict(line.split("\t", 1) for line in listing if "\t" in line)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _ask(self, request: str) -> str:
        reader, writer = await self._open(request)
        try:
            return await read_block(reader)
        except asyncio.IncompleteReadError as error:
            raise AdbServerError(f"the adb server at {self.host}:{self.port} went away") from error
        finally:
            writer.close()

    async def _open(self, request: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            reader, writer = await asyncio.open_connection(self.host, self.port)
        except OSError as error:
            raise AdbServerError(f"no adb server at {self.host}:{self.port}: {error}") from error
        try:
            writer.write(f"{len(request):04x}{request}".encode())
            status = await reader.readexactly(4)
            if status != b"OKAY":
                raise AdbServerError(f"adb refused {request}: {await read_block(reader)}")
        except (asyncio.IncompleteReadError, OSError) as error:
            writer.close()
            raise AdbServerError(f"the adb server at {self.host}:{self.port} hung up on {request}: {error}") from error
        return reader, writer


async def read_block(reader: asyncio.StreamReader) -> str:
    """A length in four hexadecimal digits, then as many bytes, as both sides of this protocol write them."""
    length = int(await reader.readexactly(4), 16)
    return (await reader.readexactly(length)).decode(errors="replace")
