"""The daemon's end of the control socket, driven by the test step by step: it answers what it is told, in any order."""

import select
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from drover.framing import pack, receive_frame
from drover.wire.codec import MAX_FRAME_BYTES, PROTOCOL_VERSION
from drover.wire.control import REQUESTS, RESPONSES, Hello, Request, Response, ResponseBody, Welcome

WAIT_S = 10.0


class ScriptedConnection:
    """One accepted connection. What takes longer than WAIT_S raises TimeoutError."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(WAIT_S)
        self.socket = sock

    def receive(self) -> Request:
        """The next request; raises EOFError at the end."""
        frame = receive_frame(self.socket, max_bytes=MAX_FRAME_BYTES)
        if frame is None:
            raise EOFError
        return REQUESTS.decode(frame)

    def nothing_more(self) -> bool:
        """Whether nothing has come that was not read."""
        return not select.select([self.socket], [], [], 0)[0]

    def answer(self, request: Request, body: ResponseBody) -> None:
        self.socket.sendall(pack(RESPONSES.encode(Response(id=request.id, body=body))))

    def greet(self, version: int = PROTOCOL_VERSION) -> None:
        hello = self.receive()
        assert isinstance(hello.body, Hello)
        self.answer(hello, Welcome(version=version, daemon_version="0", boot_id="b", pid=1, zone="Europe/Paris"))

    def close(self) -> None:
        self.socket.close()


class ScriptedDaemon:
    """A listening control socket."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._accepted: list[ScriptedConnection] = []

    def accept(self) -> ScriptedConnection:
        sock, _ = self._listener.accept()
        connection = ScriptedConnection(sock)
        self._accepted.append(connection)
        return connection

    def nobody_waits(self) -> bool:
        """Whether no further connection was opened."""
        return not select.select([self._listener], [], [], 0)[0]

    def close(self) -> None:
        for connection in self._accepted:
            connection.close()
        self._listener.close()


@contextmanager
def scripted_daemon(path: Path) -> Generator[ScriptedDaemon]:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    listener.settimeout(WAIT_S)
    daemon = ScriptedDaemon(listener)
    try:
        yield daemon
    finally:
        daemon.close()
