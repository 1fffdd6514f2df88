"""A shim on a real port in this process, and a client that sees every byte of its answers."""

import http.client
import json
import socket
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drover.unix_socket import Listener
from drover_shim import tcp_sockets
from drover_shim.app import Application
from drover_shim.budget import Budget
from drover_shim.channel import Deadlines
from drover_shim.pool import ClientPool
from drover_shim.server import HttpServer
from drover_shim.settings import Settings
from drover_shim.streams import Streams
from tests.support import described
from tests.support.canaries import COOKIE


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer, read whole; `phrase` is what its status line says behind the number."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    phrase: str = ""

    @property
    def envelope(self) -> dict[str, Any]:
        value = json.loads(self.body)
        assert set(value) == {"code", "message", "data"}, value
        assert isinstance(value["message"], str)
        assert value["message"]
        return dict(value)

    @property
    def code(self) -> int:
        """The code, checked against the status; 0 for a good answer that has no envelope."""
        enveloped = "json" in self.headers.get("Content-Type", "") and not self.body.startswith(b'{"openapi"')
        if self.status == 200 and not enveloped:
            return 0
        code = int(self.envelope["code"])
        assert self.status == (code // 100 or 200)
        return code

    @property
    def data(self) -> Any:
        assert self.code == 0, self.envelope
        return self.envelope["data"]

    @property
    def message(self) -> str:
        return str(self.envelope["message"])


class Rest:
    """A client of the shim under test, by TCP or, with `unix_path`, over its Unix socket."""

    def __init__(
        self,
        port: int,
        server: HttpServer | None = None,
        open_streams: Streams | None = None,
        *,
        unix_path: Path | None = None,
    ) -> None:
        self.port = port
        self._unix_path = unix_path
        self._server = server
        self._streams = open_streams

    def connections(self) -> int:
        """How many clients the server holds."""
        assert self._server is not None
        return self._server.connections

    def streams(self) -> int:
        """How many event streams are open."""
        assert self._streams is not None
        return self._streams.open

    def send(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One request on its own connection; a header with value "" is left out, Host included."""
        connection = self._connection()
        try:
            sent = {"Host": f"localhost:{self.port}" if self.port else "localhost", "Cookie": COOKIE, **(headers or {})}
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value:
                    connection.putheader(name, value)
            if body is not None and "Content-Length" not in sent and "Transfer-Encoding" not in sent:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            streams = response.getheader("Content-Type", "").startswith("text/event-stream")
            body = response.readline() if streams and method != "HEAD" else response.read()
            if method != "HEAD":
                described.check(method, path, response.status, response.getheader("Content-Type", ""), body)
            return Reply(status=response.status, phrase=response.reason, headers=dict(response.getheaders()), body=body)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._unix_path is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection = http.client.HTTPConnection("localhost", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(20)
        connection.sock.connect(str(self._unix_path))
        return connection

    def json(self, method: str, path: str, value: Any, headers: Mapping[str, str] | None = None) -> Reply:
        sent = {"Content-Type": "application/json", **(headers or {})}
        return self.send(method, f"/api/v1{path}", body=json.dumps(value).encode(), headers=sent)

    def get(self, path: str) -> Reply:
        return self.send("GET", f"/api/v1{path}")

    def post(self, path: str, value: Any = None) -> Reply:
        return self.send("POST", f"/api/v1{path}") if value is None else self.json("POST", path, value)


@contextmanager
def running_shim(
    socket_path: Path,
    settings: Settings | None = None,
    *,
    timeout_s: float = 15.0,
    deadlines: Deadlines | None = None,
    budget: Budget | None = None,
    unix_path: Path | None = None,
) -> Generator[Rest]:
    """A shim in front of the daemon behind the socket; with `unix_path` the client asks there as well as over TCP."""
    pool = ClientPool(socket_path, timeout_s=timeout_s)
    listener = None if unix_path is None else Listener.open(unix_path, backlog=tcp_sockets.BACKLOG)
    app = Application(pool, settings or Settings(), budget=budget)
    server = HttpServer(
        app,
        sockets=[*tcp_sockets.tcp("127.0.0.1", 0), *([listener.socket] if listener else [])],
        loop_client=pool.on_loop,
        deadlines=deadlines,
    )
    thread = threading.Thread(target=server.serve, name="shim")
    thread.start()
    try:
        yield Rest(server.port, server, app.streams, unix_path=unix_path)
    finally:
        server.stop()
        thread.join(10)
        if listener is not None:
            listener.close()
        pool.close()
        assert not thread.is_alive()
