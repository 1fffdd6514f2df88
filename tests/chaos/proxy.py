"""A proxy in front of an adb server that cuts, delays, stalls or refuses: all connections, or one phone's n-th call."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any, NamedTuple, Self, TypeVar

T = TypeVar("T")


class Ends(NamedTuple):
    """Both sides of one connection: from and to the client, from and to the adb server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    server: asyncio.StreamReader
    upstream: asyncio.StreamWriter


class AdbProxy:
    """Listens on `port` for an adb server. A *call* is one service asked of one phone, e.g. `shell,v2,raw:am start`."""

    def __init__(self, server_port: int) -> None:
        self.port = 0
        self.calls: dict[str, list[str]] = defaultdict(list)
        self.hung: dict[str, list[tuple[str, float]]] = defaultdict(list)
        """Of each stalled phone: a call that its client gave up, and after how many seconds."""

        self._server_port = server_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="adb-proxy", daemon=True)
        self._listener: asyncio.Server | None = None
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._delay_s = 0.0
        self._flowing = asyncio.Event()
        self._stalled_from: dict[str, int] = {}
        self._released: dict[str, asyncio.Event] = {}

    # --- faults

    def refuse(self) -> None:
        """Hang up on everybody and take no connection until `accept`."""
        self._do(self._refuse())

    def accept(self) -> None:
        self._do(self._listen())

    def cut(self) -> None:
        """Hang up on everybody; new connections are taken."""
        self._do(self._cut())

    def stall(self) -> None:
        """Take connections and bytes and pass nothing on, until `flow`."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def flow(self) -> None:
        self._loop.call_soon_threadsafe(self._flowing.set)

    def delay(self, seconds: float) -> None:
        """Hold each chunk of bytes for so long."""
        self._delay_s = seconds

    def stall_phone(self, serial: str, call: int) -> None:
        """The phone answers nothing from its `call`-th call on, counted from 1 and from now, until `release`."""
        self._stalled_from[serial] = len(self.calls[serial]) + call

    def release(self, serial: str) -> None:
        def free() -> None:
            self._stalled_from.pop(serial, None)
            self._released.pop(serial, asyncio.Event()).set()

        self._loop.call_soon_threadsafe(free)

    # --- life

    def __enter__(self) -> Self:
        self._thread.start()
        self._loop.call_soon_threadsafe(self._flowing.set)
        self._do(self._listen())
        return self

    def __exit__(self, *_exc: object) -> None:
        self._do(self._refuse())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(15)

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(self._accepted, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _refuse(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        await self._cut()

    async def _cut(self) -> None:
        jobs = [job for job in self._connections.values() if job is not None]
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    # --- one connection

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections[writer] = asyncio.current_task()
        upstream: asyncio.StreamWriter | None = None
        try:
            server, upstream = await asyncio.open_connection("127.0.0.1", self._server_port)
            await self._open(reader, writer, server, upstream)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return  # either side went away, or we cut it
        finally:
            self._connections.pop(writer, None)
            writer.transport.abort()
            if upstream is not None:
                upstream.transport.abort()

    async def _open(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        upstream: asyncio.StreamWriter,
    ) -> None:
        request = await _request(reader)
        await self._pass(upstream, request)
        if request[4:].startswith(b"host:transport:"):
            serial = request[4:].split(b":", 2)[2].decode()
            await self._pass(writer, await server.readexactly(4))
            service = await _request(reader)
            self.calls[serial].append(service[4:].decode(errors="replace"))
            await self._held(serial, reader)
            await self._carry(serial, service, Ends(reader, writer, server, upstream))
            return
        await self._join(Ends(reader, writer, server, upstream))

    async def _carry(self, serial: str, service: bytes, ends: Ends) -> None:
        """Ask the phone for the service and pass on what both sides say."""
        await self._pass(ends.upstream, service)
        await self._join(ends)

    async def _join(self, ends: Ends) -> None:
        done, rest = await asyncio.wait(
            {
                asyncio.create_task(self._pump(ends.reader, ends.upstream)),
                asyncio.create_task(self._pump(ends.server, ends.writer)),
            },
            return_when=asyncio.FIRST_COMPLETED,
        )
        for job in rest:
            job.cancel()
        await asyncio.gather(*done, *rest, return_exceptions=True)

    async def _held(self, serial: str, client: asyncio.StreamReader) -> None:
        """While the phone is stalled at this call: until it is released, or the client hangs up and is over."""
        if len(self.calls[serial]) < self._stalled_from.get(serial, 1 << 30):
            return
        service, begun = self.calls[serial][-1], self._loop.time()
        released = asyncio.create_task(self._released.setdefault(serial, asyncio.Event()).wait())
        gone = asyncio.create_task(client.read(1))  # it says nothing before its call is answered
        await asyncio.wait({released, gone}, return_when=asyncio.FIRST_COMPLETED)
        hung_up = gone.done()
        for job in (released, gone):
            job.cancel()
        await asyncio.gather(released, gone, return_exceptions=True)
        if hung_up:
            self.hung[serial].append((service, self._loop.time() - begun))
            raise ConnectionError("the client has hung up")

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            await self._pass(sink, data)

    async def _pass(self, sink: asyncio.StreamWriter, data: bytes) -> None:
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        await self._flowing.wait()
        sink.write(data)
        await sink.drain()


async def _request(reader: asyncio.StreamReader) -> bytes:
    """One request of adb's client protocol, its length included."""
    head = await reader.readexactly(4)
    return head + await reader.readexactly(int(head, 16))
