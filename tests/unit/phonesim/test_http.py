"""The small HTTP server: what it understands, what it refuses, and that it keeps a connection."""

import asyncio

import pytest

from phonesim.adbd.stream import Stream
from phonesim.http import Request, Response, json_response, serve


async def answer(request: Request) -> Response | None:
    if request.path == "/hang-up":
        return None
    if request.path == "/fail":
        raise RuntimeError("on purpose")
    return json_response({"path": request.path, "query": request.query, "body": request.json()})


class Wire:
    """A connection whose arriving parts are known; they are all that ever arrives."""

    def __init__(self, parts: tuple[bytes, ...]) -> None:
        self.sent = b""
        self._reader = Stream(max_payload=65536, send=lambda _data: None, acknowledge=lambda: None)
        for part in parts:
            self._reader.received(part)
        self._reader.peer_closed()
        self.read = self._reader.read
        self.read_exactly = self._reader.read_exactly
        self.read_until = self._reader.read_until

    async def write(self, data: bytes) -> None:
        self.sent += data


def talk(*parts: bytes) -> bytes:
    """What the server sends when these parts arrive, each in a message of its own, and then the end."""

    async def run() -> bytes:
        wire = Wire(parts)
        await serve(wire, answer)
        return wire.sent

    return asyncio.run(run())


def test_two_requests_on_one_connection_cut_anywhere() -> None:
    text = (
        b"POST /a%20b?x=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n[1,2,3]"
        b"GET /c HTTP/1.1\r\nConnection: close\r\n\r\n"
    )
    whole = talk(text)
    assert whole.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert b'{"path": "/a b", "query": {"x": "1"}, "body": [1, 2, 3]}' in whole
    assert whole.endswith(b'{"path": "/c", "query": {}, "body": {}}')
    for cut in range(1, len(text), 7):
        assert talk(text[:cut], text[cut:]) == whole


@pytest.mark.parametrize(
    "text",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
    ],
)
def test_nonsense_is_answered_400_and_hung_up_on(text: bytes) -> None:
    assert talk(text).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_a_handler_may_hang_up_without_an_answer() -> None:
    assert talk(b"GET /hang-up HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n") == b""


def test_a_bad_body_and_a_failing_handler_leave_the_connection_alive() -> None:
    bad = b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n{"
    sent = talk(bad, b"GET /fail HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n")
    assert [part.split(b" ")[0] for part in sent.split(b"HTTP/1.1 ")[1:]] == [b"400", b"500", b"200"]
