"""What large and refused requests take of memory, and leave in it (B7): the real daemon and its real gateway."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import psutil
import pytest

from drover.client import ControlClient
from drover.wire.control import CreateTasks, TasksCreated
from drover.wire.faults import RequestError
from drover_shim.budget import BUDGET_BYTES
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon

MB = 1024 * 1024
SENDERS = 40
KEPT_BYTES = 48 * MB
"""What the rest of a process may have grown by meanwhile: threads, caches, the holes that small objects leave."""

CONFIG = b'{"script_name": "post", "serials": ["nobody"], "script_config": {"x": [%s]}}'
LARGE = {
    "many lists, refused by the daemon": CONFIG % b",".join([b"[[]]"] * 400_000),
    "one long text, refused by the daemon": CONFIG % (b'"' + b"a" * (8 * MB - 4000) + b'"'),
    "too many values, refused by the gateway": CONFIG % b",".join([b"[]"] * 2_700_000),
}


@pytest.fixture(scope="module")
def daemon(adb_server: AdbServer) -> Iterator[DroverDaemon]:
    with DroverDaemon(adb_port=adb_server.port, api=True) as running:
        assert _post(_port(running), CONFIG % b"1")[0] == 400  # the first request loads what all others need
        yield running


def _port(daemon: DroverDaemon) -> int:
    return urlsplit(daemon.api_url()).port or 0


def _gateway(daemon: DroverDaemon) -> psutil.Process:
    children = psutil.Process(daemon.process.pid).children()
    return next(child for child in children if "drover_shim.main" in child.cmdline())


class _Memory:
    """Resident memory of a process: the most while this is entered, and now, over what it was before; in bytes."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._before = self._most = process.memory_info().rss
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    @property
    def most(self) -> int:
        return self._most - self._before

    @property
    def kept(self) -> int:
        return self._process.memory_info().rss - self._before

    def _watch(self) -> None:
        while not self._done.wait(0.01):
            self._most = max(self._most, self._process.memory_info().rss)

    def __enter__(self) -> "_Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def _post(port: int, body: bytes) -> tuple[int, str | None]:
    """Status and Retry-After; (0, None) where the server had enough before all was sent, and closed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.putrequest("POST", "/api/v1/task")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        with suppress(OSError):
            connection.send(body)
        response = connection.getresponse()
        response.read()
        return response.status, response.getheader("Retry-After")
    except (OSError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()


@pytest.mark.parametrize("body", LARGE.values(), ids=LARGE)
def test_case_b7_many_large_refused_bodies_take_bounded_memory_and_leave_none(
    daemon: DroverDaemon, body: bytes
) -> None:
    port = _port(daemon)
    answers: list[tuple[int, str | None]] = []
    with _Memory(_gateway(daemon)) as gateway, _Memory(psutil.Process(daemon.process.pid)) as behind:
        senders = [threading.Thread(target=lambda: answers.append(_post(port, body))) for _ in range(SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        alone = _post(port, body)[0]
    assert len(answers) == SENDERS
    assert {status for status, _ in answers} <= {400, 503, 0}
    assert {again for status, again in answers if status == 503} <= {"2"}
    assert alone == 400  # the memory of the others is free again
    assert gateway.most < BUDGET_BYTES + KEPT_BYTES
    assert behind.most < BUDGET_BYTES + KEPT_BYTES
    assert gateway.kept < KEPT_BYTES
    assert behind.kept < KEPT_BYTES + 32 * MB


def test_case_b7_connections_that_wait_keep_nothing_of_their_last_request(daemon: DroverDaemon) -> None:
    """Each of these is 30 MB of objects in the daemon."""
    config: dict[str, list[object]] = {"x": [[[]] for _ in range(200_000)]}
    with ExitStack() as stack:
        clients = [
            stack.enter_context(ControlClient(daemon.runtime_dir / "control.sock", client_name=f"test {n}"))
            for n in range(12)
        ]
        with _Memory(psutil.Process(daemon.process.pid)) as behind:
            for client in clients:
                with pytest.raises(RequestError, match="x"):
                    client.ask(CreateTasks(script_name="post", script_config=config, serials=["nobody"]), TasksCreated)
            assert behind.kept < 96 * MB


@pytest.mark.parametrize("end", [b"1;", b"0\r\nX: "], ids=["extension", "trailer"])
def test_case_b7_extensions_and_trailers_without_end_delay_no_other_request(daemon: DroverDaemon, end: bytes) -> None:
    port = _port(daemon)
    head = (
        b"POST /api/v1/task HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    answers: list[bytes] = []

    def send() -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as raw:
            with suppress(OSError):
                raw.sendall(head + end)
                for _ in range(1024):
                    raw.sendall(b"a" * 8192)
            with suppress(OSError):
                answers.append(raw.recv(12))

    with _Memory(_gateway(daemon)) as gateway:
        senders = [threading.Thread(target=send) for _ in range(60)]
        for sender in senders:
            sender.start()
        small = [_post(port, CONFIG % b"1")[0] for _ in range(20)]
        for sender in senders:
            sender.join()
    assert small == [400] * 20
    assert set(answers) <= {b"HTTP/1.1 413", b""}
    assert b"HTTP/1.1 413" in answers
    assert gateway.most < KEPT_BYTES
