"""A peer behind the gateway's HTTP server: `python -m tests.bench.peers.serve MODULE FILE`; writes its port to FILE.

Run by the peers' own environment. The application takes the body of our POST /task and enqueues a task a serial.
"""

import importlib
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from drover_shim import tcp_sockets
from drover_shim.admission import Admitted
from drover_shim.budget import Budget
from drover_shim.server import HttpServer
from drover_shim.streams import Streams


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """As much of the body as a queue needs."""

    serials: list[str]
    script_name: str
    script_config: dict[str, Any]


class Peer:
    """A WSGI application over a queue, as our HTTP server takes one."""

    def __init__(self, put: Callable[[dict[str, Any]], str]) -> None:
        self._put = put
        self.streams = Streams()
        self.budget = Budget()

    def admit(self, _environ: Mapping[str, Any]) -> Admitted:
        return Admitted(route=None, max_body=1 << 20)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        asked = msgspec.json.decode(body, type=Request)
        ids = [self._put(asked.script_config) for _ in asked.serials]
        data = {"task_ids": ids, "created_count": len(ids)}
        answer = msgspec.json.encode({"code": 0, "message": "success", "data": data})
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]


def main() -> None:
    name, file = sys.argv[1:]
    peer = importlib.import_module(name)
    getattr(peer, "prepare", lambda: None)()
    sockets = tcp_sockets.tcp("127.0.0.1", 0)
    server = HttpServer(Peer(peer.put), sockets=sockets)
    signal.signal(signal.SIGTERM, lambda _number, _frame: server.stop())
    written = Path(f"{file}.new")
    written.write_text(str(sockets[0].getsockname()[1]))
    written.rename(file)
    server.serve()


if __name__ == "__main__":
    main()
