"""HTTP load from a process of its own, so that it takes little CPU and never this interpreter's lock.

`python -m tests.bench.load` reads a Load as one line of JSON and prints what came of it; the end of its input ends it
early. Requests are bytes made beforehand, connections stay open, and each has one request in flight.
"""

import select
import socket
import subprocess
import sys
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import msgspec

from tests.bench.measure import percentile

SILENCE_S = 60.0


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """The same request over and over on so many connections, until the time is over or `most` were answered."""

    host: str
    port: int
    request: bytes
    connections: int = 1
    seconds: float
    most: int = 1 << 40

    @classmethod
    def on(cls, url: str, data: bytes, *, connections: int = 1, seconds: float, most: int = 1 << 40) -> "Load":
        """On the server at this URL."""
        address = urlsplit(url)
        host, port = address.hostname or "", address.port or 80
        return cls(host=host, port=port, request=data, connections=connections, seconds=seconds, most=most)


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: times in ms from the last byte sent to the last byte read; `cpu_s` is the load's own."""

    answered: int
    seconds: float
    p50_ms: float
    p99_ms: float
    longest_ms: float
    cpu_s: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


class LoadProcess:
    """A load that runs until its time is over, or until `end`."""

    def __init__(self, load: Load) -> None:
        words = [sys.executable, "-m", "tests.bench.load"]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(load) + b"\n")
        self._process.stdin.flush()

    def result(self) -> Loaded:
        """Wait until its time is over."""
        assert self._process.stdout is not None
        answer = self._process.stdout.read()
        if self._process.wait(10) != 0:
            raise RuntimeError("the load ended with an error; see above")
        return msgspec.json.decode(answer, type=Loaded)

    def end(self) -> Loaded:
        """End it now."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def run(load: Load) -> Loaded:
    """The load from its beginning to its end."""
    with LoadProcess(load) as process:
        return process.result()


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """A request's bytes; a body is JSON."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


class _Connection:
    """One connection with at most one request in flight."""

    def __init__(self, load: Load) -> None:
        self.sock = socket.create_connection((load.host, load.port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = load.request
        self._data = b""
        self._length: int | None = None
        self._sent_at = 0.0

    def send(self) -> None:
        self.sock.sendall(self._request)
        self._sent_at = time.perf_counter()

    def read(self) -> float | None:
        """Seconds that the answer took once it is whole; None before that."""
        data = self.sock.recv(1 << 18)
        if not data:
            raise RuntimeError(f"the server closed the connection after {self._data[:200]!r}")
        self._data += data
        if self._length is None:
            self._length = _whole_length(self._data)
        if self._length is None or len(self._data) < self._length:
            return None
        self._data, self._length = b"", None
        return time.perf_counter() - self._sent_at


def _whole_length(data: bytes) -> int | None:
    """Of head and body; None while the head is not there. Raises RuntimeError for anything but a 200 with a length."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = data[:end].lower()
    _, found, rest = head.partition(b"content-length:")
    if b" 200 " not in head[:16] or not found:
        raise RuntimeError(f"the server answered {data[:500]!r}")
    return end + 4 + int(rest.split(b"\r\n", 1)[0])


def _carry_out(load: Load, stdin: int) -> Loaded:
    connections = {one.sock.fileno(): one for one in (_Connection(load) for _ in range(load.connections))}
    poll = select.epoll()
    for fd in (stdin, *connections):
        poll.register(fd, select.EPOLLIN)
    times: list[float] = []
    cpu, begun = time.process_time(), time.perf_counter()
    for one in connections.values():
        one.send()
    running, until = True, begun + load.seconds
    while running:
        events = poll.poll(SILENCE_S)
        if not events:
            raise RuntimeError(f"no answer within {SILENCE_S} s")
        for fd, _ in events:
            if fd == stdin:
                running = False
            elif (took := connections[fd].read()) is not None:
                times.append(took)
                connections[fd].send()
        running = running and time.perf_counter() < until and len(times) < load.most
    spent, cpu = time.perf_counter() - begun, time.process_time() - cpu
    return Loaded(
        answered=len(times),
        seconds=spent,
        p50_ms=percentile(times, 50) * 1000,
        p99_ms=percentile(times, 99) * 1000,
        longest_ms=max(times) * 1000,
        cpu_s=cpu,
    )


def main() -> None:
    load = msgspec.json.decode(sys.stdin.buffer.readline(), type=Load)
    sys.stdout.buffer.write(msgspec.json.encode(_carry_out(load, sys.stdin.fileno())))


if __name__ == "__main__":
    main()
