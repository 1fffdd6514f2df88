"""Percentiles, spans of time, and the answers that the load reads."""

import io
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import pytest

from tests.bench import load, peers
from tests.bench.load import Load, request
from tests.bench.measure import percentile, tails
from tests.bench.peers import serve
from tests.bench.spans import covered_s, within


def test_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([5, 1, 4, 2, 3], 50) == 3
    assert percentile(range(1, 101), 99) == 99
    assert percentile(range(1, 101), 100) == 100
    assert percentile([7], 99) == 7


def test_tails_are_named_by_what_they_are_compared_with() -> None:
    p50, p99 = tails("rq: POST", [1, 2, 3], peer_of="POST")
    assert (p50.name, p50.peer_of, p50.value) == ("rq: POST, p50", "POST, p50", 2)
    assert (p99.name, p99.peer_of, p99.value) == ("rq: POST, p99", "POST, p99", 3)


def test_spans_that_overlap_are_counted_once() -> None:
    assert covered_s([(0, 2), (1, 3), (5, 6), (5.5, 5.75)]) == 4
    assert covered_s([]) == 0


def test_spans_are_cut_to_the_window() -> None:
    assert within([(0, 2), (3, 4), (9, 12), (20, 21)], (1, 10)) == [(1, 2), (3, 4), (9, 10)]


@contextmanager
def answering(*pieces: bytes) -> Generator[str]:
    """A server that answers each request with these bytes, piece by piece; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection, suppress(ConnectionError):  # the client goes in the middle of an exchange
                while connection.recv(65536):
                    for piece in pieces:
                        connection.sendall(piece)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def test_a_load_counts_whole_answers_however_they_come() -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 10\r\n\r\n12345", b"67890") as url:
        done = load.run(Load.on(url, request("GET", "/"), seconds=30, most=7))
    assert done.answered == 7
    assert done.p50_ms <= done.p99_ms <= done.longest_ms


def test_a_load_refuses_any_answer_but_200(capfd: pytest.CaptureFixture[str]) -> None:
    with (
        answering(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n") as url,
        pytest.raises(RuntimeError),
    ):
        load.run(Load.on(url, request("GET", "/"), seconds=30, most=7))
    assert "503" in capfd.readouterr().err


def test_peers_are_left_out_where_they_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.peers.bench.BIN", Path("/not-there"))
    assert list(peers.run(2)) == [[], []]


def test_a_peers_server_answers_as_ours_does() -> None:
    """One task a serial, with its ids."""
    put: list[dict[str, object]] = []

    def enqueue(config: dict[str, object]) -> str:
        put.append(config)
        return f"task-{len(put)}"

    body = msgspec.json.encode({"serials": ["a", "b"], "script_name": "noop", "script_config": {"target_user": "ada"}})
    statuses: list[str] = []

    def start_response(status: str, _headers: list[tuple[str, str]]) -> None:
        statuses.append(status)

    environ = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    answer = serve.Peer(enqueue)(environ, start_response)
    assert statuses == ["200 OK"]
    assert msgspec.json.decode(b"".join(answer))["data"] == {"task_ids": ["task-1", "task-2"], "created_count": 2}
    assert put == [{"target_user": "ada"}] * 2
