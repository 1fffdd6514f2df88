"""A double of the daemon's control server: a real Unix socket that speaks the wire over an in-memory model.

`tests/contract/control` holds it to what the real droverd answers; nothing may be tested against it that is not there.
"""

import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path

from drover.wire.codec import MAX_FRAME_BYTES, PROTOCOL_VERSION, MalformedMessageError
from drover.wire.control import (
    REQUESTS,
    RESPONSES,
    AnnounceApi,
    Done,
    Hello,
    Request,
    Response,
    ResponseBody,
    Subscribe,
    Subscribed,
    Welcome,
)
from drover.wire.events import Event
from drover.wire.faults import Code, Failure, RequestError
from tests.support.daemon_model import DaemonModel


class FakeDaemon:
    """Serves a DaemonModel, a thread a connection. `silent` names request types that are never answered."""

    def __init__(self, path: Path, model: DaemonModel) -> None:
        self.path = path
        self.model = model
        self.api_urls: list[str] = []
        self.silent: set[type] = set()
        self.requests: list[Request] = []
        self.version = PROTOCOL_VERSION
        self._connections: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self.path))
        listener.listen(64)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def stop(self) -> None:
        """End as a killed daemon does: connections are cut, the socket file is gone."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
            self.path.unlink(missing_ok=True)
        self.cut()

    def cut(self) -> None:
        """Break every connection."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            # The connection's own thread closes it.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        conversation = Conversation(self, connection)
        try:
            with suppress(OSError, MalformedMessageError):
                while (frame := _read_frame(connection)) is not None:
                    conversation.handle(frame)
        finally:
            self.model.unsubscribe(conversation.push)
            for url in conversation.announced:
                self.api_urls.remove(url)
                self.model.api_url = self.api_urls[-1] if self.api_urls else ""
            with self._lock:
                self._connections.discard(connection)
            connection.close()


class Conversation:
    """One connection's state."""

    def __init__(self, daemon: FakeDaemon, connection: socket.socket) -> None:
        self._daemon = daemon
        self._connection = connection
        self._greeted, self._client = False, ""
        self._subscription = 0
        self._send_lock = threading.Lock()
        self.announced: list[str] = []

    def handle(self, frame: bytes) -> None:
        request = REQUESTS.decode(frame)
        self._daemon.requests.append(request)
        if type(request.body) in self._daemon.silent:
            return
        try:
            body = self._answer(request)
        except RequestError as error:
            body = error.failure
        if body is not None and self._greeted:
            self._daemon.model.note(request, body, self._client)
        if body is not None:
            self._send(request.id, body)

    def push(self, event: Event) -> None:
        self._send(self._subscription, event)

    def _answer(self, request: Request) -> ResponseBody | None:
        body = request.body
        if isinstance(body, Hello):
            if body.version != PROTOCOL_VERSION:
                return Failure(code=Code.CONFLICT, message=f"the daemon speaks version {PROTOCOL_VERSION}")
            self._greeted, self._client = True, body.client
            return Welcome(
                version=self._daemon.version,
                daemon_version="0.0-test",
                boot_id=self._daemon.model.boot_id,
                pid=1,
                zone=self._daemon.model.zone.key,
            )
        if not self._greeted:
            return Failure(code=Code.INVALID, message="the first request of a connection is hello")
        if isinstance(body, Subscribe):
            return self._subscribe(request.id, body)
        if isinstance(body, AnnounceApi):
            self.announced.append(body.url)
            self._daemon.api_urls.append(body.url)
            self._daemon.model.api_url, self._daemon.model.api_socket = body.url, body.socket
            return Done()
        return self._daemon.model.answer(body)

    def _subscribe(self, request_id: int, body: Subscribe) -> ResponseBody | None:
        self._subscription = request_id
        with self._daemon.model.lock:
            self._send(request_id, Subscribed(last_event_id=self._daemon.model.last_event_id))
            for event in self._daemon.model.stored_after(body.after):
                self.push(event)
            self._daemon.model.subscribe(self.push)
        return None

    def _send(self, request_id: int, body: ResponseBody) -> None:
        data = RESPONSES.encode(Response(id=request_id, body=body))
        with self._send_lock, suppress(OSError):
            self._connection.sendall(struct.pack("!I", len(data)) + data)


def _read_frame(connection: socket.socket) -> bytes | None:
    header = _exactly(connection, 4)
    if header is None:
        return None
    (length,) = struct.unpack("!I", header)
    return None if length > MAX_FRAME_BYTES else _exactly(connection, length)


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            return None
        data += piece
    return data
