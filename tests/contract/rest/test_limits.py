"""Slow, many and endless clients: deadlines, the limit of connections, and answers beside them (promise S10)."""

import json
import socket
import threading
import time
from contextlib import suppress

import pytest

from drover_shim.budget import FREE_BYTES, Budget
from drover_shim.channel import MAX_CONNECTIONS, Deadlines
from drover_shim.streams import MAX_STREAMS
from tests.support.control import FakeDaemon
from tests.support.phones import wait_until
from tests.support.raw_http import HALF_OPEN, STREAM, EventReader, answer_of, connected, trickle
from tests.support.rest import Rest, running_shim

SHORT = Deadlines(header_s=0.6, body_s=0.9)
POST = (
    b"POST /api/v1/task HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
)
CHUNKED = POST.replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked")


def test_s10_the_deadlines_are_those_promised() -> None:
    assert Deadlines() == (10.0, 30.0)
    assert (MAX_CONNECTIONS, MAX_STREAMS) == (256, 32)


def test_s10_headers_have_a_deadline_in_all_and_not_for_each_byte(fake: FakeDaemon) -> None:
    with running_shim(fake.path, deadlines=SHORT) as rest, connected(rest.port, b"GET /api") as raw:
        took = trickle(raw, b"/v1/task HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 200, every_s=0.1, until_s=8)
        assert 0.5 <= took < 3
        status, envelope = answer_of(raw)
        assert (status, envelope["code"]) == (408, 40801)
        assert "headers: did not arrive within 0.6 s" in envelope["message"]


@pytest.mark.parametrize("head", [POST, CHUNKED], ids=["length", "chunked"])
def test_s10_bodies_have_a_deadline_in_all_and_not_for_each_byte(fake: FakeDaemon, head: bytes) -> None:
    with running_shim(fake.path, deadlines=SHORT) as rest, connected(rest.port, head) as raw:
        data = b" " * 500 if head is POST else b"1\r\n \r\n" * 100
        took = trickle(raw, data, every_s=0.1, until_s=8)
        assert 0.8 <= took < 4
        status, envelope = answer_of(raw)
        assert (status, envelope["code"]) == (408, 40801)
        assert "body: did not arrive within 0.9 s" in envelope["message"]


def test_s10_a_client_that_says_nothing_is_closed(fake: FakeDaemon) -> None:
    with running_shim(fake.path, deadlines=SHORT) as rest, connected(rest.port) as raw:
        begun = time.monotonic()
        assert raw.recv(1) == b""
        assert 0.5 <= time.monotonic() - begun < 4


def test_s10_each_request_of_a_connection_has_its_own_time(fake: FakeDaemon) -> None:
    with running_shim(fake.path, deadlines=SHORT) as rest, connected(rest.port) as raw:
        reader = raw.makefile("rb")
        for _ in range(3):
            threading.Event().wait(0.4)  # together longer than one deadline
            raw.sendall(b"GET /api/v1/task/stats HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert reader.readline().startswith(b"HTTP/1.1 200")
            length = 0
            while (line := reader.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            reader.read(length)


def test_s10_the_257th_connection_is_answered_503_at_once(fake: FakeDaemon) -> None:
    with running_shim(fake.path) as rest:
        held = [connected(rest.port) for _ in range(MAX_CONNECTIONS)]
        try:
            rest_of_them = [connected(rest.port) for _ in range(100)]
            begun = time.monotonic()
            for raw in rest_of_them:
                status, envelope = answer_of(raw)
                assert (status, envelope["code"]) == (503, 50301)
                raw.close()
            assert time.monotonic() - begun < 5
        finally:
            for raw in held:
                raw.close()
        wait_until(lambda: rest.get("/task/stats").status == 200, what="an answer once there is room")


def test_s10_the_33rd_stream_is_answered_503_at_once_and_a_closed_one_makes_room(rest: Rest) -> None:
    open_ones = [EventReader(rest.port) for _ in range(MAX_STREAMS)]
    assert {reader.status for reader in open_ones} == {200}
    begun = time.monotonic()
    with connected(rest.port, STREAM.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")) as raw:
        status, envelope = answer_of(raw)
    assert (status, envelope["code"]) == (503, 50301)
    assert time.monotonic() - begun < 2
    open_ones.pop().close()
    wait_until(lambda: _status(rest.port) == 200, what="room for a stream")
    for reader in open_ones:
        reader.close()


def test_s10_tasks_are_listed_quickly_beside_200_half_open_clients_and_all_streams(rest: Rest) -> None:
    follow = {
        "serials": ["a"],
        "script_name": "follow",
        "script_config": {"target_users": [f"u{n}" for n in range(20)]},
    }
    assert rest.post("/task", follow).code == 0
    held = [connected(rest.port, HALF_OPEN) for _ in range(200)]
    streams = [EventReader(rest.port) for _ in range(MAX_STREAMS)]
    try:
        times: list[float] = []
        for _ in range(300):
            begun = time.perf_counter()
            assert rest.get("/task").status == 200
            times.append(time.perf_counter() - begun)
        times.sort()
        # The promise is 100 ms; the test machine may be busy with other work.
        assert times[len(times) * 99 // 100] < 0.5, times[-5:]
        assert times[len(times) // 2] < 0.1
    finally:
        for raw in held:
            raw.close()
        for reader in streams:
            reader.close()


def test_s10_a_client_that_takes_no_byte_of_its_answer_is_cut(
    rest: Rest, fake: FakeDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drover_shim.channel.STALLED_S", 0.5)
    config = {"target_user": "ada"}
    assert rest.post("/task", {"serials": ["a"], "script_name": "follow", "script_config": config}).code == 0
    assert fake.model.folder is not None
    (fake.model.folder / "big.png").write_bytes(bytes(24 * 1024 * 1024))
    fake.model.change(1, evidence=["big.png"])
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.settimeout(20)
        raw.connect(("127.0.0.1", rest.port))
        raw.sendall(b"GET /api/v1/task/1/artifact/big.png HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert raw.recv(10)
        wait_until(lambda: rest.connections() == 0, timeout_s=15, what="the end of the stalled connection")


def test_case_t6_both_loopback_addresses_are_served_and_counted_together(fake: FakeDaemon) -> None:
    with running_shim(fake.path) as rest:
        with socket.create_connection(("::1", rest.port), timeout=20) as raw:
            raw.sendall(b"GET /api/v1/task/stats HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n")
            assert answer_of(raw) == (200, rest.get("/task/stats").envelope)
        held = [connected(rest.port) for _ in range(3)]
        with socket.create_connection(("::1", rest.port), timeout=20):
            wait_until(lambda: rest.connections() == 4, what="both kinds of connections")
        for one in held:
            one.close()


ODD_HEADS = {
    "a length of 6,000 digits": (b"Host: localhost\r\nContent-Length: " + b"9" * 6000, 400, "Length is too large"),
    "length and chunked": (
        b"Host: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", 400, "exclude each other",
    ),
    "continue for another host": (
        b"Host: elsewhere.example\r\nContent-Length: 5\r\nExpect: 100-continue", 403, "elsewhere.example",
    ),
    "continue for another origin": (
        b"Host: localhost\r\nOrigin: null\r\nContent-Length: 5\r\nExpect: 100-continue", 403, "another origin",
    ),
    "continue for a plain text": (
        b"Host: localhost\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nExpect: 100-continue", 415, "text/plain",
    ),
    "too much announced": (b"Host: localhost\r\nContent-Length: 999999999999", 415, "Content-Type"),
}  # fmt: skip


@pytest.mark.parametrize(("head", "status", "words"), ODD_HEADS.values(), ids=ODD_HEADS)
def test_case_b11_what_is_refused_by_its_head_is_answered_at_once_and_closed(
    rest: Rest, head: bytes, status: int, words: str
) -> None:
    begun = time.monotonic()
    with connected(rest.port, b"POST /api/v1/task HTTP/1.1\r\n" + head + b"\r\n\r\n") as raw:
        said, envelope = answer_of(raw)  # read to the connection's end
    assert (said, words in envelope["message"]) == (status, True), envelope
    assert time.monotonic() - begun < 3


def test_case_b11_expecting_leave_for_no_body_is_answered_as_it_is(rest: Rest) -> None:
    head = b"GET /api/v1/task/stats HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\n"
    begun = time.monotonic()
    with connected(rest.port, head) as raw:
        assert raw.recv(12) == b"HTTP/1.1 200"
    assert time.monotonic() - begun < 3


def test_case_b11_leave_is_given_for_a_body_that_is_wanted(rest: Rest) -> None:
    head = (
        b"POST /api/v1/task HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        b"Expect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    with connected(rest.port, head) as raw:
        assert raw.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        raw.sendall(b"{}")
        assert answer_of(raw)[1]["code"] == 40002


BESIDE = {
    "an extension": b"1;" + b"a" * 50_000 + b"\r\n \r\n0\r\n\r\n",
    "an extension without end": b"1;" + b"a" * 100_000,
    "many extensions": (b"1;" + b"a" * 1000 + b"\r\n \r\n") * 60,
    "a trailer": b"0\r\nX: " + b"a" * 50_000 + b"\r\n\r\n",
    "a trailer without end": b"0\r\nX: " + b"a" * 100_000,
    "many trailers": b"0\r\n" + b"X: y\r\n" * 10_000,
}


@pytest.mark.parametrize("body", BESIDE.values(), ids=BESIDE)
def test_case_b7_extensions_and_trailers_are_capped_as_headers_are(rest: Rest, body: bytes) -> None:
    with connected(rest.port, CHUNKED) as raw:
        with suppress(OSError):
            raw.sendall(body)
        status, envelope = answer_of(raw)
    assert (status, envelope["code"]) == (413, 41301)
    assert envelope["message"] == "chunk extensions and trailers: at most 32768 bytes are accepted"


def test_case_b7_small_chunks_with_short_extensions_and_a_trailer_are_read(rest: Rest) -> None:
    text = json.dumps({"serials": ["a"], "script_name": "follow", "script_config": {"target_user": "ada"}}).encode()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in text + b" " * 200_000)
    close = CHUNKED.replace(b"Host:", b"Connection: close\r\nHost:")
    with connected(rest.port, close + b"1;a=b\r\n \r\n" + chunks + b"0\r\nX: y\r\n\r\n") as raw:
        assert answer_of(raw)[1]["code"] == 0


def _to_send(size: int) -> bytes:
    """The head and all but the last byte of a body."""
    return POST.replace(b"1000", b"%d" % size) + b" " * (size - 1)


def test_case_b7_bodies_beyond_the_budget_are_503_and_small_ones_go_on(fake: FakeDaemon) -> None:
    budget = Budget(1_000_000)
    with running_shim(fake.path, budget=budget) as rest:
        held = [connected(rest.port, _to_send(450_000 + FREE_BYTES)) for _ in range(2)]
        wait_until(lambda: budget.used > 890_000, what="both bodies")
        with connected(rest.port) as raw:
            with suppress(OSError):
                raw.sendall(_to_send(450_000))
            head, _, body = raw.makefile("rb").read().partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503")
        assert b"\r\nRetry-After: 2" in head
        assert json.loads(body)["code"] == 50301
        assert rest.post("/task", {"serials": ["a"], "pad": "x" * 10_000}).code == 40002
        for raw in held:
            raw.close()
        wait_until(lambda: budget.used == 0, what="the memory of both")


def test_case_b7_what_a_body_becomes_counts_as_well(fake: FakeDaemon) -> None:
    budget = Budget(1_000_000)
    with running_shim(fake.path, budget=budget) as rest:
        assert rest.post("/task", {"pad": [[]] * 10_000}).code == 50301
        assert rest.post("/task", {"pad": "x" * 100_000}).code == 40002
        wait_until(lambda: budget.used == 0, what="the memory of both")


def test_case_b7_a_late_body_gives_its_memory_back(fake: FakeDaemon) -> None:
    budget = Budget()
    with running_shim(fake.path, deadlines=SHORT, budget=budget) as rest:
        with connected(rest.port, _to_send(450_000)) as raw:
            assert answer_of(raw)[0] == 408
        wait_until(lambda: budget.used == 0, what="its memory")


def _status(port: int) -> int:
    reader = EventReader(port)
    reader.close()
    return reader.status


def test_s10_the_refusal_is_an_envelope(fake: FakeDaemon) -> None:
    with running_shim(fake.path) as rest:
        held = [connected(rest.port) for _ in range(MAX_CONNECTIONS)]
        with connected(rest.port) as raw:
            head, _, body = raw.makefile("rb").read().partition(b"\r\n\r\n")
        assert b"Retry-After: 2" in head
        assert b"nosniff" in head
        assert set(json.loads(body)) == {"code", "message", "data"}
        for one in held:
            one.close()


def test_s10_an_upload_has_time_by_its_size(fake: FakeDaemon) -> None:
    head = b"POST /api/v1/material?name=x.mp4 HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
    with running_shim(fake.path, deadlines=SHORT) as rest, connected(rest.port, head % 20_000_000) as raw:
        assert trickle(raw, b" " * 500, every_s=0.1, until_s=2) >= 2  # a plain body had been refused by now
    # What the guard refuses gets neither the size nor the time.
    refused = head.replace(b"Host: localhost", b"Host: evil.example") % 20_000_000
    with running_shim(fake.path, deadlines=SHORT) as rest, connected(rest.port, refused) as raw:
        status, _ = answer_of(raw)
        assert status == 403
