"""The control server: frames on the Unix socket, the peer's uid, one task a request. Knows no request's meaning."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import structlog

from drover import unix_socket
from drover.framing import FrameError, FrameReader, pack
from drover.supervisor import clock, work_progress
from drover.supervisor.tallies import Tallies
from drover.wire.codec import MAX_FRAME_BYTES, MAX_IN_FLIGHT, PROTOCOL_VERSION, MalformedMessageError
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
        self.connections: set[_Connection] = set()
        self.tallies = tallies

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: _Connection(self), self._path, backlog=128)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Refuse new connections and end those there are."""
        if self._server is not None:
            self._server.close()
        running = [job for connection in self.connections for job in connection.running]
        for connection in list(self.connections):
            connection.close()
        if running:
            await asyncio.wait(running, timeout=2.0)

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


class _Connection(asyncio.Protocol):
    """One client: takes requests, answers each as soon as it is done, in whatever order.

    Answers of one turn of the loop go out in one piece. Reading pauses while too many requests are worked on.
    """

    def __init__(self, server: ControlServer) -> None:
        self._server = server
        self._frames = FrameReader(max_bytes=MAX_FRAME_BYTES)
        self._waiting: deque[bytes] = deque()
        self._unsent: list[bytes] = []
        self._can_write = asyncio.Event()
        self._can_write.set()
        self._greeted = False
        self._ending = False
        self.running: set[asyncio.Task[None]] = set()

    # --- from the transport

    def connection_made(self, transport: Any) -> None:  # uvloop's is no asyncio.Transport
        self._transport: asyncio.Transport = transport
        known = unix_socket.peer_of(transport.get_extra_info("socket"))
        self._peer = Peer(known.uid, known.pid)
        connections = self._server.connections
        if not known.trusted or len(connections) >= MAX_CONNECTIONS:
            log.warning("connection_refused", uid=known.uid, pid=known.pid, connections=len(connections))
            self._ending = True
            transport.close()
            return
        connections.add(self)
        self._silent = asyncio.get_running_loop().call_later(HELLO_TIMEOUT_S, self._on_silence)

    def data_received(self, data: bytes) -> None:
        try:
            for frame in self._frames.feed(data):
                self._waiting.append(frame)
        except FrameError as error:
            self._begin_waiting()
            self._drop(error)
            return
        self._begin_waiting()

    def eof_received(self) -> bool:
        """Who asks no more is not answered any more either."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._ending = True
        if self in self._server.connections:
            self._server.connections.discard(self)
            self._silent.cancel()
        self._waiting.clear()
        self._peer.gone.set()
        self._can_write.set()
        for job in self.running:
            job.cancel()

    def pause_writing(self) -> None:
        self._can_write.clear()

    def resume_writing(self) -> None:
        self._can_write.set()

    def close(self) -> None:
        """End it, with what it works on."""
        self._flush()
        self._ending = True
        self._transport.close()
        for job in self.running:
            job.cancel()

    # --- requests

    def _begin_waiting(self) -> None:
        """Work on what has arrived, as much at once as a client may have."""
        while self._waiting and len(self.running) < MAX_IN_FLIGHT and not self._ending:
            self._take(self._waiting.popleft())
        if self._ending:
            return
        if self._waiting:
            self._transport.pause_reading()
        elif not self._transport.is_reading():
            self._transport.resume_reading()

    def _take(self, frame: bytes) -> None:
        try:
            request = REQUESTS.decode(frame)
        except MalformedMessageError as error:
            self._drop(error)
            return
        if not self._greeted:
            self._greet(request)
            return
        self._server.tallies.requests += 1
        job = asyncio.create_task(self._respond(request))
        self.running.add(job)
        job.add_done_callback(self._on_done)

    def _drop(self, error: Exception) -> None:
        """A malformed request ends the connection, since its id cannot be trusted."""
        self._server.tallies.malformed += 1
        log.warning("request_dropped", pid=self._peer.pid, client=self._peer.client, why=str(error))
        self._refuse(0, Failure(code=Code.INVALID, message=f"malformed request: {error}"))

    def _refuse(self, request_id: int, failure: Failure) -> None:
        self._send(request_id, failure)
        self.close()

    def _on_done(self, job: asyncio.Task[None]) -> None:
        self.running.discard(job)
        if not job.cancelled() and (error := job.exception()) is not None:
            log.error("answer_failed", exc_info=error)
        if self._waiting:
            self._begin_waiting()

    def _on_silence(self) -> None:
        log.warning("connection_silent", pid=self._peer.pid)
        self.close()

    def _greet(self, request: Request) -> None:
        if not isinstance(request.body, Hello):
            self._refuse(request.id, Failure(code=Code.INVALID, message="expected Hello first"))
        elif request.body.version != PROTOCOL_VERSION:
            message = (
                f"protocol version {request.body.version}, but the daemon speaks {PROTOCOL_VERSION}; "
                "install the same version of Drover on both sides and restart the daemon"
            )
            self._refuse(request.id, Failure(code=Code.CONFLICT, message=message))
        else:
            self._silent.cancel()
            self._greeted = True
            self._peer.client = request.body.client[:40]
            self._send(request.id, self._server.welcome())

    async def _respond(self, request: Request) -> None:
        if request.progress:
            with work_progress.listening(self._teller(request.id)):
                answer = await self._server.answer(request.body, self._peer, request.caller)
        else:
            answer = await self._server.answer(request.body, self._peer, request.caller)
        if not isinstance(answer, AsyncIterator):
            self._send(request.id, answer)
            return
        async for body in answer:
            self._send(request.id, body)
            await self._can_write.wait()
            if self._ending:
                return

    def _teller(self, request_id: int) -> work_progress.Listener:
        """Sends how far the request is, now and then, so that its client knows that the work is alive."""
        told_at = clock.monotonic_s()

        def tell(done: int, total: int) -> None:
            nonlocal told_at
            now = clock.monotonic_s()
            if now - told_at >= TELL_EVERY_S:
                told_at = now
                self._send(request_id, Working(done=done, total=total))

        return tell

    # --- answers

    def _send(self, request_id: int, body: ResponseBody) -> None:
        if self._ending:
            return
        try:
            data = RESPONSES.encode(Response(id=request_id, body=body))
        except MalformedMessageError as error:
            data = RESPONSES.encode(Response(id=request_id, body=Failure(code=Code.INTERNAL, message=str(error))))
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent.append(pack(data))

    def _flush(self) -> None:
        if self._unsent and not self._transport.is_closing():
            self._transport.write(b"".join(self._unsent))
        self._unsent.clear()
