"""The control server: frames on the Unix socket, the peer's uid, one task a request. Knows no request's meaning."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog

from drover import unix_socket
from drover.framing import FrameError, pack, read_frame
from drover.supervisor import clock, work_progress
from drover.supervisor.tallies import Tallies
from drover.wire.codec import MAX_FRAME_BYTES, PROTOCOL_VERSION, MalformedMessageError
from drover.wire.control import (
    REQUESTS,
    RESPONSES,
    Caller,
    Hello,
    Request,
    RequestBody,
    Response,
    ResponseBody,
    Welcome,
    Working,
)
from drover.wire.faults import Code, Failure, RequestError

log = structlog.get_logger("drover.control")

HELLO_TIMEOUT_S: Final = 10.0
MAX_CONNECTIONS: Final = 256
MAX_IN_FLIGHT: Final = 64
TELL_EVERY_S: Final = 1.0

Answer = ResponseBody | AsyncIterator[ResponseBody]


class Peer:
    """Who is at the other end of a connection; `gone` is set when it ended."""

    def __init__(self, uid: int, pid: int) -> None:
        self.uid = uid
        self.pid = pid
        self.client = "?"
        self.gone = asyncio.Event()


Handler = Callable[[RequestBody, Peer, Caller | None], Awaitable[Answer]]


class ControlServer:
    """Serves the socket; every request goes to `handle`, every answer back under the request's id."""

    def __init__(self, path: Path, handle: Handler, welcome: Callable[[], Welcome], tallies: Tallies) -> None:
        self._path = path
        self._handle = handle
        self._welcome = welcome
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.tallies = tallies

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._connected, self._path, limit=1024 * 1024, backlog=128)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Refuse new connections and end those there are."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.cancel()
        if self._connections:
            await asyncio.wait(self._connections, timeout=2.0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        current = asyncio.current_task()
        known = unix_socket.peer_of(writer.get_extra_info("socket"))
        peer = Peer(known.uid, known.pid)
        if current is None or not known.trusted or len(self._connections) >= MAX_CONNECTIONS:
            log.warning("connection_refused", uid=peer.uid, pid=peer.pid, connections=len(self._connections))
            writer.close()
            return
        self._connections.add(current)
        try:
            await _Connection(self, reader, writer, peer).serve()
        except asyncio.CancelledError:
            return  # the daemon ends; a cancelled connection is not an error
        finally:
            self._connections.discard(current)
            peer.gone.set()
            writer.close()

    async def answer(self, body: RequestBody, peer: Peer, caller: Caller | None) -> Answer:
        """The handler's answer; a fault of ours becomes 50001 with an id that is in the log."""
        try:
            return await self._handle(body, peer, caller)
        except RequestError as error:
            return error.failure
        except Exception as error:
            incident = os.urandom(4).hex()
            log.error("request_failed", incident=incident, request=type(body).__name__, exc_info=error)
            return Failure(code=Code.INTERNAL, message=f"internal error {incident}; the daemon's log tells more")

    def welcome(self) -> Welcome:
        return self._welcome()


class _Connection:
    """One client: reads requests, answers each as soon as it is done, in whatever order."""

    def __init__(
        self, server: ControlServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._peer = peer
        self._slots = asyncio.Semaphore(MAX_IN_FLIGHT)
        self._running: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        try:
            if await asyncio.wait_for(self._greet(), HELLO_TIMEOUT_S):
                while (request := await self._next()) is not None:
                    await self._slots.acquire()
                    job = asyncio.create_task(self._respond(request))
                    self._running.add(job)
                    job.add_done_callback(self._finished)
                    del request, job  # or a connection that waits would keep its last request, however large
        except TimeoutError:
            log.warning("connection_silent", pid=self._peer.pid)
        finally:
            for job in self._running:
                job.cancel()

    def _finished(self, job: asyncio.Task[None]) -> None:
        self._running.discard(job)
        self._slots.release()
        if not job.cancelled() and (error := job.exception()) is not None:
            log.error("answer_failed", exc_info=error)

    async def _greet(self) -> bool:
        request = await self._next()
        if request is None:
            return False
        if not isinstance(request.body, Hello):
            await self._send(request.id, Failure(code=Code.INVALID, message="expected Hello first"))
            return False
        if request.body.version != PROTOCOL_VERSION:
            message = (
                f"protocol version {request.body.version}, but the daemon speaks {PROTOCOL_VERSION}; "
                "install the same version of Drover on both sides and restart the daemon"
            )
            await self._send(request.id, Failure(code=Code.CONFLICT, message=message))
            return False
        self._peer.client = request.body.client[:40]
        await self._send(request.id, self._server.welcome())
        return True

    async def _next(self) -> Request | None:
        """The next request; a malformed one ends the connection, since its id cannot be trusted."""
        try:
            data = await read_frame(self._reader, max_bytes=MAX_FRAME_BYTES)
            return None if data is None else REQUESTS.decode(data)
        except (FrameError, MalformedMessageError) as error:
            self._server.tallies.malformed += 1
            log.warning("request_dropped", pid=self._peer.pid, client=self._peer.client, why=str(error))
            await self._send(0, Failure(code=Code.INVALID, message=f"malformed request: {error}"))
            return None

    async def _respond(self, request: Request) -> None:
        with work_progress.listening(self._teller(request)):
            answer = await self._server.answer(request.body, self._peer, request.caller)
        if isinstance(answer, AsyncIterator):
            async for body in answer:
                await self._send(request.id, body)
        else:
            await self._send(request.id, answer)

    def _teller(self, request: Request) -> work_progress.Listener:
        """Sends how far the request is, now and then, so that its client knows that the work is alive."""
        told_at = clock.monotonic_s()

        def tell(done: int, total: int) -> None:
            nonlocal told_at
            now = clock.monotonic_s()
            if request.progress and now - told_at >= TELL_EVERY_S and not self._peer.gone.is_set():
                told_at = now
                body = Working(done=done, total=total)
                self._writer.write(pack(RESPONSES.encode(Response(id=request.id, body=body))))

        return tell

    async def _send(self, request_id: int, body: ResponseBody) -> None:
        try:
            data = RESPONSES.encode(Response(id=request_id, body=body))
        except MalformedMessageError as error:
            data = RESPONSES.encode(Response(id=request_id, body=Failure(code=Code.INTERNAL, message=str(error))))
        self._writer.write(pack(data))
        try:
            await self._writer.drain()
        except ConnectionError:
            return  # the client went away; the next read says so
